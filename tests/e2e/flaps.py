#!/usr/bin/env python3
"""A feed that flaps, and every known way of going deaf: the daemon reads again within the time that it states.

Between publisher and daemon stands a proxy that cuts, resets, holds back, answers nonsense or not at all; a frame that
is too large comes from the publisher itself, and a machine that is gone without a word is a network namespace whose
link goes down (where that is allowed). The publisher sends numbered items all the time. A case is over when an event
comes of an item that was sent after the fault was; how long that took is held against what README.md states, with the
times that this run configures. The times are measured on whatever machine this is: a slow one only has more patience.
"""
import argparse
import collections
import json
import os
import random
import socket
import struct
import subprocess
import sys
import threading
import time

import zmq

from support import Daemon, item, until

RECONNECT_MS, RECONNECT_MAX_MS, HANDSHAKE_MS, SILENCE_MS, KEEPALIVE_MS = 50, 200, 500, 1000, 6000
TURN_MS, OVERLAP_MS = 500, 1000  # daemon/app/pipeline.h, daemon/bus/feed.c
PATIENCE_MS = float(os.environ.get("NEWSTAG_DEADLINE", "10")) * 1000  # for a busy machine
# What README.md states, of these times: the fault is over, or (silence, gone) it has begun.
BACK_MS = RECONNECT_MAX_MS + 2 * HANDSHAKE_MS + TURN_MS
SILENT_MS = SILENCE_MS + OVERLAP_MS + HANDSHAKE_MS + 2 * TURN_MS
GONE_MS = RECONNECT_MAX_MS + 2 * HANDSHAKE_MS + TURN_MS
FUSE = 17 << 20  # more than the largest frame

NULL = b"NULL" + bytes(16)
SIGNATURE = b"\xff" + bytes(7) + b"\x01\x7f"
NONSENSE = {
    "answers HTTP": b"HTTP/1.1 400 Bad Request\r\n\r\n",
    "garbage for a greeting": bytes(range(200, 256)) * 4,
    "a mechanism that nobody knows": SIGNATURE + b"\x03\x00" + b"XYZZY" + bytes(15) + bytes(32),
    "nonsense for READY": SIGNATURE + b"\x03\x00" + NULL + bytes(32) + b"\x04\x06\x05NOPE!",
    "another kind of socket": SIGNATURE + b"\x03\x00" + NULL + bytes(32)
    + b"\x04\x19\x05READY\x0bSocket-Type\x00\x00\x00\x03REP",
}


class Publisher(threading.Thread):
    """Sends numbered items, one every few milliseconds; can go away and come again on its port."""

    def __init__(self, context, pull):
        super().__init__()
        self.context, self.kind = context, zmq.PUSH if pull else zmq.PUB
        self.number, self.ended, self.wishes = 0, False, collections.deque()
        self.socket, self.port = None, None
        self.open()
        self.start()

    def open(self):
        self.socket = self.context.socket(self.kind)
        self.socket.linger = 0
        self.socket.sndhwm = 100
        if self.port:
            until(self.bind_again, "the port again")
        else:
            self.port = self.socket.bind_to_random_port("tcp://127.0.0.1")

    def bind_again(self):
        try:
            self.socket.bind(f"tcp://127.0.0.1:{self.port}")
            return True
        except zmq.ZMQError:
            return False

    def run(self):
        pause = threading.Event()
        while not self.ended:
            while self.wishes:
                wish, done = self.wishes.popleft()
                wish()
                done.set()
            try:
                self.number += 1
                self.socket.send(item(self.number), zmq.DONTWAIT)
            except zmq.Again:
                pass
            pause.wait(0.005)
        self.socket.close()

    def do(self, wish):
        """Has its own thread do it."""
        done = threading.Event()
        self.wishes.append((wish, done))
        done.wait()

    def restart(self):
        self.socket.close()
        self.open()

    def send_too_much(self):
        try:
            self.socket.send(bytes(FUSE), zmq.DONTWAIT)
        except zmq.Again:
            pass


class Proxy:
    """Forwards to the publisher; what it does with a connection is decided when that comes."""

    def __init__(self, target):
        self.target = target
        self.mode = "forward"
        self.port = None
        self.pairs, self.held, self.lock = [], set(), threading.Lock()
        self.listen()

    def listen(self, backlog=50):
        self.listener = socket.socket()
        self.listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        self.listener.bind(("127.0.0.1", self.port or 0))
        self.port = self.listener.getsockname()[1]
        self.listener.listen(backlog)

    def accept_for_ever(self):
        listener = self.listener
        threading.Thread(target=self.accept, args=(listener,), daemon=True).start()

    def accept(self, listener):
        while True:
            try:
                peer, _ = listener.accept()
            except OSError:
                return
            threading.Thread(target=self.serve, args=(peer, self.mode), daemon=True).start()

    def serve(self, peer, mode):
        if mode in NONSENSE:
            self.read_on(peer, NONSENSE[mode])
        elif mode == "never greets":
            self.read_on(peer, b"")
        else:
            other = socket.create_connection(("127.0.0.1", self.target))
            with self.lock:
                self.pairs.append((peer, other))
            threading.Thread(target=self.forward, args=(peer, other), daemon=True).start()
            self.forward(other, peer)

    def read_on(self, peer, says):
        with self.lock:
            self.pairs.append((peer, None))
        try:
            peer.sendall(says)
            while peer.recv(4096):
                pass
        except OSError:
            pass
        peer.close()

    def forward(self, source, sink):
        try:
            while data := source.recv(1 << 16):
                if source in self.held or sink in self.held:
                    threading.Event().wait()  # for ever: the connection stands
                sink.sendall(data)
        except OSError:
            pass
        for one in (source, sink):
            try:
                one.shutdown(socket.SHUT_RDWR)
            except OSError:
                pass

    def take_pairs(self):
        with self.lock:
            pairs, self.pairs = self.pairs, []
        return pairs

    def hold(self):
        for pair in self.take_pairs():
            self.held.update(pair)

    def end_pairs(self, reset=False):
        for pair in self.take_pairs():
            for one in pair:
                if one is None:
                    continue
                try:
                    if reset:
                        one.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
                        one.shutdown(socket.SHUT_RD)  # whose reader would keep it open else
                        one.close()
                    else:
                        one.shutdown(socket.SHUT_RDWR)
                except OSError:
                    pass

    def inject(self, data):
        with self.lock:
            pairs = list(self.pairs)
        for peer, _ in pairs:
            try:
                peer.sendall(data)
            except OSError:
                pass

    def stop_listening(self):
        try:
            self.listener.shutdown(socket.SHUT_RDWR)
        except OSError:
            pass
        self.listener.close()

    def listen_again(self):
        def opened():
            try:
                self.listen()
                return True
            except OSError:
                return False

        until(opened, "the proxy's port again")
        self.accept_for_ever()

    def unanswered(self, seconds):
        """A listener whose queue is full: the system drops whoever knocks."""
        self.listen(0)
        fillers = []
        for _ in range(3):
            filler = socket.socket()
            filler.setblocking(False)
            filler.connect_ex(("127.0.0.1", self.port))
            fillers.append(filler)
        time.sleep(seconds)
        for filler in fillers:
            filler.close()
        self.stop_listening()


class Machine:
    """A publisher in a network namespace of its own, whose link can go down without a word."""

    SCRIPT = """
import json, sys, time, zmq
socket = zmq.Context().socket(getattr(zmq, sys.argv[2]))
socket.sndhwm = 100
socket.bind(sys.argv[1])
while True:
    number = int(time.time() * 1000)
    try:
        socket.send(json.dumps({"uri": f"urn:item:{number}", "headline": f"Item {number}",
                                "body_text": "A blackout hit the city."}).encode(), zmq.DONTWAIT)
    except zmq.Again:
        pass
    time.sleep(0.005)
"""

    def __init__(self, pull):
        self.name = f"nt{os.getpid()}"
        net = f"10.213.{os.getpid() % 250}"
        self.endpoint = f"tcp://{net}.2:5556"
        self.run("ip", "netns", "add", self.name)
        self.process = None
        try:
            self.run("ip", "link", "add", f"{self.name}h", "type", "veth", "peer", "name", "far", "netns", self.name)
            self.run("ip", "addr", "add", f"{net}.1/24", "dev", f"{self.name}h")
            self.run("ip", "link", "set", f"{self.name}h", "up")
            self.run("ip", "-n", self.name, "addr", "add", f"{net}.2/24", "dev", "far")
            self.link("up")
            self.process = subprocess.Popen(
                ["ip", "netns", "exec", self.name, sys.executable, "-c", self.SCRIPT, self.endpoint,
                 "PUSH" if pull else "PUB"])
        except BaseException:
            self.close()
            raise

    @staticmethod
    def run(*words):
        subprocess.run(words, check=True, capture_output=True)

    def link(self, state):
        self.run("ip", "-n", self.name, "link", "set", "far", state)

    def close(self):
        if self.process:
            self.process.kill()
            self.process.wait()
        subprocess.run(["ip", "netns", "del", self.name], check=False, capture_output=True)


class Flaps:
    def __init__(self, seed=1, pull=False):
        self.chance = random.Random(seed)
        self.pull = pull
        self.daemon = Daemon(start=False, feeds=0)
        self.publisher = Publisher(self.daemon.context, pull)
        self.proxy = Proxy(self.publisher.port)
        self.proxy.accept_for_ever()
        self.took = collections.defaultdict(list)
        self.machine = None

    def feed_sets(self, number, name, endpoint):
        values = {"name": name, "endpoint": endpoint, "pattern": "pull" if self.pull else "sub",
                  "reconnect": f"{RECONNECT_MS}ms", "reconnect_max": f"{RECONNECT_MAX_MS}ms",
                  "handshake": f"{HANDSHAKE_MS}ms", "silence": f"{SILENCE_MS}ms", "keepalive": f"{KEEPALIVE_MS}ms"}
        return [f"feed.{number}.{key}={value}" for key, value in values.items()]

    def start(self):
        self.daemon.sets += self.feed_sets(0, "wire", f"tcp://127.0.0.1:{self.proxy.port}")
        if self.machine:
            self.daemon.sets += self.feed_sets(1, "far", self.machine.endpoint)
        self.daemon.start()
        self.events = self.daemon.subscriber("event.")
        self.heard(0)

    def heard(self, number, most=None):
        """Waits for an event of an item of that number or a later one, but of this publisher."""
        end = time.monotonic() + PATIENCE_MS / 1000
        while True:
            left = end - time.monotonic()
            assert left > 0, f"nothing heard; {self.daemon.status()['feeds']}; {self.daemon.log()[-2000:]}"
            if not self.events.socket.poll(left * 1000):
                continue
            subject = json.loads(self.events.socket.recv_multipart()[1])["subject"]
            got = int(subject.rpartition(":")[2])
            if got >= number and (got < 1 << 40) == (most is None):
                return

    # --- the ways; each returns when the fault is over

    def flap(self):
        self.chance.choice((self.restarts, self.closes, self.resets, self.refuses))()

    def pause(self):
        threading.Event().wait(self.chance.uniform(0, 0.3))

    def restarts(self):
        self.publisher.do(self.publisher.restart)

    def closes(self):
        self.proxy.end_pairs()

    def resets(self):
        self.proxy.end_pairs(reset=True)

    def refuses(self):
        self.proxy.stop_listening()
        self.proxy.end_pairs(reset=True)
        self.pause()
        self.proxy.listen_again()

    def moves(self):
        """Another process binds the port anew, while the old connection stands and says nothing any more."""
        self.proxy.stop_listening()
        self.proxy.hold()
        self.proxy.listen_again()

    def is_not_answered(self):
        self.proxy.stop_listening()
        self.proxy.end_pairs(reset=True)
        self.proxy.unanswered(self.chance.uniform(0.3, 1))
        self.proxy.listen_again()

    def says(self, mode):
        self.proxy.mode = mode
        self.proxy.end_pairs(reset=True)
        self.pause()
        self.pause()
        self.proxy.mode = "forward"
        if mode != "never greets":  # who waits is to be left by the daemon
            self.proxy.end_pairs(reset=True)

    def breaks_the_protocol(self):
        self.proxy.inject(b"\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff")

    def sends_too_much(self):
        self.publisher.do(self.publisher.send_too_much)

    def ways(self):
        rows = [
            ("restarts", self.restarts, BACK_MS),
            ("closes", self.closes, BACK_MS),
            ("resets", self.resets, BACK_MS),
            ("refuses", self.refuses, BACK_MS),
            ("is not answered", self.is_not_answered, BACK_MS),
            ("never greets", lambda: self.says("never greets"), BACK_MS),
            ("holds everything back", self.proxy.hold, SILENT_MS),
            ("moves to another listener", self.moves, SILENT_MS),
            ("breaks the protocol", self.breaks_the_protocol, BACK_MS),
            ("sends too large a frame", self.sends_too_much, BACK_MS + 1000),
        ]
        return rows + [(mode, lambda mode=mode: self.says(mode), BACK_MS) for mode in NONSENSE]

    def case(self, name, fault, stated_ms, told):
        fault()
        begin, number = time.monotonic(), self.publisher.number + 1
        self.heard(number)
        self.took[name].append(((time.monotonic() - begin) * 1000, stated_ms))
        told(name, len(self.took[name]))

    def case_gone(self, told):
        """The link is down for long enough that keepalive notices; then it is up again."""
        before = self.daemon.status()["feeds"][1]["disconnects"]
        self.machine.link("down")
        begin = time.monotonic()
        until(lambda: self.daemon.status()["feeds"][1]["disconnects"] > before, "the end of the connection")
        self.took["is gone: noticed"].append(((time.monotonic() - begin) * 1000, KEEPALIVE_MS + 2000 + TURN_MS))
        self.machine.link("up")
        begin, now = time.monotonic(), int(time.time() * 1000) + 1
        self.heard(now, most=True)
        self.took["is gone: back"].append(((time.monotonic() - begin) * 1000, GONE_MS))
        told("is gone", len(self.took["is gone: back"]))

    def report(self):
        late = 0
        for name, rows in self.took.items():
            times = sorted(took for took, _ in rows)
            over = sum(took > stated for took, stated in rows)
            late += over
            print(f"{name:32} {len(times):4} times: {times[len(times) // 2]:5.0f} ms median, {times[-1]:5.0f} ms worst, "
                  f"stated {rows[0][1]:5.0f} ms" + (f", {over} OVER" if over else ""))
        return late

    def close(self):
        self.publisher.ended = True
        self.publisher.join()
        self.daemon.close()
        self.proxy.stop_listening()
        if self.machine:
            self.machine.close()


def make_machine(pull):
    try:
        return Machine(pull)
    except (OSError, subprocess.CalledProcessError):
        return None


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--flaps", type=int, default=500)
    parser.add_argument("--each", type=int, default=50, help="times of each way of going deaf")
    parser.add_argument("--pattern", choices=("sub", "pull"), default="sub")
    parser.add_argument("--no-machine", action="store_true", help="without the network namespace")
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    pull = options.pattern == "pull"

    def tell(name, done):
        if sys.stderr.isatty() or done % 10 == 0:
            print(f"flaps: {name}: {done}", file=sys.stderr, flush=True)

    flaps = Flaps(options.seed, pull)
    try:
        if not options.no_machine:
            flaps.machine = make_machine(pull)
            if not flaps.machine:
                print("flaps: no network namespace here: a machine that is gone is left out", file=sys.stderr)
        flaps.start()
        memory = flaps.daemon.memory_kib()
        for _ in range(options.flaps):
            flaps.case("flaps", flaps.flap, BACK_MS, tell)
        for name, fault, stated in flaps.ways():
            for _ in range(options.each):
                flaps.case(name, fault, stated, tell)
        for _ in range(options.each if flaps.machine else 0):
            flaps.case_gone(tell)
        feed = flaps.daemon.status()["feeds"][0]
        late = flaps.report()
        print(f"feed {options.pattern}: {feed['connects']} connections, {feed['disconnects']} lost, "
              f"{feed['revived']} revived, {feed['renewed']} renewed; memory {memory} KiB, then "
              f"{flaps.daemon.memory_kib()} KiB; {late} times later than stated")
    finally:
        flaps.close()


if __name__ == "__main__":
    main()
