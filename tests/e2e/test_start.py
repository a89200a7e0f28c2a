#!/usr/bin/env python3
"""What the command line does, and what keeps the daemon from starting."""
import json
import subprocess
import unittest

from support import BROKEN_PACK, DAEMON, DEADLINE_S, FAILING_PACK, Daemon, item, pack


def run(*words):
    done = subprocess.run([DAEMON, *words], capture_output=True, text=True, timeout=DEADLINE_S, check=False)
    return done.returncode, done.stdout, done.stderr


class Start(unittest.TestCase):
    def test_help(self):
        status, out, err = run("--help")
        self.assertEqual((status, err), (0, ""))
        for word in ("--config", "--set", "--check", "examples:", "HUP"):
            self.assertIn(word, out)

    def test_version(self):
        status, out, _ = run("--version")
        self.assertEqual(status, 0)
        self.assertRegex(out, r"^newstagd \d+\.\d+\.\d+\n$")

    def test_usage(self):
        for words in (["--nonsense"], ["--config"], ["operand"]):
            status, out, err = run(*words)
            self.assertEqual((status, out), (64, ""), words)
            self.assertIn("--help", err)

    def test_check(self):
        with Daemon(start=False) as daemon:
            status, out, err = daemon.run("--check")
            self.assertEqual((status, err), (0, ""))
            self.assertRegex(out, r"is good: 2 rules in 1 files?, sha256:[0-9a-f]{64}, 4 embedded tests passed")

    def test_wrong_rules(self):
        for more in ([], ["--check"]):
            with Daemon(start=False, rules=BROKEN_PACK) as daemon:
                status, out, err = daemon.run(*more)
                self.assertEqual((status, out), (78, ""))
                self.assertEqual(err.count("scoer: 60"), 2)  # both lines are shown
                self.assertIn(f"{daemon.rules}/test.yaml:7:5: error[unknown-key]", err)
                self.assertIn("^", err)

    def test_failing_tests(self):
        with Daemon(start=False, rules=FAILING_PACK) as daemon:
            status, _, err = daemon.run()
            self.assertEqual(status, 78)
            self.assertIn("test of test.blackout failed", err)
            self.assertIn("1 of 4 embedded tests failed", err)

    def test_no_rules(self):
        with Daemon(start=False) as daemon:
            daemon.config.write_text("rules: {paths: [nowhere]}\n")
            status, _, err = daemon.run()
            self.assertEqual(status, 78)
            self.assertIn("nowhere", err)

    def test_wrong_configuration(self):
        with Daemon(start=False) as daemon:
            daemon.config.write_text("workers: many\nouput: {}\nlog: {level: loud}\n")
            status, _, err = daemon.run()
            self.assertEqual(status, 78)
            for place in (":1:10:", ":2:1:", ":3:14:"):
                self.assertIn(str(daemon.config) + place, err)
        status, _, err = run("--config", "/nonexistent/newstagd.yaml")
        self.assertEqual(status, 78)
        self.assertIn("/nonexistent/newstagd.yaml", err)

    def test_wrong_override(self):
        with Daemon("wokers=3", start=False) as daemon:
            status, _, err = daemon.run()
            self.assertEqual(status, 78)
            self.assertIn("workers", err)

    def test_no_place_for_control(self):
        with Daemon(start=False) as daemon:
            daemon.sets.append(f"control.endpoint=ipc://{daemon.folder}/none/control")
            status, _, err = daemon.run()
            self.assertEqual(status, 73)
            self.assertIn(f"{daemon.folder}/none/control", err)
            self.assertIn("--set control.endpoint=", err)

    def test_endpoint_that_leaves_this_host(self):
        """Nothing there is encrypted or authenticated: it must be said in as many words."""
        endpoint = "output.endpoint=tcp://0.0.0.0:*"
        with Daemon(endpoint, start=False) as daemon:
            status, _, told = daemon.run()
            self.assertEqual(status, 78)
            self.assertIn("error[unprotected]: output at tcp://0.0.0.0:* leaves this host", told)
            self.assertIn("security: {unprotected: [output]}", told)
        with Daemon(endpoint, "security.unprotected=output") as daemon:
            self.assertTrue(daemon.status()["output"]["endpoint"].startswith("tcp://0.0.0.0:"))

    def test_second_instance(self):
        """The endpoints of a running daemon are not taken away from it."""
        with Daemon() as daemon:
            status, _, err = daemon.run("--set", f"journal.path={daemon.folder}/other")
            self.assertEqual(status, 73)
            self.assertIn("control", err)
            self.assertTrue(daemon.status()["ready"])

    def test_second_journal(self):
        """Nor is its journal."""
        with Daemon() as daemon:
            status, _, err = daemon.run()
            self.assertEqual(status, 73)
            self.assertIn(f"the folder {daemon.folder}/journal belongs to another newstagd", err)
            self.assertTrue(daemon.status()["ready"])

    def test_no_place_for_the_journal(self):
        with Daemon(start=False) as daemon:
            daemon.sets.append(f"journal.path={daemon.folder}/none/journal")
            status, _, err = daemon.run()
            self.assertEqual(status, 73)
            self.assertIn(f"cannot make the folder {daemon.folder}/none/journal", err)
            self.assertIn("--set journal.path=", err)

    def test_no_journal(self):
        for nothing in ("journal.path=", "journal.durability=off"):
            with Daemon(nothing) as daemon:
                daemon.pusher().send(item(1))
                daemon.wait_settled(1)
                self.assertEqual(daemon.stop(), 0)
                self.assertEqual(list(daemon.folder.glob("journal*")), [])

    def test_log_as_json(self):
        with Daemon("log.format=json") as daemon:
            daemon.stop()
            lines = [json.loads(line) for line in daemon.log().splitlines()]
            self.assertEqual({tuple(line) for line in lines}, {("time", "level", "message")})
            self.assertIn("newstagd", lines[0]["message"])

    def test_watchdog(self):
        """Signs of life as often as the service manager wants them, idle and at work."""
        with Daemon(env={"WATCHDOG_USEC": "3000000"}) as daemon:
            daemon.wait_notify("WATCHDOG=1")
            daemon.pusher().send(item(1))
            daemon.wait_settled(1)
            daemon.wait_notify("WATCHDOG=1")
            self.assertEqual(daemon.stop(), 0)

    def test_first_line(self):
        """The line that tells an operator what runs."""
        with Daemon("workers=2", rules=pack()) as daemon:
            line = daemon.log().splitlines()[0]
            for word in (str(daemon.config), "2 rules in 1 file", daemon.status()["ruleset"], "1 feed", "2 workers"):
                self.assertIn(word, line)


if __name__ == "__main__":
    unittest.main(warnings="ignore")  # the daemon's context closes whatever was opened by it
