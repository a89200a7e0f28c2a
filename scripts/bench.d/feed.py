#!/usr/bin/env python3
"""Writes a feed of news items in invented words, with the lengths and languages of real news, as JSON Lines.

usage: scripts/bench.d/feed.py [--items N] [--bytes N] [--seed N] [--hits SHARE] [--escaped] > FEED

  --items N      how many, 2000 without it
  --bytes N      of JSON per item on the average, 3072 without it
  --seed N       another seed, another feed; the same one is the same to the byte
  --hits SHARE   of items with a sentence about negotiations or blackouts, 0.1 without it
  --escaped      letters beyond ASCII as \\uXXXX, as Python's json writes them

example: scripts/bench.d/feed.py --items 100 --bytes 600 | newstag classify
"""
import argparse
import json
import random
import sys

from words import LANGUAGES, TRADE, Language

PLACES = ["Odesa", "Geneva", "Berlin", "Kharkiv", "Lagos", "Havana", "Moscow", "Kyiv", "Paris", "Lima", "Iran", "Israel",
          "Ukraine", "Cuba", "Nigeria", "Chile"]


def sentence(language, draw):
    """Words with a comma, a number, a name or a quotation here and there."""
    words = []
    for at in range(max(4, int(draw.gauss(18, 7)))):
        word = language.word(draw)
        chance = draw.random()
        if chance < 0.04:
            word = str(int(draw.lognormvariate(4, 2)))
        elif chance < 0.10:
            word = draw.choice(PLACES) if chance < 0.06 else word.capitalize()
        elif chance < 0.15 and at:
            words[-1] += ","
        words.append(word)
    text = " ".join(words)
    text = text[0].upper() + text[1:]
    return f"“{text},” {draw.choice(PLACES)} said." if draw.random() < 0.08 else text + "."


def trade(language, draw):
    """A sentence about negotiations or blackouts."""
    parts = draw.choice(TRADE[language.code]).split("{name}")
    text = draw.choice(PLACES).join(parts[:1] + parts[1:2]) if len(parts) < 3 else parts[0]
    if len(parts) >= 3:
        for part in parts[1:]:
            text += draw.choice(PLACES) + part
    return text.replace("{number}", f"{draw.randrange(2, 900) * 100:,}")


def body(language, draw, size, hits):
    paragraphs, written = [], 0
    while written < size:
        sentences = [sentence(language, draw) for _ in range(draw.choice((1, 2, 2, 3)))]
        paragraphs.append(" ".join(sentences))
        written += len(paragraphs[-1].encode()) + 2
    if draw.random() < hits:
        paragraphs.insert(draw.randrange(min(3, len(paragraphs) + 1)), trade(language, draw))
    return "\n\n".join(paragraphs)


def items(count, size, seed, hits):
    """Items one after the other, as objects."""
    draw = random.Random(seed)
    languages = {code: Language(code) for code in LANGUAGES}
    for number in range(count):
        language = languages[draw.choices(list(LANGUAGES), LANGUAGES.values())[0]]
        length = min(max(draw.lognormvariate(0, 0.5) / 1.13, 0.1), 4) * (size - 260)
        yield {
            "uri": f"urn:bench:{number:08}",
            "language": language.code,
            "headline": sentence(language, draw)[:90],
            "body_text": body(language, draw, length, hits),
            "firstcreated": f"2026-01-{number % 28 + 1:02}T{number % 24:02}:00:00Z",
            "source": "Bench Wire",
        }


def lines(count, size=3072, seed=1, hits=0.1, escaped=False):
    """The same as JSON, one a line."""
    for item in items(count, size, seed, hits):
        yield json.dumps(item, ensure_ascii=escaped)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--items", type=int, default=2000)
    parser.add_argument("--bytes", type=int, default=3072)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--hits", type=float, default=0.1)
    parser.add_argument("--escaped", action="store_true")
    options = parser.parse_args()
    for line in lines(options.items, options.bytes, options.seed, options.hits, options.escaped):
        sys.stdout.write(line + "\n")


if __name__ == "__main__":
    main()
