#!/usr/bin/env python3
"""What is received is judged once and kept, whatever happens to the daemon."""
import glob
import os
import resource
import signal
import sqlite3
import subprocess
import unittest

from support import Daemon, item, until

TOOL = os.environ.get("NEWSTAG", "build/dev/bin/newstag")


def rows(daemon, sql, pattern="events-*.db"):
    """Of all files, in order, while the daemon runs."""
    found = []
    for path in sorted(glob.glob(f"{daemon.folder}/journal/{pattern}")):
        base = sqlite3.connect(f"file:{path}?mode=ro", uri=True)
        found += base.execute(sql).fetchall()
        base.close()
    return found


def restart(daemon):
    daemon.notify.close()
    (daemon.folder / "notify").unlink()
    daemon.start()


def tool(*words):
    return subprocess.run([TOOL, *words], capture_output=True, text=True, timeout=60, check=False)


class Journal(unittest.TestCase):
    def test_restart(self):
        with Daemon() as daemon:
            push = daemon.pusher()
            for number in range(100):
                push.send(item(number))
            daemon.wait_settled(100)
            stream = daemon.status()["stream"]
            self.assertEqual(rows(daemon, "SELECT sequence FROM event"), [(n,) for n in range(1, 101)])
            view = rows(daemon, "SELECT topic, subject, headline FROM events LIMIT 1")
            self.assertEqual(view, [("event.blackout.ongoing", "urn:item:0", "Item 0")])
            self.assertEqual(daemon.stop(), 0)
            restart(daemon)
            self.assertEqual(daemon.status()["stream"], stream)
            events = daemon.subscriber("event.")
            daemon.pusher().send(item(100))
            _, event = events.next()
            self.assertEqual((int(event["sequence"]), int(event["topicsequence"])), (101, 101))
            self.assertEqual(daemon.stop(), 0)
            self.assertEqual(rows(daemon, "SELECT count(*) FROM item", "spool.db"), [(0,)])
            done = tool("journal", "verify", f"{daemon.folder}/journal")
            self.assertEqual(done.returncode, 0, done.stderr)

    def test_damage(self):
        """A damaged segment is named, by the tool and by the daemon, and set aside."""
        with Daemon() as daemon:
            daemon.pusher().send(item(1))
            daemon.wait_settled(1)
            self.assertEqual(daemon.stop(), 0)
            path = glob.glob(f"{daemon.folder}/journal/events-*.db")[0]
            with open(path, "r+b") as file:
                file.write(b"no SQLite file ")
            done = tool("journal", "verify", f"{daemon.folder}/journal")
            self.assertEqual(done.returncode, 1)
            self.assertIn(os.path.basename(path), done.stdout)
            restart(daemon)
            self.assertIn(f"{path} is damaged and was renamed to {path}.damaged", daemon.log())
            self.assertTrue(os.path.exists(f"{path}.damaged"))

    def test_duplicates(self):
        """An item that says the same again is filtered, also after a restart; one that says something else is not."""
        with Daemon() as daemon:
            push = daemon.pusher()
            for number in (1, 2, 1, 1):
                push.send(item(number))
            counters = daemon.wait_settled(4)
            self.assertEqual((counters["tagged"], counters["filtered"], counters["events"]), (2, 2, 2))
            self.assertEqual(daemon.stop(), 0)
            restart(daemon)
            push = daemon.pusher()
            push.send(item(1))
            push.send(item(1, "The blackout in the city is over a wide area."))
            counters = daemon.wait_settled(2)
            self.assertEqual((counters["tagged"], counters["filtered"]), (1, 1))

    def test_dead_letters(self):
        with Daemon() as daemon:
            push = daemon.pusher()
            push.send(b"no json \xff")
            push.send(b'{"title": 5, "text": "x"}')
            daemon.wait_settled(2)
            folder = f"{daemon.folder}/journal"
            done = tool("deadletter", "list", folder)
            self.assertEqual(done.returncode, 0, done.stderr)
            self.assertEqual(len(done.stdout.splitlines()), 3)
            self.assertIn("not_json", done.stdout)
            done = subprocess.run(
                [TOOL, "deadletter", "show", "1", folder], capture_output=True, timeout=60, check=False
            )
            self.assertEqual(done.stdout, b"no json \xff")
            self.assertEqual(tool("deadletter", "show", "3", folder).returncode, 1)

    def test_full_disk(self):
        """Intake stops visibly, nothing is lost, and it goes on by itself."""
        with Daemon() as daemon:
            events = daemon.subscriber("event.")
            push = daemon.pusher()
            pid = daemon.process.pid
            push.send(item(0))
            events.take(1)
            largest = max(os.path.getsize(path) for path in glob.glob(f"{daemon.folder}/journal/*"))
            resource.prlimit(pid, resource.RLIMIT_FSIZE, (largest + 20000, resource.RLIM_INFINITY))
            for number in range(1, 200):
                push.send(item(number, "A blackout hit the city. " + "x" * 3000))
            status = until(lambda: (s := daemon.status()) and not s["ready"] and s, "a full disk in the status")
            self.assertIn("takes no", " ".join(status["because"]))
            resource.prlimit(pid, resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
            got = [int(event["sequence"]) for _, event in events.take(199)]
            self.assertEqual(got, list(range(2, 201)))
            until(lambda: daemon.status()["ready"], "ready again")
            self.assertIn("again", daemon.log())
            self.assertEqual(daemon.stop(), 0)

    def test_full_disk_at_the_end(self):
        """What cannot be kept does not keep the daemon from ending; what was received is judged later."""
        with Daemon() as daemon:
            push = daemon.pusher()
            largest = max(os.path.getsize(path) for path in glob.glob(f"{daemon.folder}/journal/*"))
            resource.prlimit(daemon.process.pid, resource.RLIMIT_FSIZE, (largest + 20000, resource.RLIM_INFINITY))
            for number in range(200):
                push.send(item(number, "A blackout hit the city. " + "x" * 3000))
            until(lambda: not daemon.status()["ready"], "a full disk in the status")
            counted = daemon.counters()["received"]
            daemon.signal(signal.SIGTERM)
            self.assertIn(daemon.wait_end(), (0, 74))
            restart(daemon)
            until(lambda: len(rows(daemon, "SELECT DISTINCT subject FROM event")) >= counted, "its events")


if __name__ == "__main__":
    unittest.main(warnings="ignore")  # the daemon's context closes whatever was opened by it
