#!/usr/bin/env python3
"""What is no item is rejected with its reason, and harms nobody."""
import collections
import os
import pathlib
import unittest

from badness import bad_items
from support import Daemon, is_sanitized, item


def given_items():
    """(name, bytes, reasons) of a folder with a MANIFEST.tsv, named by NEWSTAG_BAD_ITEMS."""
    folder = os.environ.get("NEWSTAG_BAD_ITEMS")
    if not folder:
        return []
    lines = (pathlib.Path(folder) / "MANIFEST.tsv").read_text().splitlines()[1:]
    rows = [line.split("\t")[:2] for line in lines]
    return [(name, (pathlib.Path(folder) / name).read_bytes(), reasons) for name, reasons in rows]


class Reject(unittest.TestCase):
    def test_each_with_its_reason(self):
        with Daemon() as daemon:
            push = daemon.pusher()
            before = daemon.counters()["rejected"]
            self.assertEqual(set(before.values()), {0})
            for number, (name, data, reasons) in enumerate(bad_items() + given_items(), 1):
                push.send(data)
                rejected = daemon.wait_settled(number)["rejected"]
                met = [reason for reason, count in rejected.items() if count > before[reason]]
                with self.subTest(name):
                    self.assertEqual(len(met), 1)
                    self.assertIn(met[0], reasons.split("|"))
                before = rejected
            events = daemon.subscriber("event.")
            push.send(item(1))
            self.assertEqual(events.next()[1]["subject"], "urn:item:1")
            self.assertEqual(daemon.stop(), 0)

    def test_log_is_safe(self):
        """The log has feed, reason, place and beginning, and nothing in an item can forge a line."""
        with Daemon() as daemon:
            daemon.pusher().send(b'{"text": "\n2026-01-01T00:00:00Z error: forged\x1b[2J\xff"}')
            daemon.wait_settled(1)
            daemon.wait_log("rejected an item")
            (line,) = [line for line in daemon.log().splitlines() if "rejected an item" in line]
            self.assertIn("feed feed0: rejected an item of", line)
            self.assertIn("not_json at byte 10", line)
            self.assertIn("\\x0a2026-01-01", line)
            self.assertNotIn("\x1b", line)

    def test_log_is_not_flooded(self):
        with Daemon() as daemon:
            push = daemon.pusher()
            for _ in range(2000):
                push.send(b"x")
            daemon.wait_settled(2000)
            self.assertEqual(daemon.counters()["rejected"]["not_json"], 2000)
            self.assertLess(daemon.log().count("rejected an item"), 100)

    def test_memory_stays_flat(self):
        wanted = collections.Counter(reason for _, _, reason in bad_items())
        rounds = 10 if is_sanitized() else 60
        with Daemon("log.level=error") as daemon:
            push = daemon.pusher()
            sent = 0
            sizes = []
            for turn in range(2 * rounds):
                for _, data, _ in bad_items():
                    push.send(data)
                    sent += 1
                if turn % rounds == rounds - 1:
                    daemon.wait_settled(sent)
                    sizes.append(daemon.memory_kib())
            rejected = daemon.counters()["rejected"]
            self.assertEqual({r: n for r, n in rejected.items() if n}, {r: n * 2 * rounds for r, n in wanted.items()})
            self.assertLess(sizes[1] - sizes[0], 24 << 10, sizes)

    def test_limits_of_the_configuration(self):
        """Each limit holds as configured: just within it passes, just beyond is rejected."""
        padded = item(1)
        for key, value, good, bad, reason in (
            ("message", 2048, padded + b" " * (2048 - len(padded)), padded + b" " * (2049 - len(padded)), "too_large"),
            ("depth", 3, item(1, x=[[1]]), item(1, x=[[[1]]]), "too_deep"),
            ("string", 1024, item(1, x="y" * 1024), item(1, x="y" * 1025), "string_too_long"),
            ("subjects", 2, item(1, subject=[{"name": "a"}] * 2), item(1, subject=[{"name": "a"}] * 3), "too_many_subjects"),
            ("members", 16, item(1, x=[0] * 10), item(1, x=[0] * 20), "too_many_members"),
        ):
            with self.subTest(key), Daemon(f"limits.{key}={value}") as daemon:
                push = daemon.pusher()
                push.send(good)
                push.send(bad)
                counters = daemon.wait_settled(2)
                self.assertEqual((counters["tagged"], counters["rejected"][reason]), (1, 1), counters)


if __name__ == "__main__":
    unittest.main(warnings="ignore")  # the daemon's context closes whatever was opened by it
