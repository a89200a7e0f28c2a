#!/usr/bin/env python3
"""Items under embargo or withheld are never published early, and not lost."""
import datetime
import json
import os
import subprocess
import unittest

from support import Daemon, item, pack, until
from test_journal import restart, rows

TOOL = os.environ.get("NEWSTAG", "build/dev/bin/newstag")
FAR = "2199-01-01T00:00:00Z"


def at(seconds):
    """So many seconds from now."""
    moment = datetime.datetime.now(datetime.timezone.utc) + datetime.timedelta(seconds=seconds)
    return moment.strftime("%Y-%m-%dT%H:%M:%S.%fZ")


class Held(unittest.TestCase):
    def tool(self, daemon, *words, status=0):
        done = subprocess.run([TOOL, "held", *words], capture_output=True, text=True, timeout=100, check=False)
        self.assertEqual(done.returncode, status, (words, done.stdout, done.stderr))
        return done

    def held(self, daemon):
        return rows(daemon, "SELECT uri, version FROM item ORDER BY number", "held.db")

    def test_embargo(self):
        """It comes when it is due, by the rules of then, and not before; also after a restart and a kill."""
        with Daemon() as daemon:
            events = daemon.subscriber("event.")
            push = daemon.pusher()
            push.send(item(1, embargoed=at(1.5)))
            push.send(item(2, embargoed=FAR))
            push.send(item(3, "A snag hit the city.", embargoed=at(1.5)))
            counters = daemon.wait_counters(received=3, held=3)
            self.assertEqual(counters["held_for"], {"embargo": 3, "withheld": 0})
            more = pack(word="snag").replace("namespace: test", "namespace: more").replace("test.", "more.")
            daemon.write_rules(more, "more.yaml")
            self.assertTrue(daemon.control("reload")["ok"])
            came = [events.next() for _ in range(2)]
            for _, event in came:
                self.assertGreaterEqual(event["recordedtime"], at(-60))
            self.assertEqual({event["subject"] for _, event in came}, {"urn:item:1", "urn:item:3"})
            counters = daemon.wait_counters(held=1, in_flight=0)
            self.assertEqual((counters["received"], counters["tagged"], counters["released"]), (3, 2, 2))
            daemon.process.kill()
            daemon.wait_end()
            restart(daemon)
            counters = daemon.wait_counters(held=1, in_flight=0)
            self.assertEqual((counters["received"], counters["tagged"]), (1, 0))
            self.assertEqual(self.held(daemon), [("urn:item:2", None)])

    def test_not_early(self):
        with Daemon() as daemon:
            events = daemon.subscriber("event.")
            due = at(2)
            daemon.pusher().send(item(1, embargoed=due))
            daemon.wait_counters(held=1)
            _, event = events.next()
            self.assertGreaterEqual(at(0), due)
            self.assertGreaterEqual(event["recordedtime"][:19], due[:19])
            # The same item without a hold would have had the same id.
            daemon.pusher().send(item(1))
            self.assertEqual(daemon.wait_counters(received=2, in_flight=0)["filtered"], 1)

    def test_due_while_away(self):
        with Daemon() as daemon:
            daemon.pusher().send(item(1, embargoed=at(1)))
            daemon.wait_counters(held=1)
            daemon.process.kill()
            daemon.wait_end()
            due = at(1)
            until(lambda: at(0) > due, "the embargo's end")
            restart(daemon)
            counters = daemon.wait_counters(held=0, in_flight=0)
            self.assertEqual((counters["received"], counters["tagged"], counters["events"]), (1, 1, 1))
            self.assertEqual(self.held(daemon), [])

    def test_versions(self):
        """A later version takes the place of the held one, an earlier one does not, a cancellation ends it."""
        with Daemon() as daemon:
            events = daemon.subscriber("event.")
            push = daemon.pusher()
            push.send(item(1, version="2", pubstatus="withheld"))
            push.send(item(1, version="1", pubstatus="withheld"))
            counters = daemon.wait_counters(received=2, held=1, filtered=1)
            self.assertEqual((counters["stale"], counters["held_for"]["withheld"]), (1, 1))
            push.send(item(1, version="3", embargoed=FAR))
            daemon.wait_counters(received=3, held=1, filtered=2)
            self.assertEqual(self.held(daemon), [("urn:item:1", "3")])
            push.send(item(1, version="4"))
            _, event = events.next()
            self.assertEqual(event["data"]["item"]["version"], "4")
            daemon.wait_counters(received=4, held=0, filtered=3, tagged=1)
            push.send(item(2, version="1", embargoed=FAR))
            push.send(item(2, version="1", pubstatus="canceled"))
            daemon.wait_counters(received=6, held=0, filtered=5)
            self.assertEqual(self.held(daemon), [])
            self.assertFalse(events.pending())

    def test_bounds(self):
        """What is too much or too long is rejected, visibly, and can be judged again."""
        with Daemon("limits.held=2", "limits.held_age=1s") as daemon:
            push = daemon.pusher()
            for number in range(3):
                push.send(item(number, "A blackout. " + "x" * 70000, embargoed=FAR))
            counters = daemon.wait_counters(received=3, in_flight=0)
            self.assertEqual(counters["rejected"]["held_full"], 1)
            until(lambda: daemon.counters()["rejected"]["held_too_long"] == 2, "the end of the two")
            self.assertEqual(daemon.counters()["held"], 0)
            letters = rows(daemon, "SELECT reason, length(payload) > 70000 FROM letter", "deadletters.db")
            self.assertEqual(sorted(letters), [("held_full", 1), ("held_too_long", 1), ("held_too_long", 1)])
            self.assertIn("limits.held_age", daemon.log())
            self.assertEqual(self.held(daemon), [])
            self.assertTrue(daemon.control("deadletter", act="retry", numbers=[1])["ok"])
            daemon.wait_counters(received=4, held=1)
        with Daemon("limits.held_size=1KiB") as daemon:
            daemon.pusher().send(item(1, "x" * 2000, embargoed=FAR))
            self.assertEqual(daemon.wait_settled(1)["rejected"]["held_full"], 1)

    def test_tool(self):
        with Daemon() as daemon:
            events = daemon.subscriber("event.")
            push = daemon.pusher()
            push.send(item(1, embargoed=FAR))
            push.send(item(2, pubstatus="withheld"))
            push.send(item(3, embargoed=FAR))
            daemon.wait_counters(held=3)
            folder = f"{daemon.folder}/journal"
            lines = [json.loads(line) for line in self.tool(daemon, "list", folder, "--json").stdout.splitlines()]
            self.assertEqual([line["reason"] for line in lines], ["embargo", "withheld", "embargo"])
            self.assertEqual([line["due"] for line in lines], [FAR, None, FAR])
            self.assertIn("another version", self.tool(daemon, "list", folder).stdout)
            self.assertEqual(self.tool(daemon, "show", "1", folder).stdout.encode(), item(1, embargoed=FAR))
            self.tool(daemon, "show", "9", folder, status=1)
            control = ("--control", daemon.control_endpoint)
            self.assertEqual(self.tool(daemon, "release", "1", "2", *control).stdout, "2 released\n")
            came = {event["subject"] for _, event in events.take(2)}
            self.assertEqual(came, {"urn:item:1", "urn:item:2"})
            self.assertIn("number 9", self.tool(daemon, "drop", "3", "9", *control, status=1).stderr)
            counters = daemon.wait_counters(held=0, in_flight=0)
            self.assertEqual((counters["tagged"], counters["filtered"]), (2, 1))
            until(lambda: self.held(daemon) == [], "nothing held")
            for words in (["release"], ["drop", "x"], ["burn"], ["show"]):
                self.tool(daemon, *words, *control, status=64)
            for request in ({"act": "burn", "numbers": [1]}, {"act": "drop"}, {"act": "drop", "numbers": [1] * 1001}):
                self.assertFalse(daemon.control("held", **request)["ok"], request)

    def test_in_memory(self):
        """Without a journal, items are held as long as the daemon runs."""
        with Daemon("journal.durability=off") as daemon:
            events = daemon.subscriber("event.")
            daemon.pusher().send(item(1, embargoed=at(1)))
            daemon.pusher().send(item(2, embargoed=FAR))
            self.assertEqual(events.next()[1]["subject"], "urn:item:1")
            daemon.wait_counters(held=1)
            self.assertEqual(daemon.stop(), 0)
            self.assertIn("1 item that was held is lost", daemon.log())

    def test_killed(self):
        """Whatever is held when the daemon dies is held or published after it, once."""
        with Daemon() as daemon:
            push = daemon.pusher()
            for number in range(200):
                push.send(item(number, embargoed=at(0.2 + number % 7 / 2)))
            daemon.wait_counters(received=200)
            for _ in range(6):
                before = len(rows(daemon, "SELECT id FROM event"))
                until(lambda: len(rows(daemon, "SELECT id FROM event")) > min(before, 199), "events")
                daemon.process.kill()
                daemon.wait_end()
                restart(daemon)
            daemon.wait_counters(held=0, in_flight=0)
            found = rows(daemon, "SELECT subject, id FROM event")
            self.assertEqual(len(set(found)), 200)
            self.assertEqual(len(found), 200)
            self.assertEqual(self.held(daemon), [])


if __name__ == "__main__":
    unittest.main(warnings="ignore")
