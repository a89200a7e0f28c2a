#!/usr/bin/env python3
"""Cuts the power at random moments of recorded runs of the daemon, and holds it to its word. See powerloss --help."""
import argparse
import os
import pathlib
import random
import shutil
import subprocess
import sys
import tempfile
import threading
import time

import zmq
from preloaded import Daemon, buried, check_rows, events_of, held, item, preload_environment, until

CHECKER = os.environ.get("POWERLOSS_CHECK", "build/dev/bin/powerloss_check")
SETTINGS = ("journal.segment=1MiB", "journal.retain_size=2MiB", "log.level=warning", "output.heartbeat=50ms")

EMBARGO = "2099-01-01T00:00:00Z"  # such an item is held: it waits for longer than this takes


class Run:
    def __init__(self, options, scratch):
        self.options = options
        self.chance = random.Random(options.seed)
        self.scratch = scratch
        self.sent = 0
        self.broken = 0
        self.points = 0

    # --- recording

    def push(self, daemon, stop):
        push = daemon.context.socket(zmq.PUSH)
        push.linger = 0
        push.sndhwm = 16
        push.sndtimeo = 50
        push.connect(daemon.feed_endpoint())
        while not stop.is_set():
            text = "A blackout hit the city. " + "The concert went well. " * self.chance.randrange(1, 40)
            try:
                more = {"embargoed": EMBARGO} if self.chance.random() < 0.03 else {}
                push.send(item(self.sent, text if self.chance.random() < 0.97 else 5, **more))
                self.sent += 1
            except zmq.Again:
                pass
            if self.chance.random() < 0.1:  # some 700 items a second: a segment takes more than a moment
                stop.wait(self.chance.random() * 0.03)
        push.close()

    def collect(self, daemon, stop):
        events = daemon.context.socket(zmq.SUB)
        events.rcvhwm = 0
        events.linger = 0
        events.subscribe("")
        events.connect(daemon.output_endpoint)
        while not stop.is_set():
            if events.poll(20):
                events.recv_multipart()
        events.close()

    def record(self, initial, log, durability, seconds):
        """A run on a copy of `initial`; ends with SIGKILL."""
        with Daemon(f"journal.durability={durability}", *SETTINGS, start=False) as daemon:
            root = daemon.folder / "state"
            shutil.copytree(initial, root)
            daemon.sets.append(f"journal.path={root}/journal")
            daemon.env = preload_environment(root, NEWSTAG_FAULTS_LOG=str(log))
            daemon.start()
            stop = threading.Event()
            threads = [threading.Thread(target=work, args=(daemon, stop)) for work in (self.push, self.collect)]
            for thread in threads:
                thread.start()
            end = time.monotonic() + seconds
            while time.monotonic() < end:
                daemon.status()  # what it says is received stands in the log from now on
                stop.wait(0.01)
            stop.set()
            for thread in threads:
                thread.join()
            daemon.process.kill()
            daemon.wait_end()

    # --- judging

    def check(self, initial, log, durability, first, points):
        words = [CHECKER, "--initial", initial, "--scratch", self.scratch, "--points", points, "--first", first]
        words += ["--seed", self.chance.randrange(1 << 30), "--keep", self.options.daemons + 1]
        words += ["--no-spool"] * (durability == "events")
        done = subprocess.run([str(word) for word in (*words, log)], check=False)
        assert done.returncode in (0, 1), f"the checker ended with {done.returncode}"
        self.check_checker(initial, log, first)
        self.broken += done.returncode
        self.points += points
        return sorted(self.scratch.glob("kept-*"), key=lambda path: int(path.name.split("-")[1]))

    def check_checker(self, initial, log, first):
        """It finds what is lost on a disk that does not do what a sync asks."""
        scratch = self.scratch / "deaf"
        scratch.mkdir()
        words = [CHECKER, "--deaf", "--initial", initial, "--scratch", scratch, "--points", "5", "--first", str(first)]
        done = subprocess.run([*words, "--no-spool", log], capture_output=True, text=True, check=False)
        assert done.returncode == 1, (done.stdout, done.stderr)
        shutil.rmtree(scratch)

    def try_daemon(self, state, durability):
        """The whole daemon over what a cut left: everything promised is there in the end."""
        promises = [line.split("\t", 2) for line in (state / "promises").read_text().splitlines()]
        with Daemon(f"journal.durability={durability}", *SETTINGS, start=False) as daemon:
            daemon.sets.append(f"journal.path={state}/journal")
            daemon.sets.append("journal.retain_size=1GiB")
            daemon.start()
            until(lambda: daemon.counters()["in_flight"] == 0, "what the spool held is judged")
            rows = events_of(state / "journal")
            check_rows(rows)
            kept, subjects = {row[0]: row[3] for row in rows}, {row[1] for row in rows} | buried(state / "journal") | held(state / "journal")
            for kind, name, *payload in promises:
                if kind == "event":
                    assert kept.get(int(name)) == payload[0], f"event {name} is gone or another one"
                else:
                    assert name in subjects, f"{name} was received and has no event"
            assert ".damaged" not in daemon.log(), daemon.log()

    def generation(self, number, initial, points):
        durability = ("full", "events")[number % 2]
        log = self.scratch / "log"
        first = self.sent
        self.record(initial, log, durability, self.options.seconds)
        kept = self.check(initial, log, durability, first, points)
        for state in kept[:-1]:
            copy = self.scratch / "daemon"
            shutil.copytree(state, copy)
            self.try_daemon(copy, durability)
            shutil.rmtree(copy)
        shutil.rmtree(initial)
        kept[-1].rename(initial)
        (initial / "promises").unlink()
        for state in kept[:-1]:
            shutil.rmtree(state)
        log.unlink()


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--points", type=int, default=2000)
    parser.add_argument("--generations", type=int, default=10)
    parser.add_argument("--daemons", type=int, default=3, help="whole daemons started, of each generation")
    parser.add_argument("--seconds", type=float, default=4, help="recorded, of each generation")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--keep", help="a folder for what is left of states that broke a promise")
    options = parser.parse_args()
    memory = "/dev/shm" if os.access("/dev/shm", os.W_OK) else None
    scratch = pathlib.Path(tempfile.mkdtemp(prefix="powerloss-", dir=memory))
    run = Run(options, scratch)
    initial = scratch / "state"
    initial.mkdir()
    try:
        for number in range(options.generations):
            run.generation(number, initial, options.points // options.generations)
        failed = list(scratch.glob("failed-*"))
        if options.keep and failed:
            shutil.copytree(scratch, options.keep, dirs_exist_ok=True)
        print(f"powerloss: {run.points} points, {run.sent} items sent: " + ("a promise was broken" if run.broken else "all held"))
    finally:
        shutil.rmtree(scratch, ignore_errors=True)
    return 1 if run.broken else 0


if __name__ == "__main__":
    sys.exit(main())
