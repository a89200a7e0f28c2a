"""publish and tail against sockets of another binding."""

import json
import os
import signal
import unittest

import zmq
from verbs_support import DEADLINE_MS, SocketCase, Verb, run

LINES = [b'{"id": "1"}', b"not json", "{\"text\": \"світло\"}".encode(), b"\xff\xfe", b" "]


class Publish(SocketCase):
    def receive(self, socket, count):
        return [socket.recv_multipart() for _ in range(count)]

    def connect(self, kind, endpoint):
        socket = self.context.socket(kind)
        self.sockets.append(socket)
        socket.setsockopt(zmq.RCVTIMEO, DEADLINE_MS)
        if kind == zmq.SUB:
            socket.setsockopt(zmq.SUBSCRIBE, b"")
        socket.connect(endpoint)
        return socket

    def bound(self, verb):
        """Where a publisher that binds is waiting: it says so."""
        line = verb.process.stderr.readline().decode()
        self.assertIn("waiting at ", line)
        return line.split("waiting at ")[1].strip()

    def test_pub_bind(self):
        file = self.write("f.jsonl", b"\n".join(LINES) + b"\n\n")
        verb = Verb("publish", "--bind", "tcp://127.0.0.1:0", "--json", file, "-", stdin=b"last")
        sub = self.connect(zmq.SUB, self.bound(verb))
        self.assertEqual(self.receive(sub, 6), [[line] for line in LINES + [b"last"]])
        status, out, err = verb.end()
        self.assertEqual(status, 0, err)
        self.assertEqual(json.loads(out)["items"], 6)

    def test_pub_connect_with_topic(self):
        sub, endpoint = self.socket(zmq.SUB)
        sub.setsockopt(zmq.SUBSCRIBE, b"wire.")
        verb = Verb("publish", "--connect", endpoint, "--topic", "wire.en", "-", stdin=b"a\nb\n")
        self.assertEqual(self.receive(sub, 2), [[b"wire.en", b"a"], [b"wire.en", b"b"]])
        self.assertEqual(verb.end()[0], 0)

    def test_push(self):
        pull, endpoint = self.socket(zmq.PULL)
        verb = Verb("publish", "--push", "--connect", endpoint, "-", stdin=b"a\nb\n")
        self.assertEqual(self.receive(pull, 2), [[b"a"], [b"b"]])
        self.assertEqual(verb.end()[0], 0)

    def test_loses_nothing(self):
        count = 20000
        text = b"".join(b'{"n": %d, "fill": "%s"}\n' % (n, b"x" * 200) for n in range(count))
        file = self.write("many.jsonl", text)
        verb = Verb("publish", "--bind", "tcp://127.0.0.1:0", file)
        sub = self.connect(zmq.SUB, self.bound(verb))
        got = [json.loads(frames[0])["n"] for frames in self.receive(sub, count)]
        self.assertEqual(got, list(range(count)))
        self.assertEqual(verb.end()[0], 0)

    def test_by_configuration(self):
        pull, endpoint = self.socket(zmq.PULL)
        conf = self.write("c.yaml", b"feed:\n  - {endpoint: tcp://127.0.0.1:1, name: other}\n"
                          b"  - {endpoint: '%s', pattern: pull, mode: bind, name: mine}\n" % endpoint.encode())
        verb = Verb("publish", "--config", conf, "--feed", "mine", "-", stdin=b"a\n")
        self.assertEqual(self.receive(pull, 1), [[b"a"]])
        self.assertEqual(verb.end()[0], 0)
        self.assertEqual(run("publish", "--config", conf, "--feed", "none", "-")[0], 64)

    def test_rate(self):
        pull, endpoint = self.socket(zmq.PULL)
        verb = Verb("publish", "--push", "--connect", endpoint, "--rate", "100", "--json", "-",
                    stdin=b"x\n" * 21)
        self.receive(pull, 21)
        status, out, _ = verb.end()
        self.assertEqual(status, 0)
        self.assertGreaterEqual(json.loads(out)["seconds"], 0.19)

    def test_nobody(self):
        for words in [["--push", "--connect", "tcp://127.0.0.1:1"], ["--bind", "tcp://127.0.0.1:0"]]:
            status, _, err = run("publish", *words, "--wait", "50ms", "-", stdin=b"a\n")
            self.assertEqual(status, 69, err)

    def test_another_topic(self):
        sub, endpoint = self.socket(zmq.SUB)
        sub.setsockopt(zmq.SUBSCRIBE, b"wire.")
        status, _, err = run("publish", "--connect", endpoint, "--topic", "other", "--wait", "500ms", "-")
        self.assertEqual(status, 69, err)

    def test_mistakes(self):
        _, endpoint = self.socket(zmq.PULL)
        for status, words in [(66, ["--push", "--connect", endpoint, "no-such-file"]),
                              (64, ["--bind", "x", "--connect", "y", "-"]),
                              (64, []), (64, ["--rate", "-1", "-"]), (73, ["--bind", endpoint, "-"])]:
            self.assertEqual(run("publish", *words)[0], status, words)


def event(sequence, topic="event.blackout.ongoing", topic_sequence=None, stream="s1", **data):
    body = {
        "specversion": "1.0",
        "type": "newstag.blackout.v1",
        "recordedtime": "2026-01-31T12:34:56.5Z",
        "sequence": "%020d" % sequence,
        "topicsequence": "%020d" % (topic_sequence or sequence),
        "streamid": stream,
        "data": {"class": "blackout", "status": "ongoing", "direction": "-", **data},
    }
    return [topic.encode(), json.dumps(body).encode()]


def heartbeat(sequence, stream="s1"):
    return [b"heartbeat", json.dumps({"sequence": "%020d" % sequence, "streamid": stream}).encode()]


class Tail(SocketCase):
    def follow(self, messages, *words, subscriptions=2):
        """Sends messages to a tail that has subscribed, and returns how it ends."""
        xpub, endpoint = self.socket(zmq.XPUB)
        verb = Verb("tail", "--output", endpoint, *words)
        self.topics = sorted(xpub.recv()[1:] for _ in range(subscriptions))
        for message in messages:
            xpub.send_multipart(message)
        return verb.end()

    def test_json(self):
        sent = [event(1), event(2, places=[{"id": "Q1", "name": "Kyiv"}])]
        status, out, err = self.follow([heartbeat(0)] + sent, "--json", "--count", "2")
        self.assertEqual(status, 0)
        self.assertEqual(self.topics, [b"event.", b"heartbeat"])
        self.assertEqual([json.loads(line) for line in out.splitlines()], [json.loads(m[1]) for m in sent])
        self.assertNotIn("missed", err)

    def test_table(self):
        sent = event(1, parties=[{"id": "UKR"}, {"id": "USA"}],
                     item={"headline": "Світло зникло\x1b[31m у " + "місті " * 40})
        status, out, _ = self.follow([sent], "--count", "1")
        self.assertEqual(status, 0)
        head, row = out.splitlines()
        self.assertTrue(head.startswith("TIME     CLASS        STATUS"))
        self.assertTrue(row.startswith("12:34:56 blackout     ongoing              UKR, USA "), row)
        self.assertIn("Світло зникло [31m у місті", row)
        self.assertEqual((row[-1], len(row)), ("…", 120))

    def test_gap(self):
        status, _, err = self.follow([event(1), event(5), event(6)], "--json", "--count", "3")
        self.assertEqual(status, 0)
        self.assertIn("missed 3 events: sequence 2 to 4\n", err)
        self.assertIn("3 events, 3 missed", err)

    def test_gap_at_the_end(self):
        sent = [heartbeat(3), event(4), heartbeat(6), event(7)]
        _, _, err = self.follow(sent, "--json", "--count", "2")
        self.assertIn("missed 2 events: sequence 5 to 6\n", err)
        self.assertIn("2 events, 2 missed", err)

    def test_gap_of_a_filter(self):
        """Who filters misses nothing that was not asked for."""
        sent = [event(10, topic_sequence=3), heartbeat(20), event(30, topic_sequence=4),
                event(40, topic_sequence=6)]
        _, _, err = self.follow(sent, "--json", "--count", "3", "--topic", "event.blackout.")
        self.assertEqual(self.topics, [b"event.blackout.", b"heartbeat"])
        self.assertIn("missed 1 event of event.blackout.ongoing before sequence 40\n", err)
        self.assertIn("3 events, 1 missed", err)

    def test_new_stream(self):
        sent = [event(10), event(1, stream="s2"), event(2, stream="s2")]
        _, _, err = self.follow(sent, "--json", "--count", "3")
        self.assertIn("a new stream has begun: s2", err)
        self.assertNotIn("missed", err)

    def test_unreadable(self):
        status, out, err = self.follow([[b"event.x", b"\xff{"], event(1)], "--json", "--count", "1")
        self.assertEqual((status, len(out.splitlines())), (0, 1))
        self.assertIn("cannot be read", err)

    def test_time_is_over(self):
        _, endpoint = self.socket(zmq.XPUB)
        self.assertEqual(run("tail", "--output", endpoint, "--for", "50ms")[0], 0)
        self.assertEqual(run("tail", "--output", endpoint, "--for", "50ms", "--count", "1")[0], 1)

    def test_signal(self):
        xpub, endpoint = self.socket(zmq.XPUB)
        verb = Verb("tail", "--output", endpoint, "--json")
        xpub.recv()
        xpub.recv()
        xpub.send_multipart(event(1))
        self.assertEqual(json.loads(verb.process.stdout.readline())["data"]["class"], "blackout")
        verb.process.send_signal(signal.SIGTERM)
        status, _, err = verb.end()
        self.assertEqual(status, 0)
        self.assertIn("1 event\n", err)

    def test_reader_is_gone(self):
        xpub, endpoint = self.socket(zmq.XPUB)
        verb = Verb("tail", "--output", endpoint, "--json")
        xpub.recv()
        xpub.recv()
        verb.process.stdout.close()
        xpub.send_multipart(event(1))
        verb.process.wait(DEADLINE_MS / 1000)
        verb.process.stderr.close()
        self.assertNotEqual(verb.process.returncode, 0)

    def test_finds_the_output(self):
        """By the configuration; a port that the system chose, by asking the daemon."""
        xpub, endpoint = self.socket(zmq.XPUB)
        port = endpoint.rsplit(":", 1)[1]
        control, where = self.socket(zmq.ROUTER, "ipc://" + self.path("control"))
        self.write("a.yaml", b'output: {endpoint: "tcp://*:%s", prefix: "tag."}\nreplay: {endpoint: off}\n' % port.encode())
        self.write("b.yaml", b'output: {endpoint: "tcp://127.0.0.1:*"}\ncontrol: {endpoint: "%s"}\nreplay: {endpoint: off}\n'
                   % where.encode())
        for words, prefix, asks in [(["--config", self.path("a.yaml")], b"tag.", False),
                                    (["--config", self.path("b.yaml")], b"event.", True),
                                    (["--control", where], b"event.", True)]:
            verb = Verb("tail", *words, "--json", "--count", "1")
            if asks:
                asked = control.recv_multipart()
                self.assertEqual(json.loads(asked[2]), {"verb": "status"})
                reply = json.dumps({"ok": True, "output": {"endpoint": "tcp://0.0.0.0:" + port}})
                control.send_multipart(asked[:2] + [reply.encode()])
            while xpub.recv() != b"\1" + prefix:
                pass
            xpub.send_multipart(event(1, topic=prefix.decode() + "x"))
            status, out, err = verb.end()
            self.assertEqual((status, len(out.splitlines())), (0, 1), err)

    def test_nobody(self):
        self.assertEqual(run("tail", "--output", "tcp://127.0.0.1:1")[0], 69)
        self.assertEqual(run("tail", "--output", "tcp://127.0.0.1:1", "--retry", "--for", "50ms")[0], 0)
        self.assertEqual(run("tail", "--count", "0")[0], 64)


if __name__ == "__main__":
    unittest.main()
