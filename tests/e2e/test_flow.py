#!/usr/bin/env python3
"""Items in, events out: every kind of feed, topics, frames, heartbeat, sequence."""
import json
import socket
import unittest

import zmq

from support import DEADLINE_S, Daemon, is_sanitized, item, until


class Flow(unittest.TestCase):
    def check_event(self, topic, event, number):
        self.assertEqual(topic, "event.blackout.ongoing")
        self.assertEqual(event["specversion"], "1.0")
        self.assertEqual(event["subject"], f"urn:item:{number}")
        self.assertEqual(event["data"]["class"], "blackout")
        self.assertRegex(event["data"]["ruleset"], "^sha256:[0-9a-f]{64}$")

    def test_pull_feed(self):
        with Daemon() as daemon:
            events = daemon.subscriber("event.")
            push = daemon.pusher()
            push.send(item(1))
            push.send(item(2, "Nothing of note."))
            push.send(item(3))
            self.check_event(*events.next(), 1)
            self.check_event(*events.next(), 3)
            counters = daemon.wait_settled(3)
            self.assertEqual((counters["tagged"], counters["untagged"], counters["events"]), (2, 1, 2))
            self.assertEqual(daemon.stop(), 0)

    def test_sub_feed(self):
        with Daemon(start=False, feeds=0) as daemon:
            feed = daemon.context.socket(zmq.XPUB)
            feed.linger = 0
            feed.rcvtimeo = int(DEADLINE_S * 1000)
            port = feed.bind_to_random_port("tcp://127.0.0.1")
            daemon.sets += [
                f"feed.0.endpoint=tcp://127.0.0.1:{port}",
                "feed.0.pattern=sub",
                "feed.0.topics=wire.,flash.",
            ]
            daemon.start()
            self.assertEqual({feed.recv(), feed.recv()}, {b"\x01wire.", b"\x01flash."})
            events = daemon.subscriber("event.")
            feed.send_multipart([b"wire.a", item(1)])
            feed.send_multipart([b"sport.a", item(2)])
            feed.send_multipart([b"flash.a", item(3)])
            self.check_event(*events.next(), 1)
            self.check_event(*events.next(), 3)
            self.assertEqual(daemon.wait_settled(2)["tagged"], 2)
            self.assertTrue(daemon.status()["ready"])

    def test_several_feeds(self):
        with Daemon(start=False, feeds=2) as daemon:
            push = daemon.context.socket(zmq.PUSH)
            push.linger = 0
            port = push.bind_to_random_port("tcp://127.0.0.1")
            daemon.sets += [
                f"feed.2.endpoint=tcp://127.0.0.1:{port}",
                "feed.2.pattern=pull",
                "feed.3.endpoint=tcp://127.0.0.1:*",
                "feed.3.mode=bind",
            ]
            daemon.start()
            bound = daemon.status()["feeds"][3]["endpoint"]
            publisher = daemon.context.socket(zmq.XPUB)
            publisher.linger = 0
            publisher.rcvtimeo = int(DEADLINE_S * 1000)
            publisher.connect(bound)
            publisher.recv()
            events = daemon.subscriber("event.")
            publisher.send_multipart([b"", item(4)])
            senders = [daemon.pusher(0), daemon.pusher(1), push]
            for number, sender in enumerate(senders):
                sender.send(item(number))
            subjects = {event["subject"] for _, event in events.take(4)}
            self.assertEqual(subjects, {f"urn:item:{n}" for n in (0, 1, 2, 4)})
            until(lambda: all(feed["received"] == 1 for feed in daemon.status()["feeds"]), "one item from each feed")

    def test_topics(self):
        """A subscriber gets what it asked for and nothing else."""
        with Daemon() as daemon:
            blackouts = daemon.subscriber("event.blackout.")
            everything = daemon.subscriber("")
            push = daemon.pusher()
            push.send(item(1, "The parley went on."))
            push.send(item(2, "A blackout during the parley."))
            push.send(item(3, "Nothing."))
            daemon.wait_settled(3)
            self.check_event(*blackouts.next(), 2)
            self.assertFalse(blackouts.pending())
            topics = [topic for topic, _ in everything.take(3) if topic != "heartbeat"]
            self.assertTrue(set(topics) <= {"event.blackout.ongoing", "event.negotiation.ongoing"}, topics)

    def test_output_that_connects(self):
        """Events can go to whoever binds, a proxy for one."""
        with Daemon(start=False) as daemon:
            bound = daemon.context.socket(zmq.SUB)
            bound.linger = 0
            bound.rcvtimeo = int(DEADLINE_S * 1000)
            bound.subscribe("event.")
            bound.bind(f"ipc://{daemon.folder}/proxy")
            daemon.sets += [f"output.endpoint=ipc://{daemon.folder}/proxy", "output.mode=connect"]
            daemon.start()

            def subscribed():
                bound.poll(1)  # a bound SUB subscribes at whoever came when it is used
                return daemon.status()["output"]["subscriptions"] == 1

            until(subscribed, "the subscription")
            daemon.pusher().send(item(1))
            topic, event = bound.recv_multipart()
            self.check_event(topic.decode(), json.loads(event), 1)

    def test_prefix_and_instance(self):
        with Daemon("output.prefix=tags.", "instance=north-1") as daemon:
            events = daemon.subscriber("tags.blackout.")
            daemon.pusher().send(item(1))
            topic, event = events.next()
            self.assertEqual(topic, "tags.blackout.ongoing")
            self.assertEqual(event["source"], "urn:newstagd:north-1")

    def test_frames(self):
        """The last frame is the item; frames never become items of their own."""
        with Daemon() as daemon:
            events = daemon.subscriber("event.")
            push = daemon.pusher()
            push.send_multipart([b"topic", item(1)])
            push.send_multipart([b"topic", b"more", item(2)])
            push.send_multipart([item(9)] * 20 + [item(3)])
            push.send_multipart([item(9), b""])
            for number in (1, 2, 3):
                self.check_event(*events.next(), number)
            counters = daemon.wait_settled(4)
            self.assertEqual(counters["tagged"], 3)
            self.assertEqual(counters["rejected"]["not_json"], 1)
            until(lambda: daemon.status()["feeds"][0]["surplus_frames"] == 2, "two messages of too many frames")

    def test_held(self):
        with Daemon() as daemon:
            push = daemon.pusher()
            push.send(item(1, pubstatus="withheld"))
            push.send(item(2, embargoed="2199-01-01T00:00:00Z"))
            push.send(item(3, embargoed="2001-01-01T00:00:00Z"))
            push.send(item(4, pubstatus="canceled"))
            counters = daemon.wait_settled(4)
            self.assertEqual((counters["held"], counters["filtered"], counters["tagged"]), (2, 1, 1))

    def test_sequence(self):
        """No holes over all topics, none per topic; numbers of the parts that were patched in are whole."""
        with Daemon() as daemon:
            events = daemon.subscriber("event.")
            push = daemon.pusher()
            for number in range(300):
                push.send(item(number, ["A blackout.", "Nothing.", "A blackout in the parley."][number % 3]))
            got = events.take(300)
            self.assertEqual([int(event["sequence"]) for _, event in got], list(range(1, 301)))
            self.assertEqual({len(event["sequence"]) for _, event in got}, {20})
            for wanted in {topic for topic, _ in got}:
                own = [int(event["topicsequence"]) for topic, event in got if topic == wanted]
                self.assertEqual(own, list(range(1, len(own) + 1)))
            self.assertEqual({event["streamid"] for _, event in got}, {daemon.status()["stream"]})
            self.assertEqual(len({event["id"] for _, event in got}), 300)

    def test_heartbeat(self):
        with Daemon("output.heartbeat=20ms") as daemon:
            beats = daemon.subscriber("heartbeat")
            topic, beat = beats.next()
            self.assertEqual((topic, int(beat["sequence"])), ("heartbeat", 0))
            self.assertEqual(beat["streamid"], daemon.status()["stream"])
            daemon.pusher().send(item(1))
            until(lambda: int(beats.next()[1]["sequence"]) == 1, "a heartbeat with the last sequence")
        with Daemon("output.heartbeat=0") as daemon:
            everything = daemon.subscriber("")
            daemon.pusher().send(item(1))
            self.assertEqual(everything.next()[0], "event.blackout.ongoing")
            self.assertEqual(daemon.stop(), 0)

    def test_deaf_feed(self):
        """A message beyond the fuse cuts the connection for good in libzmq; the daemon connects anew."""
        with Daemon(start=False, feeds=0) as daemon:
            feed = daemon.context.socket(zmq.XPUB)
            feed.linger = 0
            feed.rcvtimeo = int(DEADLINE_S * 1000)
            port = feed.bind_to_random_port("tcp://127.0.0.1")
            daemon.sets += [f"feed.0.endpoint=tcp://127.0.0.1:{port}", "feed.0.name=wire"]
            daemon.start()
            self.assertEqual(feed.recv(), b"\x01")
            feed.send(item(1))
            daemon.wait_settled(1)
            feed.send(b"x" * (17 << 20))
            while feed.recv() != b"\x01":
                continue  # it goes, and comes again
            feed.send(item(2))
            daemon.wait_settled(2)
            self.assertEqual(daemon.status()["feeds"][0]["revived"], 1)
            self.assertIn("feed wire: the connection was given up", daemon.log())

    def test_oversize(self):
        """A frame of 100 MiB, and a message whose parts never end: bounded, counted, and the feed lives."""
        with Daemon(start=False, feeds=0) as daemon:
            daemon.sets += ["feed.0.endpoint=tcp://127.0.0.1:*", "feed.0.pattern=pull", "feed.0.mode=bind"]
            daemon.start()
            endpoint = daemon.status()["feeds"][0]["endpoint"]
            large, honest = (daemon.pusher(endpoint=endpoint) for _ in range(2))
            large.linger = 0
            honest.send(item(1))
            daemon.wait_settled(1)
            before = daemon.memory_kib()
            large.send(bytes(100 << 20))
            until(lambda: daemon.status()["feeds"][0]["disconnects"] == 1, "the end of who sends too much")
            large.close()
            # libzmq would keep an unfinished message to itself: greeting, READY, part after part by hand (RFC 23).
            host, port = endpoint.removeprefix("tcp://").split(":")
            endless = socket.create_connection((host, int(port)))
            endless.sendall(b"\xff" + bytes(7) + b"\x01\x7f\x03\x00NULL" + bytes(16 + 32))
            endless.sendall(b"\x04\x1a\x05READY\x0bSocket-Type\x00\x00\x00\x04PUSH")
            self.assertEqual(len(endless.recv(64, socket.MSG_WAITALL)), 64)
            self.assertIn(b"READY", endless.recv(100))  # before, nothing may be said
            part = b"\x03" + (100000).to_bytes(8, "big") + bytes(100000)
            with self.assertRaises(ConnectionError):
                for _ in range(20000):  # two gigabytes, if nobody minds
                    endless.sendall(part)
            endless.close()
            self.assertEqual(until(lambda: daemon.status()["feeds"][0]["floods"], "its count"), 1)
            daemon.wait_log("a peer that never ends its message was cut off")
            honest.send(item(2))
            daemon.wait_settled(2)
            if not is_sanitized():
                self.assertLess(daemon.memory_kib() - before, 1 << 20)  # what comes in half a second, on any machine

    def test_silent_feed(self):
        """The log and the status tell of silence, and of its end; a feed that connects is connected anew."""
        with Daemon(start=False, feeds=0) as daemon:
            feed = daemon.context.socket(zmq.PUB)
            feed.linger = 0
            port = feed.bind_to_random_port("tcp://127.0.0.1")
            daemon.sets += [f"feed.0.endpoint=tcp://127.0.0.1:{port}", "feed.0.name=wire", "feed.0.silence=200ms"]
            daemon.start()

            def look():
                return daemon.status()["feeds"][0]

            daemon.wait_log("feed wire: nothing has come for 0.2 s; it is connected")
            until(lambda: look()["silent"], "silence in the status")
            self.assertGreaterEqual(look()["quiet_s"], 0.2)
            until(lambda: look()["renewed"] == 1, "another connection")
            self.assertEqual((look()["connects"], look()["peers"], look()["revived"]), (2, 1, 0))
            feed.send(item(1))
            daemon.wait_settled(1)
            daemon.wait_log("feed wire: items come again")
            daemon.wait_log("nothing has come for 0.2 s", 2)

    def test_stopped_subscriber(self):
        """One that does not read loses events itself and costs the others none."""
        with Daemon("output.high_water=10") as daemon:
            stopped = daemon.subscriber("event.")
            reading = daemon.subscriber("event.b")
            push = daemon.pusher()
            for number in range(2000):
                push.send(item(number, headline="H" * 2000))
                self.assertEqual(reading.next()[1]["subject"], f"urn:item:{number}")
            self.assertTrue(stopped.pending())
            self.assertEqual(daemon.stop(), 0)

    def test_tells_the_time(self):
        with Daemon() as daemon:
            events = daemon.subscriber("event.")
            daemon.pusher().send(item(1, versioncreated="2025-12-19T09:00:00Z"))
            _, event = events.next()
            self.assertEqual(event["time"], "2025-12-19T09:00:00Z")
            self.assertGreater(event["recordedtime"], event["time"])
            self.assertIsInstance(json.dumps(event), str)


if __name__ == "__main__":
    unittest.main(warnings="ignore")  # the daemon's context closes whatever was opened by it
