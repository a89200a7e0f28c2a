#!/usr/bin/env python3
"""Events leave in feed order whatever the number of workers and however long an item takes."""
import random
import unittest

from support import Daemon, item


class Order(unittest.TestCase):
    def check_order(self, workers, count):
        chance = random.Random(workers)
        with Daemon(f"workers={workers}") as daemon:
            self.assertEqual(daemon.status()["workers"], workers)
            events = daemon.subscriber("event.")
            push = daemon.pusher()
            for number in range(count):
                words = int(chance.paretovariate(0.7)) % 4000
                push.send(item(number, "The concert went well. " * words + "A blackout hit the city."))
            got = events.take(count)
            self.assertEqual([event["subject"] for _, event in got], [f"urn:item:{n}" for n in range(count)])
            self.assertEqual([int(event["sequence"]) for _, event in got], list(range(1, count + 1)))
            daemon.wait_settled(count)
            self.assertEqual(daemon.stop(), 0)

    def test_one_worker(self):
        self.check_order(1, 300)

    def test_eight_workers(self):
        self.check_order(8, 500)

    def test_slow_item_first(self):
        """What is done early waits for the one before."""
        with Daemon("workers=4") as daemon:
            events = daemon.subscriber("event.")
            push = daemon.pusher()
            push.send(item(0, "The concert went well. " * 20000 + "A blackout hit the city."))
            for number in range(1, 200):
                push.send(item(number))
            got = [event["subject"] for _, event in events.take(200)]
            self.assertEqual(got, [f"urn:item:{n}" for n in range(200)])

    def test_more_than_the_ring_holds(self):
        """A full ring stops reading and loses nothing."""
        with Daemon("workers=2") as daemon:
            push = daemon.pusher()
            body = "The concert went well. " * 300
            for number in range(3000):
                push.send(item(number, body))
            counters = daemon.wait_settled(3000)
            self.assertEqual(counters["untagged"], 3000)


if __name__ == "__main__":
    unittest.main(warnings="ignore")  # the daemon's context closes whatever was opened by it
