"""Invented words for generated feeds and packs: the same seed gives the same words, in both of them.

A language is a few hundred real words of grammar and of the trade, and tens of thousands of invented ones, which occur
by Zipf's law as the words of a language do. Nothing of it is anybody's text.
"""
import bisect
import itertools
import random

LANGUAGES = {"en": 0.48, "uk": 0.37, "ru": 0.15}
FORMS = 40000  # invented words of a language

GRAMMAR = {
    "en": "the of and to in a that for on with was is said at by as it from be has its an are were his have not had "
          "this but which who will they been their more after one would two about up when or out he last new also year "
          "other over than could first into no people some before there all during since against if under may where",
    "uk": "і в на що у з до за про не це для та як від під час або був було які який яка після буде його її може також "
          "вже під час року де але через більше своє він вона вони ще тому лише якщо при між над",
    "ru": "и в на что с по за о не это для как от из был было которые который которая после будет его ее может также "
          "уже во время года где но через более своё он она они еще потому только если при между над",
}
SYLLABLES = {
    "en": ("ba be bra cal com con cor da den dis el en fa fer gra hal in ker la len lor mar men mor na nor pa per pro "
           "ra re ros sal sen sta ta ter tor un va ver vin wes"),
    "uk": ("ба ви вод гра го да дер до за зна ка кор кра ла лі ма мер ми на но об па пер по при ра рі роз са ски ста "
           "та ти то у фо хо ча ші"),
    "ru": ("ба вы вод гра го да дер до за зна ка кор кра ла ле ма мер мы на но об па пер по при ра ре раз са ски ста "
           "та ти то у фо хо ча ше"),
}
ENDINGS = {
    "en": ["", "", "", "s", "ed", "ing", "er", "ion", "al", "ly"],
    "uk": ["а", "у", "и", "ою", "ів", "ого", "ий", "ати", "ення", "ість"],
    "ru": ["а", "у", "ы", "ой", "ов", "ого", "ый", "ать", "ение", "ость"],
}
# Sentences that the shipped packs have something to say of; {name} and {number} are filled.
TRADE = {
    "en": ["Talks between {name} and {name} collapsed on Friday after {number} hours.",
           "The power cut left more than {number} households in {name} without electricity, officials said.",
           "Negotiators from {name} said a deal was close, but {name} rejected the terms.",
           "Electricity was restored to {number} customers in {name} by Monday evening.",
           "{name} and {name} signed a ceasefire agreement in {name} on Tuesday."],
    "uk": ["Переговори між {name} та {name} зірвалися у п'ятницю.",
           "Без світла залишилися понад {number} споживачів у місті {name}.",
           "Енергетики повернули світло {number} родин у місті {name}."],
    "ru": ["Переговоры между {name} и {name} сорвались в пятницу.",
           "Без света остались более {number} потребителей в городе {name}.",
           "Стороны подписали соглашение о перемирии, сообщили в {name}."],
}


class Language:
    def __init__(self, code, seed=1):
        draw = random.Random(f"{seed} {code}")
        syllables, endings = SYLLABLES[code].split(), ENDINGS[code]
        forms, stems = {}, set()
        while len(forms) < FORMS:
            stem = "".join(draw.choice(syllables) for _ in range(draw.choice((2, 2, 3, 3, 3, 4))))
            if stem in stems:
                continue
            stems.add(stem)
            for ending in draw.sample(endings, 4):  # a stem comes in several of its forms
                forms.setdefault(stem + ending)
        self.code = code
        self.grammar = GRAMMAR[code].split()
        self.rare = list(forms)[:FORMS]
        self.rare.sort(key=lambda word: len(word) + 8 * draw.random())  # what is said often is short
        self.words = self.grammar + self.rare
        self.sums = list(itertools.accumulate(1 / (rank + 2.7) for rank in range(len(self.words))))

    def word(self, draw):
        """By Zipf's law: a word of grammar every other time."""
        return self.words[bisect.bisect(self.sums, draw.random() * self.sums[-1])]

    def term(self, draw):
        """A word that a rule may ask for: not one of grammar, and not a very common one."""
        return self.rare[draw.randrange(200, len(self.rare))]
