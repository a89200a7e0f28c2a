"""The three who follow events and lose none: the C library, the Python module, `newstag tail`. One face."""

import json
import os
import pathlib
import re
import subprocess
import sys
import threading

FOLLOW = os.environ.get("NEWSTAG_FOLLOW", "build/dev/bin/follow")
TOOL = os.environ.get("NEWSTAG", "build/dev/bin/newstag")
MODULES = pathlib.Path(__file__).resolve().parents[2] / "daemon" / "client"
DEADLINE_S = float(os.environ.get("NEWSTAG_DEADLINE", "60"))

# A user's program, with newstag.py in its path.
PYTHON = """
import json, os, sys
import newstag
own = os.environ.get("NEWSTAG_KEY")
keys = newstag.Keys(own, os.environ["NEWSTAG_SERVER_KEY"], os.environ.get("NEWSTAG_NEXT_KEY")) if own else None
output, replay, start, since, count, high_water, *topics = sys.argv[1:]
count = int(count)
try:
    with newstag.Subscription(output, None if replay == "-" else replay, topics, start=int(start) or None,
                              since=None if since == "-" else since, high_water=int(high_water), keys=keys) as following:
        for message in following:
            if message.kind == "event":
                print("event", message.sequence, "replayed" if message.replayed else "live", message.payload.decode())
                count -= 1
            elif message.kind == "missed":
                print("missed", message.first, message.last, message.text)
            else:
                print(message.kind, message.text)
            sys.stdout.flush()
            if count == 0:
                break
        print("position", following.position, following.stream)
except newstag.Refused as refused:
    print("failed", refused)
"""


class Client:
    """One run: `events` are (sequence, payload) in the order given, `notes` everything else."""

    def __init__(self, kind, output, replay=None, start=0, since=None, count=1 << 30, high_water=10000, topics=(),
                 keys=()):
        self.kind = kind
        words = [output, replay or "-", str(start), since or "-", str(count), str(high_water), *topics]
        env = {**os.environ, "PYTHONPATH": str(MODULES), "NO_COLOR": "1", "LC_ALL": "C.UTF-8"}
        env.update(zip(("NEWSTAG_KEY", "NEWSTAG_SERVER_KEY", "NEWSTAG_NEXT_KEY"), map(str, keys)))
        if kind == "c":
            command = [FOLLOW, *words]
        elif kind == "python":
            command = [sys.executable, "-c", PYTHON, *words]
        else:
            command = [TOOL, "tail", "--output", output, "--json", "--retry", "--count", str(min(count, 2**31 - 1))]
            command += ["--replay", replay] if replay else []
            command += ["--key", str(keys[0]), "--server-key", str(keys[1])] if keys else []
            command += ["--from", str(start)] if start else []
            command += ["--since", since] if since else []
            command += [word for topic in topics for word in ("--topic", topic)]
        self.events, self.notes = [], []
        self.process = subprocess.Popen(command, env=env, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        self.threads = [threading.Thread(target=self.read_out), threading.Thread(target=self.read_err)]
        for thread in self.threads:
            thread.start()

    def read_out(self):
        for line in self.process.stdout:
            if not line.endswith(b"\n"):  # it was killed within a line
                return
            if self.kind == "tail":
                self.events.append((int(json.loads(line)["sequence"]), line.rstrip(b"\n")))
            elif line.startswith(b"event "):
                _, sequence, _, payload = line.rstrip(b"\n").split(b" ", 3)
                self.events.append((int(sequence), payload))
            else:
                self.notes.append(line.decode().strip())

    def read_err(self):
        for line in self.process.stderr:
            self.notes.append(line.decode().strip())

    def sequences(self):
        return [sequence for sequence, _ in list(self.events)]

    def ids(self):
        return [json.loads(payload)["id"] for _, payload in list(self.events)]

    def says(self, word):
        return [note for note in list(self.notes) if word in note]

    def missed(self):
        """What it told of as missed, one note each."""
        return [note for note in list(self.notes) if re.search(r"missed (up to )?\d", note)]

    def end(self):
        """Waits for its end; the status."""
        status = self.process.wait(DEADLINE_S)
        for thread in self.threads:
            thread.join()
        return status

    def stop(self):
        if self.process.poll() is None:
            self.process.kill()
        self.process.wait()
        for thread in self.threads:
            thread.join()
        self.process.stdout.close()
        self.process.stderr.close()


KINDS = ("c", "python", "tail")
