#!/usr/bin/env python3
"""The pages of the manual are free of mandoc's and groff's warnings, name each other rightly, and fit 80 columns."""
import pathlib
import re
import shutil
import subprocess
import sys
import unittest

MAN = pathlib.Path(__file__).resolve().parents[2] / "daemon/man"
PAGES = sorted(MAN.glob("*.[1-8]"))
OTHERS = {("systemd", "1"), ("sd_notify", "3")}


def run(*words):
    done = subprocess.run(words, capture_output=True, text=True, timeout=60, check=False)
    return done.returncode, (done.stdout + done.stderr).strip()


class Manual(unittest.TestCase):
    def test_pages(self):
        self.assertEqual([page.name for page in PAGES], ["newstag-events.7", "newstag-metrics.7", "newstag-rss.1", "newstag-rules.5",
                                                         "newstag.1", "newstagd.8", "newstagd.yaml.5"])

    def test_names(self):
        there = {tuple(page.name.rsplit(".", 1)) for page in PAGES} | OTHERS
        for page in PAGES:
            text = page.read_text()
            name, section = page.name.rsplit(".", 1)
            self.assertIn(f".Dt {name.upper()} {section}\n", text)
            self.assertIn(f".Nm {name}\n", text)
            for found in re.finditer(r"^.*\bXr (\S+) (\d)", text, re.M):
                self.assertIn(found.groups(), there, page.name)

    @unittest.skipUnless(shutil.which("mandoc"), "mandoc is not installed")
    def test_mandoc(self):
        for page in PAGES:
            self.assertEqual(run("mandoc", "-Tlint", "-Wwarning", str(page)), (0, ""))

    @unittest.skipUnless(shutil.which("groff"), "groff is not installed")
    def test_groff(self):
        for page in PAGES:
            self.assertEqual(run("groff", "-mdoc", "-Tutf8", "-ww", "-z", str(page)), (0, ""), page.name)

    def test_rss_options(self):
        """The page has the options of the program, all of them."""
        told = run(str(MAN.parents[1] / "scripts/rss-feed"), "--help")[1]
        options = set(re.findall(r"^  (?:-h, )?--([\w-]+)", told, re.M))
        self.assertGreater(len(options), 10)
        self.assertEqual(set(re.findall(r"^\.It Fl (?:h , )?-([\w-]+)", (MAN / "newstag-rss.1").read_text(), re.M)), options)


if __name__ == "__main__":
    sys.exit(unittest.main())
