#!/usr/bin/env python3
"""Kills the daemon at random moments under load, again and again, and holds it to its word.

With durability full, no item that `received` counted is without its events; with full and events, no event that was
seen is gone, the sequence has no hole, and what comes twice has equal ids. What still stood in libzmq's queues when
it died is lost and was never counted (PULL), so the feed numbers its items and only counted ones are asked for.
"""
import argparse
import collections
import glob
import json
import pathlib
import random
import shutil
import sqlite3
import threading
import time

import zmq

from support import Daemon, item, until

BURST = 400  # items sent in a round; far more than are judged before the kill


class Rounds:
    def __init__(self, durability="full", seed=1, segment="1MiB", workers=2):
        self.chance = random.Random(seed)
        self.durability = durability
        self.daemon = Daemon(
            f"journal.durability={durability}", f"journal.segment={segment}", f"workers={workers}", "log.level=warning"
        )
        self.sent = 0
        self.seen = {}  # sequence → event as it was published
        self.back_s = []
        self.counted = 0

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.daemon.close()

    # --- one round

    def feed(self, stop):
        push = self.daemon.context.socket(zmq.PUSH)
        push.linger = 0
        push.sndhwm = 16
        push.sndtimeo = 50
        push.connect(self.daemon.feed_endpoint())
        text = "A blackout hit the city. " + "The concert went well. " * self.chance.randrange(1, 60)
        for _ in range(BURST):
            if stop.is_set():
                break
            try:
                push.send(item(self.sent, text))
                self.sent += 1
            except zmq.Again:
                pass
        push.close()

    def collect(self, stop):
        events = self.daemon.context.socket(zmq.SUB)
        events.rcvhwm = 0
        events.linger = 0
        events.subscribe("event.")
        events.connect(self.daemon.output_endpoint)
        while not stop.is_set() or events.poll(20):
            if events.poll(5):
                _, payload = events.recv_multipart()
                event = json.loads(payload)
                before = self.seen.setdefault(event["sequence"], event)
                assert before["id"] == event["id"], ("a sequence was given twice", before, event)
        events.close()

    def watch(self, stop):
        """What the daemon itself says that it has received, until it dies."""
        ask = self.daemon.context.socket(zmq.REQ)
        ask.linger = 0
        ask.rcvtimeo = 200
        ask.connect(self.daemon.control_endpoint)
        last = 0
        try:
            while not stop.is_set():
                ask.send(b'{"verb":"status"}')
                last = json.loads(ask.recv())["counters"]["received"]
        except zmq.Again:
            pass
        ask.close()
        self.counted = max(last, self.base)

    def settle(self):
        """Once what the spool held is judged: how many items that were."""
        status = until(lambda: (s := self.daemon.status()["counters"])["in_flight"] == 0 and s, "nothing in flight")
        return status["received"]

    def wait_back(self, begin):
        self.daemon.notify.close()
        (self.daemon.folder / "notify").unlink()
        self.daemon.start()
        self.back_s.append(time.monotonic() - begin)

    def round(self):
        daemon, stop = self.daemon, threading.Event()
        self.base = self.settle()
        first = self.sent
        threads = [threading.Thread(target=work, args=(stop,)) for work in (self.feed, self.collect, self.watch)]
        for thread in threads:
            thread.start()
        moment = threading.Event()
        reload_first = self.chance.random() < 0.3
        moment.wait(self.chance.random() * 0.3)
        if reload_first:
            daemon.signal(1)
            moment.wait(self.chance.random() * 0.02)
        daemon.process.kill()
        daemon.wait_end()
        begin = time.monotonic()
        stop.set()
        for thread in threads:
            thread.join()
        on_disk = self.spooled()
        if self.chance.random() < 0.2:
            self.kill_while_it_recovers()
        self.wait_back(begin)
        self.check_round(first, on_disk)

    def kill_while_it_recovers(self):
        self.daemon.notify.close()
        (self.daemon.folder / "notify").unlink()
        pathlib.Path(self.daemon.folder / "rules" / "test.yaml").touch()
        try:
            starter = threading.Timer(self.chance.random() * 0.2, lambda: self.daemon.process.kill())
            starter.start()
            self.daemon.start()
            starter.join()
            self.daemon.wait_end()
        except AssertionError:
            starter.join()
            self.daemon.wait_end()

    # --- what must hold

    def rows(self, pattern, sql, folder="journal"):
        found = []
        for path in sorted(glob.glob(f"{self.daemon.folder}/{folder}/{pattern}")):
            base = sqlite3.connect(f"file:{path}?mode=ro", uri=True)
            if base.execute("SELECT count(*) FROM sqlite_master").fetchone()[0]:  # else it is just being made
                found += base.execute(sql).fetchall()
            base.close()
        return found

    def spooled(self):
        """Subjects of what stands on the spool of the dead daemon; of a copy, so that it is left as it died."""
        copy = self.daemon.folder / "copy"
        copy.mkdir()
        for path in glob.glob(f"{self.daemon.folder}/journal/spool.db*"):
            shutil.copy(path, copy)
        payloads = self.rows("spool.db", "SELECT payload FROM item", "copy")
        shutil.rmtree(copy)
        return {json.loads(payload)["uri"] for (payload,) in payloads}

    def journal(self):
        return self.rows("events-*.db", "SELECT sequence, subject, id, payload FROM event ORDER BY sequence")

    def check_round(self, first, on_disk):
        # The status came over another socket: what it counted has its events soon, before the next kill.
        received = {f"urn:item:{n}" for n in range(first, first + self.counted - self.base)}

        def missing():
            kept = {row[1] for row in self.journal()}
            return ((on_disk - kept) | (received - kept)) if self.durability == "full" else set()

        until(lambda: not missing(), f"events of {sorted(missing())[:5]}")
        rows = self.journal()
        assert [row[0] for row in rows] == list(range(1, len(rows) + 1)), "the sequence has a hole"
        by_sequence = {row[0]: row for row in rows}
        for sequence, event in self.seen.items():
            row = by_sequence.get(int(sequence))
            assert row, ("an event that was seen is gone", event)
            assert json.loads(row[3]) == event, ("an event differs from what was seen", row, event)
        ids = collections.defaultdict(set)
        for _, subject, identifier, _ in rows:
            ids[subject].add(identifier)
        assert all(len(one) == 1 for one in ids.values()), "an item's events came twice with other ids"

    def run(self, count):
        for _ in range(count):
            self.round()


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=1000)
    parser.add_argument("--durability", default="full", choices=("full", "events"))
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    with Rounds(options.durability, options.seed) as rounds:
        for number in range(options.rounds):
            rounds.round()
            if number % 20 == 19:
                print(f"kill: {number + 1} rounds, {len(rounds.journal())} events", flush=True)
        back = sorted(rounds.back_s)
        print(
            f"kill: {options.rounds} kills, {rounds.sent} items sent, {len(rounds.journal())} events kept, "
            f"{len(rounds.seen)} seen; back after {back[len(back) // 2]:.2f} s (median), {back[-1]:.2f} s (worst): "
            "all held"
        )


if __name__ == "__main__":
    main()
