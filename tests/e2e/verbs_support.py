"""What the tests of the verbs share: the tool as a process, a daemon that is played, deadlines."""

import json
import os
import subprocess
import sys
import tempfile
import threading
import unittest

import zmq

TOOL = os.environ["NEWSTAG"]
DEADLINE_MS = int(float(os.environ.get("NEWSTAG_DEADLINE", "100")) * 1000)


class Verb:
    """One run of the tool."""

    def __init__(self, *words, stdin=b"", env=None):
        self.process = subprocess.Popen(
            [TOOL, *words],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            env={**os.environ, "NO_COLOR": "1", "LC_ALL": "C.UTF-8", **(env or {})},
        )
        if stdin is not None:
            self.process.stdin.write(stdin)
            self.process.stdin.close()
            self.process.stdin = None

    def end(self):
        out, err = self.process.communicate(timeout=DEADLINE_MS / 1000)
        return self.process.returncode, out.decode(), err.decode()


def run(*words, stdin=b""):
    return Verb(*words, stdin=stdin).end()


class SocketCase(unittest.TestCase):
    def setUp(self):
        self.context = zmq.Context()
        self.sockets = []
        self.folder = tempfile.TemporaryDirectory()

    def tearDown(self):
        for socket in self.sockets:
            socket.close(0)
        self.context.term()
        self.folder.cleanup()

    def socket(self, kind, endpoint="tcp://127.0.0.1:*"):
        """A bound socket and where it is; waits for no longer than the deadline."""
        socket = self.context.socket(kind)
        self.sockets.append(socket)
        socket.setsockopt(zmq.RCVTIMEO, DEADLINE_MS)
        socket.setsockopt(zmq.SNDTIMEO, DEADLINE_MS)
        socket.bind(endpoint)
        return socket, socket.getsockopt_string(zmq.LAST_ENDPOINT).rstrip("\0")

    def path(self, name):
        return os.path.join(self.folder.name, name)

    def write(self, name, text):
        with open(self.path(name), "wb") as file:
            file.write(text)
        return self.path(name)


class Daemon:
    """Answers so many requests at a control endpoint as told."""

    def __init__(self, case, reply, times=1):
        self.times = times
        self.socket, self.endpoint = case.socket(zmq.ROUTER, "ipc://" + case.path("control"))
        self.reply = reply
        self.request = None
        self.thread = threading.Thread(target=self.serve)
        self.thread.start()
        case.addCleanup(self.thread.join)

    def serve(self):
        for _ in range(self.times):
            identity, empty, request = self.socket.recv_multipart()
            self.request = json.loads(request)
            reply = self.reply if isinstance(self.reply, bytes) else json.dumps(self.reply).encode()
            self.socket.send_multipart([identity, empty, reply])


if __name__ == "__main__":
    sys.exit("this is no test")
