"""status and reload against a daemon that is played."""

import json
import os
import pty
import subprocess
import unittest

import zmq
from verbs_support import Daemon, SocketCase, Verb, run

STATUS = {
    "ok": True,
    "instance": "edge-1",
    "version": "9.9",
    "generation": 7,
    "ruleset": "sha256:abcd",
    "uptime_s": 3725.5,
    "ready": False,
    "because": ["feed wire is not connected", "draining\x1b[2J"],
    "workers": 4,
    "stream": "0123",
    "counters": {
        "received": 10,
        "tagged": 3,
        "untagged": 5,
        "filtered": 0,
        "rejected": {"not_json": 2, "too_deep": 0},
        "held": 0,
        "in_flight": 0,
        "events": 4,
    },
    "feeds": [
        {
            "name": "wire",
            "endpoint": "tcp://127.0.0.1:5556",
            "connected": False,
            "peers": 0,
            "received": 10,
            "last_item": "2026-01-31T12:34:56.123456789Z",
            "revived": 1,
        }
    ],
    "output": {"endpoint": "tcp://127.0.0.1:5557", "subscriptions": 2, "sequence": 4},
}


class Status(SocketCase):
    def test_table(self):
        daemon = Daemon(self, STATUS)
        status, out, err = run("status", "--control", daemon.endpoint)
        self.assertEqual((status, err), (0, ""))
        self.assertEqual(daemon.request, {"verb": "status"})
        for part in ["edge-1", "up 1 h 2 min", "no: feed wire is not connected; draining [2J", "sha256:abcd",
                     "generation 7", "not_json                  2", "tcp://127.0.0.1:5557", "1  2026-01-31T12:34:56Z\n"]:
            self.assertIn(part, out)
        self.assertNotIn("too_deep", out)
        self.assertNotIn("\x1b", out)

    def test_json(self):
        daemon = Daemon(self, STATUS)
        status, out, _ = run("status", "--json", "--control", daemon.endpoint)
        self.assertEqual(status, 0)
        self.assertEqual(json.loads(out), STATUS)

    def test_by_configuration(self):
        daemon = Daemon(self, STATUS)
        conf = self.write("c.yaml", b'control: {endpoint: "%s"}\n' % daemon.endpoint.encode())
        status, out, _ = run("status", "--config", conf, "--json")
        self.assertEqual((status, json.loads(out)["generation"]), (0, 7))

    def test_refused(self):
        daemon = Daemon(self, {"ok": False, "error": "not now"})
        status, _, err = run("status", "--control", daemon.endpoint)
        self.assertEqual(status, 70)
        self.assertIn("not now", err)

    def test_unreadable(self):
        daemon = Daemon(self, b"what?")
        status, _, err = run("status", "--control", daemon.endpoint)
        self.assertEqual(status, 70)
        self.assertIn("cannot be read", err)


class Top(SocketCase):
    def test_lines(self):
        daemon = Daemon(self, STATUS, times=3)
        status, out, err = run("top", "--control", daemon.endpoint, "--count", "3", "--interval", "10ms")
        self.assertEqual((status, err), (0, ""))
        lines = out.splitlines()
        self.assertEqual(len(lines), 4)
        self.assertEqual(lines[0].split()[:3], ["time", "received/s", "tagged/s"])
        for line in lines[1:]:
            self.assertEqual(line.split()[1:7], ["0.0"] * 6)

    def test_json(self):
        daemon = Daemon(self, STATUS, times=2)
        status, out, _ = run("top", "--control", daemon.endpoint, "--count", "2", "--interval", "0", "--json")
        self.assertEqual(status, 0)
        for line in out.splitlines():
            top = json.loads(line)
            self.assertEqual(top["status"], STATUS)
            self.assertEqual(set(top["rates"]), {"received", "tagged", "untagged", "filtered", "rejected", "events"})

    def test_refused(self):
        daemon = Daemon(self, {"ok": False, "error": "not now"})
        status, _, err = run("top", "--control", daemon.endpoint)
        self.assertEqual(status, 70)
        self.assertIn("not now", err)

    def test_terminal(self):
        daemon = Daemon(self, STATUS, times=2)
        ours, theirs = pty.openpty()
        self.addCleanup(os.close, ours)
        words = [os.environ["NEWSTAG"], "top", "--control", daemon.endpoint, "--count", "2", "--interval", "0"]
        with subprocess.Popen(words, stdout=theirs, env={**os.environ, "TERM": "xterm", "NO_COLOR": ""}) as top:
            os.close(theirs)
            shown = b""
            try:
                while part := os.read(ours, 65536):
                    shown += part
            except OSError:
                pass  # the other end is closed
        self.assertEqual(top.returncode, 0)
        self.assertEqual(shown.count(b"\033[H\033[J"), 2)
        for word in (b"a second", b"in flight", b"received", STATUS["feeds"][0]["name"].encode()):
            self.assertIn(word, shown)

    def test_usage(self):
        self.assertEqual(run("top", "--count", "0")[0], 64)
        self.assertEqual(run("top", "--interval", "often")[0], 64)


class Unreachable(SocketCase):
    def test_nobody(self):
        for verb in ["status", "top", "reload"]:
            for endpoint in ["ipc://" + self.path("nobody"), "tcp://127.0.0.1:1"]:
                status, out, err = run(verb, "--control", endpoint)
                self.assertEqual((status, out), (69, ""), err)
                self.assertIn(endpoint, err)

    def test_silent(self):
        _, endpoint = self.socket(zmq.ROUTER, "ipc://" + self.path("silent"))
        status, _, err = run("status", "--control", endpoint, "--timeout", "50ms")
        self.assertEqual(status, 69)
        self.assertIn("within 0.05 s", err)

    def test_off(self):
        conf = self.write("c.yaml", b"control: {endpoint: off}\n")
        self.assertEqual(run("status", "--config", conf)[0], 69)

    def test_usage(self):
        self.assertEqual(run("status", "--timeout", "soon")[0], 64)
        self.assertEqual(run("status", "--control", "nonsense")[0], 64)
        self.assertEqual(run("reload", "extra")[0], 64)


class Reload(SocketCase):
    def test_good(self):
        daemon = Daemon(
            self,
            {"ok": True, "generation": 8, "ruleset": "sha256:bb", "previous": "sha256:aa", "rules": 12, "warnings": 1},
        )
        status, out, err = run("reload", "--control", daemon.endpoint)
        self.assertEqual((status, err), (0, ""))
        self.assertEqual(daemon.request, {"verb": "reload"})
        self.assertIn("generation 8, 12 rules, 1 warning\n", out)
        self.assertIn("sha256:bb, before sha256:aa", out)
        self.assertNotIn("restart", out)

    def test_needs_restart(self):
        daemon = Daemon(self, {"ok": True, "generation": 8, "ruleset": "sha256:bb", "previous": "", "rules": 12,
                               "warnings": 0, "needs_restart": "workers, feed.0.endpoint"})
        status, out, _ = run("reload", "--control", daemon.endpoint)
        self.assertEqual(status, 0)
        self.assertIn("only a restart takes it over: workers, feed.0.endpoint\n", out)

    def test_much_to_say(self):
        """A reply may be larger than what a stranger may send."""
        mistake = {"file": "b.yaml", "line": 3, "column": 9, "severity": "error", "code": "unknown-key",
                   "message": "x" * 3000, "hint": None}
        daemon = Daemon(self, {**self.REJECTED, "diagnostics": [mistake] * 900})
        status, out, err = run("reload", "--control", daemon.endpoint)
        self.assertEqual((status, out), (1, ""))
        self.assertEqual(err.count("unknown-key"), 900)

    REJECTED = {
        "ok": False,
        "error": "the rules have 1 error",
        "generation": 7,
        "ruleset": "sha256:aa",
        "diagnostics": [
            {"file": "b.yaml", "line": 3, "column": 9, "severity": "error", "code": "unknown-key",
             "message": "there is no key \"al\"", "hint": "did you mean \"all\"?"},
            {"file": "a.yaml", "line": 1, "column": 1, "severity": "warning", "code": "x", "message": "odd",
             "hint": None},
        ],
        "failures": [
            {"rule": "r-1", "file": "c.yaml", "line": 4, "column": 2, "kind": "hit", "reason": "no event"},
        ],
    }

    def test_rejected(self):
        daemon = Daemon(self, self.REJECTED)
        status, out, err = run("reload", "--control", daemon.endpoint)
        self.assertEqual((status, out), (1, ""))
        for part in ['b.yaml:3:9: error[unknown-key]: there is no key "al"', 'did you mean "all"?',
                     "a.yaml:1:1: warning[x]: odd", "c.yaml:4:2: error[test]: r-1: no event",
                     "rejected: the rules have 1 error; generation 7 goes on"]:
            self.assertIn(part, err)

    def test_rejected_json(self):
        daemon = Daemon(self, self.REJECTED)
        status, out, _ = run("reload", "--json", "--control", daemon.endpoint)
        self.assertEqual((status, json.loads(out)), (1, self.REJECTED))

    def test_late(self):
        """The verdict may take its time."""
        router, endpoint = self.socket(zmq.ROUTER, "ipc://" + self.path("late"))
        verb = Verb("reload", "--control", endpoint)
        asked = router.recv_multipart()
        self.assertIsNone(verb.process.poll())
        router.send_multipart(asked[:2] + [b'{"ok":true,"generation":2,"ruleset":"x","previous":"x"}'])
        status, out, _ = verb.end()
        self.assertEqual(status, 0)
        self.assertIn("x, the same as before", out)


if __name__ == "__main__":
    unittest.main()
