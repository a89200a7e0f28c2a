#!/usr/bin/env python3
"""The control endpoint answers what it is asked, and strangers to the protocol harm nobody."""
import json
import unittest

import zmq

from support import DEADLINE_S, Daemon, item, until


class Control(unittest.TestCase):
    def test_status(self):
        with Daemon() as daemon:
            status = daemon.status()
            for name, kind in (
                ("instance", str),
                ("version", str),
                ("generation", int),
                ("ruleset", str),
                ("uptime_s", (int, float)),
                ("ready", bool),
                ("because", list),
                ("feeds", list),
                ("workers", int),
                ("stream", str),
            ):
                self.assertIsInstance(status[name], kind, name)
            self.assertEqual((status["ready"], status["because"]), (True, []))
            self.assertEqual(
                set(status["counters"]),
                {"received", "tagged", "untagged", "filtered", "rejected", "held", "in_flight", "events"}
                | {"held_for", "released", "stale", "retractions"},
            )
            self.assertEqual(len(status["counters"]["rejected"]), 13)
            self.assertEqual(set(status["output"]), {"endpoint", "subscriptions", "sequence"})
            self.assertIsNone(status["reload"])

    def test_rules(self):
        with Daemon() as daemon:
            reply = daemon.control("rules")
            self.assertEqual([rule["id"] for rule in reply["rules"]], ["test.blackout", "test.parley"])
            rule = reply["rules"][0]
            self.assertEqual((rule["about"], rule["status"], rule["enabled"]), ("as it was", "stable", True))
            self.assertEqual((rule["file"], rule["tests"]), (str(daemon.rules / "test.yaml"), 2))
            self.assertRegex(rule["rev"], "^[0-9a-f]{12}$")

    def test_explain(self):
        with Daemon() as daemon:
            words = json.loads(item(1))
            reply = daemon.control("explain", item=words)
            self.assertTrue(reply["ok"], reply)
            self.assertTrue(reply["given"])
            self.assertIn("test.blackout", json.dumps(reply["explanation"]))
            reply = daemon.control("explain", item=words, rule="test.parley")
            self.assertEqual((reply["ok"], reply["given"]), (True, False))
            text = daemon.control("explain", item=words, json=False)["explanation"]
            self.assertIsInstance(text, str)
            self.assertIn("test.blackout", text)
            for more, said in (
                ({"item": words, "rule": "test.none"}, "test.none"),
                ({"item": {"id": "a"}}, "no_text"),
                ({"item": "words"}, "object"),
                ({}, "object"),
            ):
                reply = daemon.control("explain", **more)
                self.assertFalse(reply["ok"])
                self.assertIn(said, reply["error"])
            self.assertEqual(daemon.counters()["received"], 0)

    def test_malformed(self):
        with Daemon() as daemon:
            for payload in (
                b"",
                b"status",
                b"[]",
                b"{}",
                b'{"verb": 1}',
                b'{"verb": "dance"}',
                b'{"verb": "status", "verb": "drain"}',
                b'{"verb": "\xff"}',
                b"[" * 100,
                b'{"x": "' + b"y" * (2 << 20) + b'"}',
            ):
                with self.subTest(payload[:20]):
                    reply = daemon.control_raw(payload)
                    self.assertEqual((reply["ok"], type(reply["error"])), (False, str))
            self.assertEqual(daemon.stop(), 0)

    def test_strange_frames(self):
        """A DEALER that sends too few and too many frames gets an error each time."""
        with Daemon() as daemon:
            dealer = daemon.context.socket(zmq.DEALER)
            dealer.linger = 0
            dealer.rcvtimeo = int(DEADLINE_S * 1000)
            dealer.connect(daemon.control_endpoint)
            for frames in ([b"x"], [b"", b"a", b"b"], [b"x", b"{}"], [b""] * 9):
                dealer.send_multipart(frames)
                self.assertFalse(json.loads(dealer.recv_multipart()[-1])["ok"])
            dealer.send_multipart([b"", b'{"verb": "status"}'])
            self.assertTrue(json.loads(dealer.recv_multipart()[-1])["ok"])

    def test_greedy_and_silent_clients(self):
        with Daemon() as daemon:
            for _ in range(50):
                silent = daemon.context.socket(zmq.REQ)
                silent.linger = 0
                silent.connect(daemon.control_endpoint)
            greedy = daemon.context.socket(zmq.DEALER)
            greedy.linger = 0
            greedy.rcvhwm = 1
            greedy.sndtimeo = 0
            greedy.connect(daemon.control_endpoint)
            for _ in range(3000):
                try:
                    greedy.send_multipart([b"", b'{"verb": "rules"}'])
                except zmq.Again:
                    break
            events = daemon.subscriber("event.")
            daemon.pusher().send(item(1))
            events.next()
            self.assertEqual(daemon.stop(), 0)

    def test_off(self):
        """Without a control endpoint it still runs; TERM ends it."""
        with Daemon("control.endpoint=off") as daemon:
            push = daemon.pusher()
            push.send(b"no item")
            daemon.wait_log("rejected an item")
            self.assertEqual(daemon.stop(), 0)
            self.assertIn("control at none", daemon.log())

    def test_not_ready_without_a_feed(self):
        """It starts though a feed cannot be reached, says so, and is ready once it can."""
        with Daemon(start=False) as daemon:
            daemon.sets += ["feed.0.mode=connect", f"feed.0.endpoint=ipc://{daemon.folder}/later"]
            daemon.start()
            status = daemon.status()
            self.assertEqual((status["ready"], status["because"]), (False, ["feed feed0 is not connected"]))
            push = daemon.context.socket(zmq.PUSH)
            push.bind(f"ipc://{daemon.folder}/later")
            until(lambda: daemon.status()["ready"], "ready once the feed is there")
            daemon.wait_log("feed feed0: connected")
            push.close(linger=0)
            until(lambda: not daemon.status()["ready"], "not ready once the feed is gone")
            daemon.wait_log("feed feed0: disconnected")


if __name__ == "__main__":
    unittest.main(warnings="ignore")  # the daemon's context closes whatever was opened by it
