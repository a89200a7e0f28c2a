#!/usr/bin/env python3
"""A storm of items and reloads: nothing is lost, doubled or out of order, and nothing is mixed.

Items go in by a PULL feed while the rules are reloaded again and again, every other time with a broken
pack, the good ones alternating between two sets; some items are no items at all.
"""
import argparse
import collections
import queue
import random
import signal
import sys
import threading

from badness import bad_items
from support import BROKEN_PACK, FAILING_PACK, UNPARSABLE_PACK, Daemon, balanced, item, pack, until

BROKEN = (BROKEN_PACK, FAILING_PACK, UNPARSABLE_PACK)
TEXTS = {
    2: "A blackout hit the city while the parley went on. ",
    1: "A blackout hit the city. ",
    0: "The concert went well. ",
}


class Plan:
    """What is sent and what must come of it, from a seed."""

    def __init__(self, count, seed):
        chance = random.Random(seed)
        rejects = [(data, reason) for _, data, reason in bad_items() if len(data) < 4096]
        self.messages, self.wanted, self.rejected = [], [], collections.Counter()
        for number in range(count):
            if chance.random() < 0.03:
                data, reason = chance.choice(rejects)
                self.rejected[reason] += 1
            else:
                hits = chance.choice((0, 1, 1, 2))
                filler = TEXTS[0] * int(chance.expovariate(1 / 15))
                data = item(number, filler + TEXTS[hits])
                self.wanted += [number] * hits
            self.messages.append(data)
        self.tagged = len(set(self.wanted))
        self.untagged = count - self.tagged - sum(self.rejected.values())


class Reloader(threading.Thread):
    """One reload for each permit; the verdict must be the one that the pack deserves."""

    def __init__(self, daemon, count):
        super().__init__(daemon=True)
        self.daemon_process, self.count = daemon, count
        self.permits, self.done = queue.Queue(), queue.Queue()
        self.hashes, self.complaints = set(), []

    def run(self):
        for number in range(self.count):
            self.permits.get()
            try:
                self.reload(number)
            except Exception as error:  # told by the main thread
                self.complaints.append(f"reload {number}: {error!r}")
            self.done.put(number)

    def reload(self, number):
        daemon = self.daemon_process
        good = number % 2 == 0
        before = daemon.status()
        daemon.write_rules(pack(about=f"set {number // 2 % 2}") if good else BROKEN[number // 2 % len(BROKEN)])
        if number % 10 < 2:
            daemon.signal(signal.SIGHUP)
            last = before["reload"] and before["reload"]["time"]
            after = until(lambda: self.reloaded(last), "a verdict on HUP")
            verdict = {**after, "ok": after["reload"]["ok"]}
        else:
            verdict = daemon.control("reload")
        wanted = before["generation"] + (1 if good else 0)
        if verdict["ok"] != good or verdict["generation"] != wanted:
            told = {name: verdict.get(name) for name in ("ok", "generation", "error", "diagnostics", "failures")}
            self.complaints.append(f"reload {number}: wanted ok {good}, generation {wanted}: {told}")
        if not good and verdict["ruleset"] != before["ruleset"]:
            self.complaints.append(f"reload {number}: a broken pack changed the rules")
        self.hashes.add(verdict["ruleset"])

    def reloaded(self, last):
        status = self.daemon_process.status()
        return status if status["reload"] and status["reload"]["time"] != last else None


class Collector(threading.Thread):
    def __init__(self, subscriber):
        super().__init__(daemon=True)
        self.subscriber, self.events = subscriber, []
        self.over = threading.Event()

    def run(self):
        while not self.over.is_set():
            if self.subscriber.socket.poll(50):
                _, event = self.subscriber.next()
                self.events.append((int(event["sequence"]), event["subject"], event["data"]["ruleset"], event["id"]))


def send_all(daemon, plan, reloader, reloads):
    """Between two reloads goes a share of the items; the sender is never more than one reload ahead."""
    push = daemon.pusher()
    share = max(1, len(plan.messages) // max(1, reloads))
    for number, data in enumerate(plan.messages):
        if number % share == 0 and number // share < reloads:
            reloader.permits.put(number)
            if number:
                reloader.done.get()
        push.send(data)


def check(findings, holds, sentence):
    if not holds:
        findings.append(sentence)


def check_events(findings, plan, events, hashes):
    numbers = [int(subject.rsplit(":", 1)[1]) for _, subject, _, _ in events]
    check(findings, numbers == plan.wanted, f"{len(numbers)} events of {len(plan.wanted)}, or out of order")
    check(findings, [event[0] for event in events] == list(range(1, len(events) + 1)), "the sequence has holes")
    check(findings, len({event[3] for event in events}) == len(events), "an event came twice")
    rulesets = collections.defaultdict(set)
    for _, subject, ruleset, _ in events:
        rulesets[subject].add(ruleset)
    check(findings, all(len(those) == 1 for those in rulesets.values()), "an item was judged by two rule sets")
    used = {ruleset for _, _, ruleset, _ in events}
    check(findings, used <= hashes, f"a rule set that was never good: {used - hashes}")
    check(findings, len(used) == min(2, len(hashes)), f"{len(used)} of the {len(hashes)} rule sets occur")


def check_counters(findings, plan, counters, count):
    wanted = {
        "received": count,
        "tagged": plan.tagged,
        "untagged": plan.untagged,
        "filtered": 0,
        "held": 0,
        "in_flight": 0,
        "events": len(plan.wanted),
    }
    for name, value in wanted.items():
        check(findings, counters[name] == value, f"{name} is {counters[name]}, not {value}")
    rejected = {reason: number for reason, number in counters["rejected"].items() if number}
    check(findings, rejected == dict(plan.rejected), f"rejected {rejected}, not {dict(plan.rejected)}")


def storm(options):
    plan, findings = Plan(options.items, options.seed), []
    with Daemon(f"workers={options.workers}", "log.level=error", rules=pack(about="set 0")) as daemon:
        reloader = Reloader(daemon, options.reloads)
        collector = Collector(daemon.subscriber("event."))
        reloader.hashes.add(daemon.status()["ruleset"])
        collector.start()
        reloader.start()
        send_all(daemon, plan, reloader, options.reloads)
        reloader.join()
        counters = daemon.wait_settled(options.items)
        until(lambda: len(collector.events) >= len(plan.wanted), f"{len(plan.wanted)} events")
        collector.over.set()
        collector.join()
        findings += reloader.complaints
        check(findings, balanced(counters), f"the conservation law: {counters}")
        check_counters(findings, plan, counters, options.items)
        check_events(findings, plan, collector.events, reloader.hashes)
        memory = daemon.memory_kib()
        check(findings, daemon.stop() == 0, "the daemon did not end well")
        tail = daemon.log()[-2000:] if findings else ""
    print(
        f"storm: {options.items} items, {len(plan.wanted)} events, {options.reloads} reloads, "
        f"{options.workers} workers, {memory // 1024} MiB: {'; '.join(findings) or 'all held'}"
    )
    if tail:
        print(tail, file=sys.stderr)
    return 1 if findings else 0


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--items", type=int, default=4000)
    parser.add_argument("--reloads", type=int, default=20)
    parser.add_argument("--workers", type=int, default=3)
    parser.add_argument("--seed", type=int, default=1)
    return storm(parser.parse_args())


if __name__ == "__main__":
    sys.exit(main())
