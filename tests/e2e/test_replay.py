#!/usr/bin/env python3
"""The replay of a real daemon, over its socket and by the tool's verbs."""
import glob
import json
import os
import subprocess
import unittest

import zmq
from clients import KINDS, TOOL, Client
from subscribers import read_journal
from support import DEADLINE_S, Daemon, item, until

BLACKOUT, PARLEY = "event.blackout.ongoing", "event.negotiation.ongoing"


class Asker:
    def __init__(self, daemon, kind=zmq.REQ):
        self.socket = daemon.context.socket(kind)
        self.socket.linger, self.socket.rcvtimeo = 0, int(DEADLINE_S * 1000)
        self.socket.connect(daemon.replay_endpoint)

    def ask(self, **request):
        return self.raw(json.dumps({("from" if key == "start" else key): value for key, value in request.items()}).encode())

    def raw(self, *frames):
        self.socket.send_multipart(frames)
        return self.receive()

    def receive(self):
        frames = self.socket.recv_multipart()
        return json.loads(frames[0]), list(zip(frames[1::2], [json.loads(frame) for frame in frames[2::2]]))


def feed(daemon, count, start=1):
    """Items in turn about a blackout, a blackout and a parley: an event each."""
    push = daemon.pusher()
    for number in range(start, start + count):
        push.send(item(number, "A parley began." if number % 3 == 0 else "A blackout hit the city."))
    daemon.wait_settled(start + count - 1)
    push.close()


def flip(path, text):
    """Makes a byte in each place with that text another one, in place, as a disk does it; how many there are."""
    with open(path, "r+b") as file:
        whole, at, count = file.read(), -1, 0
        while (at := whole.find(text, at + 1)) >= 0:
            file.seek(at + 2)
            file.write(b"X")
            count += 1
    return count


def tool(*words):
    done = subprocess.run([TOOL, *words], capture_output=True, text=True, timeout=DEADLINE_S, check=False,
                          env={**os.environ, "NO_COLOR": "1", "LC_ALL": "C.UTF-8"})
    return done.returncode, done.stdout, done.stderr


class Replay(unittest.TestCase):
    def test_requests(self):
        with Daemon() as daemon:
            asker = Asker(daemon)
            header, events = asker.ask(start=1)
            self.assertEqual((header["count"], header["next"], header["head"], events), (0, 1, 0, []))
            live = daemon.subscriber("event.")
            feed(daemon, 9)
            sent = live.take(9)
            header, events = asker.ask(start=1)
            self.assertEqual([(topic.decode(), event) for topic, event in events], sent)
            self.assertEqual({key: header[key] for key in ("oldest", "next", "head", "count", "more")},
                             {"oldest": 1, "next": 10, "head": 9, "count": 9, "more": False})
            self.assertEqual(header["stream"], sent[0][1]["streamid"])
            header, events = asker.ask(start=1, topics=["event.neg"])
            self.assertEqual([topic.decode() for topic, _ in events], [PARLEY] * 3)
            header, events = asker.ask(start=4, limit=2)
            self.assertEqual(([int(event["sequence"]) for _, event in events], header["next"], header["more"]),
                             ([4, 5], 6, True))
            middle = sent[4][1]["recordedtime"]
            _, events = asker.ask(since=middle)
            self.assertEqual([event for _, event in events], [e for _, e in sent if e["recordedtime"] >= middle])
            self.assertEqual(asker.ask(start=100)[0]["count"], 0)

    def test_latest(self):
        with Daemon() as daemon:
            push = daemon.pusher()
            for version, text in enumerate(["A blackout hit.", "A parley began.", "A blackout hit, and a parley began."]):
                for number in (1, 2):
                    push.send(item(number, text, version=str(version)))
            daemon.wait_settled(6)
            _, events = Asker(daemon).ask(latest=True)
            subjects = [event["subject"] for _, event in events]
            self.assertEqual(sorted(subjects), ["urn:item:1", "urn:item:2"])
            journal = [json.loads(payload) for _, payload in read_journal(daemon)]
            for _, event in events:
                newest = [e for e in journal if e["subject"] == event["subject"]][-1]
                self.assertEqual(event, newest)

    def test_whoever_is_malformed_or_greedy_harms_nobody(self):
        with Daemon() as daemon:
            feed(daemon, 3)
            good = Asker(daemon)
            for bytes_ in (b"", b"{", b"\xff\xfe", b"[" * 5000, b'{"from": "x"}', b'{"from": 1, "limit": 1001}',
                           b'{"from": 1, "unknown": 1}', b'{"topics": []}', b'{"since": "never"}'):
                bad = Asker(daemon)
                header, events = bad.raw(bytes_)
                self.assertEqual((list(header), events), (["error"], []), bytes_)
                self.assertEqual(good.ask(start=1)[0]["count"], 3)
            header, _ = Asker(daemon).raw(b'{"from": 1}', b'{"from": 2}')
            self.assertIn("error", header)
            # No REQ socket, frames without end, one that is too large: no answer, and the rest goes on.
            for frames in ([b"x"], [b"x"] * 3000, [b"", b"y" * (1 << 20)]):
                dealer = daemon.context.socket(zmq.DEALER)
                dealer.linger = 0
                dealer.connect(daemon.replay_endpoint)
                dealer.send_multipart(frames)
                self.assertEqual(good.ask(start=1)[0]["count"], 3)
            greedy = daemon.context.socket(zmq.DEALER)  # asks and does not read
            greedy.linger, greedy.rcvhwm, greedy.sndhwm = 0, 1, 0
            greedy.connect(daemon.replay_endpoint)
            for _ in range(2000):
                greedy.send_multipart([b"", b'{"from": 1}'])
            until(lambda: daemon.status()["replay"]["requests"] > 1500, "the greedy one's requests are done")
            self.assertEqual(good.ask(start=1)[0]["count"], 3)
            self.assertGreater(daemon.status()["replay"]["refused"], 9)

    def test_over_restarts(self):
        """The stream goes on, and who followed goes on with it."""
        with Daemon() as daemon:
            clients = [Client(kind, daemon.output_endpoint, daemon.replay_endpoint, start=1) for kind in KINDS]
            feed(daemon, 10)
            for number in range(3):
                daemon.signal(9)
                daemon.wait_end()
                daemon.notify.close()
                (daemon.folder / "notify").unlink()
                daemon.start()
                push = daemon.pusher()
                for one in range(10):
                    push.send(item(1000 * (number + 1) + one))
                daemon.wait_counters(events=10)
                push.close()
            journal = read_journal(daemon)
            self.assertEqual([sequence for sequence, _ in journal], list(range(1, 41)))
            for client in clients:
                until(lambda c=client: len(c.events) >= 40, f"{client.kind}: 40 events, but {client.notes}")
                self.assertEqual(client.events, journal)
                client.stop()

    def test_damage(self):
        """An event that is damaged on disk, in a closed file or in the one being written, is told as lost; whoever
        asks or follows gets the rest and is not held up."""
        with Daemon("journal.segment=1MiB") as daemon:
            feed(daemon, 1500)
            files = sorted(glob.glob(f"{daemon.folder}/journal/events-*"))
            self.assertGreater(len([path for path in files if path.endswith(".db")]), 1)
            journal = dict(read_journal(daemon))
            for number in (5, 1490):
                self.assertTrue(sum(flip(path, f'"sequence":"{number:020}"'.encode()) for path in files))
            header, events = Asker(daemon).ask(start=1, limit=10)
            self.assertEqual((header["missing"], header["next"], len(events)), ([[5, 5]], 12, 10))
            header, events = Asker(daemon).ask(start=1489, topics=["event.neg"])
            self.assertEqual((header["missing"], header["more"]), ([[1490, 1490]], False))
            whole = [number for number in range(1, 1501) if number not in (5, 1490)]
            status, out, err = tool("replay", "--control", daemon.control_endpoint, "--json")
            self.assertEqual(status, 0, err)
            self.assertEqual(out.encode().splitlines(), [journal[number] for number in whole])
            for number in (5, 1490):
                self.assertIn(f"sequence {number} to {number} cannot be read any more", err)
            for kind in KINDS:
                client = Client(kind, daemon.output_endpoint, daemon.replay_endpoint, start=1)
                until(lambda c=client: len(c.events) >= len(whole), f"{client.kind}: all, but {client.notes}")
                self.assertEqual(client.sequences(), whole)
                self.assertEqual(len(client.missed()), 2, client.notes)
                client.stop()

    def test_without_a_journal(self):
        with Daemon("journal.path=") as daemon:
            self.assertIsNone(daemon.status()["replay"])
            self.assertIn("no replay: journal.path is empty", daemon.log())
            status, _, err = tool("replay", "--control", daemon.control_endpoint)
            self.assertEqual(status, 69)
            self.assertIn("no journal", err)
        with Daemon("replay.endpoint=off") as daemon:
            self.assertIsNone(daemon.status()["replay"])


class Verbs(unittest.TestCase):
    def test_replay(self):
        with Daemon() as daemon:
            feed(daemon, 1203)
            journal = read_journal(daemon)
            where = ("--control", daemon.control_endpoint)
            for words, wanted in [((), journal), (("--from", "1200"), journal[1199:]), (("--limit", "5"), journal[:5]),
                                  (("--limit", "1100"), journal[:1100]),
                                  (("--from", "3", "--until", "1100"), journal[2:1100]),
                                  (("--topic", "event.neg"), journal[2::3]),
                                  (("--since", "1h"), journal), (("--until", "2020-01-01"), [])]:
                status, out, err = tool("replay", *where, *words, "--json")
                self.assertEqual((status, err), (0, ""))
                self.assertEqual(out.encode().splitlines(), [payload for _, payload in wanted], words)
            # Of the latest, page after page from the newest back; each subject has one event here.
            status, out, err = tool("history", *where, "--limit", "5000", "--json")
            self.assertEqual((status, err), (0, ""))
            self.assertEqual(out.encode().splitlines(), [payload for _, payload in journal])
            status, out, _ = tool("replay", "--replay", daemon.replay_endpoint, "--limit", "2")
            self.assertEqual((status, len(out.splitlines())), (0, 3))
            self.assertTrue(out.startswith("TIME"))
            for words in (("--from", "0"), ("--since", "soon"), ("--until", "later"), ("--limit", "0")):
                self.assertEqual(tool("replay", *where, *words)[0], 64, words)
            self.assertEqual(tool("replay", "--replay", "ipc:///nobody/there")[0], 69)

    def test_history(self):
        with Daemon() as daemon:
            feed(daemon, 30)
            where = ("--control", daemon.control_endpoint, "--json")
            status, out, err = tool("history", *where)
            self.assertEqual((status, err), (0, ""))
            self.assertEqual([json.loads(line)["subject"] for line in out.splitlines()],
                             [f"urn:item:{n}" for n in range(1, 31)])
            status, out, _ = tool("history", *where, "--class", "negotiation", "--status", "ongoing")
            self.assertEqual([json.loads(line)["subject"] for line in out.splitlines()],
                             [f"urn:item:{n}" for n in range(3, 31, 3)])
            status, out, err = tool("history", *where, "--limit", "4")
            self.assertEqual(len(out.splitlines()), 4)
            self.assertIn("26 older ones", err)
            self.assertEqual(tool("history", *where, "--place", "Atlantis")[0], 1)
            self.assertEqual(tool("history", *where, "--status", "planned")[0], 1)


if __name__ == "__main__":
    unittest.main(warnings="ignore")
