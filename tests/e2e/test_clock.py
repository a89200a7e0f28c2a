#!/usr/bin/env python3
"""The wall clock is set back and forth while the daemon runs, by a library that is preloaded: nothing is early or lost.

What has an interval (heartbeats, silence, reconnecting) does not notice; an event's times are those of the clock as it
is; what is to be deleted, or published at a time, follows a jump forward only step by step.
"""
import datetime
import itertools
import os
import struct
import tempfile
import time
import unittest

import zmq

from support import Daemon, item, until

CLOCK = os.environ.get("NEWSTAG_CLOCK", "build/dev/tests/faults/libnewstag_clock.so")
HOUR_S, DAY_S = 3600, 86400


class Clock:
    """How far the daemon's wall clock is ahead of the true one."""

    def __init__(self):
        handle, self.path = tempfile.mkstemp(prefix="nt-clock-")
        os.write(handle, bytes(8))
        os.close(handle)
        self.ahead_s = 0

    def set(self, ahead_s):
        self.ahead_s = ahead_s
        with open(self.path, "r+b") as file:
            file.write(struct.pack("q", ahead_s * 1_000_000_000))

    def now(self):
        return time.time() + self.ahead_s

    def environment(self):
        return {"LD_PRELOAD": os.path.abspath(CLOCK), "FAULTS_CLOCK": self.path,
                "ASAN_OPTIONS": "quarantine_size_mb=4:verify_asan_link_order=0"}


def seconds(text):
    whole, _, fraction = text.rstrip("Z").partition(".")
    parsed = datetime.datetime.strptime(whole, "%Y-%m-%dT%H:%M:%S").replace(tzinfo=datetime.timezone.utc)
    return parsed.timestamp() + float(f"0.{fraction or 0}")


def stamp(when):
    return datetime.datetime.fromtimestamp(when, datetime.timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ")


class Jumps(unittest.TestCase):
    def setUp(self):
        self.clock = Clock()
        self.addCleanup(os.unlink, self.clock.path)

    def daemon(self, *sets):
        return Daemon("output.heartbeat=20ms", *sets, env=self.clock.environment())

    def test_running(self):
        with self.daemon("feed.0.silence=1h") as daemon:
            events, beats, push = daemon.subscriber("event."), daemon.subscriber("heartbeat"), daemon.pusher()
            uptime, number = daemon.status()["uptime_s"], 0
            for ahead_s in (3 * HOUR_S, -7 * HOUR_S, 400 * DAY_S, 0, -400 * DAY_S, 2 * DAY_S, 0):
                self.clock.set(ahead_s)
                for _ in range(20):
                    number += 1
                    earliest = self.clock.now() - 0.001
                    push.send(item(number))
                    _, event = events.next()
                    self.assertEqual(int(event["sequence"]), number)
                    self.assertEqual(event["subject"], f"urn:item:{number}")
                    self.assertTrue(earliest <= seconds(event["recordedtime"]) <= self.clock.now(), event)
                until(lambda: abs(seconds(beats.next()[1]["time"]) - self.clock.now()) < 60, "a heartbeat of this time")
                status = daemon.status()
                self.assertTrue(status["ready"], status["because"])
                self.assertFalse(status["feeds"][0]["silent"])
                self.assertTrue(uptime <= status["uptime_s"] < uptime + 1000, status["uptime_s"])
                uptime = status["uptime_s"]
            self.assertEqual(daemon.wait_settled(number)["tagged"], number)
            daemon.wait_log("the system's clock was set", 7)
            self.assertEqual(daemon.stop(), 0)

    def test_embargo(self):
        """What may be published in an hour is not published because the clock is wrong for a while."""
        with self.daemon() as daemon:
            events, beats, push = daemon.subscriber("event."), daemon.subscriber("heartbeat"), daemon.pusher()
            push.send(item(1, embargoed=stamp(time.time() + HOUR_S)))
            daemon.wait_counters(held=1, in_flight=0)
            self.clock.set(2 * HOUR_S)
            daemon.wait_log("the system's clock was set")
            push.send(item(2, embargoed=stamp(time.time() + HOUR_S)))
            push.send(item(3))
            beats.take(100)
            self.assertEqual(events.next()[1]["subject"], "urn:item:3")
            self.assertEqual(daemon.counters()["held"], 2)
            self.assertFalse(events.pending())
            self.clock.set(0)
            daemon.wait_log("the system's clock was set", 2)
            push.send(item(4, embargoed=stamp(time.time() + 2)))
            self.assertEqual(events.next()[1]["subject"], "urn:item:4")

    def oldest(self, daemon):
        request = daemon.context.socket(zmq.REQ)
        request.linger = 0
        request.connect(daemon.replay_endpoint)
        request.send_json({"from": 1, "limit": 1})
        header = request.recv_json()
        while request.getsockopt(zmq.RCVMORE):
            request.recv()
        request.close()
        return int(header["oldest"])

    def test_retention(self):
        """Retention deletes nothing for a jump; a daemon that starts at that time does."""
        with self.daemon("journal.segment=1MiB", "journal.retain=10m") as daemon:
            push, beats = daemon.pusher(), daemon.subscriber("heartbeat")
            for number in range(2500):
                push.send(item(number))
            daemon.wait_settled(2500)
            files = len(list((daemon.folder / "journal").glob("events-*.db")))
            self.assertGreater(files, 1)
            self.clock.set(DAY_S)
            daemon.wait_log("the system's clock was set")
            end = time.monotonic() + 12  # it looks every ten seconds
            next(beat for beat in itertools.repeat(beats) if beat.next() and time.monotonic() > end)
            self.assertEqual(self.oldest(daemon), 1)
            self.assertEqual(daemon.stop(), 0)
            daemon.notify.close()
            (daemon.folder / "notify").unlink()
            daemon.start()
            until(lambda: self.oldest(daemon) > 1, "that old events go")


if __name__ == "__main__":
    unittest.main(warnings="ignore")  # the daemon's context closes whatever was opened by it
