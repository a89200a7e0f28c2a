#!/usr/bin/env python3
"""A newer version of an item, or its cancellation, withdraws the events of the older one."""
import glob
import json
import os
import subprocess
import unittest

from support import Daemon, item, until
from test_journal import restart, rows

TOOL = os.environ.get("NEWSTAG", "build/dev/bin/newstag")
BLACKOUT = "A blackout hit the city."
BOTH = "A blackout hit the city. A parley was held."
NOTHING = "The concert went well."


def version(number, version_text, text=BLACKOUT, **more):
    return item(number, text, version=version_text, **more)


def is_retraction(event):
    return event["type"] == "newstag.retracted.v1"


class Correct(unittest.TestCase):
    def take(self, events, count):
        """Events, each checked to be on its topic."""
        taken = events.take(count)
        for topic, event in taken:
            self.assertEqual(topic == "event.retracted", is_retraction(event), (topic, event))
        return [event for _, event in taken]

    def check_retraction(self, event, reason, old, withdrawn, successors=()):
        data = event["data"]
        self.assertTrue(is_retraction(event), event)
        self.assertEqual((data["reason"], data.get("old_version")), (reason, old))
        self.assertEqual({one["id"] for one in data["withdrawn"]}, {one["id"] for one in withdrawn})
        found = {one["id"]: one["successor"] for one in data["withdrawn"] if "successor" in one}
        self.assertEqual(found, {old["id"]: new["id"] for old, new in successors})
        self.assertEqual(event["dataschema"], "urn:newstagd:schema:retracted:v1")

    def test_corrected(self):
        """The retraction comes before the events of the newer version and names those that stand in the old ones' place."""
        with Daemon() as daemon:
            events = daemon.subscriber("event.")
            push = daemon.pusher()
            push.send(version(1, "1", BOTH))
            first = self.take(events, 2)
            push.send(version(1, "2"))
            retraction, second = self.take(events, 2)
            same = [one for one in first if one["type"] == second["type"]]
            self.check_retraction(retraction, "corrected", "1", first, [(same[0], second)])
            self.assertEqual(retraction["subject"], "urn:item:1")
            self.assertEqual(retraction["data"]["item"]["version"], "2")
            self.assertEqual(retraction["data"]["item"]["headline"], "Item 1")
            push.send(version(1, "10", NOTHING))
            self.check_retraction(self.take(events, 1)[0], "corrected", "2", [second])
            counters = daemon.wait_settled(3)
            self.assertEqual((counters["events"], counters["retractions"]), (5, 2))
            self.assertEqual((counters["tagged"], counters["untagged"]), (2, 1))
            # There is nothing more to withdraw.
            push.send(version(1, "11"))
            self.assertFalse(is_retraction(self.take(events, 1)[0]))

    def test_canceled(self):
        with Daemon() as daemon:
            events = daemon.subscriber("event.")
            push = daemon.pusher()
            push.send(version(1, "1"))
            push.send(version(1, "1", pubstatus="canceled"))
            push.send(version(1, "1", pubstatus="canceled"))
            first, retraction = self.take(events, 2)
            self.check_retraction(retraction, "canceled", "1", [first])
            # The canceled version does not come back, a later one does.
            push.send(version(1, "1", BOTH))
            push.send(version(1, "2", BOTH))
            self.assertEqual([is_retraction(event) for event in self.take(events, 2)], [False, False])
            counters = daemon.wait_settled(5)
            self.assertEqual((counters["filtered"], counters["stale"]), (3, 1))
            push.send(json.dumps({"uri": "urn:item:1", "pubstatus": "canceled"}).encode())
            self.assertEqual(len(self.take(events, 1)[0]["data"]["withdrawn"]), 2)
            push.send(version(9, "1", pubstatus="canceled"))
            daemon.wait_settled(7)
            self.assertFalse(events.pending())

    def test_stale(self):
        """An older version that comes late is not published, also when the newer one said nothing or is held no more."""
        with Daemon() as daemon:
            events = daemon.subscriber("event.")
            push = daemon.pusher()
            push.send(version(1, "3", NOTHING))
            push.send(version(1, "2"))
            push.send(version(2, "3"))
            push.send(version(2, "2", pubstatus="canceled"))
            push.send(version(2, "2", pubstatus="withheld"))
            push.send(version(2, "2", NOTHING))
            counters = daemon.wait_settled(6)
            self.assertEqual((counters["stale"], counters["filtered"], counters["held"]), (4, 4, 0))
            self.assertEqual(len(self.take(events, 1)), 1)
            self.assertFalse(events.pending())

    def test_by_time(self):
        """Where there is no version, the times tell; events that come again are not withdrawn."""
        with Daemon() as daemon:
            events = daemon.subscriber("event.")
            push = daemon.pusher()
            push.send(item(1, BOTH, versioncreated="2026-01-01T10:00:00Z"))
            first = self.take(events, 2)
            push.send(item(1, BLACKOUT, versioncreated="2026-01-01T11:00:00Z"))
            retraction, second = self.take(events, 2)
            gone = [one for one in first if one["id"] != second["id"]]
            self.assertEqual(len(gone), 1)
            self.check_retraction(retraction, "corrected", None, gone)
            push.send(item(1, NOTHING, versioncreated="2026-01-01T09:00:00Z"))
            self.assertEqual(daemon.wait_settled(3)["stale"], 1)
            # Nothing tells which of these two is the newer one.
            push.send(item(2, BLACKOUT))
            push.send(item(2, NOTHING))
            self.assertEqual([is_retraction(event) for event in self.take(events, 1)], [False])
            daemon.wait_settled(5)
            self.assertFalse(events.pending())

    def test_journal(self):
        """After a restart, what counts comes from the journal, through all its segments."""
        with Daemon("journal.segment=1MiB") as daemon:
            push = daemon.pusher()
            push.send(version(1, "1", BOTH))
            push.send(version(2, "1"))
            push.send(version(2, "2", BOTH))
            for number in range(100, 700):
                push.send(item(number, BOTH))
            daemon.wait_settled(603)
            self.assertGreater(len(glob.glob(f"{daemon.folder}/journal/events-*.db")), 1)
            self.assertEqual(daemon.stop(), 0)
            restart(daemon)
            events = daemon.subscriber("event.")
            ids = dict(rows(daemon, "SELECT id, subject FROM event WHERE topic != 'event.retracted'"))
            push = daemon.pusher()
            push.send(version(1, "2"))
            retraction = self.take(events, 2)[0]
            self.assertEqual(retraction["data"]["old_version"], "1")
            wanted = {id for id, subject in ids.items() if subject == "urn:item:1"}
            self.assertEqual({one["id"] for one in retraction["data"]["withdrawn"]}, wanted)
            push.send(version(2, "1", NOTHING))
            self.assertEqual(daemon.wait_settled(2)["stale"], 1)
            push.send(version(2, "3", NOTHING))
            retraction = self.take(events, 1)[0]
            self.assertEqual((retraction["data"]["old_version"], len(retraction["data"]["withdrawn"])), ("2", 2))
            self.assertEqual(daemon.stop(), 0)
            restart(daemon)
            events = daemon.subscriber("event.")
            daemon.pusher().send(version(2, "4", NOTHING))
            daemon.wait_settled(1)
            self.assertFalse(events.pending())

    def test_without_journal(self):
        with Daemon("journal.durability=off") as daemon:
            events = daemon.subscriber("event.")
            push = daemon.pusher()
            push.send(version(1, "1"))
            push.send(version(1, "2", NOTHING))
            first, retraction = self.take(events, 2)
            self.check_retraction(retraction, "corrected", "1", [first])

    def test_embargo(self):
        """The older version stands until the newer one is published."""
        with Daemon() as daemon:
            events = daemon.subscriber("event.")
            push = daemon.pusher()
            push.send(version(1, "1"))
            first = self.take(events, 1)
            push.send(version(1, "2", NOTHING, embargoed="2199-01-01T00:00:00Z"))
            daemon.wait_counters(held=1)
            self.assertFalse(events.pending())
            self.assertTrue(daemon.control("held", act="release", numbers=[1])["ok"])
            self.check_retraction(self.take(events, 1)[0], "corrected", "1", first)

    def test_shown(self):
        """Replay gives retractions as any event; the tables say what they are; the schema holds."""
        with Daemon() as daemon:
            push = daemon.pusher()
            push.send(version(1, "1"))
            push.send(version(1, "2", pubstatus="canceled"))
            daemon.wait_settled(2)
            control = ("--control", daemon.control_endpoint)
            done = subprocess.run([TOOL, "history", *control], capture_output=True, text=True, timeout=60, check=True)
            self.assertRegex(done.stdout, r"retracted +canceled .*Item 1")
            done = subprocess.run(
                [TOOL, "replay", *control, "--from", "1", "--json"],
                capture_output=True, text=True, timeout=60, check=True,
            )
            lines = [json.loads(line) for line in done.stdout.splitlines()]
            self.assertEqual([is_retraction(line) for line in lines], [False, True])

    def test_killed(self):
        """Whenever the daemon dies, what counts in the journal is each item's newest version, each retraction once."""
        with Daemon() as daemon:
            items, versions = 30, 12
            for life in range(6):
                push = daemon.pusher()
                for number in range(1 + life * versions // 6, 1 + (life + 1) * versions // 6):
                    for which in range(items):
                        push.send(version(which, str(number), [BOTH, BLACKOUT, NOTHING][(which + number) % 3]))
                if life < 5:
                    count = len(rows(daemon, "SELECT id FROM event"))
                    until(lambda: len(rows(daemon, "SELECT id FROM event")) > count, "events")
                    wanted = daemon.counters()["received"]
                    daemon.process.kill()
                    daemon.wait_end()
                    push.close(linger=0)
                    restart(daemon)
                    self.assertGreaterEqual(wanted, 0)
            until(lambda: (c := daemon.counters())["in_flight"] == 0 and c["received"] > 0, "all settled")
            self.check_journal(daemon)

    def check_journal(self, daemon):
        counting = {}  # id → (uri, version)
        seen = set()
        newest = {}
        for topic, identifier, payload in rows(daemon, "SELECT topic, id, payload FROM event ORDER BY sequence"):
            event = json.loads(payload)
            self.assertNotIn(identifier, seen)
            seen.add(identifier)
            it = event["data"]["item"]
            newest[it["uri"]] = max(newest.get(it["uri"], 0), int(it["version"]))
            if topic == "event.retracted":
                for one in event["data"]["withdrawn"]:
                    uri, old = counting.pop(one["id"])
                    self.assertEqual((uri, old), (it["uri"], event["data"]["old_version"]))
            else:
                counting[identifier] = (it["uri"], it["version"])
        for uri, number in counting.values():
            self.assertEqual(int(number), newest[uri])
        self.assertTrue(newest)


if __name__ == "__main__":
    unittest.main(warnings="ignore")
