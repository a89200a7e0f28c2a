"""Reads Prometheus' text format 0.0.4 and refuses what its parser, or `promtool check metrics`, would."""
import math
import re

NAME = re.compile(r"[a-zA-Z_:][a-zA-Z0-9_:]*\Z")
SAMPLE = re.compile(r"([a-zA-Z_:][a-zA-Z0-9_:]*)(?:\{(.*)\})? (\S+)\Z")
LABEL = re.compile(r'([a-zA-Z_][a-zA-Z0-9_]*)="((?:[^"\\\n]|\\["\\n])*)"(,|\Z)')
NUMBER = re.compile(r"[+-]?(?:[0-9]+(?:\.[0-9]+)?(?:e[+-]?[0-9]+)?|Inf|NaN)\Z")
TYPES = ("counter", "gauge", "histogram")
# Of promtool's linter: base units, whole words, no type in a name.
NO_PART = {
    "ms", "s", "sec", "secs", "milliseconds", "microseconds", "nanoseconds", "minutes", "hours", "days",
    "kilobytes", "megabytes", "gigabytes", "bits", "percent", "percentage", "counter", "gauge", "histogram",
}


class Wrong(AssertionError):
    pass


def need(holds, what):
    if not holds:
        raise Wrong(what)


def read_labels(text):
    labels, at = {}, 0
    while at < len(text):
        found = LABEL.match(text, at)
        need(found, f"labels {{{text}}}")
        need(found.group(1) not in labels, f"label {found.group(1)} twice")
        labels[found.group(1)] = re.sub(r"\\(.)", lambda hit: "\n" if hit[1] == "n" else hit[1], found.group(2))
        at = found.end()
    return labels


def read_number(text):
    need(NUMBER.match(text), f"number {text}")
    return math.inf if text.endswith("Inf") else float(text)


class Family:
    def __init__(self, name, about):
        self.name, self.about, self.type = name, about, None
        self.samples = {}  # (name, sorted labels) → value

    def takes(self, name):
        if self.type == "histogram":
            return name in (f"{self.name}_bucket", f"{self.name}_sum", f"{self.name}_count")
        return name == self.name

    def add(self, name, labels, value):
        key = (name, tuple(sorted(labels.items())))
        need(key not in self.samples, f"series {key} twice")
        self.samples[key] = value

    def check(self):
        name = self.name
        need(self.type, f"{name} has no TYPE")
        need(self.about, f"{name} has no HELP")
        need(name == name.lower() and not NO_PART & set(name.split("_")), f"the name {name}")
        need(name.endswith("_total") == (self.type == "counter"), f"{name} is a {self.type}")
        need(not name.endswith(("_bucket", "_sum", "_count")), f"{name} ends as a part of a histogram")
        for (_, labels), value in self.samples.items():
            need(self.type == "gauge" or value >= 0, f"{name}{labels} is {value}")
            need(self.type == "histogram" or "le" not in dict(labels), f"{name} has le")
        if self.type == "histogram":
            self.check_histogram()

    def check_histogram(self):
        series = {}
        for (name, labels), value in self.samples.items():
            rest = tuple(pair for pair in labels if pair[0] != "le")
            parts = series.setdefault(rest, {"buckets": [], "sum": None, "count": None})
            part = name[len(self.name) + 1 :]
            if part == "bucket":
                need("le" in dict(labels), f"{self.name}_bucket without le")
                parts["buckets"].append((read_number(dict(labels)["le"]), value))
            else:
                parts[part] = value
        for rest, parts in series.items():
            what = f"{self.name}{rest}"
            bounds = [bound for bound, _ in parts["buckets"]]
            counts = [count for _, count in parts["buckets"]]
            need(None not in (parts["sum"], parts["count"]), f"{what} has no sum or no count")
            need(bounds == sorted(set(bounds)) and bounds[-1] == math.inf, f"{what}: bounds {bounds}")
            need(counts == sorted(counts) and counts[-1] == parts["count"], f"{what}: counts {counts}")


def read(text):
    """Family by name, in order."""
    need(text.endswith("\n") and "\r" not in text, "the end of the text, or a carriage return")
    families, now = {}, None
    for line in text[:-1].split("\n"):
        if line.startswith("# HELP "):
            name, _, about = line[7:].partition(" ")
            need(NAME.match(name) and name not in families, f"HELP of {name}")
            now = families[name] = Family(name, about)
        elif line.startswith("# TYPE "):
            name, _, kind = line[7:].partition(" ")
            need(now and now.name == name and not now.type and not now.samples, f"TYPE of {name}")
            need(kind in TYPES, f"TYPE {kind}")
            now.type = kind
        else:
            found = SAMPLE.match(line)
            need(found, f"line {line!r}")
            need(now and now.type and now.takes(found[1]), f"{found[1]} stands in another family")
            now.add(found[1], read_labels(found[2] or ""), read_number(found[3]))
    for family in families.values():
        family.check()
    return families


class Page:
    """Values by name and labels: page.value("x_total", reason="y")."""

    def __init__(self, text):
        self.text = text
        self.families = read(text)
        self.series = {key: value for family in self.families.values() for key, value in family.samples.items()}

    def value(self, name, **labels):
        return self.series[(name, tuple(sorted(labels.items())))]

    def all(self, name):
        return {labels: value for (other, labels), value in self.series.items() if other == name}

    def total(self, name):
        return sum(self.all(name).values())
