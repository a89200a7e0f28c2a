#!/usr/bin/env python3
"""Prints what the demo did: a table of the events, and what became of the items.

usage: summary.py EVENTS.jsonl STATUS.json
"""
import collections
import json
import sys


def text(value):
    """One cell: ids of a list of things, or the thing itself."""
    if isinstance(value, list):
        return " ".join(text(one) for one in value)
    if isinstance(value, dict):
        return str(value.get("id", value.get("value", value.get("text", ""))))
    return "" if value is None else str(value)


def about(data):
    names = ("cause", "parties", "places", "customers", "issues", "ceasefire")
    return " · ".join(cell for cell in (text(data.get(name)) for name in names) if cell)


def main():
    with open(sys.argv[1], encoding="utf-8") as file:
        events = [json.loads(line)["data"] for line in file]
    with open(sys.argv[2], encoding="utf-8") as file:
        counters = json.load(file)["counters"]
    print(f"\n{'class':12} {'status':20} {'what':44} headline")
    for data in events:
        headline = data["item"].get("headline") or data["why"][0]["text"]
        print(f"{data['class']:12} {data.get('status', ''):20} {about(data)[:44]:44} {headline[:60]}")
    rejected = collections.Counter(counters["rejected"])
    reasons = ", ".join(f"{count} {reason}" for reason, count in sorted(rejected.items()) if count)
    print(f"\n{counters['received']} items: {counters['tagged']} tagged ({len(events)} events), "
          f"{counters['untagged']} untagged, {counters['filtered']} filtered, {counters['held']} held, "
          f"{rejected.total()} rejected ({reasons})")


if __name__ == "__main__":
    main()
