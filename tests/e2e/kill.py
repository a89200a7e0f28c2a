#!/usr/bin/env python3
"""Kills the daemon under load, again and again, at random and at aimed moments, and holds it to its word.

With durability full, no item that `received` counted is without its event or its dead letter; with full and events, no
event that was seen is gone, the sequence has no hole, and what comes twice has equal ids. What still stood in ZeroMQ's
queues when it died is lost and was never counted (a feed's high_water of messages, and what the system's socket
buffers hold), so the feed numbers its items and only counted ones are asked for.

Segments are small and few are kept, so that segments begin and retention deletes all the time.
"""
import argparse
import collections
import json
import os
import pathlib
import random
import shutil
import signal
import sqlite3
import sys
import threading
import time

import zmq

from support import RULE, Daemon, item, pack, until

AIMS = ("any", "reload", "segment", "retention", "start")  # the moment of the kill
HIGH_WATER = 100  # of the feed
LEAST_S, MOST_S = 0.02, 0.2  # of load before a kill
SEGMENT_BYTES, RETAIN_BYTES = 1 << 20, 3 << 20
KEPT_IN_MIND = 20000  # events; more than stand in the journal
RELOAD_S = 0.03  # about what a reload takes
RULES = 300  # so that a reload takes a while
REJECTED_EVERY = 23  # one item of so many has no text: it becomes a dead letter


def rows(path, sql, mode="ro"):
    """Nothing while the file is just being made or has just gone."""
    try:
        base = sqlite3.connect(f"file:{path}?mode={mode}", uri=True)
        try:
            made = base.execute("SELECT count(*) FROM sqlite_master").fetchone()[0]
            return base.execute(sql).fetchall() if made else []
        finally:
            base.close()
    except sqlite3.OperationalError:
        if path.exists():
            raise
        return []


def textless(number):
    return json.dumps({"uri": f"urn:item:{number}"}).encode()


def many_rules():
    return pack() + "".join(
        RULE.format(name=f"more{n}", about="more", word=f"wonder{n}", kind="wonder", status="ongoing", said="city")
        for n in range(RULES)
    )


def life_files(folder):
    return [(path.name, path.stat().st_size) for path in sorted(folder.iterdir())]


class Listener(threading.Thread):
    """A subscriber that outlives every daemon: it connects again by itself."""

    def __init__(self, daemon):
        super().__init__()
        self.socket = daemon.context.socket(zmq.SUB)
        self.socket.rcvhwm, self.socket.linger = 0, 0
        self.socket.reconnect_ivl = 5
        self.socket.subscribe("")
        self.socket.connect(daemon.output_endpoint)
        self.ended = threading.Event()
        self.fresh = []  # payloads of events that nobody has taken yet
        self.beats = collections.deque(maxlen=100)  # (monotonic time, heartbeat)
        self.start()

    def run(self):
        while not self.ended.is_set():
            if self.socket.poll(20):
                topic, payload = self.socket.recv_multipart()
                if topic == b"heartbeat":
                    self.beats.append((time.monotonic(), payload))
                else:
                    self.fresh.append(payload)
        self.socket.close()

    def take(self):
        fresh, self.fresh = self.fresh, []
        return fresh

    def first_beat(self, since_wall):
        """When the first heartbeat came that was made after that time."""
        for when, payload in list(self.beats):
            text = json.loads(payload)["time"].rstrip("Z")
            seconds, _, fraction = text.partition(".")
            made = time.mktime(time.strptime(seconds, "%Y-%m-%dT%H:%M:%S")) - time.timezone
            if made + float(f"0.{fraction or 0}") >= since_wall:
                return when
        return None


class Round:
    """What is known of one daemon's life."""

    def __init__(self, aim):
        self.aim = aim
        self.first = self.sent = 0  # the items sent are first … first + sent - 1
        self.base = self.received = 0  # what it said that it had received: at the beginning, last


class Rounds:
    def __init__(self, durability="full", seed=1, workers=2):
        self.chance = random.Random(seed)
        self.durability = durability
        self.daemon = Daemon(
            f"journal.durability={durability}", f"journal.segment={SEGMENT_BYTES}B", f"workers={workers}",
            f"journal.retain_size={RETAIN_BYTES}B", f"feed.0.high_water={HIGH_WATER}", "log.level=warning",
            "output.heartbeat=20ms", rules=many_rules(),
        )
        self.journal_folder = self.daemon.folder / "journal"
        self.listener = Listener(self.daemon)
        self.next_item = 0
        self.last = 0  # the newest sequence that was checked
        self.recent = {}  # sequence → payload of the last ones checked
        self.ids = {}  # subject → id
        self.buried = set()  # subjects of dead letters
        self.number_of_letter = 0
        self.aimed = collections.Counter()
        self.ready_s, self.publishing_s = [], []
        self.kills = self.seen = self.most_lost = self.segments = 0

    def __enter__(self):
        return self

    def __exit__(self, failed, *_):
        if failed and os.environ.get("NEWSTAG_KEEP"):
            shutil.copytree(self.daemon.folder, os.environ["NEWSTAG_KEEP"], ignore=lambda folder, names: [
                name for name in names if (pathlib.Path(folder) / name).is_socket()])
        self.listener.ended.set()
        self.listener.join()
        self.daemon.close()

    # --- load

    def feed(self, life, stop):
        push = self.daemon.context.socket(zmq.PUSH)
        push.linger, push.sndhwm, push.sndtimeo = 0, 16, 20
        push.connect(self.daemon.feed_endpoint())
        text = "A blackout hit the city. " + "The concert went well. " * self.chance.randrange(1, 40)
        while not stop.is_set():
            number = life.first + life.sent
            try:
                push.send(textless(number) if number % REJECTED_EVERY == 0 else item(number, text))
                life.sent += 1
            except zmq.Again:
                pass
        push.close()

    def watch(self, life, stop):
        """What the daemon itself says that it has received, until it dies."""
        ask = self.daemon.context.socket(zmq.REQ)
        ask.linger, ask.rcvtimeo = 0, 200
        ask.connect(self.daemon.control_endpoint)
        try:
            while not stop.is_set():
                ask.send(b'{"verb":"status"}')
                if not ask.poll(200) or stop.is_set():
                    break
                life.received = max(life.received, json.loads(ask.recv())["counters"]["received"])
                stop.wait(0.002)
        except zmq.Again:
            pass
        ask.close()

    # --- the moment

    def segment_files(self):
        return {name for name in os.listdir(self.journal_folder) if name.startswith("events-") and name.endswith(".db")}

    def await_files(self, condition, end):
        """Watches the folder as closely as it can."""
        before = self.segment_files()
        while time.monotonic() < end:
            if condition(before, self.segment_files()):
                return True
        return False

    def aim(self, life):
        pause = threading.Event()
        pause.wait(self.chance.uniform(LEAST_S, MOST_S))
        if life.aim == "reload":
            self.daemon.signal(signal.SIGHUP)
            pause.wait(self.chance.uniform(0, RELOAD_S))
        elif life.aim == "segment":
            hit = self.await_files(lambda before, now: now - before, time.monotonic() + 2)
            pause.wait(self.chance.choice((0, 0, 0.001, 0.003)))
            self.aimed["segment, seen to begin"] += hit

    def kill(self):
        self.daemon.process.kill()
        self.daemon.wait_end()
        self.kills += 1

    def live(self, aim):
        """One life under load, up to the kill."""
        life, stop = Round(aim), threading.Event()
        life.base = life.received = self.settle()
        life.first = self.next_item
        threads = [threading.Thread(target=work, args=(life, stop)) for work in (self.feed, self.watch)]
        for thread in threads:
            thread.start()
        try:
            self.aim(life)
            self.kill()
        finally:
            stop.set()
            for thread in threads:
                thread.join()
        self.next_item = life.first + life.sent
        self.aimed[aim] += 1
        return life

    # --- coming back

    def settle(self):
        """Once what the spool held is judged: how many items that were."""
        status = until(lambda: (s := self.daemon.status()["counters"])["in_flight"] == 0 and s, "nothing in flight")
        return status["received"]

    def spawn(self):
        self.daemon.notify.close()
        (self.daemon.folder / "notify").unlink()
        self.daemon.spawn()

    def kill_while_it_starts(self):
        self.spawn()
        threading.Event().wait(self.chance.uniform(0, 0.3))
        self.kill()

    def kill_while_it_deletes(self):
        """Retention looks when the daemon starts."""
        self.spawn()
        self.aimed["retention, seen to delete"] += self.await_files(
            lambda before, now: before - now, time.monotonic() + 0.5)
        threading.Event().wait(self.chance.choice((0, 0, 0.001, 0.003)))
        self.kill()

    def come_back(self, life):
        if life.aim == "start":
            for _ in range(self.chance.randrange(1, 4)):
                self.kill_while_it_starts()
        elif life.aim == "retention":
            self.kill_while_it_deletes()
        begin, wall = time.monotonic(), time.time()
        self.spawn()
        self.daemon.wait_notify("READY=1")
        self.ready_s.append(time.monotonic() - begin)
        self.publishing_s.append(until(lambda: self.listener.first_beat(wall), "a heartbeat") - begin)

    # --- what must hold

    def look_at_dead(self):
        """Reads what the dead daemon left, of a copy, so that it is left as it died (a file that was just being made
        may have to be rolled back): its events, before retention has its turn at the next start. Returns the subjects
        on the spool."""
        copy = self.daemon.folder / "copy"
        shutil.copytree(self.journal_folder, copy)
        self.read_events(copy, self.last, "rw")
        payloads = rows(copy / "spool.db", "SELECT payload FROM item", "rw")
        shutil.rmtree(copy)
        return {json.loads(payload)["uri"] for (payload,) in payloads}

    def read_events(self, folder, behind, mode="ro"):
        """The events behind that one: those known are as they were, and the new ones follow without a hole."""
        for path in sorted(folder.glob("events-*.db")):
            for sequence, subject, identifier, payload in rows(
                path, f"SELECT sequence, subject, id, payload FROM event WHERE sequence > {behind} ORDER BY sequence",
                mode,
            ):
                if sequence <= self.last:
                    assert self.recent[sequence] == payload.encode(), ("changed", self.recent[sequence], payload)
                    continue
                assert sequence == self.last + 1, (
                    "the sequence has a hole", self.last, sequence, path.name, life_files(folder))
                assert self.ids.setdefault(subject, identifier) == identifier, ("came twice, ids differ", subject)
                self.last = sequence
                self.recent[sequence] = payload.encode()

    def read_letters(self):
        path = self.journal_folder / "deadletters.db"
        for number, payload in rows(
            path, f"SELECT number, payload FROM letter WHERE number > {self.number_of_letter} ORDER BY number"
        ):
            self.buried.add(json.loads(payload)["uri"])
            self.number_of_letter = number

    def check_whole(self):
        """Whole files from the oldest to the newest event, and no more than retention keeps."""
        ranges = [
            rows(path, "SELECT min(sequence), max(sequence), count(*) FROM event")
            for path in sorted(self.journal_folder.glob("events-*.db"))
        ]
        ranges = [one[0] for one in ranges if one and one[0][2]]
        for first, last, count in ranges:
            assert last - first + 1 == count, ("a hole within a file", first, last, count)
        for (_, last, _), (first, _, _) in zip(ranges, ranges[1:]):
            assert first == last + 1, ("a hole between files", last, first)
        assert not ranges or ranges[-1][1] >= self.last, ("the newest events are gone", ranges[-1], self.last)
        self.segments = max(self.segments, len(ranges))

    def check_seen(self):
        for payload in self.listener.take():
            sequence = int(json.loads(payload)["sequence"])
            assert sequence in self.recent, ("an event that was seen is gone", payload)
            assert self.recent[sequence] == payload, ("differs from what was seen", self.recent[sequence], payload)
            self.seen += 1

    def check(self, life, on_disk, behind):
        received = {f"urn:item:{n}" for n in range(life.first, life.first + life.received - life.base)}
        promised = (on_disk | received) if self.durability == "full" else set()

        self.settle()
        self.read_events(self.journal_folder, behind)
        self.read_letters()
        left = {one for one in promised if one not in self.ids and one not in self.buried}
        assert not left, f"counted, but no event and no dead letter: {len(left)}, such as {sorted(left)[:5]}"
        self.check_seen()
        self.check_whole()
        sent = [f"urn:item:{n}" for n in range(life.first, life.first + life.sent)]
        self.most_lost = max(self.most_lost, sum(one not in self.ids and one not in self.buried for one in sent))

    def round(self, aim=None):
        life = self.live(aim or self.chance.choice(("any", *AIMS)))
        behind = self.last
        on_disk = self.look_at_dead()
        self.come_back(life)
        self.check(life, on_disk, behind)
        for sequence in list(self.recent):
            if sequence > self.last - KEPT_IN_MIND:
                break
            del self.recent[sequence]

    def run(self, count, aim=None, told=lambda done: None):
        for number in range(count):
            self.round(aim)
            told(number + 1)

    def report(self):
        def figures(times):
            times = sorted(times)
            return (f"{times[len(times) // 2] * 1000:.0f} ms median, {times[len(times) * 99 // 100] * 1000:.0f} ms p99, "
                    f"{times[-1] * 1000:.0f} ms worst")

        return (
            f"{self.kills} kills ({', '.join(f'{count} {what}' for what, count in sorted(self.aimed.items()))}); "
            f"{self.next_item} items sent, {self.last} events, {len(self.buried)} dead letters, {self.seen} events seen "
            f"live; at most {self.most_lost} items of one life were not counted yet and lost\n"
            f"ready after {figures(self.ready_s)}; publishing after {figures(self.publishing_s)}"
        )


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=1000)
    parser.add_argument("--durability", default="full", choices=("full", "events"))
    parser.add_argument("--aim", choices=AIMS, help="the moment of every kill; else all of them in turn")
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    begin = time.monotonic()

    def tell(done):
        if sys.stderr.isatty() or done % 50 == 0:
            print(f"\rkill: round {done} of {options.rounds}, {time.monotonic() - begin:.0f} s",
                  end="" if sys.stderr.isatty() else "\n", file=sys.stderr, flush=True)

    with Rounds(options.durability, options.seed) as rounds:
        rounds.run(options.rounds, options.aim, tell)
        print(f"kill: {options.rounds} rounds in {time.monotonic() - begin:.0f} s, {rounds.report()}: all held")


if __name__ == "__main__":
    main()
