"""Follows the events of a newstagd so that none is missed and none comes twice. Needs only pyzmq.

    import newstag

    for message in newstag.follow("tcp://127.0.0.1:5557", "tcp://127.0.0.1:5558"):
        if message.kind == "event":
            print(message.topic, message.event["data"])

It subscribes to the live events, checks their sequences and the heartbeat's, asks the daemon's replay for
what is missing before it goes on, and drops what it has given already (by sequence, and by id). What not
even the journal holds any more is told: kind "missed". A daemon with a new journal is told, too: kind
"stream"; its sequence begins at 1. Kind "trouble" is for the log: it goes on by itself.

`Replay(endpoint).pages(since="2026-01-31T00:00:00Z")` reads the journal without following.
"""

import collections
import json
import time

import zmq
import zmq.auth

HEARTBEAT = b"heartbeat"
IDS = 16384  # of events given, kept to know them again: at least so many, at most twice
BEYOND_MAX = 65536
ANSWER_S = 5.0
RETRY_S = 0.5
KEY_TRY_S = 3.0  # a live connection is silent for so long, three heartbeats, before the other key is tried
LAST_SEQUENCE = 1 << 53

Message = collections.namedtuple(
    "Message", "kind topic payload event sequence replayed first last text", defaults=(None,) * 8
)
Page = collections.namedtuple("Page", "stream oldest next head count more events until missing")


class Keys:
    """CURVE keys for a daemon with security.curve on: one's own NAME.key_secret, and the daemon's public key
    (40 characters, or its file). `next_server`: one that it may have by now; the two are tried in turn when
    nothing comes, and the replay fills the gap."""

    def __init__(self, own, server, next_server=None):
        self.public, self.secret = zmq.auth.load_certificate(own)
        if self.secret is None:
            raise ValueError(f"{own} holds no secret key")
        self.servers = [self._server(key) for key in (server, next_server) if key]

    @staticmethod
    def _server(key):
        return key.encode() if len(key) == 40 and "/" not in key else zmq.auth.load_certificate(key)[0]

    def set(self, socket, turn):
        socket.curve_publickey, socket.curve_secretkey = self.public, self.secret
        socket.curve_serverkey = self.servers[turn % len(self.servers)]


class Refused(Exception):
    """The daemon did not take a request; its sentence."""


class Replay:
    """The daemon's replay: one request, one page."""

    def __init__(self, endpoint, context=None, keys=None):
        self.endpoint = endpoint
        self.keys, self.turn = keys, 0
        self.context = context or zmq.Context.instance()
        self.socket = None

    def close(self):
        if self.socket is not None:
            self.socket.close(0)
        self.socket = None

    def ask(self, timeout_s=ANSWER_S, **request):
        """A Page; None without an answer in time. Members as in the request: see the README."""
        if self.socket is None:
            self.socket = self.context.socket(zmq.REQ)
            self.socket.linger = 0
            self.socket.reconnect_ivl = 200
            if self.keys:
                self.keys.set(self.socket, self.turn)
            self.socket.connect(self.endpoint)
        self.socket.send(json.dumps({key: value for key, value in request.items() if value is not None}).encode())
        if not self.socket.poll(timeout_s * 1000):
            self.close()  # it would wait for that answer for ever
            self.turn += 1
            return None
        frames = self.socket.recv_multipart()
        header = json.loads(frames[0])
        if "error" in header:
            raise Refused(header["error"])
        return Page(
            header["stream"], header["oldest"], header["next"], header["head"], header["count"],
            header.get("more", False), list(zip(frames[1::2], frames[2::2])), header.get("until"),
            header.get("missing", []),
        )

    def pages(self, start=1, until=None, since=None, topics=None, limit=None):
        """All pages from a sequence or a time on. `missing` of a page: ranges of sequences that are damaged."""
        first = None if since else start
        while True:
            page = self.ask(**{"from": first}, until=until, since=since, topics=topics, limit=limit)
            if page is None:
                raise TimeoutError(f"no answer from {self.endpoint}")
            yield page
            if not page.more:
                return
            first = page.next


class _Seen:
    def __init__(self):
        self.now, self.old = set(), set()

    def add(self, identifier):
        """False when it was there already."""
        if not identifier:
            return True
        if identifier in self.now or identifier in self.old:
            return False
        self.now.add(identifier)
        if len(self.now) >= IDS:
            self.now, self.old = set(), self.now
        return True


    def forget(self, identifiers):
        self.now.difference_update(identifiers)
        self.old.difference_update(identifiers)


class Subscription:
    """`topics`: beginnings of those to have; none: every event. `start`: the first sequence to have, or
    `since`: a time; neither: from now on. `position` and `stream` are what to go on from after a restart."""

    def __init__(self, output, replay=None, topics=(), start=None, since=None, stream="", prefix="event.",
                 high_water=10000, context=None, keys=None):
        self.context = context or zmq.Context.instance()
        self.replay = Replay(replay, self.context, keys) if replay else None
        self.output, self.high_water, self.keys, self.turn = output, high_water, keys, 0
        self.topics = list(topics) or [prefix]
        self.filtered = not any(prefix.startswith(topic) for topic in self.topics)
        self.stream, self.before = stream, None
        self.position = start - 1 if start else None
        self.since = since
        self.seen = _Seen()
        self.topic_last = {}
        self.beyond = set()  # filtered: sequences given beyond the position
        self.waiting = collections.deque()  # messages to be given
        self.told = False
        self.excused = 0  # told as damaged since the last live event: of whatever topic
        self.begun = self.replay is None
        self.held = None
        self.live = self._open()

    def _open(self):
        live = self.context.socket(zmq.SUB)
        live.linger = 0
        live.rcvhwm = self.high_water
        live.tcp_keepalive = 1
        if self.keys:
            self.keys.set(live, self.turn)
        for topic in self.topics:
            live.subscribe(topic)
        live.subscribe(HEARTBEAT)
        live.connect(self.output)
        self.heard = time.monotonic()
        return live

    def _try_other_key(self):
        """Nothing has come for long: the daemon may have the other key by now."""
        if self.keys and len(self.keys.servers) > 1 and time.monotonic() - self.heard > KEY_TRY_S:
            self.turn += 1
            self.live.close(0)
            self.live = self._open()

    def close(self):
        self.live.close(0)
        if self.replay:
            self.replay.close()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    def __iter__(self):
        while True:
            message = self.next()
            if message is not None:
                yield message

    def next(self, timeout_s=1.0):
        """The next Message, None without one in time. While the replay does not answer it takes longer:
        nothing behind a gap is given before the gap is filled."""
        end = time.monotonic() + timeout_s
        while not self.waiting:
            if not self.begun:
                self.begun = True
                self._begin()
            elif self.held is not None:
                held, self.held = self.held, None
                self._take(*held)
            else:
                left = end - time.monotonic()
                if not self.live.poll(min(max(left, 0), 1) * 1000):
                    self._try_other_key()
                    if left <= 0:
                        return None
                    continue
                self.heard = time.monotonic()
                frames = self.live.recv_multipart()
                if len(frames) == 2:
                    self._take(*frames)
        return self.waiting.popleft()

    # --- telling

    def _give(self, kind, **more):
        self.waiting.append(Message(kind=kind, **more))

    def _missed(self, first, last, why=""):
        self.position = max(self.position or 0, last)
        self._give("missed", first=first, last=last, text=f"missed events: sequence {first} to {last}{why}")

    def _tell_damaged(self, missing, before=None):
        """Takes from the ranges what the journal cannot give any more before that sequence."""
        while missing and (before is None or missing[0][1] < before):
            first, last = missing.pop(0)
            first = max(first, self.position + 1)
            if first <= last and not all(sequence in self.beyond for sequence in range(first, last + 1)):
                self._missed(first, last, ", damaged in the journal")
                self.excused += last - first + 1

    def _give_event(self, topic, payload, event, replayed):
        if self.seen.add(event.get("id")):
            if topic.endswith(b"retracted"):  # what is withdrawn may be published again
                self.seen.forget([one["id"] for one in event["data"]["withdrawn"]])
            self._give("event", topic=topic.decode(), payload=payload, event=event,
                       sequence=int(event["sequence"]), replayed=replayed)

    # --- replay

    def _ask(self, **request):
        """A page, however long it takes; None when the stream is another one, which is then fetched."""
        while True:
            try:
                page = self.replay.ask(**request)
                why = "no answer"
            except Refused as refused:
                page, why = None, str(refused)
            if page is not None:
                break
            if not self.told:
                self._give("trouble", text=f"no replay from {self.replay.endpoint}: {why}; asking again")
                self.told = True
            time.sleep(RETRY_S)
        self.told = False
        if page.stream and page.stream != self.stream and self._change(page.stream):
            return None
        return page

    def _begin(self):
        if self.position is None and not self.since:
            self.position = self._ask(**{"from": LAST_SEQUENCE, "limit": 1, "count": True}).head
        else:
            self._fetch(None)

    def _change(self, stream):
        first = not self.stream
        self.before, self.stream = self.stream, stream
        if first:
            return False
        self.position = 0 if self.replay else None
        self.since = None
        self.topic_last.clear()
        self.beyond.clear()
        self._give("stream", text=stream)
        if self.replay:
            self._fetch(None)
        return True

    def _fetch(self, wanted):
        """Gives what lies between the position and `wanted` (None: the head)."""
        since, self.since = self.since, None
        first = None if since else (self.position or 0) + 1
        self.position = self.position or 0
        topics = self.topics if self.filtered else None
        while True:
            page = self._ask(**{"from": first}, until=wanted, since=since, topics=topics)
            if page is None:
                return
            end = page.head if wanted is None else min(wanted, page.head)
            if first == self.position + 1 and self.position + 1 < page.oldest <= page.head + 1:
                self._missed(self.position + 1, page.oldest - 1 if wanted is None else min(page.oldest - 1, wanted))
            missing = list(page.missing)
            for topic, payload in page.events:
                self._take_replayed(topic, payload, since, missing)
            self._tell_damaged(missing)
            if not page.more and self.held is not None and wanted is not None and page.head < wanted:
                time.sleep(RETRY_S)  # what was published must be there; its reader has not seen it yet
                first = self.position + 1
                continue
            if not page.more:
                break
            first = page.next
        if not self.filtered and not since and end > self.position:
            self._missed(self.position + 1, end)
        self._settle(end)

    def _take_replayed(self, topic, payload, since, missing):
        event = json.loads(payload)
        sequence = int(event["sequence"])
        self._tell_damaged(missing, sequence)
        if self.filtered:
            self.topic_last[topic] = max(self.topic_last.get(topic, 0), int(event["topicsequence"]))
            if sequence in self.beyond:
                return
        elif sequence <= self.position:
            return
        elif not since and sequence > self.position + 1:
            self._missed(self.position + 1, sequence - 1)
        self.position = sequence
        self._give_event(topic, payload, event, True)

    def _settle(self, end):
        self.position = max(self.position, end)
        self.beyond = {sequence for sequence in self.beyond if sequence > self.position}

    def _prove(self, head):
        """Of one who filters: whether as many events came as there are up to the head; else fetches them."""
        counted, first = 0, self.position + 1
        while True:
            page = self._ask(**{"from": first, "until": head, "topics": self.topics, "count": True})
            if page is None:
                return
            counted += page.count
            if page.missing:  # a count proves nothing where events cannot be read
                self._fetch(head)
                return
            if not page.more:
                break
            first = page.next
        if counted == sum(sequence <= head for sequence in self.beyond):
            self._settle(min(head, page.head))
        else:
            self._fetch(head)

    # --- live

    def _take(self, topic, payload):
        try:
            event = json.loads(payload)
            sequence, stream = int(event["sequence"]), event.get("streamid", "")
        except (ValueError, KeyError, TypeError):
            self._give("trouble", text="a message that cannot be read")
            return
        if stream != self.stream:
            if stream == self.before and self.before:
                return
            if self._change(stream):
                self.held = (topic, payload)
                return
        if topic == HEARTBEAT:
            self._take_heartbeat(sequence)
        elif self.filtered:
            self._take_filtered(topic, payload, event, sequence)
        else:
            self._take_whole(topic, payload, event, sequence)

    def _take_heartbeat(self, head):
        if self.position is None:
            self.position = head
        elif head <= self.position:
            return
        elif self.replay and self.filtered:
            self._prove(head)
        elif self.replay:
            self._fetch(head)
        elif self.filtered:
            self.position = head
        else:
            self._missed(self.position + 1, head)

    def _take_whole(self, topic, payload, event, sequence):
        if self.position is not None and sequence <= self.position:
            return
        if self.position is not None and sequence > self.position + 1:
            if self.replay:
                self.held = (topic, payload)
                self._fetch(sequence - 1)
                return
            self._missed(self.position + 1, sequence - 1)
        self.position = sequence
        self._give_event(topic, payload, event, False)

    def _take_filtered(self, topic, payload, event, sequence):
        number, last = int(event["topicsequence"]), self.topic_last.get(topic, 0)
        if sequence <= (self.position or 0) or sequence in self.beyond:
            return
        hole = number - last - 1 if last and number > last else 0
        if (hole or len(self.beyond) >= BEYOND_MAX) and self.replay and self.position + 1 < sequence:
            self.held = (topic, payload)
            self._fetch(sequence - 1)
            return
        self.topic_last[topic] = max(last, number)
        hole, self.excused = hole if hole > self.excused else 0, 0
        if hole:
            self._give("missed", first=(self.position or 0) + 1, last=sequence - 1,
                       text=f"missed {hole} events of {topic.decode()} before sequence {sequence}")
        if self.replay:
            self.beyond.add(sequence)
        else:
            self.position = sequence
        self._give_event(topic, payload, event, False)


def follow(output, replay=None, **options):
    """The messages, for ever."""
    with Subscription(output, replay, **options) as subscription:
        yield from subscription
