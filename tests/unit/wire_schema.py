#!/usr/bin/env python3
"""The JSON Schemas against the program: emitted events are valid, with one thing wrong they are not;
an item is valid exactly when the decoder takes it.

usage: wire_schema.py PRINTER
"""
import copy
import json
import subprocess
import sys

import jsonschema

ITEMS = [
    {"uri": "a", "headlines": [{"role": "main", "value": "T"}], "bodies": [{"value": "B", "contentType": "text/html"}],
     "pubStatus": "usable", "urgency": 3, "versionCreated": "2025-12-19T09:00:00Z",
     "subjects": [{"uri": "medtop:1", "name": "n"}], "infoSources": [{"name": "W"}], "people": [{"name": "P"}]},
    {"uri": "a", "version": 2, "pubStatus": "canceled"},
    {"uri": "a", "pubstatus": "stat:withheld", "headline": "H", "body_xhtml": "<p/>", "urgency": "5"},
    {"id": 7, "title": "T", "content_html": "x", "tags": ["a", "b"], "date_published": "2025-12-19"},
    {"title": ["T"], "guid": [{"_": "g", "$": {"isPermaLink": "false"}}], "pubDate": ["Fri, 19 Dec 2025 09:00:00 GMT"]},
    {"title": {"#text": "T", "@type": "text"}, "link": [{"@rel": "self", "@href": "h"}], "summary": {"@type": "html"}},
    {"title": "T", "link": {"$": {"href": "h"}}, "category": [{"@term": "t"}, "u"], "source": {"title": "S"}},
    {"headline": ["H"], "publisher": {"name": "P"}, "mentions": [{"@type": "Person", "name": "N"}],
     "keywords": "a, b", "inLanguage": {"alternateName": "en"}, "creativeWorkStatus": "Published"},
    {"id": "x", "title": "T", "text": "B", "date": 1734600000, "lang": None, "priority": None},
    {"text": ["a", {"type": "bold", "text": "b"}], "unknown": {"any": ["thing"]}, "status": "whatever"},
    {"body_other": "B"},
    {"specversion": "1.0", "id": "e", "source": "s", "time": "2025-12-19T09:00:00Z", "data": {"text": "B"}},
    {"text": {"value": None, "#text": "x"}, "source": {"id": None, "name": None}},
    # refused
    {}, [], "text", 5, None,
    {"id": "x"},
    {"slugline": "talks"},
    {"text": 5}, {"text": True}, {"text": {"a": [1]}},
    {"text": "t", "headlines": "x"}, {"text": "t", "headlines": ["x"]}, {"text": "t", "bodies": [{"value": 1}]},
    {"text": "t", "pubStatus": "draft"}, {"text": "t", "pubStatus": 5},
    {"text": "t", "urgency": 10}, {"text": "t", "urgency": "high"}, {"text": "t", "urgency": 1.5},
    {"text": "t", "language": 5}, {"text": "t", "url": 5}, {"text": "t", "link": {"rel": "self"}},
    {"text": "t", "uri": True}, {"text": "t", "version": {"major": 1}}, {"text": "t", "date": False},
    {"text": "t", "subjects": 5}, {"text": "t", "tags": [["a"]]}, {"text": "t", "people": [True]},
    {"text": "t", "keywords": 5}, {"text": "t", "mentions": 1}, {"text": "t", "status": 7},
    {"text": "t", "publisher": {"url": "u"}},
    {"specversion": "1.0", "data": "text"}, {"specversion": "1.0", "data_base64": "eA=="},
    {"specversion": "1.0", "text": "not in data"}, {"specversion": "1.0", "data": {"id": "no text"}},
    {"specversion": "1.0", "data": {"text": "t"}, "time": True},
]
WRONG = [  # (path, value): None removes the member
    ("specversion", "0.3"), ("id", "xyz"), ("id", None), ("source", "newstagd"), ("type", "negotiation"),
    ("subject", ""), ("time", "yesterday"), ("recordedtime", None), ("dataschema", "x"), ("sequence", 5),
    ("sequence", "12"), ("streamid", "x"), ("data", None), ("data", []), ("unknown", 1),
    ("data.class", None), ("data.class", 5), ("data.direction", "up"), ("data.modality", "asserted"),
    ("data.modality", []), ("data.modality", ["maybe"]), ("data.modality", ["asserted", "negated"]),
    ("data.score", "1"), ("data.confidence", 1.5), ("data.confidence", None), ("data.codes", None),
    ("data.codes", {"plover": []}), ("data.codes.plover", "x"), ("data.codes.plover", [1]),
    ("data.item", None), ("data.item.uri", None), ("data.item.published", "today"), ("data.item.extra", 1),
    ("data.why", {}), ("data.why", [{}]), ("data.ruleset", "md5:1"), ("data.parties", {"name": "no id"}),
    ("data.parties", [[]]), ("data.parties", ["UKR"]), ("data.issues", ["territory"]), ("data.customers", {"value": 1}), ("data.when", {"from": "2025"}),
    ("data.why", [{"rule": "r", "node": "n", "field": "title", "bytes": [0, 1], "text": "t", "points": 1}]),
    ("data.why", [{"rule": "r", "node": "n", "field": "body", "bytes": [0], "text": "t", "points": 1}]),
]


def ask(printer, what, text=""):
    return subprocess.run([printer, what], check=True, input=text, encoding="utf-8", stdout=subprocess.PIPE).stdout


def validator_of(printer, what):
    schema = json.loads(ask(printer, what))
    jsonschema.Draft202012Validator.check_schema(schema)
    return jsonschema.Draft202012Validator(schema)


def with_value(document, path, value):
    changed = copy.deepcopy(document)
    *sections, last = path.split(".")
    place = changed
    for section in sections:
        place = place[section]
    if value is None:
        place.pop(last)
    else:
        place[last] = value
    return changed


def check_items(printer):
    validator = validator_of(printer, "item")
    reasons = ask(printer, "reasons", "".join(json.dumps(item) + "\n" for item in ITEMS)).split()
    assert len(reasons) == len(ITEMS)
    return [f"{reason}, but {'valid' if validator.is_valid(item) else 'not valid'}: {item}"
            for item, reason in zip(ITEMS, reasons) if validator.is_valid(item) != (reason == "none")]


WRONG_RETRACTED = [
    ("type", "newstag.blackout.v1"), ("dataschema", "urn:newstagd:schema:event:v1"), ("id", None),
    ("data.reason", "wrong"), ("data.reason", None), ("data.old_version", ""), ("data.withdrawn", []),
    ("data.withdrawn", None), ("data.withdrawn", [{}]), ("data.withdrawn", [{"id": "x"}]),
    ("data.withdrawn", [{"id": "0" * 32, "successor": ""}]), ("data.item", None), ("data.class", "retracted"),
]


def check_events(printer, what="event", emitted="events", wrong=WRONG):
    validator = validator_of(printer, what)
    events = [json.loads(line) for line in ask(printer, emitted).splitlines()]
    failures = [f"{error.json_path}: {error.message}" for event in events for error in validator.iter_errors(event)]
    failures += [f"accepted: {path} = {value!r}" for path, value in wrong
                 if validator.is_valid(with_value(events[0], path, value))]
    return failures, len(events)


def main():
    printer = sys.argv[1]
    failures, events = check_events(printer)
    failures += check_events(printer, "retracted", "retractions", WRONG_RETRACTED)[0]
    failures += check_items(printer)
    print("\n".join(failures) or f"{events} events, {len(WRONG)} of them spoilt, {len(ITEMS)} items")
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
