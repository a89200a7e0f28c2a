#!/usr/bin/env python3
"""Lets the Nth write, sync, truncate, open … of a run fail, for every N, and holds the daemon to its word.

See syscalls --help.
"""
import argparse
import errno
import json
import random
import subprocess
import sys
import time

import zmq
from preloaded import TOOL, Control, Daemon, buried, check_rows, events_of, item, preload_environment, renew, until

SHORT = 0
FOREVER = 1 << 40
# What fails, for how many calls: until the daemon says that it stands still, or once.
FAULTS = {
    "no space": (errno.ENOSPC, FOREVER, Control.ALL & ~Control.UNLINK & ~Control.SYNC),
    "input/output error, once": (errno.EIO, 1, Control.ALL),
    "short write": (SHORT, 1, Control.WRITE),
    "input/output error": (errno.EIO, FOREVER, Control.ALL),
    "no space, once": (errno.ENOSPC, 1, Control.ALL & ~Control.UNLINK & ~Control.SYNC),
    "failing sync": (errno.EIO, 1, Control.SYNC),
}
REASONS = ("I/O error", "Input/output error", "No space left", "is full", "unable to open", "readonly")
ENDS = (73, 74)  # exit statuses: the journal cannot be opened; it cannot keep events


class Broken(Exception):
    pass


def demand(holds, what, *more):
    if not holds:
        raise Broken(" ".join([what, *map(str, more)]))


class Run:
    """One life of a state folder under one fault."""

    def __init__(self, fault, number, items, size, durability):
        self.fault, self.number, self.count, self.size = fault, number, items, size
        self.seen = {}
        self.restarts = self.stalls = 0
        self.daemon = Daemon(
            f"journal.durability={durability}", "journal.segment=1MiB", "journal.retain_size=1GiB", "log.level=warning",
            "workers=1", start=False,
        )
        self.control = Control(self.daemon.folder / "faults")
        self.root = self.daemon.folder / "state"
        self.root.mkdir()
        self.daemon.sets.append(f"journal.path={self.root}/journal")
        self.daemon.env = preload_environment(self.root, NEWSTAG_FAULTS_CONTROL=str(self.control.path))

    def __enter__(self):
        return self

    def __exit__(self, *_):
        for socket in ("events", "push"):
            if hasattr(self, socket):
                getattr(self, socket).close()
        self.control.close()
        self.daemon.close()

    # --- the daemon

    def status(self):
        """None: no answer, since it has ended or is just ending."""
        ask = self.daemon.context.socket(zmq.REQ)
        ask.linger = 0
        ask.connect(self.daemon.control_endpoint)
        try:
            ask.send(b'{"verb":"status"}')
            while self.daemon.process.poll() is None:
                if ask.poll(20):
                    return json.loads(ask.recv())
            return None
        finally:
            ask.close()

    def begin(self):
        try:
            if self.daemon.process:
                renew(self.daemon)
            else:
                self.daemon.start()
        except AssertionError:
            if self.daemon.process.poll() is None:
                raise
            self.note_end()
            self.daemon.env.pop("NEWSTAG_FAULTS_CONTROL", None)
            renew(self.daemon)

    def note_end(self):
        """It ended by itself: for a reason that it names, and so that its service manager starts it again."""
        status, log = self.daemon.process.wait(), self.daemon.log()
        demand(status in ENDS, f"ended with {status}:", log)
        demand(any(reason in log for reason in REASONS), "ended without a reason:", log)
        demand(self.restarts == 0, "ended again after the fault was over:", log)
        self.restarts += 1
        self.clear()

    def clear(self):
        self.control.set(fail_at=0)

    def connect(self):
        if hasattr(self, "events"):
            self.events.close()
            self.push.close()
        self.events = self.daemon.context.socket(zmq.SUB)
        self.events.rcvhwm = 0
        self.events.subscribe("event.")
        self.events.connect(self.daemon.output_endpoint)
        self.push = self.daemon.context.socket(zmq.PUSH)
        self.push.linger = 0
        self.push.sndhwm = 0
        self.push.connect(self.daemon.feed_endpoint())
        for number in range(self.count):
            self.push.send(item(number, "A blackout hit the city.", headline=f"Item {number} " + "x" * self.size))
        self.push.send(item("bad", 5))

    def collect(self):
        while self.events.poll(0):
            event = json.loads(self.events.recv_multipart()[1])
            before = self.seen.setdefault(event["sequence"], event)
            demand(before == event, "a sequence was given twice", before["id"], event["id"])

    # --- a run

    def go(self):
        """Until everything is judged; over a stall or an end."""
        deadline = time.monotonic() + 60
        self.connect()
        while True:
            demand(time.monotonic() < deadline, "hangs:", self.daemon.log()[-2000:])
            self.collect()
            status = self.status()
            if status is None:
                self.note_end()
                self.begin()
                self.connect()
                continue
            if any("takes no" in reason for reason in status["because"]):
                self.stalls = 1
                self.clear()
            counters = status["counters"]
            if counters["in_flight"] == 0 and self.complete():
                return

    def complete(self):
        rows = events_of(self.root / "journal")
        return len({row[1] for row in rows}) == self.count

    def check(self):
        self.collect()
        rows = events_of(self.root / "journal")
        check_rows(rows)
        demand(len(rows) == self.count, f"{len(rows)} events of {self.count} items")
        by_sequence = {row[0]: row[3] for row in rows}
        for sequence, event in self.seen.items():
            row = by_sequence.get(int(sequence))
            demand(row and json.loads(row) == event, f"event {sequence} was seen and is gone or another one")
        until(lambda: "urn:item:bad" in buried(self.root / "journal"), "the dead letter", 10)
        demand(not list(self.root.glob("journal/*.damaged*")), "something was set aside:", self.daemon.log())

    def end(self):
        status = self.daemon.stop()
        self.clear()
        demand(status in (0, *ENDS), f"ended with {status}:", self.daemon.log())
        done = subprocess.run([TOOL, "journal", "verify", f"{self.root}/journal"], capture_output=True, text=True, check=False)
        demand(done.returncode == 0, "verify:", done.stdout, done.stderr)

    def run(self):
        """Whether there was an Nth call."""
        value, span, mask = FAULTS[self.fault]
        self.control.set(fault=value, mask=mask, fail_for=span, fail_at=self.number)
        self.begin()
        self.go()
        self.check()
        self.end()
        return self.control.get("hits") > 0 or self.number == 0


def count_calls(options, fault, durability):
    with Run(fault, 0, options.items, options.size, durability) as run:
        run.run()
        return run.control.get("calls")


def tell(text, end="\n"):
    if end == "\n" or sys.stderr.isatty():
        print(text, end=end, flush=True, file=sys.stdout if end == "\n" else sys.stderr)


def try_fault(options, fault, durability, chance):
    calls = count_calls(options, fault, durability)
    numbers = list(range(1, calls + 1, options.stride))
    if options.sample and options.sample < len(numbers):
        numbers = sorted(chance.sample(numbers, options.sample))
    stalls = restarts = hits = 0
    broken = []
    for number in numbers:
        with Run(fault, number, options.items, options.size, durability) as run:
            try:
                hits += run.run()
            except (Broken, AssertionError) as error:
                broken.append(number)
                tell(f"{fault}, call {number} of {calls} ({run.control.what()}), durability {durability}: {error}")
            stalls += run.stalls
            restarts += run.restarts
        tell(f"\r{fault}: {number} of {calls} ", end="")
    tell(
        f"syscalls: {fault}, durability {durability}: {len(numbers)} runs of {calls} calls, {hits} met the fault, "
        f"{stalls} stood still, {restarts} started again, {len(broken)} broke a promise"
    )
    return len(broken)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--sample", type=int, default=0, help="runs of each fault instead of all")
    parser.add_argument("--stride", type=int, default=1, help="every so many calls")
    parser.add_argument("--items", type=int, default=24)
    parser.add_argument("--size", type=int, default=200, help="bytes of a headline; 24 of 60000 change the segment")
    parser.add_argument("--durability", default="full", choices=("full", "events"))
    parser.add_argument("--fault", choices=sorted(FAULTS), action="append")
    parser.add_argument("--call", type=int, help="this call alone")
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    chance = random.Random(options.seed)
    broken = 0
    for fault in options.fault or FAULTS:
        if options.call:
            with Run(fault, options.call, options.items, options.size, options.durability) as run:
                run.run()
                print(f"{fault}: {run.control.what()}: held; {run.stalls} stall, {run.restarts} restarts")
                print(run.daemon.log())
        else:
            broken += try_fault(options, fault, options.durability, chance)
    return 1 if broken else 0


if __name__ == "__main__":
    sys.exit(main())
