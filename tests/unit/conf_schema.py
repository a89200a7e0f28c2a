#!/usr/bin/env python3
"""The JSON Schema of the configuration accepts the shipped file and refuses it with one thing wrong.

usage: conf_schema.py PRINTER CONFIGURATION
PRINTER is the program that prints the schema.
"""
import copy
import json
import subprocess
import sys

import jsonschema
import yaml

GOOD = [
    ("instance", "other.name"),
    ("workers", 8),
    ("output.heartbeat", 0),
    ("output.heartbeat", "500ms"),
    ("limits.message", 4096),
    ("limits.message", "4096"),
    ("control.endpoint", "off"),
    ("http.listen", False),
    ("journal.durability", False),
    ("security.curve", True),
    ("feed", [{"endpoint": "ipc:///run/feed", "pattern": "pull"}]),
]
BAD = [
    ("instance", "a b"),
    ("instance", ""),
    ("unknown", 1),
    ("output.unknown", 1),
    ("output.heartbeat", 5),
    ("output.heartbeat", "5"),
    ("output.mode", "sideways"),
    ("output.high_water", 0),
    ("output.high_water", "10"),
    ("output.endpoint", "inproc://x"),
    ("output.endpoint", False),
    ("workers", 0),
    ("workers", 65),
    ("workers", "many"),
    ("rules.paths", []),
    ("feed", []),
    ("rules.paths", "one"),
    ("rules.enable", [1]),
    ("rules.test_gate", "maybe"),
    ("limits.message", "1KB"),
    ("limits.message", 1),
    ("limits.depth", True),
    ("journal.retain", "30"),
    ("http.listen", "9180"),
    ("log.level", "loud"),
    ("feed", {}),
    ("feed", [{}]),
    ("feed", [{"endpoint": "tcp://a:1", "unknown": 1}]),
    ("feed", [{"endpoint": "tcp://a:1", "topics": []}]),
    ("log", []),
]


def with_value(document, path, value):
    changed = copy.deepcopy(document)
    *sections, last = path.split(".")
    place = changed
    for section in sections:
        place = place[section]
    place[last] = value
    return changed


def main():
    printer, configuration = sys.argv[1:]
    schema = json.loads(subprocess.run([printer], check=True, stdout=subprocess.PIPE).stdout)
    jsonschema.Draft202012Validator.check_schema(schema)
    validator = jsonschema.Draft202012Validator(schema)
    with open(configuration, encoding="utf-8") as file:
        document = yaml.safe_load(file)
    failures = [f"the shipped file: {error.message}" for error in validator.iter_errors(document)]
    failures += [f"refused: {path} = {value!r}" for path, value in GOOD
                 if not validator.is_valid(with_value(document, path, value))]
    failures += [f"accepted: {path} = {value!r}" for path, value in BAD
                 if validator.is_valid(with_value(document, path, value))]
    print("\n".join(failures) or f"{len(GOOD)} accepted, {len(BAD)} refused")
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
