#!/usr/bin/env python3
"""The JSON Schema of packs accepts the worked packs and the shipped ones and refuses what is wrong.

usage: pack_schema.py PRINTER FOLDER…
PRINTER is the program that prints the schema; every *.yaml of the folders is a pack.
"""
import json
import pathlib
import subprocess
import sys

import jsonschema
import yaml

RULE = {"about": "x", "when": "talks"}
GOOD = [
    {"rules": {"a.b": RULE}},
    {"namespace": "org.example", "lists": {"a": ["b", "c"], "d": {"en": ["x"], "uk": "y"}, "e": "f"}},
    {"lists": {"digits": [164, False]}},
    {"terms": {"t": {"any": ["a", {"all": ["b", {"none": "c"}]}], "except": "d", "in": "lede", "first": 60,
                     "is": ["asserted", "not historical"], "by": "$x", "lang": "en", "case": True, "name": "n"}}},
    {"terms": {"t": {"near": {"within": 8, "order": "given", "of": ["a", "b"]}}}},
    {"terms": {"t": {"near": {"within": "2 sentences", "of": ["a", "b"]}}}},
    {"terms": {"t": {"atleast": {"n": 2, "of": ["a", "b", "c"]}}}},
    {"terms": {"t": {"count": {"of": "a", "min": 3}}}},
    {"terms": {"t": {"sum": {"min": 30, "of": {"a": 20, "b": -10}}}}},
    {"terms": {"t": {"meta": {"subjects": "medtop:1*", "urgency": "<=3", "lang": ["uk", "ru"]}}}},
    {"entities": {"UKR": {"type": "state", "names": {"en": ["Ukraine"]}, "adj": "Ukrainian", "qid": "Q212"}}},
    {"cues": {"neg": {"effect": "negated", "any": ["no"], "scope": "clause", "dir": "both", "stop": "$x"}}},
    {"rules": {"a": dict(RULE, status="off", modal={"negated": "drop", "future": {"status": "planned"}})}},
    {"rules": {"a": dict(RULE, status=False)}},
    {"rules": {"a": dict(RULE, emit={"class": "c", "direction": "-", "codes": {"plover": "A"}, "list": [1, "b"]})}},
    {"rules": {"a": dict(RULE, grab={"p": "$state", "q": {"any": "$state", "speaker": "exclude"}})}},
    {"rules": {"a": dict(RULE, set={"cause": [{"to": "x", "when": ["a", "b"]}, {"to": "y"}]})}},
    {"rules": {"a": dict(RULE, tests={"hit": ["x", {"title": "y", "expect": {"status": "z"}}], "miss": ["n"]})}},
    {"rules": {"a": dict(RULE, max_age="12h", supersedes=["b.*"], merge="place", group="g", priority=-1)}},
    {"override": [{"list": "a", "append": ["b"]}, {"rule": "r", "replace": {"score": 3}}, {"cue": "c", "disable": True}]},
]
BAD = [
    {"unknown": 1},
    {"newstag": 2},
    {"lists": []},
    {"lists": {"a": [["b"]]}},
    {"lists": {"a-b": ["c"]}},
    {"lists": {"a": {"any": {"x": 1}}}},
    {"terms": {"t": {"in": "lede"}}},
    {"terms": {"t": {"any": ["a"], "all": ["b"]}}},
    {"terms": {"t": {"any": []}}},
    {"terms": {"t": {"any": ["a"], "in": "nowhere"}}},
    {"terms": {"t": {"any": ["a"], "is": "sad"}}},
    {"terms": {"t": {"any": ["a"], "unknown": 1}}},
    {"terms": {"t": {"near": {"of": ["a", "b"]}}}},
    {"terms": {"t": {"near": {"within": "far", "of": ["a", "b"]}}}},
    {"terms": {"t": {"near": {"within": 3, "of": ["a"]}}}},
    {"terms": {"t": {"atleast": {"n": 0, "of": ["a"]}}}},
    {"terms": {"t": {"sum": {"min": 30, "of": {}}}}},
    {"terms": {"t": {"meta": {"urgency": "<=30"}}}},
    {"terms": {"t": {"meta": {"colour": "red"}}}},
    {"entities": {"UKR": {"names": ["Ukraine"]}}},
    {"entities": {"UKR": {"type": "state", "names": ["Ukraine"], "qid": "212"}}},
    {"cues": {"neg": {"any": ["no"]}}},
    {"cues": {"neg": {"effect": "sad", "any": ["no"]}}},
    {"cues": {"neg": {"effect": "negated", "any": ["no"], "scope": "page"}}},
    {"rules": {"a": {"about": "x"}}},
    {"rules": {"a b": RULE}},
    {"rules": {"a": dict(RULE, unknown=1)}},
    {"rules": {"a": dict(RULE, status="on")}},
    {"rules": {"a": dict(RULE, score="high")}},
    {"rules": {"a": dict(RULE, window=11)}},
    {"rules": {"a": dict(RULE, adjust=[{"when": "x"}])}},
    {"rules": {"a": dict(RULE, modal={"sad": "drop"})}},
    {"rules": {"a": dict(RULE, modal={"negated": "dropp"})}},
    {"rules": {"a": dict(RULE, emit={"direction": "up"})}},
    {"rules": {"a": dict(RULE, grab={"q": {"any": "$state", "speaker": "drop"}})}},
    {"rules": {"a": dict(RULE, set={"cause": [{"when": "a"}]})}},
    {"rules": {"a": dict(RULE, tests={"hit": [{"expect": {}}]})}},
    {"rules": {"a": dict(RULE, max_age="12 hours")}},
    {"override": [{"append": ["b"]}]},
    {"override": [{"list": "a"}]},
    {"override": [{"list": "a", "rule": "b", "disable": True}]},
    {"override": [{"list": "a", "append": ["b"], "replace": ["c"]}]},
    {"override": [{"rule": "a", "disable": False}]},
]


def main():
    printer, *folders = sys.argv[1:]
    packs = sorted(path for folder in folders for path in pathlib.Path(folder).rglob("*.yaml"))
    schema = json.loads(subprocess.run([printer], check=True, stdout=subprocess.PIPE).stdout)
    jsonschema.Draft202012Validator.check_schema(schema)
    validator = jsonschema.Draft202012Validator(schema)
    failures = [] if packs else ["there are no packs"]
    for pack in packs:
        document = yaml.safe_load(pack.read_text(encoding="utf-8"))
        failures += [f"{pack}: {error.json_path}: {error.message}" for error in validator.iter_errors(document)]
    failures += [f"refused: {part}" for part in GOOD if not validator.is_valid({"newstag": 1, **part})]
    failures += [f"accepted: {part}" for part in BAD if validator.is_valid({"newstag": 1, **part})]
    failures += ["accepted: a pack without a version"] if validator.is_valid({"lists": {}}) else []
    print("\n".join(failures) or f"{len(packs)} packs and {len(GOOD)} accepted, {len(BAD) + 1} refused")
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
