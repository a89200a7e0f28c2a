"""A daemon behind the library of tests/faults: what it does to its state folder is recorded, or fails at will."""
import glob
import json
import mmap
import os
import pathlib
import sqlite3
import struct
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "e2e"))
from support import Daemon, item, until  # noqa: E402

LIBRARY = str(pathlib.Path(os.environ.get("NEWSTAG_FAULTS", "build/dev/tests/faults/libnewstag_faults.so")).resolve())
TOOL = os.environ.get("NEWSTAG", "build/dev/bin/newstag")


def preload_environment(root, **more):
    # A sanitizer's library wants to be the first; ours passes everything on to it.
    flags = "verify_asan_link_order=0:quarantine_size_mb=4:" + os.environ.get("ASAN_OPTIONS", "")
    return {"LD_PRELOAD": LIBRARY, "NEWSTAG_FAULTS_ROOT": str(root), "ASAN_OPTIONS": flags, **more}


def events_of(journal):
    """(sequence, subject, id, payload) of all segments, read while nobody writes or by a reader beside."""
    found = []
    paths = sorted(glob.glob(f"{journal}/events-*.db"))
    for path in paths:
        # A full disk has no room for a -shm, without which only what nobody writes can be read.
        log = pathlib.Path(f"{path}-wal")
        sealed = path != paths[-1] and not (log.exists() and log.stat().st_size)
        base = sqlite3.connect(f"file:{path}?{'immutable=1' if sealed else 'mode=ro'}", uri=True)
        if base.execute("SELECT count(*) FROM sqlite_master").fetchone()[0]:  # else it is just being made
            found += base.execute("SELECT sequence, subject, id, payload FROM event ORDER BY sequence").fetchall()
        base.close()
    return found


def buried(journal):
    """Subjects of rejected items."""
    base = sqlite3.connect(f"file:{journal}/deadletters.db?mode=ro", uri=True)
    found = {json.loads(payload)["uri"] for (payload,) in base.execute("SELECT payload FROM letter")}
    base.close()
    return found


def held(journal):
    """Subjects of items that wait, for the end of an embargo or for ever."""
    base = sqlite3.connect(f"file:{journal}/held.db?mode=ro", uri=True)
    found = {uri for (uri,) in base.execute("SELECT uri FROM item")}
    base.close()
    return found


def check_rows(rows):
    """No hole, and what was judged twice has the same ids."""
    if rows:
        first = rows[0][0]
        assert [row[0] for row in rows] == list(range(first, first + len(rows))), "the sequence has a hole"
    ids = {}
    for _, subject, identifier, payload in rows:
        assert ids.setdefault(subject, identifier) == identifier, f"{subject} has events of two ids"
        json.loads(payload)


def renew(daemon):
    """Starts it again in the same folder, after it ended."""
    daemon.notify.close()
    (daemon.folder / "notify").unlink()
    daemon.start()


class Control:
    """The file that inject.c maps."""

    NAMES = ("calls", "fail_at", "fail_for", "fault", "mask", "hits", "limited", "budget")
    WRITE, SYNC, TRUNCATE, OPEN, UNLINK, RENAME, MKDIR = (1 << n for n in range(7))
    ALL = 127

    def __init__(self, path):
        self.path = path
        with open(path, "wb") as file:
            file.write(bytes(4096))
        self.file = open(path, "r+b")  # noqa: SIM115 - mapped as long as this lives
        self.map = mmap.mmap(self.file.fileno(), 4096)

    def get(self, name):
        return struct.unpack_from("<q", self.map, 8 * self.NAMES.index(name))[0]

    def set(self, **values):
        for name, value in values.items():
            struct.pack_into("<q", self.map, 8 * self.NAMES.index(name), value)

    def what(self):
        return bytes(self.map[64:128]).split(b"\0")[0].decode(errors="replace")

    def close(self):
        self.map.close()
        self.file.close()


__all__ = [
    "Control",
    "Daemon",
    "TOOL",
    "buried",
    "check_rows",
    "events_of",
    "held",
    "item",
    "preload_environment",
    "renew",
    "until",
]
