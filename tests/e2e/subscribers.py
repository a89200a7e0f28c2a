#!/usr/bin/env python3
"""Subscribers that are stopped, cut off and slow: live + replay equals the journal for each of them.

A daemon with a high-water mark of `--high-water` messages publishes; each round sends items, stops some
subscribers by SIGSTOP, ends others and starts them anew from where they were, and lets the stopped ones
go on. At the end every subscriber, over all its lives, must have given exactly the journal's events.
"""
import argparse
import json
import random
import signal
import sys

import zmq
from clients import KINDS, Client
from support import DEADLINE_S, Daemon, item, until


def read_journal(daemon, topics=None):
    """All events by replay, as any user: (sequence, payload)."""
    request = daemon.context.socket(zmq.REQ)
    request.linger, request.rcvtimeo = 0, int(DEADLINE_S * 1000)
    request.connect(daemon.replay_endpoint)
    first, events = 1, []
    while True:
        request.send(json.dumps({"from": first, **({"topics": topics} if topics else {})}).encode())
        frames = request.recv_multipart()
        header = json.loads(frames[0])
        assert "error" not in header, header
        assert len(frames) == 1 + 2 * header["count"], header
        events += [(int(json.loads(payload)["sequence"]), payload) for payload in frames[2::2]]
        if not header["more"]:
            request.close()
            return events
        first = header["next"]


class Follower:
    """One subscriber over several lives. Each begins behind what was given before; who filters can have
    been given later events before earlier ones, so its lives begin at the start, each a whole."""

    def __init__(self, daemon, kind, topics=()):
        self.daemon, self.kind, self.topics = daemon, kind, topics
        self.before, self.stopped = [], False
        self.live()

    def live(self):
        start = self.before[-1][0] + 1 if self.before else 1
        self.client = Client(self.kind, self.daemon.output_endpoint, self.daemon.replay_endpoint, start=start,
                             high_water=1, topics=self.topics)

    def given(self):
        return self.before + list(self.client.events)

    def stop(self):
        self.client.process.send_signal(signal.SIGSTOP)
        self.stopped = True

    def go_on(self):
        if self.stopped:
            self.client.process.send_signal(signal.SIGCONT)
        self.stopped = False

    def end(self):
        self.go_on()
        self.client.stop()
        assert not self.client.missed(), self.client.notes

    def cut(self):
        """Ends it in the middle and starts it anew."""
        self.end()
        self.before = [] if self.topics else self.given()
        self.live()


def play(options):
    chance = random.Random(options.seed)
    with Daemon(f"output.high_water={options.high_water}", "output.heartbeat=100ms") as daemon:
        followers = [
            Follower(daemon, KINDS[n % len(KINDS)], ["event.blackout."] if n % 4 == 3 else [])
            for n in range(options.subscribers)
        ]
        try:
            rounds(daemon, followers, options, chance)
            return check(daemon, followers)
        finally:
            for follower in followers:
                follower.end()


def act(follower, chance):
    what = chance.random()
    if follower.stopped and what < 0.6:
        follower.go_on()
    elif what < 0.2:
        follower.cut()
    elif what < 0.5 and not follower.stopped:
        follower.stop()


def rounds(daemon, followers, options, chance):
    push, sent = daemon.pusher(), 0
    for number in range(options.rounds):
        for follower in followers:
            act(follower, chance)
        for _ in range(options.items):
            sent += 1
            push.send(item(sent, "A parley and nothing else." if sent % 3 == 0 else "A blackout hit the city."))
        daemon.wait_settled(sent)
        if options.verbose:
            print(f"round {number + 1} of {options.rounds}", file=sys.stderr)


def check(daemon, followers):
    whole, part = read_journal(daemon), read_journal(daemon, ["event.blackout."])
    assert [sequence for sequence, _ in whole] == list(range(1, len(whole) + 1)), "a hole in the journal"
    before = daemon.status()["replay"]
    for follower in followers:
        follower.go_on()
    for follower in followers:
        wanted = part if follower.topics else whole
        until(lambda f=follower, count=len(wanted): len(f.given()) >= count,
              f"{follower.kind} {follower.topics}: {len(wanted)} events, but {len(follower.given())}; "
              f"{follower.client.notes[-5:]}")
        given = sorted(follower.given()) if follower.topics else follower.given()
        assert given == wanted, f"{follower.kind} {follower.topics}: not the journal"
    assert before["refused"] == 0, before
    return len(whole), daemon.status()["replay"]["events"]


def main():
    words = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    words.add_argument("--subscribers", type=int, default=10)
    words.add_argument("--rounds", type=int, default=200)
    words.add_argument("--items", type=int, default=300, help="of a round")
    words.add_argument("--high-water", type=int, default=100)
    words.add_argument("--seed", type=int, default=1)
    words.add_argument("--verbose", action="store_true")
    options = words.parse_args()
    events, replayed = play(options)
    print(f"{options.rounds} rounds, {events} events, {replayed} given by replay; "
          f"{options.subscribers} subscribers have the journal")


if __name__ == "__main__":
    main()
