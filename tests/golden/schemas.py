#!/usr/bin/env python3
"""What the tool emits and accepts, against the schemas that it prints.

usage: schemas.py BIN_FOLDER
example: tests/golden/schemas.py build/dev/bin
"""
import json
import pathlib
import subprocess
import sys

import jsonschema
import yaml

HERE = pathlib.Path(__file__).resolve().parent
SOURCE = HERE.parents[1]
WORKED = SOURCE / "tests/rules/worked"
FEED = [path for path in (SOURCE / "tests/support/sample.jsonl", SOURCE / "scripts/sample-feed.jsonl") if path.exists()]
failures = []


def call(*words, given=b""):
    return subprocess.run([f"{sys.argv[1]}/newstag", *words], input=given, capture_output=True, timeout=200,
                          check=False)


def schema(name):
    text = json.loads(call("schema", name).stdout)
    jsonschema.Draft202012Validator.check_schema(text)
    return jsonschema.Draft202012Validator(text)


def check(what, validator, value, good=True):
    errors = [f"{'/'.join(map(str, error.absolute_path))}: {error.message}" for error in
              validator.iter_errors(value)]
    if bool(errors) == good:
        failures.append(f"{what}: {errors[:3] or 'accepted'}")


def events():
    rules = [str(WORKED)]
    items = (HERE / "items.jsonl").read_bytes()
    done = call("classify", "--rules", *rules, given=items)
    lines = [json.loads(line) for line in done.stdout.splitlines()]
    lines += [json.loads(line) for path in FEED for line in call("classify", str(path)).stdout.splitlines()]
    return lines


def main():
    event = schema("event")
    found = events()
    if len(found) < 5:
        failures.append(f"only {len(found)} events to check")
    for one in found:
        check(f"event {one['id']}", event, one)
    check("event without data", event, {**found[0], "data": {}}, good=False)

    item = schema("item")
    for line in (HERE / "items.jsonl").read_text().splitlines():
        check(f"item {line[:60]}", item, json.loads(line))
    check("item without text", item, {"id": "x"}, good=False)

    pack = schema("pack")
    packs = [*WORKED.glob("*.yaml"), *SOURCE.glob("config/rules/**/*.y*ml"), *SOURCE.glob("config/entities/**/*.y*ml")]
    for path in packs:
        # Through JSON, as editors see it: dates are texts.
        check(path.name, pack, json.loads(json.dumps(yaml.safe_load(path.read_text()), default=str)))
    check("pack with a wrong key", pack, {"newstag": 1, "ruels": {}}, good=False)

    check("config", schema("config"), json.loads(call("config", "--json").stdout))
    print("\n".join(failures) or f"{len(found)} events, {len(packs)} packs are as the schemas say")
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
