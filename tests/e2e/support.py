"""A real daemon in a folder of its own, over real sockets, for the end-to-end tests.

Nothing here waits for a time to pass: it waits for a condition, and a deadline makes a hang a failure.
"""
import http.client
import json
import os
import pathlib
import shutil
import signal
import socket
import subprocess
import tempfile
import threading
import time

import zmq

import exposition

DEADLINE_S = float(os.environ.get("NEWSTAG_DEADLINE", "100"))
DAEMON = os.environ.get("NEWSTAGD", "build/dev/bin/newstagd")

RULE = """
  test.{name}:
    about: {about}
    when: {word}
    score: 60
    emit: {{class: {kind}, status: {status}}}
    tests:
      hit:
        - {{text: "A {word} was seen in the {said}.", expect: {{status: {status}}}}}
      miss:
        - The concert went well.
"""


def pack(about="as it was", word="blackout"):
    """A good pack of two rules: `blackout` gives event.blackout.ongoing, `parley` event.negotiation.ongoing."""
    return (
        "newstag: 1\nnamespace: test\nrules:"
        + RULE.format(name="blackout", about=about, word=word, kind="blackout", status="ongoing", said="city")
        + RULE.format(name="parley", about=about, word="parley", kind="negotiation", status="ongoing", said="city")
    )


BROKEN_PACK = pack().replace("score: 60", "scoer: 60")
UNPARSABLE_PACK = "newstag: 1\nrules: {test.x: [\n"
FAILING_PACK = pack().replace("A blackout was seen", "Nothing was seen")


def until(condition, what, deadline_s=None):
    """The first true value that the condition gives."""
    end = time.monotonic() + (deadline_s or DEADLINE_S)
    pause = threading.Event()
    while True:
        value = condition()
        if value:
            return value
        if time.monotonic() > end:
            raise AssertionError(f"not within the deadline: {what}")
        pause.wait(0.005)


def item(number, text="A blackout hit the city.", **more):
    return json.dumps({"uri": f"urn:item:{number}", "headline": f"Item {number}", "body_text": text, **more}).encode()


def balanced(counters):
    """Whether the conservation law holds."""
    return counters["received"] == sum(
        counters[name] for name in ("tagged", "untagged", "filtered", "held", "in_flight")
    ) + sum(counters["rejected"].values())


class Daemon:
    def __init__(self, *sets, rules=None, start=True, feeds=1, env=None):
        self.env = env or {}
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="nt-"))
        self.rules = self.folder / "rules"
        self.rules.mkdir()
        self.write_rules(rules if rules is not None else pack())
        self.log_path = self.folder / "log"
        self.context = zmq.Context()
        self.process = None
        self.control_endpoint = f"ipc://{self.folder}/control"
        self.output_endpoint = f"ipc://{self.folder}/output"
        self.replay_endpoint = f"ipc://{self.folder}/replay"
        self.http_listen = f"unix:{self.folder}/http"
        self.config = self.folder / "newstagd.yaml"
        self.config.write_text(f"rules: {{paths: [{self.rules}]}}\n")
        self.sets = [
            f"control.endpoint={self.control_endpoint}",
            f"output.endpoint={self.output_endpoint}",
            f"replay.endpoint={self.replay_endpoint}",
            "output.high_water=1000000",
            f"journal.path={self.folder}/journal",
            f"http.listen={self.http_listen}",
        ]
        for number in range(feeds):
            self.sets += [
                f"feed.{number}.endpoint={self.feed_endpoint(number)}",
                f"feed.{number}.pattern=pull",
                f"feed.{number}.mode=bind",
                f"feed.{number}.name=feed{number}",
            ]
        self.sets += sets
        if start:
            try:
                self.start()
            except BaseException:
                self.close()  # nobody else will: there is no `with` yet
                raise

    # --- the process

    def feed_endpoint(self, number=0):
        return f"ipc://{self.folder}/feed{number}"

    def write_rules(self, text, name="test.yaml"):
        path = self.rules / name
        fresh = path.with_suffix(".new")
        fresh.write_text(text)
        fresh.rename(path)

    def environment(self):
        flags = "quarantine_size_mb=4:" + os.environ.get("ASAN_OPTIONS", "")
        return {**os.environ, "ASAN_OPTIONS": flags, "NOTIFY_SOCKET": str(self.folder / "notify"), **self.env}

    def command(self, *more):
        words = [DAEMON, "--config", str(self.config)]
        for override in self.sets:
            words += ["--set", override]
        return words + list(more)

    def start(self):
        self.spawn()
        self.wait_notify("READY=1")

    def spawn(self):
        self.notify = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self.notify.bind(str(self.folder / "notify"))
        with open(self.log_path, "ab") as log:
            self.process = subprocess.Popen(self.command(), env=self.environment(), stderr=log, stdout=log)

    def wait_notify(self, wanted):
        """The first datagram to the service manager that holds the line."""
        self.notify.settimeout(0.05)

        def told():
            try:
                text = self.notify.recv(4096).decode()
                return text if wanted in text.splitlines() or wanted in text else None
            except TimeoutError:
                if self.process.poll() is not None:
                    raise AssertionError(f"ended with {self.process.returncode}:\n{self.log()}") from None
                return None

        return until(told, f"{wanted}; log:\n{self.log()}")

    def run(self, *more):
        """For runs that end by themselves: (status, stdout, stderr)."""
        done = subprocess.run(
            self.command(*more), env=self.environment(), capture_output=True, text=True, timeout=DEADLINE_S, check=False
        )
        return done.returncode, done.stdout, done.stderr

    def signal(self, number):
        os.kill(self.process.pid, number)

    def blocks(self, number):
        """Whether the process takes that signal at its own time."""
        for line in pathlib.Path(f"/proc/{self.process.pid}/status").read_text().splitlines():
            if line.startswith("SigBlk:"):
                return bool(int(line.split()[1], 16) >> (number - 1) & 1)
        return False

    def wait_end(self):
        return self.process.wait(DEADLINE_S)

    def stop(self):
        """Ends by TERM; the exit status."""
        self.signal(signal.SIGTERM)
        return self.wait_end()

    def log(self):
        return self.log_path.read_text(errors="replace") if self.log_path.exists() else ""

    def wait_log(self, text, count=1):
        until(lambda: self.log().count(text) >= count, f"{text!r} in the log:\n{self.log()[-3000:]}")

    def memory_kib(self):
        for line in pathlib.Path(f"/proc/{self.process.pid}/status").read_text().splitlines():
            if line.startswith("VmRSS:"):
                return int(line.split()[1])
        raise AssertionError("no VmRSS")

    # --- metrics and health

    def http(self, path):
        """(status, body)"""
        connection = http.client.HTTPConnection("localhost")
        connection.sock = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        connection.sock.settimeout(DEADLINE_S)
        connection.sock.connect(str(self.folder / "http"))
        try:
            connection.request("GET", path)
            answer = connection.getresponse()
            return answer.status, answer.read().decode()
        finally:
            connection.close()

    def metrics(self):
        status, text = self.http("/metrics")
        assert status == 200, text
        return exposition.Page(text)

    # --- control

    def control_raw(self, payload):
        request = self.context.socket(zmq.REQ)
        request.linger = 0
        request.rcvtimeo = int(DEADLINE_S * 1000)
        request.connect(self.control_endpoint)
        try:
            request.send(payload)
            return json.loads(request.recv())
        finally:
            request.close()

    def control(self, verb, **more):
        return self.control_raw(json.dumps({"verb": verb, **more}).encode())

    def status(self):
        status = self.control("status")
        assert status["ok"], status
        assert balanced(status["counters"]), status["counters"]
        return status

    def counters(self):
        return self.status()["counters"]

    def wait_counters(self, **wanted):
        def reached():
            counters = self.counters()
            return counters if all(counters[name] == value for name, value in wanted.items()) else None

        return until(reached, f"{wanted}, but {self.counters()}")

    def wait_settled(self, received):
        return self.wait_counters(received=received, in_flight=0)

    # --- feed and events

    def pusher(self, number=0, endpoint=None):
        push = self.context.socket(zmq.PUSH)
        push.linger = int(DEADLINE_S * 1000)
        push.sndtimeo = int(DEADLINE_S * 1000)
        push.connect(endpoint or self.feed_endpoint(number))
        return push

    def subscriber(self, *topics, endpoint=None):
        """Returns once the daemon knows of the subscriptions."""
        before = self.status()["output"]["subscriptions"]
        sub = Subscriber(self.context, endpoint or self.output_endpoint, topics)
        # XPUB tells of a topic once, however many want it: a marker of its own comes last.
        until(lambda: self.status()["output"]["subscriptions"] > before, f"a subscription to {topics}")
        return sub

    def close(self):
        if self.process and self.process.poll() is None:
            self.process.kill()
            self.process.wait()
        if self.process:
            self.notify.close()
        self.context.destroy(linger=0)
        shutil.rmtree(self.folder, ignore_errors=True)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()


class Subscriber:
    """Collects what comes: (topic, payload) pairs, payloads parsed."""

    def __init__(self, context, endpoint, topics):
        self.socket = context.socket(zmq.SUB)
        self.socket.rcvhwm = 0
        self.socket.linger = 0
        for topic in (*topics, f"marker-{id(self)}-"):
            self.socket.subscribe(topic)
        self.socket.connect(endpoint)

    def next(self, deadline_s=None):
        if not self.socket.poll((deadline_s or DEADLINE_S) * 1000):
            raise AssertionError("nothing came within the deadline")
        frames = self.socket.recv_multipart()
        assert len(frames) == 2, frames
        return frames[0].decode(), json.loads(frames[1])

    def take(self, count):
        return [self.next() for _ in range(count)]

    def pending(self):
        return self.socket.poll(0) != 0


def is_sanitized():
    """Whether the daemon is an instrumented build, which is slow and grows by itself."""
    return any(word in DAEMON for word in ("/dev/", "/tsan/"))
