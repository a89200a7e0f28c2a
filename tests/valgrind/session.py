#!/usr/bin/env python3
"""One session of the daemon from start to TERM, for scripts/valgrind: it must end well and lose nothing."""
import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "e2e"))
from badness import bad_items  # noqa: E402
from support import BROKEN_PACK, Daemon, item, pack  # noqa: E402

ITEMS = 50


def main():
    rejects = [data for _, data, _ in bad_items() if len(data) < 4096]
    with Daemon("workers=2", rules=pack()) as daemon:
        events = daemon.subscriber("event.")
        push = daemon.pusher()
        for number in range(ITEMS):
            push.send(item(number))
        for data in rejects:
            push.send(data)
        events.take(ITEMS)
        daemon.write_rules(BROKEN_PACK)
        assert not daemon.control("reload")["ok"]
        daemon.write_rules(pack(word="flood"))
        assert daemon.control("reload")["ok"]
        push.send(item(ITEMS, "The flood came."))
        events.take(1)
        counters = daemon.wait_settled(ITEMS + len(rejects) + 1)
        assert counters["events"] == ITEMS + 1, counters
        assert sum(counters["rejected"].values()) == len(rejects), counters
        status = daemon.stop()
        assert status == 0, f"ended with {status}:\n{daemon.log()}"


if __name__ == "__main__":
    main()
