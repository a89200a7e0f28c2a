#!/usr/bin/env python3
"""Who gets in when security.curve is on, who does not, and what a change costs those who do."""
import json
import os
import pathlib
import subprocess
import sys
import time
import unittest

import zmq
import zmq.auth
from clients import Client
from support import DEADLINE_S, Daemon, item, until

TOOL = os.environ.get("NEWSTAG", "build/dev/bin/newstag")
SHUT_OUT_S = 1.0  # a client that is kept out is given this long to be let in by mistake


def tool(*words, status=0):
    run = subprocess.run([TOOL, *map(str, words)], capture_output=True, text=True, check=False)
    assert run.returncode == status, (words, run.returncode, run.stdout, run.stderr)
    return run.stdout + run.stderr


class Locked(Daemon):
    """A daemon whose endpoints are TCP with keys."""

    def __init__(self, *sets, start=True):
        super().__init__(start=False, feeds=0)
        self.keys = self.folder / "keys"
        self.keys.mkdir()
        self.allow = self.folder / "allowed"
        tool("keygen", "server", "--out", self.keys)
        for name, domains in (("desk", "events,replay"), ("wire", "feed"), ("ops", "*")):
            tool("keygen", name, "--out", self.keys)
            tool("keys", "add", name, self.keys / f"{name}.key", "--for", domains, "--file", self.allow)
        self.sets = [one for one in self.sets if not one.startswith(("output.endpoint", "replay.endpoint"))] + [
            "output.endpoint=tcp://127.0.0.1:0", "replay.endpoint=tcp://127.0.0.1:0", "feed.0.endpoint=tcp://127.0.0.1:0",
            "feed.0.pattern=pull", "feed.0.mode=bind", "feed.0.name=wire", "security.curve=on",
            f"security.keys={self.keys}", f"security.allow={self.allow}", *sets,
        ]
        if start:
            self.start_and_ask()

    def start_and_ask(self):
        try:
            self.start()
        except BaseException:
            self.close()
            raise
        status = self.status()
        self.output, self.replay = status["output"]["endpoint"], status["replay"]["endpoint"]
        self.feed = status["feeds"][0]["endpoint"]

    def secret(self, name):
        return self.keys / f"{name}.key_secret"

    def lock(self, socket, name, server="server"):
        socket.curve_publickey, socket.curve_secretkey = zmq.auth.load_certificate(self.secret(name))
        socket.curve_serverkey = zmq.auth.load_certificate(self.keys / f"{server}.key")[0]

    def locked_pusher(self, name="wire"):
        push = self.context.socket(zmq.PUSH)
        push.linger = 0
        push.sndtimeo = int(DEADLINE_S * 1000)
        self.lock(push, name)
        push.connect(self.feed)
        return push

    def follow(self, kind, name="desk", next_key=None, **more):
        keys = (self.secret(name), self.keys / "server.key", *([next_key] if next_key else []))
        return Client(kind, self.output, self.replay, start=1, keys=keys, **more)

    def refused(self):
        return self.status()["security"]["refused"]


def wait_events(client, count):
    until(lambda: len(client.events) >= count, f"{count} events, not {len(client.events)}: {client.notes}")
    assert [sequence for sequence, _ in client.events] == list(range(1, len(client.events) + 1)), client.events
    assert not any("missed" in str(note) for note in client.notes), client.notes


class Start(unittest.TestCase):
    def refused_with(self, daemon, text):
        try:
            daemon.spawn()
            daemon.process.wait(DEADLINE_S)
            self.assertNotEqual(daemon.process.returncode, 0)
            self.assertIn(text, daemon.log())
        finally:
            daemon.close()

    def test_off(self):
        with Daemon() as daemon:
            self.assertEqual(daemon.status()["security"], {"curve": False})

    def test_without_keys(self):
        daemon = Locked(start=False)
        daemon.secret("server").unlink()
        self.refused_with(daemon, "newstag keygen server makes them")

    def test_with_a_secret_that_others_read(self):
        daemon = Locked(start=False)
        daemon.secret("server").chmod(0o640)
        self.refused_with(daemon, "others may read this secret (mode 0640)")

    def test_without_a_list(self):
        daemon = Locked(start=False)
        daemon.allow.unlink()
        self.refused_with(daemon, "who is let in cannot be read")

    def test_with_a_mistake_in_the_list(self):
        daemon = Locked(start=False)
        daemon.allow.write_text(daemon.allow.read_text() + "half a line\n")
        self.refused_with(daemon, f"{daemon.allow}:4:")

    def test_keys_as_a_credential(self):
        daemon = Locked(start=False)
        credentials = daemon.folder / "credentials"
        credentials.mkdir()
        daemon.secret("server").rename(credentials / "server.key_secret")
        daemon.env["CREDENTIALS_DIRECTORY"] = str(credentials)
        try:
            daemon.start()
        finally:
            daemon.close()


class Doors(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.daemon = Locked()
        daemon = cls.daemon
        for name in ("stranger", "late"):
            tool("keygen", name, "--out", daemon.keys)
        tool("keys", "add", "late", daemon.keys / "late.key", "--for", "*", "--until", "2020-01-01", "--file", daemon.allow)
        until(lambda: daemon.status()["security"]["allowed"] == 4, "the new list")
        cls.pusher = daemon.locked_pusher()
        cls.pusher.send(item(0))
        daemon.wait_counters(received=1, in_flight=0)

    @classmethod
    def tearDownClass(cls):
        cls.daemon.close()

    def knock(self, kind, prepare):
        """Whether a socket of that kind gets its handshake through at the endpoint that fits it."""
        endpoint = {zmq.SUB: self.daemon.output, zmq.REQ: self.daemon.replay, zmq.PUSH: self.daemon.feed}[kind]
        with self.daemon.context.socket(kind) as socket:
            socket.linger = 0
            socket.handshake_ivl = 500
            prepare(socket)
            monitor = socket.get_monitor_socket(zmq.EVENT_HANDSHAKE_SUCCEEDED)
            socket.connect(endpoint)
            inside = monitor.poll(DEADLINE_S * 1000 if prepare.__name__ == "good" else SHUT_OUT_S * 1000) != 0
            socket.disable_monitor()
            monitor.close()
            return inside

    def ways(self, kind):
        daemon = self.daemon
        right = {zmq.SUB: "desk", zmq.REQ: "desk", zmq.PUSH: "wire"}[kind]
        wrong = {zmq.SUB: "wire", zmq.REQ: "wire", zmq.PUSH: "desk"}[kind]

        def good(socket):
            daemon.lock(socket, right)

        def null(_):
            pass

        def plain(socket):
            socket.plain_username, socket.plain_password = b"desk", b"secret"

        def wrong_server_key(socket):
            daemon.lock(socket, right, server="stranger")

        def unknown_key(socket):
            daemon.lock(socket, "stranger")

        def expired(socket):
            daemon.lock(socket, "late")

        def other_endpoint(socket):
            daemon.lock(socket, wrong)

        def borrowed_public_key(socket):  # somebody's public key, without the secret one
            daemon.lock(socket, "stranger")
            socket.curve_publickey = zmq.auth.load_certificate(daemon.keys / f"{right}.key")[0]

        def as_server(socket):
            socket.curve_server = 1
            socket.curve_secretkey = zmq.auth.load_certificate(daemon.secret(right))[1]

        return good, null, plain, wrong_server_key, unknown_key, expired, other_endpoint, borrowed_public_key, as_server

    def test_who_comes_in_where(self):
        for kind in (zmq.SUB, zmq.REQ, zmq.PUSH):
            for way in self.ways(kind):
                with self.subTest(kind=kind, way=way.__name__):
                    self.assertEqual(self.knock(kind, way), way.__name__ == "good")
        refused = self.daemon.refused()
        for reason in ("unknown", "expired", "domain"):
            self.assertGreaterEqual(refused[reason], 3, refused)
        self.assertIn("with the key", self.daemon.log())

    def test_nothing_secret_is_told(self):
        secret = zmq.auth.load_certificate(self.daemon.secret("server"))[1].decode()
        self.assertNotIn(secret, self.daemon.log())
        self.assertNotIn(secret, json.dumps(self.daemon.status()))

    def test_the_tool_comes_in_with_a_key(self):
        daemon = self.daemon
        words = ["--replay", daemon.replay, "--key", daemon.secret("desk"), "--json"]
        self.assertIn('"blackout"', tool("replay", *words, "--server-key", daemon.keys / "server.key"))
        public = zmq.auth.load_certificate(daemon.keys / "server.key")[0].decode()
        self.assertIn('"blackout"', tool("replay", *words, "--server-key", public))
        self.assertIn('"blackout"', tool("replay", *words, "--set", f"security.keys={daemon.keys}"))
        self.assertIn("wants --key", tool("replay", "--replay", daemon.replay, "--server-key", public, status=64))


class Changes(unittest.TestCase):
    def test_a_new_key_counts_at_once_and_a_revoked_one_no_more(self):
        with Locked() as daemon:
            pusher, desk = daemon.locked_pusher(), daemon.follow("python")
            tool("keygen", "guest", "--out", daemon.keys)
            guest = daemon.context.socket(zmq.SUB)
            guest.handshake_ivl = 500
            daemon.lock(guest, "guest")
            guest.subscribe("event.")
            guest.connect(daemon.output)
            until(lambda: daemon.refused()["unknown"] > 0, "the guest kept out")
            tool("keys", "add", "guest", daemon.keys / "guest.key", "--file", daemon.allow)
            sent = 0

            def came():
                nonlocal sent
                pusher.send(item(sent))
                sent += 1
                return guest.poll(100)

            until(came, "the guest let in without connecting anew")
            before, began = daemon.refused()["unknown"], time.monotonic()
            tool("keys", "revoke", "guest", "--file", daemon.allow)
            daemon.wait_log("guest may not connect any more (it left the list)")
            self.assertLess(time.monotonic() - began, 5)
            until(lambda: daemon.refused()["unknown"] > before, "the guest at the door again")
            while guest.poll(0):
                guest.recv_multipart()
            for number in range(sent, sent + 20):
                pusher.send(item(number))
            daemon.wait_counters(received=sent + 20, in_flight=0)
            wait_events(desk, sent + 20)
            self.assertEqual(guest.poll(0), 0)
            desk.stop()

    def test_a_key_expires_while_it_is_connected(self):
        with Locked() as daemon:
            pusher, sub = daemon.locked_pusher(), daemon.context.socket(zmq.SUB)
            tool("keygen", "brief", "--out", daemon.keys)
            daemon.lock(sub, "brief")
            sub.subscribe("heartbeat")
            sub.connect(daemon.output)
            soon = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(time.time() + 6))
            tool("keys", "add", "brief", daemon.keys / "brief.key", "--until", soon, "--file", daemon.allow)
            self.assertTrue(sub.poll(DEADLINE_S * 1000))
            daemon.wait_log("brief may not connect any more (its key has expired)")
            until(lambda: daemon.refused()["expired"] > 0, "brief kept out")
            pusher.send(item(1))
            daemon.wait_counters(received=1, in_flight=0)

    def test_a_list_with_a_mistake_changes_nothing(self):
        with Locked() as daemon:
            before = daemon.allow.read_text()
            daemon.allow.write_text("desk\n")
            daemon.wait_log(f"{daemon.allow}:1:1: a line is NAME PUBLIC-KEY FOR [UNTIL]")
            status = daemon.status()["security"]
            self.assertEqual((status["allowed"], len(status["errors"])), (3, 1), status)
            pusher = daemon.locked_pusher()
            pusher.send(item(1))
            daemon.wait_counters(received=1, in_flight=0)
            daemon.allow.write_text(before)
            until(lambda: not daemon.status()["security"]["errors"], "the mended list")

    def test_new_keys_of_the_daemon_lose_nothing(self):
        rounds = int(os.environ.get("NEWSTAG_ROTATIONS", "4"))
        with Locked() as daemon:
            tool("keygen", "next", "--out", daemon.keys)
            pairs = [(daemon.keys / f"{name}{end}").read_bytes() for name in ("server", "next") for end in (".key", ".key_secret")]
            public = daemon.folder / "public"
            public.mkdir()
            (public / "a").write_bytes(pairs[0])
            (public / "b").write_bytes(pairs[2])
            clients = [
                Client(kind, daemon.output, daemon.replay, start=1,
                       keys=(daemon.secret("desk"), public / "a", public / "b"))
                for kind in ("c", "python")
            ]
            sent = 0
            for turn in range(1, rounds + 1):
                secret = pairs[3] if turn % 2 else pairs[1]
                fresh = daemon.keys / "fresh"
                fresh.write_bytes(secret)
                fresh.chmod(0o600)
                fresh.rename(daemon.secret("server"))
                daemon.wait_log("security: new keys of the daemon's own", count=turn)
                (daemon.keys / "server.key").write_bytes(pairs[2] if turn % 2 else pairs[0])
                pusher = daemon.locked_pusher()
                for _ in range(50):
                    pusher.send(item(sent))
                    sent += 1
                daemon.wait_counters(received=sent, in_flight=0)
                pusher.close()
                for client in clients:
                    wait_events(client, sent)
            for client in clients:
                client.stop()
            print(f"{rounds} rotations, {sent} events, none lost", file=sys.stderr)


class Files(unittest.TestCase):
    def setUp(self):
        self.daemon = Daemon(start=False)
        self.addCleanup(self.daemon.close)
        self.folder = pathlib.Path(self.daemon.folder)

    def test_keygen(self):
        out = tool("keygen", "a", "--out", self.folder, "--json")
        made = json.loads(out)
        self.assertEqual(zmq.auth.load_certificate(made["public_file"])[0].decode(), made["public_key"])
        self.assertEqual(os.stat(made["secret_file"]).st_mode & 0o777, 0o600)
        self.assertIn("is there already", tool("keygen", "a", "--out", self.folder, status=73))
        tool("keygen", "a", "--out", self.folder, "--force")
        self.assertIn("a name is", tool("keygen", "a/b", status=64))
        tool("keygen", "b", "--out", self.folder / "nowhere", status=73)

    def test_keys(self):
        keys, allow = self.folder, self.folder / "allowed"
        tool("keygen", "a", "--out", keys)
        tool("keygen", "b", "--out", keys)
        allow.write_text("# the desk's\n")
        allow.chmod(0o640)
        tool("keys", "add", "a", keys / "a.key", "--file", allow, "--until", "2020-02-02")
        tool("keys", "add", "b", zmq.auth.load_certificate(keys / "b.key")[0].decode(), "--file", allow, "--for", "*")
        rows = [json.loads(line) for line in tool("keys", "list", "--json", "--file", allow).splitlines()]
        self.assertEqual([(row["name"], row["state"], row["for"]) for row in rows], [
            ("a", "expired", ["events", "replay"]), ("b", "allowed", ["events", "replay", "control", "feed"])])
        self.assertIn("2020-02-02T00:00:00Z", tool("keys", "list", "--file", allow))
        self.assertIn("already", tool("keys", "add", "a", keys / "b.key", "--file", allow, status=64))
        self.assertIn("bad-domain", tool("keys", "add", "c", "0" * 40, "--for", "all", "--file", allow, status=64))
        self.assertIn("bad-time", tool("keys", "add", "c", "0" * 40, "--until", "soon", "--file", allow, status=64))
        tool("keys", "add", "c", keys / "nothing", "--file", allow, status=66)
        tool("keys", "revoke", "a", "--file", allow)
        tool("keys", "revoke", "a", "--file", allow, status=1)
        self.assertRegex(allow.read_text(), r"\A# the desk's\nb \S+ \* -\n\Z")
        self.assertEqual(os.stat(allow).st_mode & 0o777, 0o640)
        tool("keys", "list", "--file", self.folder / "none", status=66)
        tool("keys", "frob", status=64)
        tool("keys", "revoke", status=64)
        allow.write_text("x\n")
        tool("keys", "list", "--file", allow, status=78)
        tool("keys", "revoke", "x", "--file", allow, status=78)
        self.assertEqual(allow.read_text(), "x\n")


if __name__ == "__main__":
    unittest.main(verbosity=2)
