"""How well events meet labelled items: the counts behind every figure of scripts/evaluate.

An item counts as predicted when it has an event of the class whose status is neither `risk` nor `averted`:
a text that only warns of an outage reports none. Items without a label are left out. The rest is asked
of items that are labelled true and predicted:

status      one of the statuses told is among the labelled (which speak of no `ceasefire.*`)
statuses    micro-averaged over all statuses of these items
cause       a family (`attack`, `weather`) is shared; items whose cause is unknown are left out
parties     Jaccard of told and labelled, over all events of the item, is at least 0.5
customers   a number is within 1 % of the labelled
"""
import collections
import json

NOT_HAPPENING = {"risk", "averted"}
GROUPS = ("lang", "kind", "domain")
GROUP_MIN = 10  # true items that a group needs to get a row


def read_lines(path):
    with open(path, encoding="utf-8") as lines:
        return [json.loads(line) for line in lines if line.strip()]


def events_by_item(lines, name):
    """The events of class `name`, by the id of their item."""
    found = collections.defaultdict(list)
    for line in lines:
        if line["data"]["class"] == name:
            found[line["subject"]].append(line["data"])
    return found


def rates(pairs):
    """(precision, recall, F1) of pairs (labelled, predicted)."""
    hit = sum(1 for label, said in pairs if label and said)
    said = sum(1 for _, said in pairs if said)
    true = sum(1 for label, _ in pairs if label)
    return (
        hit / said if said else 0.0,
        hit / true if true else 0.0,
        2 * hit / (said + true) if said + true else 0.0,
    )


def families(causes):
    return {cause.split(".")[0] for cause in causes}


def party_ids(events):
    told = set()
    for event in events:
        for party in event.get("parties") or []:
            told.add(party["id"] if isinstance(party, dict) else party)
    return told


def right_parties(item, events):
    told, labelled = party_ids(events), set(item["parties"])
    return len(told & labelled) / len(told | labelled) >= 0.5


def right_customers(item, events):
    numbers = [(event.get("customers") or {}).get("value") for event in events]
    return any(n is not None and abs(n - item["customers"]) <= item["customers"] / 100 for n in numbers)


def judge(item, events, fields):
    """Adds what the events of one item, true and predicted, got right to `fields`."""
    statuses = {s for s in item.get("statuses") or [] if not s.startswith("ceasefire.")}
    if statuses:
        told = {event["status"] for event in events}
        fields["status"].append(bool(told & statuses))
        fields["statuses"].append((len(told & statuses), len(told), len(statuses)))
    causes = item.get("causes")
    if causes and causes != ["unknown"]:
        told = families(event.get("cause") or "unknown" for event in events)
        fields["cause"].append(bool(told & families(causes)))
    if item.get("parties"):
        fields["parties"].append(right_parties(item, events))
    if item.get("customers"):
        fields["customers"].append(right_customers(item, events))


def happening(events):
    return [event for event in events if event["status"] not in NOT_HAPPENING]


def errors(name, items, events):
    """A line for each labelled item that was missed or raised a false alarm."""
    found = events_by_item(events, name)
    for item in items:
        told = happening(found[item["id"]])
        if item.get("label") is None or item["label"] == bool(told):
            continue
        what = "miss" if item["label"] else "false alarm"
        statuses = ",".join(item.get("statuses") or [] if item["label"] else sorted({e["status"] for e in told}))
        yield f"{what}\t{item['id']}\t{statuses}\t{item.get('title') or item['text'][:100]}"


def figures(name, items, events):
    """The figures by name, "blackout all F1": 0.9, in the order of the table."""
    found = events_by_item(events, name)
    pairs, groups = [], collections.defaultdict(list)
    fields = collections.defaultdict(list)
    for item in items:
        if item.get("label") is None:
            continue
        told = happening(found[item["id"]])
        pair = (item["label"], bool(told))
        pairs.append(pair)
        for group in GROUPS:
            if item.get(group):
                groups[f"{group} {item[group]}"].append(pair)
        if all(pair):
            judge(item, told, fields)
    return dict(collect(name, pairs, groups, fields))


def collect(name, pairs, groups, fields):
    for what, value in zip(("precision", "recall", "F1"), rates(pairs)):
        yield f"{name} all {what}", value
    for group, members in sorted(groups.items()):
        if sum(1 for label, _ in members if label) >= GROUP_MIN:
            yield f"{name} {group} F1", rates(members)[2]
    for what in ("status", "cause", "parties", "customers"):
        if fields[what]:
            yield f"{name} right {what}", sum(fields[what]) / len(fields[what])
    if fields["statuses"]:
        hit, told, labelled = map(sum, zip(*fields["statuses"]))
        yield f"{name} statuses micro-F1", 2 * hit / (told + labelled) if told + labelled else 0.0
