#!/usr/bin/env python3
"""The example subscribers of scripts/examples against a daemon, each run as its head says."""
import http.server
import json
import os
import pathlib
import shutil
import sqlite3
import subprocess
import sys
import tempfile
import threading
import unittest

from support import DEADLINE_S, Daemon, item, until

ROOT = pathlib.Path(__file__).resolve().parents[2]
EXAMPLES = ROOT / "scripts/examples"
BLACKOUTS = os.environ.get("NEWSTAG_EXAMPLE", "build/dev/bin/example_blackouts")
TOOL = os.path.abspath(os.environ.get("NEWSTAG", "build/dev/bin/newstag"))
NASTY = "Dark $(touch pwned); `id` -n \"x\""


class Hook(http.server.BaseHTTPRequestHandler):
    """Takes what is posted; says 500 to the first."""

    def do_POST(self):  # noqa: N802: the name is http.server's
        body = self.rfile.read(int(self.headers["Content-Length"]))
        first = not self.server.tried
        self.server.tried.append(json.loads(body)["id"])
        if not first:
            self.server.taken.append((self.headers["Content-Type"], json.loads(body)))
        self.send_response(500 if first else 204)
        self.end_headers()

    def log_message(self, *_):
        pass


class Examples(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory(prefix="nt-")
        self.addCleanup(folder.cleanup)
        self.folder = pathlib.Path(folder.name)
        self.daemon = Daemon()
        self.addCleanup(self.daemon.close)
        self.push = self.daemon.pusher()
        self.ends = self.daemon.output_endpoint, self.daemon.replay_endpoint
        self.commands = self.folder / "bin"
        self.commands.mkdir()
        self.told = self.folder / "told"

    def notifier(self):
        """A notify-send that writes down its arguments, one a line."""
        path = self.commands / "notify-send"
        path.write_text(f"#!/bin/sh\nprintf '%s\\n' \"$@\" >>'{self.told}'\n")
        path.chmod(0o755)

    def begin(self, *words):
        before = self.daemon.status()["output"]["subscriptions"]
        env = {**os.environ, "NEWSTAG": TOOL, "PATH": f"{self.commands}:{os.environ['PATH']}",
               "PYTHONPATH": str(ROOT / "daemon/client")}
        # A group of its own, so that a pipeline ends whole.
        process = subprocess.Popen(words, stdout=subprocess.PIPE, text=True, cwd=self.folder, env=env, start_new_session=True)

        def end():
            if process.returncode is None:
                os.killpg(process.pid, 9)
                process.wait()
            process.stdout.close()

        self.addCleanup(end)
        until(lambda: process.poll() is not None or self.daemon.status()["output"]["subscriptions"] > before, f"{words}")
        self.assertIsNone(process.poll(), words)
        return process, end

    def test_c(self):
        self.notifier()
        process, _ = self.begin(os.path.abspath(BLACKOUTS), *self.ends, "--notify")
        self.push.send(item(1, "A parley began."))
        self.push.send(item(2, headline=NASTY))
        self.assertEqual(process.stdout.readline(), f"Blackout: ongoing: {NASTY}\n")
        until(lambda: self.told.exists() and self.told.read_text().count("\n") >= 4, "the notification")
        self.assertEqual(self.told.read_text().splitlines(), ["--app-name=newstag", "--", "Blackout: ongoing", NASTY])
        self.assertFalse((self.folder / "pwned").exists())

    def test_shell(self):
        self.notifier()
        process, _ = self.begin(str(EXAMPLES / "alert.sh"), *self.ends, "notify-send")
        self.push.send(item(1, "A parley began."))
        self.push.send(item(2, headline=NASTY))
        self.assertEqual(process.stdout.readline(), f"somewhere: {NASTY}\n")
        until(lambda: self.told.exists() and self.told.read_text() == f"somewhere: {NASTY}\n", "the notification")
        self.assertFalse((self.folder / "pwned").exists())

    def rows(self):
        path = self.folder / "events.db"
        if not path.exists():
            return []
        base = sqlite3.connect(path, timeout=DEADLINE_S)
        try:
            return base.execute("SELECT class, status, headline, withdrawn FROM events ORDER BY rowid").fetchall()
        except sqlite3.OperationalError:  # there is no table yet
            return []
        finally:
            base.close()

    def wait_rows(self, *wanted):
        until(lambda: self.rows() == list(wanted), f"{wanted}, but {self.rows()}")

    def test_python(self):
        """Over a restart, in which an event comes and another is withdrawn."""
        words = (sys.executable, str(EXAMPLES / "database.py"), *self.ends, "events.db")
        _, end = self.begin(*words)
        self.push.send(item(1, version="1"))
        self.wait_rows(("blackout", "ongoing", "Item 1", 0))
        end()
        self.push.send(item(1, "A parley began.", version="2"))
        self.daemon.wait_settled(2)
        self.begin(*words)
        self.wait_rows(("blackout", "ongoing", "Item 1", 1), ("negotiation", "ongoing", "Item 1", 0))
        self.push.send(item(3))
        self.wait_rows(("blackout", "ongoing", "Item 1", 1), ("negotiation", "ongoing", "Item 1", 0),
                       ("blackout", "ongoing", "Item 3", 0))

    def node_modules(self):
        """Where Node's zeromq is: NEWSTAG_NODE_MODULES, or among the global packages."""
        if not shutil.which("node"):
            self.skipTest("node is not installed")
        places = [os.environ.get("NEWSTAG_NODE_MODULES"), "/usr/local/lib/node_modules", "/usr/lib/node_modules",
                  "/usr/share/nodejs"]
        for place in filter(None, places):
            if pathlib.Path(place, "zeromq").is_dir():
                return place
        self.skipTest("Node's zeromq is not installed: npm install -g zeromq@6, or NEWSTAG_NODE_MODULES")

    def test_node(self):
        (self.folder / "node_modules").symlink_to(self.node_modules())
        shutil.copy(EXAMPLES / "webhook.mjs", self.folder)
        server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Hook)
        server.tried, server.taken = [], []
        thread = threading.Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        self.addCleanup(lambda: (server.shutdown(), thread.join(), server.server_close()))
        self.begin("node", "webhook.mjs", self.ends[0], f"http://127.0.0.1:{server.server_port}/", "event.negotiation.")
        self.push.send(item(1))
        self.push.send(item(2, "A parley began."))
        self.push.send(item(3, "A parley began."))
        until(lambda: len(server.taken) == 2, "two deliveries")
        self.assertEqual([event["subject"] for _, event in server.taken], ["urn:item:2", "urn:item:3"])
        self.assertEqual({kind for kind, _ in server.taken}, {"application/cloudevents+json"})
        self.assertEqual(len(server.tried), 3)


if __name__ == "__main__":
    unittest.main()
