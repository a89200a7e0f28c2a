#!/usr/bin/env python3
"""Includes point down only, and each outside library stays in its room."""
import pathlib
import re
import sys

ROOT = pathlib.Path(__file__).resolve().parents[2] / "daemon"
# From top to bottom. Rooms of one line do not see each other.
LAYERS = [
    ["app", "verbs"],
    ["http", "bus", "journal", "wire"],
    ["rules"],
    ["text"],
    ["conf"],
    ["yaml"],
    ["model"],
    ["base"],
]
LEVEL = {room: level for level, rooms in enumerate(LAYERS) for room in rooms}
LIBRARIES = {
    "zmq.h": {"bus", "client"},
    "jansson.h": {"wire"},
    "yaml.h": {"yaml"},
    "sqlite3.h": {"journal"},
    "microhttpd.h": {"http"},
    "utf8proc.h": {"text"},
    "libstemmer.h": {"text"},
    "pcre2.h": {"text"},
    "sha2.h": {"base"},
    "sodium.h": {"bus"},
}
LIBRARY_FOLDERS = {"unicode": set()}
SYSTEM = {  # of the C library and the kernel: everybody's
    "arpa", "linux", "net", "netinet", "sys",
}
INCLUDE = re.compile(r'^\s*#\s*include\s*(["<])([^">]+)[">]')


def room_of(path):
    parts = path.relative_to(ROOT).parts
    return parts[0] if len(parts) > 1 else None


def check_library(room, name):
    folder = name.split("/")[0] if "/" in name else None
    allowed = LIBRARIES.get(name, LIBRARY_FOLDERS.get(folder))
    if allowed is not None and room not in allowed:
        return f"<{name}> belongs to {', '.join(sorted(allowed)) or 'nobody'}"
    return None


def check_room(room, name):
    other = name.split("/")[0]
    if name.startswith(".") or other not in LEVEL and other != "client":
        return f'"{name}" is not rooted at daemon/'
    if room is None or other == room:
        return None
    if room == "client" or other == "client" and room not in ("verbs", "app"):
        return f'"{name}": client/ stands by itself'
    if other == "client":
        return None
    if LEVEL[other] > LEVEL[room]:
        return None
    return f'"{name}" points up or sideways'


def main():
    findings = 0
    for path in sorted(ROOT.rglob("*.[ch]")):
        room = room_of(path)
        for number, line in enumerate(path.read_text().splitlines(), 1):
            found = INCLUDE.match(line)
            if not found:
                continue
            check = check_room if found.group(1) == '"' else check_library
            finding = check(room, found.group(2))
            if finding:
                print(f"{path.relative_to(ROOT.parent)}:{number}: {finding}")
                findings += 1
    return 1 if findings else 0


if __name__ == "__main__":
    sys.exit(main())
