#!/usr/bin/env python3
"""One stopped and one slow subscriber among twenty: what they cost the others.

Items come at a steady rate. In turns, all subscribers read as fast as they can, and then one is stopped and one reads
a message now and then; the latency of the others, from an item's sending to its event's coming, is measured in both
kinds of turns of the same run. The others must get every event, in order, whatever the two do.
"""
import argparse
import signal
import subprocess
import sys
import threading
import time

import zmq

from support import Daemon, item, until

# A subscriber that can be stopped (SIGSTOP) and made slow and fast again (SIGUSR1, SIGUSR2).
SCRIPT = """
import signal, sys, time, zmq
pause = [0]
signal.signal(signal.SIGUSR1, lambda *_: pause.__setitem__(0, 0.1))
signal.signal(signal.SIGUSR2, lambda *_: pause.__setitem__(0, 0))
socket = zmq.Context().socket(zmq.SUB)
socket.rcvhwm = 10
socket.subscribe("")
socket.connect(sys.argv[1])
print("connected", flush=True)
while True:
    socket.recv_multipart()
    if pause[0]:
        time.sleep(pause[0])
"""


class Readers(threading.Thread):
    """The others: each must see item after item."""

    def __init__(self, daemon, count, sent_at):
        super().__init__(daemon=True)
        self.sent_at, self.latencies = sent_at, []
        self.poller, self.next = zmq.Poller(), {}
        self.complaint, self.ended = None, False
        for _ in range(count):
            reader = daemon.context.socket(zmq.SUB)
            reader.linger, reader.rcvhwm = 0, 100000
            reader.subscribe("event.")
            reader.connect(daemon.output_endpoint)
            self.poller.register(reader, zmq.POLLIN)
            self.next[reader] = None

    def run(self):
        while not self.ended and not self.complaint:
            for reader, _ in self.poller.poll(50):
                self.take(reader)
        for reader in self.next:
            reader.close()

    def take(self, reader):
        while True:
            try:
                _, payload = reader.recv_multipart(zmq.DONTWAIT)
            except zmq.Again:
                return
            now = time.monotonic()
            begin = payload.index(b"urn:item:") + 9
            number = int(payload[begin:payload.index(b'"', begin)])
            if self.next[reader] not in (None, number):
                self.complaint = f"a reader got item {number} where {self.next[reader]} comes next"
            self.next[reader] = number + 1
            self.latencies.append(now - self.sent_at[number])

    def have(self, number):
        return all(one is not None and one > number for one in self.next.values())


class Run:
    def __init__(self, options):
        self.options = options
        self.daemon = Daemon("output.endpoint=tcp://127.0.0.1:*", f"output.high_water={options.high_water}")
        self.daemon.output_endpoint = self.daemon.status()["output"]["endpoint"]
        self.push = self.daemon.pusher()
        self.sent_at = []
        self.others = [
            subprocess.Popen([sys.executable, "-c", SCRIPT, self.daemon.output_endpoint], stdout=subprocess.PIPE)
            for _ in range(2)
        ]
        for other in self.others:
            assert other.stdout.readline() == b"connected\n"
        self.readers = Readers(self.daemon, options.subscribers - 2, self.sent_at)
        self.readers.start()

    def close(self):
        for other in self.others:
            other.kill()
            other.wait()
            other.stdout.close()
        self.readers.ended = True
        self.readers.join()
        self.daemon.close()

    def send(self):
        self.sent_at.append(time.monotonic())
        self.push.send(item(len(self.sent_at) - 1, "A blackout hit the city. " + "The concert went well. " * 40))

    def wait_read(self):
        def read():
            assert not self.readers.complaint, self.readers.complaint
            return self.readers.have(len(self.sent_at) - 1)

        until(read, "the last event at every reader")

    def begin(self):
        """Until every reader has heard something: before, events are rightly not theirs."""
        def heard():
            self.send()
            return self.readers.have(0)

        until(heard, "an event at every reader")
        self.wait_read()

    def turn(self, disturbed):
        stopped, slow = self.others
        if disturbed:
            stopped.send_signal(signal.SIGSTOP)
            slow.send_signal(signal.SIGUSR1)
        before = len(self.readers.latencies)
        begin = time.monotonic()
        pause = threading.Event()
        for number in range(self.options.items):
            pause.wait(max(0, begin + number / self.options.rate - time.monotonic()))
            self.send()
        self.wait_read()
        if disturbed:
            stopped.send_signal(signal.SIGCONT)
            slow.send_signal(signal.SIGUSR2)
        times = sorted(self.readers.latencies[before:])
        return times[len(times) // 2] * 1000, times[len(times) * 99 // 100] * 1000


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--subscribers", type=int, default=20)
    parser.add_argument("--turns", type=int, default=10, help="of each kind")
    parser.add_argument("--items", type=int, default=3000, help="of a turn")
    parser.add_argument("--rate", type=int, default=500, help="items a second")
    parser.add_argument("--high-water", type=int, default=1000)
    options = parser.parse_args()
    run = Run(options)
    quiet, disturbed = [], []
    try:
        run.begin()
        for number in range(options.turns):
            quiet.append(run.turn(False))
            disturbed.append(run.turn(True))
            print(f"slow-subscriber: turn {number + 1} of {options.turns}: p99 {quiet[-1][1]:.1f} ms without, "
                  f"{disturbed[-1][1]:.1f} ms with", file=sys.stderr, flush=True)
        status = run.daemon.status()
        assert status["counters"]["events"] == len(run.sent_at), status["counters"]
    finally:
        run.close()
    middle = len(quiet) // 2
    for index, name in ((0, "median"), (1, "p99")):
        without, with_them = (sorted(one[index] for one in turns)[middle] for turns in (quiet, disturbed))
        print(f"latency of the other {options.subscribers - 2}, {name}: {without:.2f} ms without, {with_them:.2f} ms with a "
              f"stopped and a slow one (medians of {len(quiet)} turns of {options.items} items): {with_them - without:+.2f} ms")


if __name__ == "__main__":
    main()
