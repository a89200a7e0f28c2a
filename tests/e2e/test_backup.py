#!/usr/bin/env python3
"""Backups of a journal while a daemon writes to it, and what is made of them."""
import glob
import json
import os
import pathlib
import signal
import sqlite3
import subprocess
import threading
import unittest

from clients import KINDS, Client
from subscribers import read_journal
from support import DEADLINE_S, Daemon, item, until

TOOL = os.environ.get("NEWSTAG", "build/dev/bin/newstag")


def tool(*words):
    done = subprocess.run([TOOL, "journal", *map(str, words)], capture_output=True, text=True, timeout=DEADLINE_S,
                          check=False)
    return done.returncode, done.stdout, done.stderr


def backup(daemon, folder):
    status, out, err = tool("backup", folder, "--journal", daemon.folder / "journal", "--json")
    assert status == 0, err
    return json.loads(out)


def events(folder):
    """(sequence, payload) of all segments, by SQLite alone."""
    found = []
    for path in sorted(glob.glob(f"{folder}/events-*.db")):
        base = sqlite3.connect(f"file:{path}?mode=ro", uri=True)
        found += base.execute("SELECT sequence, CAST(payload AS BLOB) FROM event ORDER BY sequence").fetchall()
        base.close()
    return found


class Load:
    """Items without end, until it is stopped."""

    def __init__(self, daemon, begin=0):
        self.daemon, self.number, self.ending = daemon, begin, threading.Event()
        self.thread = threading.Thread(target=self.push)
        self.thread.start()

    def push(self):
        push = self.daemon.pusher()
        while not self.ending.is_set():
            push.send(item(self.number))
            self.number += 1

    def stop(self):
        self.ending.set()
        self.thread.join()


def restart(daemon):
    daemon.notify.close()
    (daemon.folder / "notify").unlink()
    daemon.start()


def move_journal(daemon, folder):
    """The daemon's next start is with that state."""
    daemon.sets = [word for word in daemon.sets if not word.startswith("journal.path=")]
    daemon.sets.append(f"journal.path={folder}")
    restart(daemon)


class Backup(unittest.TestCase):
    def test_under_load(self):
        """Each backup is whole up to the head that it tells; a daemon goes on with it, and so do its subscribers."""
        with Daemon("journal.segment=1MiB", "log.level=warning") as daemon:
            folder, restored = daemon.folder / "backups", daemon.folder / "restored"
            clients = [Client(kind, daemon.output_endpoint, daemon.replay_endpoint, start=1) for kind in KINDS]
            for client in clients:
                self.addCleanup(client.stop)
            load = Load(daemon)
            made = []
            for events_there in (50, 1500, 3000):
                until(lambda n=events_there: daemon.status()["counters"]["events"] >= n, f"{events_there} events")
                made.append(backup(daemon, folder))
            load.stop()
            whole = read_journal(daemon)
            for one in made:
                self.assertEqual(events(one["folder"]), whole[:one["head"]])
                self.assertEqual(tool("verify", one["folder"])[0], 0)
                self.assertEqual(glob.glob(f"{one['folder']}/*-*al"), [])  # no logs
            self.assertEqual(made[0]["linked"], 0)
            self.assertGreater(made[2]["linked"], 0)
            first = "events-00000000000000000001.db"
            self.assertTrue(os.path.samefile(f"{made[1]['folder']}/{first}", f"{made[2]['folder']}/{first}"))
            stream, head = daemon.status()["stream"], made[2]["head"]
            self.assertEqual(made[2]["stream"], stream)
            for client in clients:
                until(lambda c=client: len(c.events) >= len(whole), f"{client.kind}: all {len(whole)}")
            daemon.signal(signal.SIGKILL)
            daemon.wait_end()
            status, out, err = tool("restore", folder, "--to", restored)
            self.assertEqual((status, err), (0, ""))
            self.assertIn(f"events 1 to {head}", out)
            move_journal(daemon, restored)
            self.assertNotIn("damaged", daemon.log())
            self.assertNotEqual(daemon.status()["stream"], stream)
            # What had been received and not judged is judged now; then one more.
            daemon.pusher().send(item(10**7))
            until(lambda: b"urn:item:10000000" in read_journal(daemon)[-1][1], "the new event")
            now = read_journal(daemon)
            self.assertEqual(now[:head], whole[:head])
            self.assertEqual([sequence for sequence, _ in now], list(range(1, len(now) + 1)))
            for client in clients:  # each sees the new stream, and everything of it that it has not by its id
                until(lambda c=client: c.events[-1] == now[-1], f"{client.kind}: the new event, but {client.notes}")
                self.assertEqual(len(client.says(daemon.status()["stream"])), 1, client.notes)
                self.assertEqual(client.missed(), [])
                identifiers = [json.loads(payload)["id"] for _, payload in client.events]
                self.assertEqual(len(identifiers), len(set(identifiers)))
                client.stop()

    def test_same_stream(self):
        with Daemon() as daemon:
            daemon.pusher().send(item(1))
            daemon.wait_settled(1)
            self.assertEqual(daemon.stop(), 0)
            made = backup(daemon, daemon.folder / "backups")
            restored = daemon.folder / "restored"
            self.assertEqual(tool("restore", made["folder"], "--to", restored, "--same-stream")[0], 0)
            move_journal(daemon, restored)
            self.assertEqual(daemon.status()["stream"], made["stream"])

    def test_the_spool_and_the_dead_letters_come_along(self):
        with Daemon() as daemon:
            push = daemon.pusher()
            push.send(b"no json")
            push.send(item(1))
            daemon.wait_settled(2)
            made = backup(daemon, daemon.folder / "backups")
            names = {path.name for path in pathlib.Path(made["folder"]).iterdir()}
            self.assertEqual(names, {"backup.txt", "deadletters.db", "events-00000000000000000001.db", "held.db",
                                     "spool.db"})
            self.assertEqual(made["files"], 4)
            base = sqlite3.connect(f"{made['folder']}/deadletters.db")
            self.assertEqual(base.execute("SELECT reason FROM letters").fetchall(), [("not_json",)])
            base.close()

    def test_refusals(self):
        with Daemon() as daemon:
            state, folder = daemon.folder / "journal", daemon.folder / "backups"
            daemon.pusher().send(item(1))
            daemon.wait_settled(1)
            made = backup(daemon, folder)
            for words, status, says in [
                (("restore", folder, "--to", state), 74, "belongs to a newstagd that runs"),
                (("restore", folder, "--to", state, "--force"), 74, "belongs to a newstagd that runs"),
                (("restore", state, "--to", daemon.folder / "x"), 74, "is no backup and holds none"),
                (("restore", daemon.folder / "none", "--to", daemon.folder / "x"), 74, "No such file"),
                (("restore", folder), 64, "--to STATE"), (("restore",), 64, "wants a folder"),
                (("backup",), 64, "wants a folder"), (("copy", folder), 64, "there is no"),
                (("backup", folder, "--journal", folder), 74, "holds no segment"),
                (("backup", daemon.folder / "no" / "where", "--journal", state), 74, "cannot make the folder"),
            ]:
                code, _, err = tool(*words)
                self.assertEqual(code, status, (words, err))
                self.assertIn(says, err)
            daemon.pusher().send(item(2))
            daemon.wait_settled(2)
            self.assertEqual(daemon.stop(), 0)
            code, _, err = tool("restore", folder, "--to", state)
            self.assertEqual(code, 74)
            self.assertIn("holds a journal already; --force moves it aside", err)
            self.assertEqual(len(events(state)), 2)
            code, _, err = tool("restore", folder, "--to", state, "--force")
            self.assertEqual(code, 0, err)
            self.assertIn("what was there is in", err)
            self.assertEqual(len(events(state)), 1)
            aside = glob.glob(f"{state}/before-restore-*")
            self.assertEqual([len(events(path)) for path in aside], [2])
            restart(daemon)
            self.assertEqual(len(read_journal(daemon)), 1)
            self.assertNotEqual(daemon.status()["stream"], made["stream"])
            self.assertNotIn("had been kept", daemon.log())  # marks of what was there went with it

    def test_damage(self):
        """A damaged backup is refused and nothing is touched; with --force its good segments are taken."""
        with Daemon("journal.segment=1MiB") as daemon:
            push = daemon.pusher()
            for number in range(1500):
                push.send(item(number))
            daemon.wait_settled(1500)
            made = backup(daemon, daemon.folder / "backups")
            self.assertEqual(daemon.stop(), 0)
            first = sorted(glob.glob(f"{made['folder']}/events-*.db"))[0]
            with open(first, "r+b") as file:
                file.seek(0)
                file.write(b"X")
            code, _, err = tool("restore", made["folder"], "--to", daemon.folder / "x")
            self.assertEqual(code, 74)
            self.assertIn("is damaged", err)
            self.assertIn(os.path.basename(first), err)
            self.assertFalse((daemon.folder / "x").exists())
            code, _, err = tool("restore", made["folder"], "--to", daemon.folder / "x", "--force")
            self.assertEqual(code, 0, err)
            self.assertIn("is left out", err)
            there = events(daemon.folder / "x")
            self.assertEqual([number for number, _ in there], list(range(there[0][0], 1501)))
            # One that lacks its end is no less damaged.
            os.unlink(sorted(glob.glob(f"{made['folder']}/events-*.db"))[-1])
            os.unlink(first)
            code, _, err = tool("restore", made["folder"], "--to", daemon.folder / "y")
            self.assertEqual(code, 74, err)

    def test_damaged_original(self):
        """It is told, and the rest is there."""
        with Daemon("journal.segment=1MiB") as daemon:
            push = daemon.pusher()
            for number in range(1500):
                push.send(item(number))
            daemon.wait_settled(1500)
            first = sorted(glob.glob(f"{daemon.folder}/journal/events-*.db"))[0]
            with open(first, "r+b") as file:
                at = file.read().find(b'"sequence":"00000000000000000007"')
                file.seek(at + 3)
                file.write(b"X")
            code, out, err = tool("backup", daemon.folder / "backups", "--journal", daemon.folder / "journal")
            self.assertEqual(code, 1)
            self.assertIn("events 1 to 1500", out)
            self.assertIn("is damaged: the checksum of event 7 does not fit", err)


if __name__ == "__main__":
    unittest.main(warnings="ignore")
