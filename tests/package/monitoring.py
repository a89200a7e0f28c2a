#!/usr/bin/python3
"""The dashboard and the alerts name metrics and labels that the daemon has, and nothing else.

usage: monitoring.py BIN_FOLDER
"""
import importlib.machinery
import importlib.util
import json
import pathlib
import re
import shutil
import subprocess
import sys
import unittest

import yaml

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.dont_write_bytecode = True
MONITORING = ROOT / "config/monitoring"
BIN = sys.argv.pop(1)
# Of Prometheus and Grafana, not of the daemon.
OTHER_LABELS = {"instance", "job", "le"}


def load_documents():
    loader = importlib.machinery.SourceFileLoader("documents", str(ROOT / "scripts/documents"))
    module = importlib.util.module_from_spec(importlib.util.spec_from_loader("documents", loader))
    loader.exec_module(module)
    return module


def alerts():
    groups = yaml.safe_load((MONITORING / "alerts.yaml").read_text())["groups"]
    return [rule for group in groups for rule in group["rules"]]


def panels():
    return json.loads((MONITORING / "dashboard.json").read_text())["panels"]


class Monitoring(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.metrics = {}
        for name, kind, labels, _ in load_documents().read_metrics(BIN):
            parts = [f"{name}{end}" for end in ("_bucket", "_sum", "_count")] if kind == "histogram" else [name]
            cls.metrics.update((part, set(labels)) for part in parts)

    def check(self, expression, text=""):
        names = re.findall(r"\bnewstagd_\w+", expression)
        self.assertTrue(names or expression.startswith("up{"), expression)
        for name in names:
            self.assertIn(name, self.metrics)
        there = set().union(*(self.metrics[name] for name in names)) | OTHER_LABELS
        asked = re.findall(r'(\w+)=~?"', expression)
        asked += [label for part in re.findall(r"by \(([^)]*)\)", expression) for label in part.split(", ")]
        asked += re.findall(r"\$labels\.(\w+)", text) + re.findall(r"\{\{(\w+)\}\}", text)
        for label in asked:
            self.assertIn(label, there, expression)

    def test_alerts(self):
        self.assertGreater(len(alerts()), 8)
        for rule in alerts():
            self.assertEqual(set(rule["annotations"]), {"summary", "description"}, rule["alert"])
            self.assertIn(rule["labels"]["severity"], ("critical", "warning"))
            self.check(rule["expr"], json.dumps(rule["annotations"]))
        names = [rule["alert"] for rule in alerts()]
        self.assertEqual(len(names), len(set(names)))

    def test_dashboard(self):
        self.assertGreater(len(panels()), 12)
        taken = set()
        for panel in panels():
            for target in panel["targets"]:
                self.check(target["expr"], target["legendFormat"])
            place = panel["gridPos"]
            cells = {(place["x"] + x, place["y"] + y) for x in range(place["w"]) for y in range(place["h"])}
            self.assertFalse(cells & taken, panel["title"])
            self.assertLessEqual(place["x"] + place["w"], 24)
            taken |= cells
        self.assertEqual(len({panel["id"] for panel in panels()}), len(panels()))

    @unittest.skipUnless(shutil.which("promtool"), "promtool is not installed (package prometheus)")
    def test_promtool(self):
        done = subprocess.run(["promtool", "check", "rules", str(MONITORING / "alerts.yaml")], capture_output=True, text=True, check=False)
        self.assertEqual(done.returncode, 0, done.stderr)


if __name__ == "__main__":
    unittest.main()
