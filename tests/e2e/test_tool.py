#!/usr/bin/env python3
"""The operator's tool and the daemon together, with the shipped rules and the sample feed."""
import collections
import json
import os
import pathlib
import subprocess
import unittest

from support import DEADLINE_S, Daemon, item, pack

TOOL = os.environ.get("NEWSTAG", "build/dev/bin/newstag")
CONFIG = pathlib.Path(__file__).resolve().parents[2] / "config"

# A list that stands twice, and ten rules with a mistake each, of ten kinds.
MISTAKES = """newstag: 1
namespace: test
lists:
  doubled: [a]
  doubled: [b]
rules:
  test.one:
    about: An unknown key
    when: blackout
    scoer: 60
    emit: {class: blackout, status: ongoing}
  test.two:
    about: A name that is nowhere
    when: $nowhere
    emit: {class: blackout, status: ongoing}
  test.three:
    about: A score that is no number
    when: blackout
    score: many
    emit: {class: blackout, status: ongoing}
  test.four:
    about: A group that never ends
    when: (black|out
    emit: {class: blackout, status: ongoing}
  test.five:
    when: blackout
    emit: {class: blackout, status: ongoing}
  test.six:
    about: A scope that there is none of
    scope: chapter
    when: blackout
    emit: {class: blackout, status: ongoing}
  test.seven:
    about: Two operators at once
    when: {any: [a], all: [b]}
    emit: {class: blackout, status: ongoing}
  test.eight:
    about: A rule that does not exist
    when: blackout
    supersedes: [test.eighty]
    emit: {class: blackout, status: ongoing}
  test.nine:
    about: A prefix that is too short
    when: bl*
    emit: {class: blackout, status: ongoing}
  test.ten:
    about: A modality that nobody knows
    when: blackout
    modal: {negatedd: drop}
    emit: {class: blackout, status: ongoing}
"""
# Their lines and columns, from 1.
PLACES = [(5, 3), (10, 5), (14, 11), (19, 12), (23, 11), (25, 3), (30, 12), (35, 22), (40, 18), (44, 11), (49, 13)]


def tool(*words, **more):
    done = subprocess.run([TOOL, *words], capture_output=True, text=True, timeout=DEADLINE_S, check=False, **more)
    return done.returncode, done.stdout, done.stderr


class Tool(unittest.TestCase):
    def test_many_mistakes(self):
        """Each at its place, from check and from the running daemon, which keeps what it had."""
        with Daemon() as daemon:
            before = daemon.status()
            daemon.write_rules(MISTAKES)
            path = str(daemon.rules / "test.yaml")
            status, _, err = tool("check", path)
            self.assertEqual(status, 78)
            verdict = daemon.control("reload")
            found = [(d["line"], d["column"]) for d in verdict["diagnostics"] if d["severity"] == "error"]
            self.assertEqual(found, PLACES)
            for line, column in PLACES:
                self.assertIn(f"{path}:{line}:{column}: error[", err)
            status, _, err = tool("reload", "--control", daemon.control_endpoint)
            self.assertEqual(status, 1)
            for line, column in PLACES:
                self.assertIn(f"{path}:{line}:{column}: error[", err)
            after = daemon.status()
            self.assertEqual((after["generation"], after["ruleset"]), (1, before["ruleset"]))
            daemon.write_rules(pack(about="mended"))
            status, out, _ = tool("reload", "--control", daemon.control_endpoint, "--json")
            self.assertEqual((status, json.loads(out)["generation"]), (0, 2))

    def test_status(self):
        with Daemon() as daemon:
            daemon.pusher().send(item(1))
            daemon.wait_settled(1)
            status, out, _ = tool("status", "--control", daemon.control_endpoint, "--json")
            self.assertEqual((status, json.loads(out)["counters"]["tagged"]), (0, 1))
            status, out, _ = tool("status", "--control", daemon.control_endpoint)
            self.assertEqual(status, 0)
            self.assertIn("feed0", out)
            self.assertEqual(daemon.stop(), 0)
            status, _, _ = tool("status", "--control", daemon.control_endpoint)
            self.assertEqual(status, 69)

    def test_top(self):
        with Daemon() as daemon:
            push = daemon.pusher()
            words = [TOOL, "top", "--control", daemon.control_endpoint, "--interval", "10ms", "--json"]
            with subprocess.Popen(words, stdout=subprocess.PIPE, text=True) as top:
                number = 0
                for line in top.stdout:
                    rates = json.loads(line)["rates"]
                    if rates["received"] > 0 and rates["events"] > 0:
                        break
                    self.assertLess(number, 10000)
                    push.send(item(number))
                    number += 1
                top.terminate()

    def test_sample_feed(self):
        """The same events from `classify` and from the daemon that the feed is published to."""
        sample = CONFIG / "samples" / "feed.jsonl"
        rules = [str(CONFIG / "rules"), str(CONFIG / "entities")]
        status, out, _ = tool("classify", "--rules", *rules, "--", str(sample))
        self.assertEqual(status, 65)  # some of it is no item
        wanted = collections.Counter(json.loads(line)["id"] for line in out.splitlines())
        self.assertGreater(len(wanted), 20)
        with Daemon(start=False) as daemon:
            daemon.config.write_text(f"rules: {{paths: [{', '.join(rules)}]}}\n")
            daemon.start()
            events = daemon.subscriber("event.")
            status, _, err = tool("publish", "--connect", daemon.feed_endpoint(), "--push", str(sample))
            self.assertEqual(status, 0, err)
            count = len([line for line in sample.read_bytes().split(b"\n") if line.strip()])
            counters = daemon.wait_settled(count)
            self.assertGreater(sum(counters["rejected"].values()), 0)
            got = collections.Counter(event["id"] for _, event in events.take(counters["events"]))
            self.assertEqual(got, wanted)
            self.assertEqual(daemon.stop(), 0)

    def test_tail(self):
        with Daemon("output.heartbeat=20ms") as daemon:
            words = [TOOL, "tail", "--control", daemon.control_endpoint, "--topic", "event.b", "--count", "3", "--json"]
            before = daemon.status()["output"]["subscriptions"]
            with subprocess.Popen(words, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as tail:
                while daemon.status()["output"]["subscriptions"] == before:
                    self.assertIsNone(tail.poll())
                push = daemon.pusher()
                for number in range(3):
                    push.send(item(number))
                    push.send(item(number, "The parley went on."))
                out, err = tail.communicate(timeout=DEADLINE_S)
            self.assertEqual(tail.returncode, 0, err)
            self.assertNotIn("missed", err)
            subjects = [json.loads(line)["subject"] for line in out.splitlines()]
            self.assertEqual(subjects, [f"urn:item:{n}" for n in range(3)])


if __name__ == "__main__":
    unittest.main(warnings="ignore")  # the daemon's context closes whatever was opened by it
