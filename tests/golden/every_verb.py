#!/usr/bin/env python3
"""Every verb that `newstag help` lists explains itself, takes --json and refuses what it does not know.

usage: every_verb.py BIN_FOLDER
example: tests/golden/every_verb.py build/dev/bin
"""
import re
import subprocess
import sys

NO_JSON = set()
failures = []


def call(*words):
    return subprocess.run([f"{sys.argv[1]}/newstag", *words], stdin=subprocess.DEVNULL, capture_output=True,
                          text=True, timeout=60, check=False)


def expect(what, holds):
    if not holds:
        failures.append(what)


def main():
    overview = call("help")
    verbs = re.findall(r"^  ([a-z]+) +\S", overview.stdout.split("verbs:\n")[1].split("\n\n")[0], re.M)
    verbs.remove("help")
    expect("help: status and stderr", overview.returncode == 0 and not overview.stderr)
    expect("a dozen verbs or so", len(verbs) >= 8)
    for verb in verbs:
        text = call(verb, "--help")
        expect(f"{verb} --help: status {text.returncode}", text.returncode == 0 and not text.stderr)
        expect(f"{verb} --help: usage", text.stdout.startswith(f"usage: newstag {verb}"))
        expect(f"{verb} --help: an example", f"example" in text.stdout and text.stdout.count(f"newstag {verb}") > 1)
        expect(f"{verb} --help: --json", verb in NO_JSON or "--json" in text.stdout)
        expect(f"{verb} --help: line too long", max(map(len, text.stdout.splitlines())) <= 110)
        expect(f"help {verb}: the same", call("help", verb).stdout == text.stdout)
        wrong = call(verb, "--no-such-option")
        expect(f"{verb} --no-such-option: status {wrong.returncode}", wrong.returncode == 64)
        expect(f"{verb} --no-such-option: stdout", not wrong.stdout and "--no-such-option" in wrong.stderr)
    print("\n".join(failures) or f"{len(verbs)} verbs explain themselves")
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
