#!/usr/bin/env python3
"""Dead letters are judged again when the operator says so, published once, and never lost."""
import json
import os
import subprocess
import unittest

import zmq

from support import Daemon, item, until
from test_journal import restart, rows

TOOL = os.environ.get("NEWSTAG", "build/dev/bin/newstag")
MANY = [{"name": f"s{number}"} for number in range(8)]  # subjects


class Letters(unittest.TestCase):
    def tool(self, daemon, *words, status=0):
        words = [TOOL, "deadletter", *words, "--control", daemon.control_endpoint]
        done = subprocess.run(words, capture_output=True, text=True, timeout=100, check=False)
        self.assertEqual(done.returncode, status, (words, done.stdout, done.stderr))
        return done

    def letters(self, daemon):
        return rows(daemon, "SELECT number, reason FROM letter ORDER BY number", "deadletters.db")

    def fill(self, daemon):
        """Letters 1 (no JSON), 2 and 3 (too many subjects)."""
        push = daemon.pusher()
        push.send(b"no json")
        push.send(item(2, subjects=MANY))
        push.send(item(3, subjects=MANY))
        daemon.wait_settled(3)
        self.assertEqual(
            self.letters(daemon), [(1, "not_json"), (2, "too_many_subjects"), (3, "too_many_subjects")]
        )

    def wider(self, daemon):
        """The daemon again, with a limit that lets letters 2 and 3 through."""
        self.assertEqual(daemon.stop(), 0)
        daemon.sets.append("limits.subjects=100")
        restart(daemon)
        return daemon.subscriber("event.")

    def test_retry(self):
        with Daemon("limits.subjects=4") as daemon:
            self.fill(daemon)
            self.assertIn("2 is rejected again: too_many_subjects", self.tool(daemon, "retry", "2", status=1).stderr)
            daemon.wait_counters(received=4, in_flight=0)
            events = self.wider(daemon)
            self.assertEqual(self.tool(daemon, "retry", "2").stdout.split(",")[0], "1 accepted")
            self.assertEqual(events.next()[1]["subject"], "urn:item:2")
            self.assertEqual([number for number, _ in self.letters(daemon)], [1, 3])
            done = self.tool(daemon, "retry", "--all", "--json", status=1)
            reply = json.loads(done.stdout)
            self.assertEqual((reply["done"], reply["again"], reply["missing"]), (1, 1, 0))
            self.assertEqual(reply["failed"], [{"number": 1, "reason": "not_json"}])
            self.assertEqual(events.next()[1]["subject"], "urn:item:3")
            status = daemon.status()
            self.assertEqual(status["deadletters"], {"retried": 2, "rejected_again": 1, "dropped": 0})
            self.assertEqual(status["counters"]["received"], 3)
            self.assertEqual(self.letters(daemon), [(1, "not_json")])
            done = subprocess.run(
                [TOOL, "deadletter", "list", "--json", f"{daemon.folder}/journal"],
                capture_output=True, text=True, timeout=60, check=True,
            )
            self.assertEqual(json.loads(done.stdout)["attempts"], 1)
            # What was accepted once is not published twice.
            daemon.pusher().send(item(3, subjects=MANY))
            self.assertEqual(daemon.wait_counters(received=4, in_flight=0)["filtered"], 1)
            self.assertFalse(events.pending())

    def test_choice(self):
        with Daemon("limits.subjects=4") as daemon:
            self.fill(daemon)
            events = self.wider(daemon)
            self.tool(daemon, "retry", "--all", "--reason", "too_many_subjects")
            self.assertEqual([event["subject"] for _, event in events.take(2)], ["urn:item:2", "urn:item:3"])
            self.tool(daemon, "retry", "--all", "--older", "1h")
            self.assertEqual(self.letters(daemon), [(1, "not_json")])
            self.assertIn("there is no dead letter 17", self.tool(daemon, "drop", "17", status=1).stderr)
            self.assertEqual(self.tool(daemon, "drop", "--all").stdout, "1 dropped\n")
            self.assertEqual(self.letters(daemon), [])
            self.assertEqual(daemon.status()["deadletters"]["dropped"], 1)

    def test_refused(self):
        with Daemon("limits.message=64KiB") as daemon:
            daemon.pusher().send(item(1, "x" * 70000))
            daemon.wait_settled(1)
            done = self.tool(daemon, "retry", "1", "9", status=1)
            self.assertIn("of dead letter 1 only the beginning is kept", done.stderr)
            self.assertIn("there is no dead letter 9", done.stderr)
            for words in (["retry"], ["retry", "--all", "1"], ["retry", "x"], ["drop", "0"]):
                self.tool(daemon, *words, status=64)
            for request in ({"act": "burn"}, {"act": "retry", "numbers": []}, {"act": "retry", "numbers": ["x"]},
                            {"act": "drop", "older_ms": -1}, {"act": "drop", "reason": "x" * 64},
                            {"act": "retry", "numbers": [1] * 1001}):
                self.assertFalse(daemon.control("deadletter", **request)["ok"], request)
            self.assertEqual(daemon.stop(), 0)
            self.assertIn("the daemon is not reached", self.tool(daemon, "retry", "1", status=69).stderr)

    def test_none_kept(self):
        with Daemon("journal.durability=off") as daemon:
            reply = daemon.control("deadletter", act="retry")
            self.assertIn("no dead letters are kept", reply["error"])

    def test_killed(self):
        """A kill between judging and removing leaves the letter; its events come once."""
        with Daemon("limits.subjects=4") as daemon:
            push = daemon.pusher()
            for number in range(300):
                push.send(item(number, subjects=MANY))
            daemon.wait_settled(300)
            self.wider(daemon)
            for _ in range(4):
                asked = daemon.context.socket(zmq.REQ)
                asked.linger = 0
                asked.connect(daemon.control_endpoint)
                asked.send(b'{"verb":"deadletter","act":"retry"}')
                before = rows(daemon, "SELECT count(*) FROM event")[0][0]
                until(lambda: rows(daemon, "SELECT count(*) FROM event")[0][0] > min(before, 299), "events")
                daemon.process.kill()
                daemon.wait_end()
                asked.close()
                restart(daemon)
            until(lambda: self.tool(daemon, "retry", "--all").returncode == 0, "the rest")
            self.assertEqual(self.letters(daemon), [])
            found = rows(daemon, "SELECT subject, id FROM event")
            self.assertEqual(len(found), 300)
            self.assertEqual(len(set(found)), 300)


if __name__ == "__main__":
    unittest.main(warnings="ignore")
