#!/usr/bin/env python3
"""The guide of the rule language and the README against the tool: what they show must be so.

- A yaml block is a pack: it is checked (no warning is allowed) and its tests run, together with config/entities
  and config/rules; those without a name all at once. The info string may name a file, under which the block then
  stands for what follows: `yaml rail.yaml`.
- A console block is a session in the root of the repository: each line that begins with `$ ` is run, and what it
  prints must be the lines below it. A line `…` stands for any lines; numbers of rules, tests and the like, which
  grow with the packs, are not compared.
- The tool's other commands, in indented lines and in the table of steps, end as they should.
- A table behind `<!-- table: NAME -->` holds in its first column exactly the names that `newstag schema pack` has.
- A link to a file of the repository leads to one.

usage: guide.py BIN_FOLDER
example: tests/golden/guide.py build/dev/bin
"""
import json
import os
import pathlib
import re
import subprocess
import sys
import tempfile

SOURCE = pathlib.Path(__file__).resolve().parents[2]
GUIDE, README = SOURCE / "config/README.md", SOURCE / "README.md"
COUNTED = r"(?:rules?|tests?|lists?|terms?|entity|entities|cues?|files?|clauses)"
FENCE = re.compile(r"^```(\w+)[ \t]*(.*?)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
failures = []


def fail(place, message):
    failures.append(f"{place}: {message}")


def blocks(path):
    """(place, kind, name, text) of each block, in order."""
    text = path.read_text(encoding="utf-8")
    for found in FENCE.finditer(text):
        line = text.count("\n", 0, found.start()) + 1
        yield f"{path.relative_to(SOURCE)}:{line}", found[1], found[2].strip(), found[3]


def call(folder, binaries, *words):
    return subprocess.run(words, cwd=folder, capture_output=True, text=True, encoding="utf-8", timeout=200, check=False,
                          env={**os.environ, "PATH": f"{binaries}:/usr/bin:/bin", "LC_ALL": "C.UTF-8"})


def try_packs(folder, binaries, packs):
    """Packs as {file: (place, text)}, loaded together with what is shipped."""
    for file, (_, text) in packs.items():
        pathlib.Path(folder, file).write_text(text, encoding="utf-8")
    place = next(iter(packs.values()))[0] if len(packs) == 1 else "config/README.md"
    for words in (("check", "--deny-warnings"), ("test",)):
        done = call(folder, binaries, "newstag", *words, *packs, "config/entities", "config/rules")
        if done.returncode:
            fail(place, f"newstag {words[0]} says\n{done.stdout}{done.stderr}")
            return


def try_commands(path, folder, binaries):
    text = path.read_text(encoding="utf-8")
    commands = re.findall(r"^    ((?:newstag (?:check|test|rules|schema)|echo .*\| newstag explain) .*)", text, re.MULTILINE)
    commands += re.findall(r"^\| [a-z]+ \|.*?`(newstag (?:check|test|explain|classify) [^`]*\.(?:yaml|txt|jsonl|rules)\b[^`]*)`",
                           text, re.MULTILINE)
    if not commands:
        fail(path.relative_to(SOURCE), "there is no command to try")
    for command in commands:
        done = call(folder, binaries, "bash", "-uc", command)
        if done.returncode not in (0, 65 if "samples/feed.jsonl" in command else 0):
            fail(path.relative_to(SOURCE), f"{command}\nends with {done.returncode}\n{done.stdout}{done.stderr}")


def mask(text):
    return re.sub(rf"\b\d+(?= (?:more )?{COUNTED}\b)", "N", text)


def wanted_pattern(text):
    """A regular expression for what is to be printed."""
    lines = [r"(?:.*\n)*?" if line.strip() == "…" else re.escape(line) + r"\n" for line in mask(text).splitlines()]
    return re.compile("".join(lines))


def try_session(place, folder, binaries, text):
    for step in re.split(r"^\$ ", text, flags=re.MULTILINE)[1:]:
        command, _, wanted = step.partition("\n")
        done = call(folder, binaries, "bash", "-uc", f"exec 2>&1\n{command}")
        came = mask("".join(line.rstrip() + "\n" for line in done.stdout.splitlines()))
        if not wanted_pattern(wanted).fullmatch(came):
            fail(place, f"$ {command}\nis to print\n{wanted}but printed\n{done.stdout}")


def try_blocks(path, binaries):
    count, nameless = 0, {}
    with tempfile.TemporaryDirectory() as folder:
        pathlib.Path(folder, "config").symlink_to(SOURCE / "config")
        for place, kind, name, text in blocks(path):
            if kind == "yaml" and name:
                try_packs(folder, binaries, {name: (place, text)})
            elif kind == "yaml":
                nameless[f"line-{place.rpartition(':')[2]}.yaml"] = (place, text)
            elif kind == "console":
                try_session(place, folder, binaries, text)
            else:
                continue
            count += 1
        if nameless:
            try_packs(folder, binaries, nameless)
        try_commands(path, folder, binaries)
    return count


def tables(binaries):
    """What each table is to name."""
    schema = json.loads(call(SOURCE, binaries, "newstag", "schema", "pack").stdout)
    define = schema["$defs"]
    operation = define["operation"]
    operators = {one["required"][0] for one in operation["oneOf"]}
    return {
        "pack keys": set(schema["properties"]),
        "rule keys": set(define["rule"]["properties"]),
        "operators": operators,
        "modifiers": set(operation["properties"]) - operators,
        "meta": set(define["meta"]["properties"]),
        "fields": set(define["field"]["enum"]),
        "modalities": set(define["modality"]["enum"]),
        "cue effects": set(define["cue"]["properties"]["effect"]["enum"]),
        "cue keys": set(define["cue"]["properties"]),
        "entity keys": set(define["entity"]["properties"]),
        "test keys": set(define["test"]["properties"]),
        "override keys": set(define["override"]["properties"]),
    }


def try_tables(binaries):
    text = GUIDE.read_text(encoding="utf-8")
    wanted = tables(binaries)
    for name in sorted(wanted):
        found = re.search(rf"<!-- table: {name} -->\n\n?((?:\|.*\n)+)", text)
        if not found:
            fail("config/README.md", f"there is no table of {name}")
            continue
        cells = [row.split(" | ")[0] for row in found[1].splitlines()[2:]]
        names = [word for cell in cells for word in re.findall(r"`(\w+)(?::[^`]*)?`", cell)]
        if sorted(names) != sorted(wanted[name]):
            fail("config/README.md", f"the table of {name}: not told {sorted(wanted[name] - set(names))}, "
                 f"not accepted {sorted(set(names) - wanted[name])}, told twice "
                 f"{sorted({one for one in names if names.count(one) > 1})}")
    for extra in set(re.findall(r"<!-- table: (.*?) -->", text)) - set(wanted):
        fail("config/README.md", f"nothing is known of a table of {extra}")


def try_links(path):
    for target in re.findall(r"\]\(([^)#]+)(?:#[^)]*)?\)", path.read_text(encoding="utf-8")):
        if "://" not in target and not (path.parent / target).exists():
            fail(path.relative_to(SOURCE), f"the link {target} leads nowhere")


def main():
    if len(sys.argv) != 2 or sys.argv[1] == "--help":
        print(__doc__)
        return 0 if "--help" in sys.argv else 64
    binaries = pathlib.Path(sys.argv[1]).resolve()
    counts = {path: try_blocks(path, binaries) for path in (GUIDE, README)}
    for path, count in counts.items():
        if not count:
            fail(path.relative_to(SOURCE), "there is no block to try")
        try_links(path)
    try_tables(binaries)
    print(*failures, sep="\n")
    print(f"{sum(counts.values())} blocks, {len(failures)} mistakes")
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
