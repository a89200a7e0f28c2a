#!/usr/bin/env python3
"""Sizes: .c up to 500 lines, .h up to 120; functions: median 15, 95th percentile 50, none over 70."""
import pathlib
import statistics
import sys

ROOT = pathlib.Path(__file__).resolve().parents[2]
SOURCE_MAX, HEADER_MAX = 500, 120
# Subscribers get one header, and it is their manual: it is not cut in two for the sake of a number.
LARGER = {"daemon/client/newstag.h": 150}
MEDIAN_MAX, P95_MAX, FUNCTION_MAX = 15, 50, 70


def functions(path):
    """(line, lines) of each function: its body's braces stand alone in the first column."""
    begin = None
    for number, line in enumerate(path.read_text().splitlines(), 1):
        if line == "{":
            begin = number
        elif line == "}" and begin:
            yield begin, number - begin - 1
            begin = None


def main():
    findings, lengths = [], []
    for path in sorted((ROOT / "daemon").rglob("*.[ch]")):
        name = path.relative_to(ROOT)
        lines = len(path.read_text().splitlines())
        most = LARGER.get(str(name), SOURCE_MAX if path.suffix == ".c" else HEADER_MAX)
        if lines > most:
            findings.append(f"{name}: {lines} lines, more than {most}")
        for begin, length in functions(path):
            lengths.append(length)
            if length > FUNCTION_MAX:
                findings.append(f"{name}:{begin}: a function of {length} lines, more than {FUNCTION_MAX}")
    median = statistics.median(lengths)
    p95 = sorted(lengths)[int(len(lengths) * 0.95)]
    if median > MEDIAN_MAX or p95 > P95_MAX:
        findings.append(f"functions: median {median}, 95th percentile {p95}")
    print("\n".join(findings + [f"{len(lengths)} functions: median {median:g}, 95th percentile {p95}, longest {max(lengths)} lines"]))
    return 1 if findings else 0


if __name__ == "__main__":
    sys.exit(main())
