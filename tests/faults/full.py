#!/usr/bin/env python3
"""Fills the daemon's disk under load, again and again, and holds it to its word. See full --help."""
import argparse
import ctypes
import itertools
import json
import os
import pathlib
import random
import subprocess
import sys
import threading
import time

import zmq
from preloaded import TOOL, Control, Daemon, check_rows, events_of, item, preload_environment, until

LIBC = ctypes.CDLL(None, use_errno=True)
MEBIBYTE = 1 << 20


class Tmpfs:
    """A disk of its own, filled by a file that grows over all that is free."""

    name = "tmpfs"

    def __init__(self, folder, size):
        self.root = folder / "state"
        self.root.mkdir()
        if LIBC.mount(b"tmpfs", bytes(self.root), b"tmpfs", 0, f"size={size}".encode()) != 0:
            raise OSError(ctypes.get_errno(), "cannot mount a tmpfs")
        self.ballast = self.root / "ballast"
        self.environment = {}

    def fill(self, left):
        with open(self.ballast, "wb") as file:
            for at in itertools.count(step=65536):  # the daemon writes at the same time
                disk = os.statvfs(self.root)
                if disk.f_bavail * disk.f_bsize <= left + 65536:
                    return
                try:
                    os.posix_fallocate(file.fileno(), at, 65536)
                except OSError:
                    return

    def free(self):
        self.ballast.unlink()

    def close(self):
        LIBC.umount2(bytes(self.root), 2)


class Budget:
    """Without root: the preloaded library lets files grow by so many bytes and no more."""

    name = "a budget of bytes"

    def __init__(self, folder, size):
        self.root = folder / "state"
        self.root.mkdir()
        self.control = Control(folder / "faults")
        self.environment = preload_environment(self.root, NEWSTAG_FAULTS_CONTROL=str(self.control.path))
        self.size = size

    def fill(self, left):
        self.control.set(budget=left, limited=1)

    def free(self):
        self.control.set(limited=0)

    def close(self):
        self.control.close()


def make_disk(kind, folder, size):
    if kind == "budget" or (kind == "auto" and os.geteuid() != 0):
        return Budget(folder, size)
    try:
        return Tmpfs(folder, size)
    except OSError:
        (folder / "state").rmdir()
        if kind == "tmpfs":
            raise
        return Budget(folder, size)


class Fills:
    def __init__(self, options, retain="1GiB"):
        self.chance = random.Random(options.seed)
        self.daemon = Daemon(
            f"journal.durability={options.durability}",
            "journal.segment=1MiB",
            f"journal.retain_size={retain}",
            "log.level=info",
            start=False,
        )
        self.disk = make_disk(options.disk, self.daemon.folder, options.size * MEBIBYTE)
        self.daemon.sets.append(f"journal.path={self.disk.root}/journal")
        self.daemon.env = self.disk.environment
        self.sent = 0
        self.seen = {}
        self.pause = threading.Event()
        self.stop = threading.Event()
        self.back_s = []
        self.daemon.start()

    def __enter__(self):
        self.threads = [threading.Thread(target=work) for work in (self.push, self.collect)]
        for thread in self.threads:
            thread.start()
        return self

    def __exit__(self, *_):
        self.stop.set()
        for thread in self.threads:
            thread.join()
        if self.daemon.process.poll() is None:
            self.daemon.process.kill()
            self.daemon.wait_end()
        self.disk.close()
        self.daemon.close()

    def push(self):
        push = self.daemon.context.socket(zmq.PUSH)
        push.linger = 0
        push.sndhwm = 64
        push.sndtimeo = 20
        push.connect(self.daemon.feed_endpoint())
        while not self.stop.is_set():
            if self.pause.is_set():
                self.stop.wait(0.01)
                continue
            try:
                push.send(item(self.sent, "A blackout hit the city. " + "x" * self.chance.randrange(6000)))
                self.sent += 1
            except zmq.Again:
                pass
            if self.sent % 8 == 0:
                self.stop.wait(0.004)
        push.close()

    def collect(self):
        events = self.daemon.context.socket(zmq.SUB)
        events.rcvhwm = 0
        events.linger = 0
        events.subscribe("event.")
        events.connect(self.daemon.output_endpoint)
        while not self.stop.is_set():
            if events.poll(20):
                event = json.loads(events.recv_multipart()[1])
                assert self.seen.setdefault(int(event["sequence"]), event) == event
        events.close()

    # --- a round

    def stands_still(self):
        status = self.daemon.status()
        return status if any("takes no" in reason for reason in status["because"]) else None

    def round(self):
        threading.Event().wait(self.chance.random() * 0.05)
        self.disk.fill(self.chance.randrange(200_000))
        until(self.stands_still, "it says that the disk is full", 60)
        head = self.daemon.status()["output"]["sequence"]
        rows = len(events_of(self.disk.root / "journal"))
        assert rows >= head, (rows, head, "what was published is not on disk")
        done = subprocess.run([TOOL, "journal", "verify", f"{self.disk.root}/journal"], capture_output=True, check=False)
        assert done.returncode == 0, ("what is there cannot be read on a full disk", done)
        self.disk.free()
        begin = time.monotonic()
        until(lambda: self.daemon.status()["ready"], "it goes on by itself", 60)
        self.back_s.append(time.monotonic() - begin)

    def fill_for_good(self):
        """Nobody makes room but retention, which has the oldest segments to give."""
        until(lambda: len(list(self.disk.root.glob("journal/events-*.db"))) > 3, "segments past retention", 60)
        self.disk.fill(0)
        until(self.stands_still, "it says that the disk is full", 60)
        until(lambda: "retention: " in self.daemon.log(), "retention makes room", 60)
        until(lambda: self.daemon.status()["ready"], "it goes on by itself", 60)
        self.disk.free()

    def check(self):
        """Nothing was lost on the way: what was sent has its event."""
        self.pause.set()
        threading.Event().wait(0.1)
        self.daemon.wait_settled(self.sent)
        rows = events_of(self.disk.root / "journal")
        check_rows(rows)
        assert {row[1] for row in rows} == {f"urn:item:{number}" for number in range(self.sent)}
        assert len(rows) == self.sent, (len(rows), self.sent)
        kept = {row[0]: row[3] for row in rows}
        for sequence, event in list(self.seen.items()):
            assert json.loads(kept[sequence]) == event, f"event {sequence} was seen and is gone or another one"
        assert not list(pathlib.Path(self.disk.root).glob("journal/*.damaged*")), self.daemon.log()
        self.pause.clear()


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=50)
    parser.add_argument("--disk", default="auto", choices=("auto", "tmpfs", "budget"))
    parser.add_argument("--size", type=int, default=256, help="MiB of the tmpfs")
    parser.add_argument("--durability", default="full", choices=("full", "events"))
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    with Fills(options, retain="1MiB") as fills:
        fills.fill_for_good()
        assert fills.daemon.stop() == 0, fills.daemon.log()
    with Fills(options) as fills:
        for number in range(options.rounds):
            fills.round()
            if sys.stderr.isatty():
                print(f"\r{number + 1} of {options.rounds} ", end="", file=sys.stderr)
        fills.check()
        assert fills.daemon.stop() == 0, fills.daemon.log()
        back = sorted(fills.back_s)
        print(
            f"full: {options.rounds} times ({fills.disk.name}), {fills.sent} items, {len(fills.seen)} events seen; "
            f"going on after {back[len(back) // 2]:.2f} s (median), {back[-1]:.2f} s (worst): all held"
        )


if __name__ == "__main__":
    main()
