#!/usr/bin/env python3
"""Reload by HUP and by control: gated by the packs' tests, whole or not at all, told to whoever asked."""
import json
import os
import signal
import threading
import unittest

import zmq

from support import DAEMON, BROKEN_PACK, DEADLINE_S, FAILING_PACK, UNPARSABLE_PACK, Daemon, item, pack, until


class Reload(unittest.TestCase):
    def check_unchanged(self, daemon, before):
        after = daemon.status()
        self.assertEqual((after["generation"], after["ruleset"]), (before["generation"], before["ruleset"]))
        events = daemon.subscriber("event.")
        daemon.pusher().send(item(1))
        self.assertEqual(events.next()[1]["data"]["ruleset"], before["ruleset"])

    def test_good(self):
        with Daemon() as daemon:
            before = daemon.status()
            self.assertEqual((before["generation"], before["rules"]), (1, 2))
            events = daemon.subscriber("event.")
            push = daemon.pusher()
            push.send(item(1, "The flood came."))
            daemon.wait_settled(1)
            daemon.write_rules(pack(word="flood"))
            verdict = daemon.control("reload")
            self.assertTrue(verdict["ok"], verdict)
            self.assertEqual((verdict["generation"], verdict["previous"]), (2, before["ruleset"]))
            self.assertNotEqual(verdict["ruleset"], before["ruleset"])
            push.send(item(2, "The flood came."))
            _, event = events.next()
            self.assertEqual((event["subject"], event["data"]["ruleset"]), ("urn:item:2", verdict["ruleset"]))
            self.assertEqual(daemon.status()["ruleset"], verdict["ruleset"])

    def test_same_again(self):
        with Daemon() as daemon:
            verdict = daemon.control("reload")
            self.assertEqual((verdict["generation"], verdict["ruleset"]), (2, verdict["previous"]))

    def test_broken(self):
        """Every mistake, with its place; nothing changes."""
        with Daemon() as daemon:
            before = daemon.status()
            daemon.write_rules(BROKEN_PACK)
            verdict = daemon.control("reload")
            self.assertFalse(verdict["ok"])
            self.assertIn("error", verdict["error"])
            self.assertEqual((verdict["generation"], verdict["ruleset"]), (1, before["ruleset"]))
            places = [(d["file"], d["line"], d["column"]) for d in verdict["diagnostics"] if d["severity"] == "error"]
            lines = [n for n, line in enumerate(BROKEN_PACK.splitlines(), 1) if "scoer" in line]
            self.assertEqual(places, [(str(daemon.rules / "test.yaml"), line, 5) for line in lines])
            self.assertIn("score", verdict["diagnostics"][0]["hint"])
            self.check_unchanged(daemon, before)
            self.assertIn("reload refused", daemon.log())
            self.assertFalse(daemon.status()["reload"]["ok"])

    def test_unparsable(self):
        with Daemon() as daemon:
            before = daemon.status()
            daemon.write_rules(UNPARSABLE_PACK)
            verdict = daemon.control("reload")
            self.assertFalse(verdict["ok"])
            self.assertTrue(verdict["diagnostics"])
            self.check_unchanged(daemon, before)

    def test_failing_tests(self):
        with Daemon() as daemon:
            before = daemon.status()
            daemon.write_rules(FAILING_PACK)
            verdict = daemon.control("reload")
            self.assertFalse(verdict["ok"])
            self.assertIn("tests failed", verdict["error"])
            self.assertEqual([failure["rule"] for failure in verdict["failures"]], ["test.blackout"])
            self.assertEqual(verdict["failures"][0]["file"], str(daemon.rules / "test.yaml"))
            self.check_unchanged(daemon, before)

    def test_gate_off(self):
        with Daemon("rules.test_gate=false") as daemon:
            daemon.write_rules(FAILING_PACK)
            self.assertTrue(daemon.control("reload")["ok"])

    def test_hup(self):
        with Daemon() as daemon:
            first = daemon.status()["ruleset"]
            daemon.write_rules(pack(about="another"))
            daemon.signal(signal.SIGHUP)
            self.assertIn("MONOTONIC_USEC=", daemon.wait_notify("RELOADING=1"))
            self.assertIn("STATUS=rules generation 2", daemon.wait_notify("READY=1"))
            second = daemon.status()
            self.assertNotEqual(second["ruleset"], first)
            daemon.write_rules(BROKEN_PACK)
            daemon.signal(signal.SIGHUP)
            self.assertIn("generation 2 stays in use", daemon.wait_notify("READY=1"))
            self.assertEqual(daemon.status()["ruleset"], second["ruleset"])
            self.assertIn("scoer", daemon.log())
            self.assertEqual(daemon.stop(), 0)

    def test_configuration_is_read_again(self):
        """What a reload can change takes effect; the rest is named."""
        with Daemon() as daemon:
            more = daemon.folder / "more"
            more.mkdir()
            (more / "b.yaml").write_text(pack(about="elsewhere").replace("test.", "more."))
            daemon.config.write_text(
                f"rules: {{paths: [{daemon.rules}, {more}], disable: [more.parley]}}\nworkers: 7\nlog: {{level: error}}\n"
            )
            verdict = daemon.control("reload")
            self.assertTrue(verdict["ok"], verdict)
            self.assertEqual((verdict["rules"], verdict["files"]), (4, 2))
            self.assertEqual(verdict["needs_restart"], "workers")
            enabled = {rule["id"]: rule["enabled"] for rule in daemon.control("rules")["rules"]}
            self.assertEqual(
                enabled,
                {"test.blackout": True, "test.parley": True, "more.blackout": True, "more.parley": False},
            )
            daemon.control("reload")
            self.assertEqual(daemon.log().count("reload done"), 0)  # the level is error by then
            daemon.config.write_text("rules: {pahts: [x]}\n")
            verdict = daemon.control("reload")
            self.assertFalse(verdict["ok"])
            self.assertIn("configuration", verdict["error"])
            self.assertEqual(verdict["diagnostics"][0]["code"], "unknown-key")

    def test_many_askers(self):
        """Everybody who asks gets a verdict; status is answered meanwhile."""
        with Daemon() as daemon:
            askers = []
            for _ in range(20):
                asker = daemon.context.socket(zmq.REQ)
                asker.linger = 0
                asker.rcvtimeo = int(DEADLINE_S * 1000)
                asker.connect(daemon.control_endpoint)
                asker.send(b'{"verb": "reload"}')
                askers.append(asker)
            self.assertTrue(daemon.status()["ok"])
            verdicts = [json.loads(asker.recv()) for asker in askers]
            self.assertTrue(all(verdict["ok"] for verdict in verdicts))
            self.assertLessEqual(len({verdict["generation"] for verdict in verdicts}), 20)
            self.assertEqual(daemon.status()["generation"], max(verdict["generation"] for verdict in verdicts))

    def test_hup_while_it_starts(self):
        """An early HUP is not the end, but a reload once it has started."""
        with Daemon(start=False) as daemon:
            text = daemon.config.read_text()
            daemon.config.unlink()
            os.mkfifo(daemon.config)
            starting = threading.Thread(target=daemon.start)
            starting.start()
            until(lambda: daemon.process and daemon.blocks(signal.SIGHUP), "signals are taken")
            daemon.signal(signal.SIGHUP)
            daemon.config.write_text(text)
            starting.join()
            self.assertEqual(daemon.status()["generation"], 1)
            daemon.config.write_text(text)
            until(lambda: daemon.status()["generation"] == 2, "the reload that was asked for")

    def test_while_it_loads(self):
        """Status is answered, no more than a bound of askers wait, and each gets one reply.

        The configuration is a pipe, so that loading takes exactly as long as nobody writes to it.
        """
        with Daemon(start=False) as daemon:
            text = daemon.config.read_text()
            daemon.config.unlink()
            os.mkfifo(daemon.config)
            write = threading.Thread(target=lambda: daemon.config.write_text(text))
            write.start()
            daemon.start()
            write.join()
            dealer = daemon.context.socket(zmq.DEALER)
            dealer.linger = 0
            dealer.rcvtimeo = int(DEADLINE_S * 1000)
            dealer.connect(daemon.control_endpoint)
            events = daemon.subscriber("event.")
            push = daemon.pusher()
            refused = 0
            for number in range(200):
                dealer.send_multipart([b"", b'{"verb": "reload"}'])
                if number % 16 == 0:
                    self.assertEqual(daemon.status()["generation"], 1)
                    push.send(item(number))
                    events.next()
                while dealer.poll(0):
                    refused += self.is_refusal(dealer)
            for generation in (2, 3):  # for those who asked before it began, for those who asked since
                write = threading.Thread(target=lambda: daemon.config.write_text(text), daemon=True)
                write.start()
                until(lambda wanted=generation: daemon.status()["generation"] == wanted, f"generation {generation}")
                write.join()
            replies = [json.loads(dealer.recv_multipart()[1]) for _ in range(200 - refused)]
            good = [reply for reply in replies if reply["ok"]]
            self.assertTrue(64 < len(good) <= 128, len(good))
            self.assertTrue(all("too many" in reply["error"] for reply in replies if not reply["ok"]))
            self.assertEqual({reply["generation"] for reply in good}, {2, 3})
            self.assertEqual(daemon.status()["generation"], 3)

    def is_refusal(self, dealer):
        reply = json.loads(dealer.recv_multipart()[1])
        self.assertFalse(reply["ok"])
        self.assertIn("too many", reply["error"])
        return 1

    def test_old_sets_go(self):
        """A rule set is freed after its last use: memory does not grow with reloads."""
        with Daemon("log.level=error") as daemon:
            for number in range(20):
                daemon.write_rules(pack(about=f"a {number}"))
                daemon.control("reload")
            before = daemon.memory_kib()
            stop = threading.Event()
            push = daemon.pusher()

            def send():
                number = 0
                while not stop.is_set():
                    push.send(item(number))
                    number += 1

            sender = threading.Thread(target=send)
            sender.start()
            for number in range(60):
                daemon.write_rules(pack(about=f"b {number}"))
                self.assertTrue(daemon.control("reload")["ok"])
            stop.set()
            sender.join()
            # The thread sanitizer keeps a shadow of what was freed.
            self.assertLess(daemon.memory_kib() - before, (128 if "/tsan/" in DAEMON else 48) << 10)
            until(lambda: daemon.counters()["in_flight"] == 0, "everything settled")


if __name__ == "__main__":
    unittest.main(warnings="ignore")  # the daemon's context closes whatever was opened by it
