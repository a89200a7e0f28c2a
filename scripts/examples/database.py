#!/usr/bin/env python3
"""Keeps the events in an SQLite database: each once, the withdrawn ones marked, none missed over a restart.

usage: database.py OUTPUT REPLAY FILE
example: database.py tcp://127.0.0.1:5557 tcp://127.0.0.1:5558 events.db
    sqlite3 events.db "SELECT class, status, headline FROM events WHERE NOT withdrawn"
"""
import sqlite3
import sys

import newstag  # package python3-newstag

TABLES = """
CREATE TABLE IF NOT EXISTS events (id TEXT PRIMARY KEY, recorded TEXT, class TEXT, status TEXT, headline TEXT,
    event TEXT, withdrawn INTEGER NOT NULL DEFAULT 0);
CREATE TABLE IF NOT EXISTS position (one INTEGER PRIMARY KEY CHECK (one = 1), stream TEXT, sequence INTEGER);
"""


def keep(base, message):
    event, data = message.event, message.event["data"]
    if event["type"].startswith("newstag.retracted."):
        base.executemany("UPDATE events SET withdrawn = 1 WHERE id = ?", [(old["id"],) for old in data["withdrawn"]])
    else:
        base.execute("INSERT OR IGNORE INTO events (id, recorded, class, status, headline, event) VALUES (?, ?, ?, ?, ?, ?)",
                     (event["id"], event["recordedtime"], data["class"], data["status"], data["item"].get("headline"),
                      message.payload))
    # With the event, in one transaction: after a crash it goes on right behind what is in the table.
    base.execute("INSERT OR REPLACE INTO position VALUES (1, ?, ?)", (event["streamid"], message.sequence))
    base.commit()


def main(output, replay, path):
    base = sqlite3.connect(path)
    base.executescript(TABLES)
    stream, sequence = base.execute("SELECT stream, sequence FROM position").fetchone() or ("", 0)
    for message in newstag.follow(output, replay, start=sequence + 1, stream=stream):
        if message.kind == "event":
            keep(base, message)
        else:
            print(message.text, file=sys.stderr)


if __name__ == "__main__":
    if len(sys.argv) != 4:
        sys.exit(__doc__)
    main(*sys.argv[1:])
