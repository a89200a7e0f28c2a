"""Forms of Ukrainian and Russian names in the cases that news needs.

There is no Ukrainian stemmer, the Russian one does not know fleeting vowels, and short names match
exactly: so the forms are written out. The tables know the common endings; what they do not know is
written out in the tables of the maintainers (`A|B|C` gives the forms, `A!` has none but itself).
Genitive, dative, accusative, instrumental and locative; where usage wavers, both.
"""
import itertools

CASES = 5
HISSING = "жчшщ"
VOWELS = "аеєиіїоуюяыэё"
# Feminine names in a soft sign; the others are taken as masculine.
FEMININE = ("ань", "мень", "рось", "сть", "морь", "керчь", "тверь", "пермь", "сибирь", "обь", "иордань")

PLURALS = ("Афіни", "Салоніки", "Дарданелли", "Канни", "Фіви", "Філіппіни", "Багами", "Острови",
           "Афины", "Салоники", "Дарданеллы", "Канны", "Филиппины", "Багамы", "Мальдивы", "Сейшелы",
           "Нидерланды", "Челны", "Чебоксары")

UK_ADJECTIVES = {
    "ий": ("ого", "ому", "ий", "им", "ому"), "ій": ("ього", "ьому", "ій", "ім", "ьому"),
    "а": ("ої", "ій", "у", "ою", "ій"), "я": ("ьої", "ій", "ю", "ьою", "ій"),
    "е": ("ого", "ому", "е", "им", "ому"), "є": ("ього", "ьому", "є", "ім", "ьому"),
    "і": ("их", "им", "і", "ими", "их"),
}
RU_ADJECTIVES = {
    "ний": ("него", "нему", "ний", "ним", "нем"), "ый": ("ого", "ому", "ый", "ым", "ом"),
    "ий": ("ого", "ому", "ий", "им", "ом"), "ой": ("ого", "ому", "ой", "ым", "ом"),
    "ая": ("ой", "ой", "ую", "ой", "ой"), "яя": ("ей", "ей", "юю", "ей", "ей"),
    "ое": ("ого", "ому", "ое", "ым", "ом"), "ее": ("его", "ему", "ее", "им", "ем"),
    "ые": ("ых", "ым", "ые", "ыми", "ых"), "ие": ("их", "им", "ие", "ими", "их"),
    "ы": ("ых", "ым", "ы", "ыми", "ых"),
}


def adjective(word, table):
    for end in sorted(table, key=len, reverse=True):
        if word.endswith(end):
            return [[word[:-len(end)] + form] for form in table[end]]
    return [[word]] * CASES


def spread(stem, *endings):
    """An ending of a case is a string, or several joined by `/`; a `-` stands for none."""
    return [[stem + end.replace("-", "") for end in case.split("/")] for case in endings]


def softened(stem):
    return stem[:-1] + {"к": "ц", "г": "з", "х": "с"}.get(stem[-1], stem[-1])


def uk_vowel(word, native):
    stem, last = word[:-1], word[-1]
    if word.endswith("ія"):
        return spread(stem, "ї", "ї", "ю", "єю", "ї")
    if last == "я":
        soft = "ї" if stem[-1] in VOWELS + "'ʼ’ь" else "і"
        return spread(stem, soft, soft, "ю", "єю" if soft == "ї" else "ею", soft)
    if last == "а":
        hissing = stem[-1] in HISSING
        dative = softened(stem) + "і"
        return [[stem + ("і" if hissing else "и")], [dative], [stem + "у"],
                [stem + ("ею" if hissing else "ою")], [dative]]
    if last == "и" and (native or word in PLURALS):
        return spread(stem, "-", "ам", "и", "ами", "ах")
    if word.endswith("ці") and native:
        return spread(stem, "ів", "ям", "і", "ями", "ях")
    if last == "о" and native:
        return spread(stem, "а", "у", "о", "ом", "і" if stem[-1] not in "кгх" else "у")
    if last == "е" and native:
        return adjective(word, UK_ADJECTIVES)
    return [[word]] * CASES


def uk_consonant(word):
    if word.endswith("ий"):
        return adjective(word, UK_ADJECTIVES)
    if word.endswith("ець"):
        return spread(word[:-3] + "ц", "я", "ю", "-", "ем", "і")[:2] + [[word]] + \
            spread(word[:-3] + "ц", "ем", "і")
    if word.endswith("ь"):
        stem = word[:-1]
        if word.lower().endswith(FEMININE):
            double = "" if word.endswith("сть") else stem[-1]
            return spread(stem, "і", "і", "ь", double + "ю", "і")
        return spread(stem, "я/ю", "ю", "ь", "ем", "і")
    if word.endswith("й"):
        return spread(word[:-1], "я/ю", "ю", "й", "єм", "ї")
    for old, new in (("їв", ("єв",)), ("ів", ("ов", "ев"))):
        if word.endswith(old) and len(word) > 3:
            stems = [word[:-2] + end for end in new]
            return [[stem + end for stem in stems] for end in ("а", "у")] + [[word]] + \
                [[stem + end for stem in stems] for end in ("ом", "і")]
    locative = {"г": "у/зі", "к": "у", "х": "у"}.get(word[-1], "і")
    forms = spread(word, "у/а", "у", "-", "ем" if word[-1] in HISSING else "ом", locative)
    if "зі" in locative:
        forms[4] = [word + "у", word[:-1] + "зі"]
    return forms


def uk_noun(word, native):
    return uk_vowel(word, native) if word[-1] in VOWELS else uk_consonant(word)


def ru_vowel(word, native):
    stem, last = word[:-1], word[-1]
    if word.endswith(("ая", "яя", "ое", "ый")) and len(word) > 4 and native:
        return adjective(word, RU_ADJECTIVES)
    if word.endswith("ия"):
        return spread(stem, "и", "и", "ю", "ей", "и")
    if last == "я":
        return spread(stem, "и", "е", "ю", "ей", "е")
    if last == "а":
        plural = "и" if stem[-1] in "гкх" + HISSING else "ы"
        return spread(stem, plural, "е", "у", "ей" if stem[-1] in HISSING + "ц" else "ой", "е")
    if word.endswith("цы") and native:
        return spread(stem, "ов/ев", "ам", "ы", "ами", "ах")
    if last == "ы" and (native or word in PLURALS):
        return spread(stem, "-", "ам", "ы", "ами", "ах")
    if last == "о" and native and word.endswith(("ово", "ево", "ино")):
        return spread(stem, "а/о", "у/о", "о", "ом/о", "е/о")
    return [[word]] * CASES


def ru_consonant(word):
    if word.endswith(("ский", "цкий", "ный", "вый")):
        return adjective(word, RU_ADJECTIVES)
    if word.endswith("ец") and len(word) > 4:
        return spread(word[:-2] + "ц", "а", "у") + [[word]] + spread(word[:-2] + "ц", "ом/ем", "е")
    if word.endswith("ь"):
        if word.lower().endswith(FEMININE):
            return spread(word[:-1], "и", "и", "ь", "ью", "и")
        return spread(word[:-1], "я", "ю", "ь", "ем", "е")
    if word.endswith("й"):
        return spread(word[:-1], "я", "ю", "й", "ем", "е")
    return spread(word, "а", "у", "-", "ем" if word[-1] in HISSING + "ц" else "ом", "е")


def ru_noun(word, native):
    return ru_vowel(word, native) if word[-1] in VOWELS else ru_consonant(word)


def uk_person(word, woman):
    if word.endswith(("ський", "цький", "ий")):
        return spread(word[:-2], "ого", "ому", "ого", "им", "ому")
    if woman and word.endswith(("ська", "цька", "ова", "ева", "єва", "іна", "їна")):
        return spread(word[:-1], "ої", "ій", "у", "ою", "ій")
    if word[-1] in "ая":
        return uk_vowel(word, False)
    if woman or word[-1] in "еєиіїуюо" and not word.endswith(("ко", "ло")):
        return [[word]] * CASES
    if word[-1] == "о":
        return spread(word[:-1], "а", "у/ові", "а", "ом", "у/ові")
    if word.endswith("ь"):
        return spread(word[:-1], "я", "ю/еві", "я", "ем", "ю/еві")
    if word.endswith("й"):
        return spread(word[:-1], "я", "ю/єві", "я", "єм", "ю/єві")
    if word.endswith("ів") and len(word) > 4:
        word = word[:-2] + "ов"
    ending = "им" if word.endswith(("ов", "ев", "єв", "ін", "їн", "ин")) else "ом"
    ending = "ем" if word[-1] in HISSING else ending
    return spread(word, "а", "у/ові", "а", ending, "у/ові/і")


def ru_person(word, woman):
    if word.endswith(("ский", "цкий", "ный", "ый", "ой")):
        return spread(word[:-2], "ого", "ому", "ого", "им" if word[-3] in "кг" else "ым", "ом")
    if woman and word.endswith(("ская", "цкая")):
        return spread(word[:-2], "ой", "ой", "ую", "ой", "ой")
    if woman and word.endswith(("ова", "ева", "ина")):
        return spread(word[:-1], "ой", "ой", "у", "ой", "ой")
    if word[-1] in "ая":
        return ru_vowel(word, False)
    if woman or word[-1] in VOWELS:
        return [[word]] * CASES
    if word[-1] in "ьй":
        return spread(word[:-1], "я", "ю", "я", "ем", "е")
    ending = "ым" if word.endswith(("ов", "ев", "ин", "ын")) and len(word) > 4 else "ом"
    ending = "ем" if word[-1] in HISSING + "ц" else ending
    return spread(word, "а", "у", "а", ending, "е")


def word_forms(word, lang, role, native):
    """role: noun, adjective, person, woman"""
    if role in ("person", "woman"):
        return (uk_person if lang == "uk" else ru_person)(word, role == "woman")
    if role == "adjective":
        return adjective(word, UK_ADJECTIVES if lang == "uk" else RU_ADJECTIVES)
    return (uk_noun if lang == "uk" else ru_noun)(word, native)


def is_adjective(word, lang):
    table = UK_ADJECTIVES if lang == "uk" else RU_ADJECTIVES
    return len(word) > 3 and word.endswith(tuple(table))


def part_forms(word, lang, role, native):
    """Of a word with hyphens the last part is declined."""
    head, hyphen, tail = word.rpartition("-")
    if len(tail) < 3 or not tail[0].isalpha():
        return [[word]] * CASES
    return [[head + hyphen + form for form in case]
            for case in word_forms(tail, lang, role, native)]


def decline(phrase, lang, role="noun", native=False, cases=range(CASES)):
    """The phrase and its forms, in the order of the cases, each once. In a phrase the words before
    the last are adjectives where they look like ones; what follows `і`, `и` or a preposition stays."""
    words = phrase.split()
    parts = []
    for number, word in enumerate(words):
        before_last = number < len(words) - 1
        if role in ("person", "woman"):
            parts.append(part_forms(word, lang, role, native))
        elif not word[0].isupper() and not before_last and len(words) > 1:
            parts.append(word_forms(word, lang, role, native))
        elif not before_last:
            parts.append(part_forms(word, lang, role, native))
        elif is_adjective(word, lang):
            parts.append(word_forms(word, lang, "adjective", native))
        else:
            parts.append([[word]] * CASES)
    forms = [phrase]
    for case in cases:
        choices = [part[case] for part in parts]
        if any(len(choice) > 1 for choice in choices):
            width = max(len(choice) for choice in choices)
            choices = [choice if len(choice) == width or len(choice) == 1 else choice[:1]
                       for choice in choices]
        forms += [" ".join(form) for form in itertools.product(*choices)]
    return list(dict.fromkeys(forms))
