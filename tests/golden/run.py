#!/usr/bin/env python3
"""Golden tests of the tool: what it prints and how it ends, through the real binary.

A case is NN-name.cmd, a bash script that runs in this folder with `newstag` in its PATH, $SRC (the
source tree) and $T (a folder of its own); NN-name.in is its standard input, if there is one. NN-name.ok
holds what came out: standard output, standard error, exit status. Paths, times and hashes that differ
from run to run are masked on both sides.

usage: run.py [--update] BIN_FOLDER [NAME…]
example: tests/golden/run.py --update build/dev/bin 10-check
"""
import difflib
import os
import pathlib
import re
import subprocess
import sys
import tempfile

HERE = pathlib.Path(__file__).resolve().parent
SOURCE = HERE.parents[1]
MASKS = [
    (re.compile(r'"recordedtime":"[^"]*"'), '"recordedtime":"@TIME@"'),
    (re.compile(r"sha256:[0-9a-f]{64}"), "sha256:@HASH@"),
    (re.compile(r" in \d+\.\d s"), " in @SECONDS@ s"),
]


def mask(text, temp):
    text = text.replace(str(temp), "@TEMP@").replace(str(SOURCE), "@SRC@")
    for pattern, instead in MASKS:
        text = pattern.sub(instead, text)
    return text


def run(case, binaries):
    with tempfile.TemporaryDirectory() as temp:
        environment = {
            **{name: os.environ[name] for name in ("HOME", "ASAN_OPTIONS", "UBSAN_OPTIONS", "TSAN_OPTIONS",
                                                   "LLVM_PROFILE_FILE") if name in os.environ},
            "PATH": f"{binaries}:/usr/bin:/bin",
            "LC_ALL": "C.UTF-8",
            "SRC": str(SOURCE),
            "T": temp,
        }
        given = case.with_suffix(".in")
        done = subprocess.run(["bash", "-u", case.name], cwd=HERE, env=environment, timeout=500, check=False,
                              input=given.read_bytes() if given.exists() else b"",
                              stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        out, err = (mask(part.decode("utf-8", "backslashreplace"), temp) for part in (done.stdout, done.stderr))
    text = out
    if err:
        text += f"--- stderr ---\n{err}"
    return f"{text}--- exit {done.returncode} ---\n"


def main():
    arguments = sys.argv[1:]
    update = "--update" in arguments
    arguments = [word for word in arguments if word != "--update"]
    if not arguments or "--help" in arguments:
        print(__doc__)
        return 64 if not arguments else 0
    binaries = pathlib.Path(arguments[0]).resolve()
    cases = [case for case in sorted(HERE.glob("*.cmd")) if not arguments[1:] or case.stem in arguments[1:]]
    failed = []
    for case in cases:
        wanted, came = case.with_suffix(".ok"), run(case, binaries)
        before = wanted.read_text() if wanted.exists() else ""
        if came == before:
            continue
        if update:
            wanted.write_text(came)
            print(f"updated {wanted.name}")
        else:
            failed.append(case.stem)
            sys.stdout.writelines(difflib.unified_diff(before.splitlines(True), came.splitlines(True),
                                                       wanted.name, "came"))
    print(f"{len(cases)} cases, {len(failed)} failed{': ' if failed else ''}{', '.join(failed)}")
    return 1 if failed or not cases else 0


if __name__ == "__main__":
    sys.exit(main())
