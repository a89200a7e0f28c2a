#!/usr/bin/env python3
"""What a user would write instead of a daemon, in Python: items in, items with tags out. For scripts/bench.

usage: script.py regex|tokens RULES.json IN OUT

RULES.json is a list of rules, each a list of groups of words, phrases and prefixes*; a rule holds when each of its groups
has one that occurs. `regex` has an expression for each group; `tokens` looks into the set of the item's words.
"""
import json
import re
import sys

import zmq

WORD = re.compile(r"[^\W_]+(?:['’ʼ][^\W_]+)*")


def pattern(group):
    words = (re.escape(word[:-1]) + r"\w*" if word.endswith("*") else re.escape(word) for word in group)
    return re.compile(r"\b(?:" + "|".join(words) + r")\b", re.IGNORECASE)


def by_regexes(rules):
    compiled = [[pattern(group) for group in rule] for rule in rules]

    def find(text):
        return [number for number, rule in enumerate(compiled) if all(group.search(text) for group in rule)]

    return find


def by_tokens(rules):
    split = [[({word for word in group if " " not in word and word[-1] != "*"},
               [word[:-1] for word in group if word[-1] == "*"],
               [f" {word} " for word in group if " " in word]) for group in rule] for rule in rules]

    def holds(group, words, text):
        single, prefixes, phrases = group
        return (not single.isdisjoint(words) or any(phrase in text for phrase in phrases) or
                any(word.startswith(prefix) for prefix in prefixes for word in words))

    def find(text):
        tokens = WORD.findall(text.lower())
        words, joined = set(tokens), f" {' '.join(tokens)} "
        return [number for number, rule in enumerate(split) if all(holds(group, words, joined) for group in rule)]

    return find


def main():
    way, path, source, target = sys.argv[1:]
    with open(path, encoding="utf-8") as file:
        rules = json.load(file)
    find = {"regex": by_regexes, "tokens": by_tokens}[way](rules)
    context = zmq.Context()
    pull, publish = context.socket(zmq.PULL), context.socket(zmq.PUB)
    pull.bind(source)
    publish.sndhwm = 0
    publish.bind(target)
    print("ready", flush=True)
    while True:
        item = json.loads(pull.recv())
        item["tags"] = find(item["headline"] + " . " + item["body_text"])
        publish.send(json.dumps(item).encode())


if __name__ == "__main__":
    main()
