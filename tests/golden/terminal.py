#!/usr/bin/env python3
"""On a terminal the tool colours and shows progress, and neither where the terminal cannot or nobody looks.

usage: terminal.py BIN_FOLDER
example: tests/golden/terminal.py build/dev/bin
"""
import os
import pathlib
import pty
import subprocess
import sys
import tempfile
import threading

HERE = pathlib.Path(__file__).resolve().parent
BINARY = pathlib.Path(sys.argv[1]).resolve() / "newstag"
failures = []


def on_terminal(words, stream, given=b"", **environment):
    """What the stream ("stdout" or "stderr") shows when it is a terminal."""
    ours, theirs = pty.openpty()
    shown = []

    def read():
        while True:
            try:
                part = os.read(ours, 65536)
            except OSError:
                return
            if not part:
                return
            shown.append(part)

    reader = threading.Thread(target=read, daemon=True)
    reader.start()
    streams = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL, stream: theirs}
    variables = {**os.environ, "TERM": "xterm", "LC_ALL": "C.UTF-8", **environment}
    if not environment.get("NO_COLOR"):
        variables.pop("NO_COLOR", None)
    subprocess.run([str(BINARY), *words], cwd=HERE, input=given, env=variables, timeout=60, check=False,
                   **streams)
    os.close(theirs)
    reader.join()
    os.close(ours)
    return b"".join(shown)


def expect(what, holds):
    if not holds:
        failures.append(what)


def main():
    text = b"Talks between Russia and Ukraine in Geneva collapsed.\n"
    explain = ["explain", "--text", "--rules", "../rules/worked"]
    shown = on_terminal(explain, "stdout", text)
    expect("explain: colours", b"\033[32m" in shown and "✓".encode() in shown)
    expect("NO_COLOR", b"\033" not in on_terminal(explain, "stdout", text, NO_COLOR="1"))
    expect("TERM=dumb", b"\033" not in on_terminal(explain, "stdout", text, TERM="dumb"))
    expect("C locale: ASCII", on_terminal(explain, "stdout", text, LC_ALL="C").isascii())
    expect("check: colours", b"\033[" in on_terminal(["check", "mistakes.yaml"], "stderr"))
    with tempfile.NamedTemporaryFile(suffix=".jsonl") as feed:
        lines = (HERE / "items.jsonl").read_bytes()
        count = 0
        shown = b""
        # As many items as take some tenths of a second here.
        while b"items, " not in shown and count < 100000:
            feed.write(lines * max(count // 5, 400))
            feed.flush()
            count += max(count, 2000)
            shown = on_terminal(["classify", "--rules", "../rules/worked", feed.name], "stderr")
    expect("classify: progress", b"items, " in shown and b"% " in shown and b"\r\033[K" in shown)
    print("\n".join(failures) or "colours and progress are as the terminal can")
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
