# The forms that the gazetteers' generator writes out.
python3 -B - "$SRC/scripts/gazetteers.d" <<'PYTHON'
import sys
sys.path.insert(0, sys.argv[1])
from decline import decline
for lang, role, names in [
    ("uk", "noun", ["Полтава", "Дніпро", "Харків", "Миколаїв", "Умань", "Кременець", "Донецьк", "Чернівці",
                    "Хмельницький", "Рівне", "Біла Церква", "Нью-Йорк", "Прага", "Саудівська Аравія"]),
    ("uk", "person", ["Зеленський", "Путін", "Лукашенко", "Макрон"]),
    ("ru", "noun", ["Полтава", "Киев", "Луганск", "Умань", "Черновцы", "Новая Зеландия", "Белгородская область"]),
    ("ru", "person", ["Зеленский", "Лавров", "Макрон", "Сергей Лавров"]),
]:
    for name in names:
        print(lang, ", ".join(decline(name, lang, role, native=True)))
PYTHON
