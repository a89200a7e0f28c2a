"""The maintainers' tables: states, bodies, people, regions, and how names are written in them."""
import pathlib
import re

from decline import decline

HERE = pathlib.Path(__file__).resolve().parent
NOT_A_CITY = ""  # the owner of names of states, regions and people
CYRILLIC = re.compile("[а-яіїєґё]", re.I)


def rows(name, columns):
    with open(HERE / name, encoding="utf-8") as file:
        for number, text in enumerate(file, 1):
            text = text.rstrip("\n")
            if not text or text.startswith("#"):
                continue
            cells = text.split("\t")
            if len(cells) > columns:
                raise SystemExit(f"{name}:{number}: {len(cells)} columns instead of {columns}")
            yield [cell.strip() for cell in cells + [""] * (columns - len(cells))]


def entries(cell):
    return [entry for entry in (part.strip() for part in cell.split(";")) if entry]


def plain(name):
    """One apostrophe for all; the reader folds them, too."""
    return name.replace("ʼ", "'").replace("’", "'").replace("‘", "'").replace("ё", "е").replace("Ё", "Е")


def bare(name):
    """Without the signs of a pattern and the preposition that gives a name its context."""
    return re.sub("^(=+|in |near |outside )", "", name)


def is_abbreviation(name):
    return " " not in name and len(name) > 1 and name.upper() == name and name[0].isalpha()


def guarded(name):
    """How a form stands in the file. The reader compares capitalised words of more than four letters
    by stem unless `=` asks for the form as it is. Cyrillic forms are all written out and would meet
    other words by stem ("Дания" and "Данные"), and so would English names that end like inflected
    words. Abbreviations are compared as written."""
    if name.startswith("=") or "*" in name or " " in name or not name[0].isupper():
        return name
    if is_abbreviation(name):
        return "==" + name
    exact = CYRILLIC.search(name) or name.endswith(("s", "ing", "ed", "ly", "al", "ive", "er"))
    return "=" + name if exact and len(name) > 4 else name


def named(cell, lang, role="noun", native=False):
    forms = []
    for entry in entries(cell):
        if entry.endswith("/w"):
            entry, role_here = entry[:-2], "woman"
        else:
            role_here = role
        if entry.endswith("!"):
            forms.append(plain(entry[:-1]))
        elif "*" in entry or entry.startswith("=") or lang == "en" or not entry[0].isupper() \
                or is_abbreviation(entry):
            forms.append(plain(entry))
        else:
            forms += decline(plain(entry), lang, role_here, native)
    return forms


def joined(*lists):
    """All of them once, as they stand in the file."""
    return list(dict.fromkeys(guarded(name) for names in lists for name in names))


def taken(codes, territories, people_listed, regions_listed):
    """Names in lower case that no city may have: of states in each language, of regions, and the words
    of people's names."""
    names = [name for entity in regions_listed for name in entity["names"]]
    for ident, _, english, _, uk, ru, _, _ in rows("states.tsv", 8):
        names += [name for name in entries(english)[:1]]
        names += [form for lang, cell in (("uk", uk), ("ru", ru)) for form in named(
            cell[1:] if cell.startswith("=") else territories[lang][codes[ident]] + ";" + cell, lang)]
    names += [word for entity in people_listed for name in entity["names"] for word in [name, *name.split()]]
    return {name.lstrip("=").lower(): NOT_A_CITY for name in names}


def states(codes, territories, towns):
    found = []
    cities = {(town["in"], name): town for town in reversed(towns) for name in town["english"]}
    for ident, qid, english, adjectives, uk, ru, uk_adjectives, ru_adjectives in rows("states.tsv", 8):
        names = {"en": entries(english), "uk": uk, "ru": ru}
        listed = [entries(english)]
        for lang in ("uk", "ru"):
            cell = names[lang]
            if cell.startswith("="):
                cell = cell[1:]
            else:
                cell = territories[lang][codes[ident]] + ";" + cell
            listed.append(named(cell, lang))
            listed += [[form for form in cities[ident, city][lang] if "*" not in form]
                       for city in names["en"] if (ident, city) in cities]
        found.append({"id": ident, "type": "state", "qid": qid, "names": joined(*listed),
                      "adj": joined(entries(adjectives), named(uk_adjectives, "uk"),
                                    named(ru_adjectives, "ru"))})
    return found


def bodies():
    return [{"id": ident, "type": kind, "of": of, "qid": qid,
             "names": joined(entries(en), named(uk, "uk"), named(ru, "ru"))}
            for ident, kind, of, qid, en, uk, ru in rows("bodies.tsv", 7)]


def people():
    return [{"id": ident, "type": "person", "of": of, "qid": qid,
             "names": joined(entries(en), named(uk, "uk", "person"), named(ru, "ru", "person"))}
            for ident, of, qid, en, uk, ru in rows("people.tsv", 6)]


def regions():
    found = []
    for ident, kind, state, qid, en, uk, ru in rows("regions.tsv", 7):
        names = joined(entries(en), named(uk, "uk"), named(ru, "ru"))
        found.append({"id": ident, "type": kind, "in": state, "qid": qid, "names": names,
                      "name": bare(names[0]) if names[0].startswith("in ") else ""})
    return found
