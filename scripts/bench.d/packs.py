#!/usr/bin/env python3
"""Writes packs of N invented rules as people write them: lists, phrases, gaps, near, cues, entities.

usage: scripts/bench.d/packs.py [--rules N] [--seed N] [--silent SHARE] FOLDER

  --rules N        how many, 1000 without it
  --seed N         another seed, another pack; the same one is the same to the byte
  --silent SHARE   of the words that occur in no item of feed.py, 0.5 without it: most rules of a large set say
                   nothing on most days

About one rule in five hundred holds for an item of feed.py. Each has about five words or phrases of its own.

example: scripts/bench.d/packs.py --rules 10000 /tmp/10k; newstag bench --rules /tmp/10k -- feed.jsonl
"""
import argparse
import pathlib
import random

from words import LANGUAGES, Language

HEAD = "newstag: 1\nnamespace: bench\n"
CUES = """cues:
  bench_denied: {effect: negated, dir: forward, scope: 6, lang: [en], any: [=not, =never, without], pseudo: [=not =only], stop: [=but, ";"]}
  bench_feared: {effect: hypothetical, dir: forward, scope: 8, lang: [en], any: [=might, =could, fear that]}
"""
A_FILE = 2000  # rules, and entries of vocabulary: a file is bounded to a mebibyte
LISTS, ENTITIES = 40, 200  # shared by the rules; a thousand rules more have as many more


class Writer:
    def __init__(self, rules, seed, silent):
        self.draw = random.Random(seed)
        self.silent = silent
        self.languages = {code: Language(code) for code in LANGUAGES}
        self.rules = rules
        shares = 1 + rules // 1000
        self.lists = [(f"list{n}", self.language()) for n in range(LISTS * shares)]
        self.of_language = {code: [name for name, of in self.lists if of == code] for code in LANGUAGES}
        self.groups = []  # leaves of the groups since it was emptied, for plain()
        self.entities = [f"ENTITY{n}" for n in range(ENTITIES * shares)]

    def language(self):
        return self.draw.choices(list(LANGUAGES), LANGUAGES.values())[0]

    def word(self, code):
        word = self.languages[code].term(self.draw)
        if self.draw.random() < self.silent:  # a word that is in no item
            at = self.draw.randrange(1, len(word))
            word = word[:at] + ("q" if code == "en" else "щ") + word[at:]
        return word

    def leaf(self, code):
        """A word by stem, a prefix, an exact word, a phrase or a gap."""
        kind = self.draw.random()
        if kind < 0.45:
            return self.word(code)
        if kind < 0.55:
            return self.word(code)[:7] + "*"
        if kind < 0.65:
            return "=" + self.word(code)
        if kind < 0.85:
            return f"{self.word(code)} {self.languages[code].word(self.draw)}"
        return f"{self.word(code)} <{self.draw.randrange(1, 5)}> ({self.word(code)}|{self.word(code)})"

    def group(self, code, least=2, most=4):
        leaves = [self.leaf(code) for _ in range(self.draw.randrange(least, most + 1))]
        self.groups.append(leaves)
        return "[" + ", ".join(leaves) + "]"

    def common(self, code):
        """Something broad, beside which a narrow group stands."""
        lists = self.of_language[code]
        kind = self.draw.random()
        if kind < 0.4 and lists:
            return f"[${self.draw.choice(lists)}]"
        if kind < 0.7:
            return f"[{', '.join(self.languages[code].rare[self.draw.randrange(200)] for _ in range(3))}]"
        return f"[${self.draw.choice(self.entities)}, $place]"

    def when(self, code):
        kind = self.draw.random()
        if kind < 0.35:
            return self.group(code, 2, 5)
        if kind < 0.60:
            return f"{{all: [{self.group(code)}, {self.common(code)}]}}"
        if kind < 0.85:
            return f"{{near: {{within: {self.draw.randrange(4, 12)}, of: [{self.group(code)}, {self.common(code)}]}}}}"
        if kind < 0.93:
            return f"{{any: {self.group(code)}, except: {self.group(code, 1, 1)}}}"
        return f"$num <3> ({self.word(code)}|{self.word(code)})"

    def plain(self):
        """The rules for scripts that know words alone: of each the groups, without gaps and distances."""
        rules = []
        for _ in range(self.rules):
            self.groups = []
            self.when(self.language())
            leaves = [[leaf.lstrip("=").split(" <")[0] for leaf in group] for group in self.groups]
            rules.append(leaves or [[self.word("en")]])
        return rules

    def rule(self, number):
        code = self.language()
        more = ""
        if self.draw.random() < 0.2:
            more += f"\n    unless: {self.group(code, 1, 2)}"
        if self.draw.random() < 0.3:
            more += "\n    modal: {negated: drop, hypothetical: {status: feared}}"
        if self.draw.random() < 0.3:
            more += "\n    grab: {places: $place}"
        if self.draw.random() < 0.2:
            more += f"\n    adjust: [{{when: {self.common(code)}, add: 10}}]"
        return (f"  bench.r{number}:\n    about: Invented rule {number}\n    lang: [{code}]\n    when: {self.when(code)}\n"
                f"    score: 60{more}\n    emit: {{class: bench{number % 50}, status: ongoing}}\n")

    def list_line(self, named):
        return f"  {named[0]}: {self.group(named[1], 4, 12)}\n"

    def entity_line(self, name):
        return f"  {name}: {{type: place, names: [{self.word('en').capitalize()}]}}\n"

    def write(self, folder):
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "cues.yaml").write_text(HEAD + CUES)
        for key, things, line in (("lists", self.lists, self.list_line), ("entities", self.entities, self.entity_line),
                                  ("rules", range(self.rules), self.rule)):
            for at in range(0, len(things), A_FILE):
                text = "".join(map(line, things[at:at + A_FILE]))
                (folder / f"{key}{at:06}.yaml").write_text(f"{HEAD}{key}:\n{text}")


def write(folder, rules, seed=1, silent=0.5):
    Writer(rules, seed, silent).write(pathlib.Path(folder))


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder")
    parser.add_argument("--rules", type=int, default=1000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--silent", type=float, default=0.5)
    options = parser.parse_args()
    write(options.folder, options.rules, options.seed, options.silent)


if __name__ == "__main__":
    main()
