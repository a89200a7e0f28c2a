#!/usr/bin/env python3
"""How it ends: drain on TERM, INT and by control; at once on a second signal. And the other signals."""
import os
import re
import signal
import unittest

import zmq

from support import Daemon, item, until

MEDIUM = "The concert went well, said the mayor of the city. " * 20 + "Then came the blackout."
SLOW = "The concert went well, said the mayor of the city. " * 8000


class End(unittest.TestCase):
    def check_drain(self, ask):
        """All that was received is tagged and published, in order, and the rest is the sender's."""
        with Daemon("feed.0.high_water=100") as daemon:
            events = daemon.subscriber("event.")
            push = daemon.pusher()
            for number in range(2500):
                push.send(item(number, MEDIUM))
            before = daemon.counters()["received"]
            ask(daemon)
            self.assertEqual(daemon.wait_end(), 0)
            self.assertIn("draining", daemon.log())
            ended = re.search(r"ended: received (\d+) = tagged (\d+) .* in flight 0; events (\d+)", daemon.log())
            self.assertIsNotNone(ended, daemon.log())
            count = int(ended[1])
            self.assertGreaterEqual(count, before)
            self.assertEqual({ended[1], ended[2], ended[3]}, {str(count)})
            got = [event["subject"] for _, event in events.take(count)]
            self.assertEqual(got, [f"urn:item:{n}" for n in range(count)])
            self.assertFalse(events.pending())
            daemon.wait_notify("STOPPING=1")

    def test_term(self):
        self.check_drain(lambda daemon: daemon.signal(signal.SIGTERM))

    def test_int(self):
        self.check_drain(lambda daemon: daemon.signal(signal.SIGINT))

    def test_control(self):
        self.check_drain(lambda daemon: self.assertTrue(daemon.control("drain")["ok"]))

    def test_full_ring(self):
        """What waits behind a full ring is read, too, however long the items in front of it take."""
        with Daemon("workers=1") as daemon:
            push = daemon.context.socket(zmq.PUSH)
            push.sndhwm = 1  # so that what was sent is in the daemon's hands, but for one or two
            push.linger = 0
            push.connect(daemon.feed_endpoint())
            for number in range(8):
                push.send(item(number, SLOW * 2))
            for number in range(8, 250):
                push.send(item(number, x="y" * (400 << 10)))
            daemon.signal(signal.SIGTERM)
            self.assertEqual(daemon.wait_end(), 0)
            ended = re.search(r"ended: received (\d+) = tagged (\d+) ", daemon.log())
            self.assertGreaterEqual(int(ended[1]), 245)
            self.assertEqual(int(ended[2]), int(ended[1]) - 8)

    def test_killed(self):
        """It comes back on the same endpoints."""
        with Daemon() as daemon:
            daemon.process.kill()
            daemon.wait_end()
            daemon.notify.close()
            (daemon.folder / "notify").unlink()
            daemon.start()
            events = daemon.subscriber("event.")
            daemon.pusher().send(item(1))
            self.assertEqual(events.next()[1]["subject"], "urn:item:1")
            self.assertEqual(daemon.stop(), 0)

    def test_idle(self):
        with Daemon() as daemon:
            self.assertEqual(daemon.stop(), 0)
            self.assertFalse(os.path.exists(daemon.folder / "control"))

    def test_feed_that_never_stops(self):
        """A feed that goes on sending does not keep it from ending."""
        with Daemon() as daemon:
            push = daemon.pusher()
            push.linger = 0
            push.sndtimeo = 50
            daemon.signal(signal.SIGTERM)
            while daemon.process.poll() is None:
                try:
                    push.send(item(1))
                except zmq.Again:
                    continue
            self.assertEqual(daemon.wait_end(), 0)
            self.assertIn("+ in flight 0;", daemon.log())

    def test_second_term(self):
        with Daemon("workers=1", "journal.durability=off") as daemon:
            push = daemon.pusher()
            for number in range(300):
                push.send(item(number, SLOW))
            until(lambda: daemon.counters()["in_flight"] >= 150, "a drain that takes a while")
            daemon.signal(signal.SIGTERM)
            daemon.wait_log("draining")
            status = daemon.status()
            self.assertFalse(status["ready"])
            self.assertIn("draining", status["because"])
            daemon.signal(signal.SIGTERM)
            self.assertEqual(daemon.wait_end(), 75)
            self.assertRegex(daemon.log(), "second signal: [1-9][0-9]* items in flight are abandoned")

    def test_second_term_while_a_subscriber_is_waited_for(self):
        with Daemon() as daemon:
            deaf = daemon.context.socket(zmq.SUB)
            deaf.rcvhwm = 1
            deaf.linger = 0
            deaf.subscribe("event.")
            deaf.connect(daemon.output_endpoint)
            daemon.subscriber("event.").socket.close()
            push = daemon.pusher()
            for number in range(3000):
                push.send(item(number, headline="H" * 500))
            daemon.wait_settled(3000)
            daemon.signal(signal.SIGTERM)
            daemon.wait_log("ended: received 3000")
            daemon.signal(signal.SIGTERM)
            self.assertEqual(daemon.wait_end(), 0)
            self.assertIn("what subscribers have not fetched is abandoned", daemon.log())

    def test_counters_on_usr2(self):
        with Daemon() as daemon:
            daemon.pusher().send(item(1))
            daemon.wait_settled(1)
            daemon.signal(signal.SIGUSR2)
            daemon.wait_log("counters: received 1 = tagged 1 + untagged 0")

    def test_log_reopened_on_usr1(self):
        with Daemon() as daemon:
            moved = daemon.folder / "log.1"
            daemon.log_path.rename(moved)
            daemon.signal(signal.SIGUSR1)
            daemon.wait_log("the log was reopened")
            self.assertIn("started", moved.read_text())
            self.assertEqual(daemon.stop(), 0)
            self.assertIn("ended", daemon.log())
            self.assertNotIn("ended", moved.read_text())


if __name__ == "__main__":
    unittest.main(warnings="ignore")  # the daemon's context closes whatever was opened by it
