#!/usr/bin/env python3
"""The shells take the completions, and offer verbs, options, words and files where they belong.

usage: completions.py BIN_FOLDER
"""
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile
import unittest

COMPLETIONS = pathlib.Path(__file__).resolve().parents[2] / "scripts/completions"
BIN = sys.argv.pop(1)

# Words typed so far, what must be offered, what must not.
CASES = (
    (["st"], {"status"}, {"reload"}),
    ([""], {"check", "status", "tail", "help"}, {"--json"}),
    (["status", "--"], {"--json", "--control", "--timeout"}, {"--tap"}),
    (["status", "--t"], {"--timeout"}, {"--json"}),
    (["test", "--j"], {"--json", "--junit"}, {"--tap"}),
    (["schema", ""], {"item", "event", "pack", "config"}, {"pack.yaml"}),
    (["help", "re"], {"reload", "replay"}, {"status"}),
    (["check", "pa"], {"pack.yaml"}, {"--json"}),
    (["check", "--config", ""], {"pack.yaml"}, set()),
    (["reload", "--timeout", ""], set(), {"pack.yaml", "--json"}),
)
BASH = """
source {file}
COMP_WORDS=(newstag {words})
COMP_CWORD={last}
_newstag
printf '%s\\n' "${{COMPREPLY[@]}}"
"""


def run(*words, cwd=None):
    return subprocess.run(words, capture_output=True, text=True, timeout=60, check=False, cwd=cwd)


class Completions(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory(prefix="nt-")
        self.addCleanup(folder.cleanup)
        self.folder = folder.name
        pathlib.Path(self.folder, "pack.yaml").touch()

    def check(self, offered, want, refuse, what):
        self.assertLessEqual(want, offered, what)
        self.assertFalse(refuse & offered, (what, offered))

    def test_bash(self):
        for words, want, refuse in CASES:
            script = BASH.format(file=COMPLETIONS / "newstag", words=" ".join(f"'{word}'" for word in words), last=len(words))
            done = run("bash", "--norc", "-uc", script, cwd=self.folder)
            self.assertEqual((done.returncode, done.stderr), (0, ""), words)
            self.check(set(done.stdout.split()), want, refuse, words)

    @unittest.skipUnless(shutil.which("fish"), "fish is not installed")
    def test_fish(self):
        for words, want, refuse in CASES:
            line = " ".join(["newstag", *words])
            done = run("fish", "--no-config", "-c", f"source {COMPLETIONS / 'newstag.fish'}; complete -C '{line}'", cwd=self.folder)
            self.assertEqual((done.returncode, done.stderr), (0, ""), words)
            self.check({row.split("\t")[0] for row in done.stdout.splitlines()}, want, refuse, words)

    @unittest.skipUnless(shutil.which("zsh"), "zsh is not installed")
    def test_zsh(self):
        """It parses; its function, called without a terminal, would need the line editor."""
        done = run("zsh", "-n", str(COMPLETIONS / "_newstag"))
        self.assertEqual((done.returncode, done.stderr), (0, ""))
        text = (COMPLETIONS / "_newstag").read_text()
        for verb in run(f"{BIN}/newstag", "help").stdout.split("verbs:\n")[1].split("\n\n")[0].splitlines():
            name = verb.split()[0]
            self.assertRegex(text, rf"(?m)^(\t'{name}:|{name}\))")

    def test_every_option_is_offered(self):
        for verb in re.findall(r"^  ([a-z]+) +\S", run(f"{BIN}/newstag", "help").stdout.split("verbs:\n")[1].split("\n\n")[0], re.M):
            if verb == "help":
                continue
            options = set(re.findall(r"^  (?:-\w, )?(--[\w-]+)", run(f"{BIN}/newstag", verb, "--help").stdout, re.M))
            script = BASH.format(file=COMPLETIONS / "newstag", words=f"{verb} --", last=2)
            self.assertEqual(set(run("bash", "--norc", "-uc", script, cwd=self.folder).stdout.split()), options, verb)


if __name__ == "__main__":
    unittest.main()
