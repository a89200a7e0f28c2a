#!/usr/bin/env python3
"""The clients against a daemon that is played: every way to lose events, each on purpose."""
import json
import subprocess
import threading
import unittest

import zmq
from clients import KINDS, TOOL, Client
from support import until
from verbs_support import SocketCase

PAGE = 3  # events of a page: so that a few events are several


def made(sequence, topic="event.blackout.ongoing", number=None, stream="s1", identifier=None):
    return topic, {
        "specversion": "1.0", "id": identifier or f"{stream}-{sequence}", "sequence": f"{sequence:020}",
        "topicsequence": f"{number or sequence:020}", "streamid": stream, "recordedtime": f"2026-01-01T00:00:{sequence:02}Z",
        "data": {"class": "blackout", "text": "a \"quoted\" {brace} \\"},
    }


class Played:
    """A daemon with a journal that is a list."""
    live_first = True

    def __init__(self, case):
        self.live, self.output = case.socket(zmq.XPUB)
        self.router, self.replay = case.socket(zmq.ROUTER)
        self.journal, self.stream, self.oldest = [], "s1", 1
        self.damaged, self.scan = [], 1 << 60  # ranges that cannot be read; how many numbers a request looks at
        self.requests, self.silent, self.refusals = [], 0, 0
        self.ending = threading.Event()
        self.thread = threading.Thread(target=self.serve)
        self.thread.start()

    def stop(self):
        self.ending.set()
        self.thread.join()

    def serve(self):
        while not self.ending.is_set():
            if not self.router.poll(10):
                continue
            peer, empty, body = self.router.recv_multipart()
            request = json.loads(body)
            self.requests.append(request)
            if self.silent:
                self.silent -= 1
            elif self.refusals:
                self.refusals -= 1
                self.router.send_multipart([peer, empty, b'{"error": "the journal cannot be read"}'])
            else:
                self.router.send_multipart([peer, empty, *self.answer(request)])

    def answer(self, request):
        topics, first = request.get("topics", [""]), request.get("from", 0)
        fitting = [
            (topic, event) for topic, event in self.journal
            if first <= int(event["sequence"]) <= request.get("until", 1 << 60) and int(event["sequence"]) >= self.oldest
            and any(topic.startswith(beginning) for beginning in topics)
            and event["recordedtime"] >= request.get("since", "")
        ]
        head = int(self.journal[-1][1]["sequence"]) if self.journal else 0
        behind = min(max(first, 1) + self.scan, head + 1)
        seen = [pair for pair in fitting if int(pair[1]["sequence"]) < behind]
        page = seen[: min(PAGE, request.get("limit", PAGE))]
        more = behind <= min(head, request.get("until", head)) or len(page) < len(seen)
        if len(page) < len(seen):
            behind = int(page[-1][1]["sequence"]) + 1
        elif not more:
            behind = int(page[-1][1]["sequence"]) + 1 if page else first or head + 1
        header = {"stream": self.stream, "oldest": self.oldest, "head": head, "count": len(page), "next": behind,
                  "more": more}
        last = behind - 1 if more else min(head, request.get("until", head))
        missing = [[a, b] for a, b in self.damaged if a >= first and b <= last]
        if missing:
            header["missing"] = missing
        frames = [json.dumps(header).encode()]
        for topic, event in () if request.get("count") else page:
            frames += [topic.encode(), json.dumps(event).encode()]
        return frames

    def keep(self, *events):
        self.journal += events

    def publish(self, *events):
        for topic, event in events:
            self.live.send_multipart([topic.encode(), json.dumps(event).encode()])

    def beat(self, sequence):
        self.live.send_multipart(
            [b"heartbeat", json.dumps({"sequence": f"{sequence:020}", "streamid": self.stream}).encode()])

    def wait_subscribed(self, count):
        for _ in range(count):
            self.live.recv()

    def wait_requests(self, count):
        until(lambda: len(self.requests) >= count, f"{count} requests, but {self.requests}")


class History(SocketCase):
    EVENTS = [
        ("event.blackout.ongoing", "a", {"class": "blackout", "status": "ongoing",
         "places": [{"id": "Q1899", "name": "Kyiv", "in": "UKR"}], "parties": [{"id": "DTEK"}]}),
        ("event.negotiation.signed", "b", {"class": "negotiation", "status": "signed",
         "places": [], "parties": [{"id": "EU", "name": "European Union"}, {"id": "UKR"}]}),
        ("event.blackout.restored", "c", {"class": "blackout", "status": "restored", "places": [{"text": "Lviv"}]}),
    ]

    def test_filters(self):
        played = Played(self)
        for number, (topic, subject, data) in enumerate(self.EVENTS, 1):
            event = made(number, topic)[1]
            played.keep((topic, {**event, "subject": subject, "data": data}))
        try:
            for words, wanted in [
                ((), "abc"), (("--class", "blackout"), "ac"), (("--class", "blackout", "--status", "restored"), "c"),
                (("--status", "signed"), "b"), (("--place", "kyiv"), "a"), (("--place", "Q1899"), "a"),
                (("--place", "UKR"), "a"), (("--place", "lviv"), "c"), (("--party", "ukr"), "b"),
                (("--party", "european union"), "b"), (("--party", "DTEK", "--place", "Kyiv"), "a"),
                (("--since", "2026-01-01T00:00:02Z"), "bc"), (("--limit", "1"), "c"), (("--party", "Kyi"), ""),
            ]:
                done = subprocess.run([TOOL, "history", "--replay", played.replay, "--json", *words],
                                      capture_output=True, text=True, timeout=60, check=False)
                found = "".join(json.loads(line)["subject"] for line in done.stdout.splitlines())
                self.assertEqual((found, done.returncode), (wanted, 0 if wanted else 1), (words, done.stderr))
            done = subprocess.run([TOOL, "history", "--replay", played.replay], capture_output=True, text=True,
                                  timeout=60, check=False)
            self.assertEqual(len(done.stdout.splitlines()), 4)  # a table with its head
        finally:
            played.stop()


class Clients(SocketCase):
    def each(self, act, **options):
        """The same with every kind of client; each sees a daemon of its own."""
        for kind in KINDS:
            with self.subTest(kind):
                played = Played(self)
                played.keep(*[made(n) for n in range(1, 5)])
                try:
                    act(played, lambda **more: self.start(kind, played, **options, **more))
                finally:
                    played.stop()

    def start(self, kind, played, replay=True, topics=(), **options):
        client = Client(kind, played.output, played.replay if replay else None, topics=topics, **options)
        self.addCleanup(client.stop)
        played.wait_subscribed(1 + max(1, len(topics)))
        if replay:
            played.wait_requests(1)
        return client

    def check(self, client, wanted):
        until(lambda: len(client.events) >= len(wanted) or client.process.poll() is not None,
              f"{len(wanted)} events, but {client.sequences()} {client.notes}")
        self.assertEqual(client.sequences(), wanted, client.notes)

    def test_from_now(self):
        def act(played, start):
            client = start(count=3)
            events = [made(n) for n in range(5, 8)]
            played.keep(*events)
            played.publish(*events)
            self.assertEqual(client.end(), 0, client.notes)
            self.check(client, [5, 6, 7])
            self.assertEqual(client.missed(), [])
            self.assertEqual(json.loads(client.events[0][1]), events[0][1])

        self.each(act)

    def test_gap_is_filled_first(self):
        def act(played, start):
            client = start(count=9)
            events = [made(n) for n in range(5, 14)]
            played.keep(*events)
            played.publish(events[0], events[7], events[8])
            self.check(client, list(range(5, 14)))
            self.assertEqual(client.end(), 0, client.notes)

        self.each(act)

    def test_loss_at_the_end(self):
        def act(played, start):
            client = start(count=5)
            played.keep(*[made(n) for n in range(5, 10)])
            played.beat(4)
            played.beat(9)
            self.check(client, list(range(5, 10)))

        self.each(act)

    def test_nothing_twice(self):
        """Not by sequence, not by id."""
        def act(played, start):
            client = start(count=3)
            events = [made(5), made(6), made(7, identifier="s1-5"), made(8)]
            played.keep(*events)
            played.publish(events[0], events[0], events[1], events[0], *events)
            self.check(client, [5, 6, 8])
            self.assertEqual(client.end(), 0, client.notes)

        self.each(act)

    def test_withdrawn_comes_again(self):
        """An id that was withdrawn may be published again; live, and where a gap is filled."""
        def act(played, start):
            client = start(count=6)
            topic, gone = made(7, "event.retracted")
            gone["data"] = {"reason": "corrected", "withdrawn": [{"id": "s1-5", "successor": "x"}, {"id": "s1-6"}]}
            events = [made(5), made(6), (topic, gone), made(8, identifier="s1-6"), made(9, identifier="s1-5"),
                      made(10, identifier="s1-5"), made(11, identifier="s1-7"), made(12)]
            played.keep(*events)
            played.publish(*(events if played.live_first else [events[0], events[-1]]))
            self.check(client, [5, 6, 7, 8, 9, 12])
            self.assertEqual(client.end(), 0, client.notes)

        for live_first in (True, False):
            Played.live_first = live_first
            self.each(act)

    def test_from_a_sequence(self):
        def act(played, start):
            client = start(count=4, start=2)
            played.keep(made(5))
            played.publish(made(5))
            self.check(client, [2, 3, 4, 5])

        self.each(act)

    def test_since_a_time(self):
        def act(played, start):
            played.keep(*[made(n) for n in range(5, 12)])
            client = start(count=10, since="2026-01-01T00:00:03Z")
            played.keep(made(12))
            played.publish(made(12))
            self.check(client, list(range(3, 13)))

        self.each(act)

    def test_what_the_journal_no_longer_holds(self):
        def act(played, start):
            client = start(count=4)
            played.keep(*[made(n) for n in range(5, 14)])
            played.oldest = 10
            played.publish(made(13))
            self.check(client, [10, 11, 12, 13])
            self.assertEqual(len(client.missed()), 1, client.notes)
            self.assertIn("5 to 9", client.missed()[0])

        self.each(act)

    def test_hole_in_the_journal(self):
        def act(played, start):
            client = start(count=4)
            played.keep(made(5), made(6), made(9), made(10))
            played.publish(made(10))
            self.check(client, [5, 6, 9, 10])
            self.assertIn("7 to 8", client.missed()[0])

        self.each(act)

    def test_damage_in_the_journal(self):
        """It is told once, as lost, and the rest goes on."""
        def act(played, start):
            client = start(count=5)
            played.keep(made(5), made(6), made(9), made(10), made(11))
            played.damaged = [[7, 8]]
            played.publish(made(5), made(11))
            self.check(client, [5, 6, 9, 10, 11])
            self.assertEqual(len(client.missed()), 1, client.notes)
            self.assertIn("7 to 8, damaged in the journal", client.missed()[0])

        self.each(act)

        def act_since(played, start):
            played.keep(made(5), made(8), made(9))
            played.damaged = [[6, 7]]
            client = start(count=7, since="2026-01-01T00:00:02Z")
            self.check(client, [2, 3, 4, 5, 8, 9])
            until(client.missed, "a word about the damage")
            played.keep(made(10))
            played.publish(made(10))
            self.check(client, [2, 3, 4, 5, 8, 9, 10])
            self.assertEqual(len(client.missed()), 1, client.notes)
            self.assertIn("6 to 7, damaged", client.missed()[0])

        self.each(act_since)

    def test_damage_and_a_filter(self):
        """What came by the live way is not lost; of the rest it cannot be known which topic it had."""
        topic, other = "event.blackout.ongoing", "event.negotiation.signed"

        def act(played, start):
            client = start(topics=["event.blackout."])
            played.keep(made(6, other, 1), made(8, topic, 7))
            played.damaged = [[5, 5], [7, 7]]
            played.publish(made(5, topic, 5), made(8, topic, 7))
            self.check(client, [5, 8])
            played.beat(8)
            until(client.missed, "a word about the damage")
            played.keep(made(9, topic, 8))
            played.publish(made(9, topic, 8))
            self.check(client, [5, 8, 9])
            self.assertEqual(len(client.missed()), 1, client.notes)
            self.assertIn("7 to 7, damaged", client.missed()[0])

        self.each(act)

    def test_replies_without_events_that_go_on(self):
        topic, other = "event.blackout.ongoing", "event.negotiation.signed"

        def act(played, start):
            played.scan = 2
            client = start(count=2, topics=["event.blackout."])
            played.keep(*[made(n, other, n) for n in range(5, 20)], made(20, topic, 5), made(21, topic, 6))
            played.publish(made(21, topic, 6))
            played.beat(21)
            until(lambda: len(client.events) == 2, f"2 events, but {client.sequences()} {client.notes}")
            self.assertEqual(sorted(client.sequences()), [20, 21])
            self.assertEqual(client.missed(), [])

        self.each(act)

    def test_new_stream(self):
        """All of it is had, from its first event on; stragglers of the old one are not."""
        def act(played, start):
            client = start(count=7)
            played.keep(made(5))
            played.publish(made(5))
            self.check(client, [5])
            played.stream = "s2"
            played.journal = [made(n, stream="s2") for n in range(1, 6)]
            played.publish(made(3, stream="s2"), made(6), made(4, stream="s2"))
            played.beat(5)
            self.check(client, [5, 1, 2, 3, 4, 5])
            until(lambda: client.says("s2"), "a word about it")
            self.assertEqual(len(client.says("s2")), 1, client.notes)

        self.each(act)

    def test_replay_that_does_not_answer(self):
        """It waits, asks again and says so once: nothing behind the gap is given before it is filled."""
        def act(played, start):
            client = start(count=3)
            played.silent, played.refusals = 1, 2
            played.keep(*[made(n) for n in range(5, 8)])
            played.publish(made(7))
            self.check(client, [5, 6, 7])
            until(lambda: client.says("asking again"), "a word about it")
            self.assertEqual(len(client.says("asking again")), 1, client.notes)

        self.each(act)

    def test_without_replay(self):
        def act(played, start):
            client = start(count=3, replay=False)
            played.publish(made(5), made(9))
            played.beat(11)
            played.publish(made(12))
            self.check(client, [5, 9, 12])
            self.assertIn("6 to 8", client.missed()[0])
            self.assertIn("10 to 11", client.missed()[1])

        self.each(act)

    def test_filter(self):
        """A hole in its topic is filled before what follows; the loss of a silent topic at the heartbeat."""
        topic, silent, other = "event.blackout.ongoing", "event.blackout.planned", "event.negotiation.signed"

        def act(played, start):
            client = start(count=5, topics=["event.blackout."])
            events = [made(5, topic, 5), made(6, other, 1), made(7, topic, 6), made(8, silent, 1), made(9, topic, 7),
                      made(10, topic, 8), made(11, other, 2)]
            played.keep(*events)
            played.publish(events[0], events[5])
            self.check(client, [5, 7, 8, 9, 10])
            self.assertTrue(all(request.get("topics", ["event.blackout."]) == ["event.blackout."]
                                for request in played.requests[1:]))

        self.each(act)

        def act_at_the_heartbeat(played, start):
            client = start(count=4, topics=["event.blackout."])
            events = [made(5, topic, 5), made(6, silent, 1), made(7, topic, 6), made(8, other, 1), made(9, silent, 2)]
            played.keep(*events)
            played.publish(events[0], events[2])
            self.check(client, [5, 7])
            played.beat(8)
            played.publish(events[4])
            played.beat(9)
            until(lambda: len(client.events) == 4, f"4 events, but {client.sequences()}")
            self.assertEqual(sorted(client.sequences()), [5, 6, 7, 9])

        self.each(act_at_the_heartbeat)

    def test_filter_that_missed_nothing(self):
        """The count of its topics is the proof; no event is asked for."""
        other = "event.negotiation.signed"

        def act(played, start):
            client = start(topics=["event.blackout."])
            events = [made(5), made(6, other, 1), made(7, number=6)]
            played.keep(*events)
            played.publish(events[0], events[2])
            played.beat(7)
            played.wait_requests(2)
            self.check(client, [5, 7])
            self.assertTrue(all(request.get("count") for request in played.requests), played.requests)

        self.each(act)

    def test_what_is_no_event(self):
        def act(played, start):
            client = start(count=2)
            played.keep(made(5), made(6))
            played.publish(made(5))
            for bytes_ in (b"\xff{", b"[]", b"{}", b"", b'{"sequence": "5"', b'"'):
                played.live.send_multipart([b"event.x", bytes_])
            played.live.send_multipart([b"event.x"])
            played.live.send_multipart([b"event.x", b"{}", b"more"])
            played.publish(made(6))
            self.assertEqual(client.end(), 0, client.notes)
            self.check(client, [5, 6])
            self.assertGreaterEqual(len(client.says("cannot be read")), 5, client.notes)

        self.each(act)

    def test_refused_at_the_start(self):
        def act(played, start):
            played.refusals = 1
            client = start(since="2026-01-01T00:00:00Z")
            if client.kind == "python":  # it asks again: the module tells and waits
                until(lambda: client.says("asking again"), "a word about it")
                return
            self.assertNotEqual(client.end(), 0)
            self.assertTrue(client.says("the journal cannot be read"), client.notes)

        self.each(act)


if __name__ == "__main__":
    unittest.main(warnings="ignore")
