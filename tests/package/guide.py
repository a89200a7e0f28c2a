#!/usr/bin/env python3
"""What the operator's guide names is there: verbs and options, keys, metrics, files of the package.

usage: guide.py BIN_FOLDER
"""
import json
import pathlib
import re
import subprocess
import sys
import unittest

ROOT = pathlib.Path(__file__).resolve().parents[2]
GUIDE = (ROOT / "config/OPERATING.md").read_text()
BIN = sys.argv.pop(1)


def run(*words):
    return subprocess.run([f"{BIN}/{words[0]}", *words[1:]], capture_output=True, text=True, timeout=60, check=True).stdout


def commands(name):
    """Lines of code and code in sentences that begin with the program's name."""
    found = re.findall(rf"^ {{4,}}({name} .*)$", GUIDE, re.M) + re.findall(rf"`({name} [^`]*)`", GUIDE)
    return [line.split() for line in found]


class Guide(unittest.TestCase):
    def test_tool(self):
        self.assertGreater(len(commands("newstag")), 12)
        for words in commands("newstag"):
            text = run("newstag", words[1], "--help")
            for option in (word for word in words if word.startswith("--")):
                self.assertRegex(text, rf"(?m)^  (?:-\w, )?{option}\b", words)
            if words[1] in ("journal", "deadletter", "schema", "keys"):
                self.assertIn(words[2], text.split("\n\n")[0], words)

    def test_daemon(self):
        for words in commands("newstagd"):
            for option in (word for word in words[1:] if word.startswith("--")):
                self.assertIn(f"  {option}", run("newstagd", "--help"), words)

    def test_keys(self):
        schema = json.loads(run("newstag", "schema", "config"))["properties"]
        named = re.findall(r"`(\w+)\.(\w+)`", GUIDE)
        named += [(section, key) for section, key in re.findall(r"`(\w+): \{(\w+):", GUIDE)]
        named = [(section, key) for section, key in named if section in schema and key != "md"]
        self.assertGreater(len(named), 6)
        for section, key in named:
            part = schema[section]
            self.assertIn(key, part.get("items", part)["properties"], section)

    def test_metrics(self):
        page = (ROOT / "daemon/man/newstag-metrics.7").read_text()
        for name in set(re.findall(r"newstagd_\w+", GUIDE)):
            self.assertIn(f".It Va {name}\n", page)

    def test_files(self):
        for name in re.findall(r"/usr/share/doc/newstagd/examples/([\w.]+)", GUIDE):
            self.assertTrue((ROOT / "systemd/examples" / name).exists() or (ROOT / "config/samples" / name).exists(), name)


if __name__ == "__main__":
    unittest.main()
