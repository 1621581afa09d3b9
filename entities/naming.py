"""How names are compared, and how they are found by the first letters of their pinyin; one by one or by the million."""

import re
import unicodedata
from collections.abc import Sequence
from functools import cache

import numpy as np

#: As long as the columns that keep them.
MAX_LENGTH = 200
#: Signs that look alike to a reader, and one that stands for all of them; "" for those that nobody sees.
SAME = {
    **dict.fromkeys("〔【［[{｛〈《<", "("),
    **dict.fromkeys("〕】］]}｝〉》>", ")"),
    **dict.fromkeys("•・‧∙●⋅", "·"),
    **dict.fromkeys("‐‑‒–—―−", "-"),
    **dict.fromkeys("“”„〝〞「」『』", '"'),
    **dict.fromkeys("‘’‚", "'"),
    **dict.fromkeys("\u200b\u200c\u200d\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2060\ufeff\u00ad", ""),
}
_SIGNS = re.compile(f"[{re.escape(''.join(SAME))}]")
_BLANKS = re.compile(r"[^\S\n]+|[\x00-\x09\x0b-\x1f\x7f]")

#: What company names say otherwise than pypinyin's commonest reading.
READINGS = {"长": "c", "行": "h"}
#: Words of company names that pypinyin's phrases lack or read otherwise.
WORDS = {
    "重工": "zg", "重型": "zx", "重机": "zj", "会计": "kj", "会稽": "kj", "大厦": "ds", "厦门": "xm", "校长": "xz",
    "市长": "sz", "会长": "hz", "行车": "xc", "自行": "zx", "旅行": "lx", "步行": "bx", "单县": "sx", "乐清": "yq",
    "音乐": "yy", "六安": "la", "番禺": "py", "蚌埠": "bb", "铅山": "ys", "东阿": "de", "牟平": "mp", "台州": "tz",
    "解州": "hz", "朝天": "ct", "成都": "cd", "都江": "dj", "首都": "sd", "都市": "ds", "重庆": "cq", "长春": "cc",
    "长沙": "cs", "长江": "cj", "长城": "cc", "长安": "ca", "司长": "sc",
}  # fmt: skip
_PAIRS = 1 << 22


def name_key(name: str) -> str:
    """A name as it is compared: one width, one kind of bracket, dash and dot, no spaces, capital letters.

    "金盛包装（南昌）有限公司 " and "金盛包装(南昌)有限公司" have one key.
    """
    return name_keys([name])[0]


def name_keys(names: Sequence[str]) -> list[str]:
    """The key of each name, in one pass over all of them."""
    text = "\n".join(name.replace("\n", " ").replace("\r", " ") for name in names)
    text = _SIGNS.sub(lambda sign: SAME[sign[0]], unicodedata.normalize("NFKC", text))
    # Composed once more: a mark that stood behind a blank now stands behind a letter.
    return unicodedata.normalize("NFKC", _BLANKS.sub("", text).upper()).split("\n")


def initials(name: str) -> str:
    """The first letters of the pinyin of a name, lower case, digits kept, signs left out: 宁波银行 gives nbyh."""
    return initials_of_keys([name_key(name)])[0]


def initials_of_keys(keys: Sequence[str]) -> list[str]:
    """The initials of names by their keys, in one pass.

    Only names with a pair of characters from a word that is read otherwise than its characters are
    read again, word by word.
    """
    if not keys:
        return []
    characters = np.frombuffer("\n".join(keys).encode("utf-32-le"), dtype=np.uint32)
    letters = _letter_table()[characters]
    found = letters[letters != 0].tobytes().decode("ascii").split("\n")
    odd = np.flatnonzero(_odd_pairs()[_pair_numbers(characters)])
    lines = np.cumsum(characters == ord("\n"))
    for line in np.unique(lines[odd]).tolist():
        found[line] = _by_words(keys[line])
    return found


def _by_words(key: str) -> str:
    """Read left to right, the longest known word first."""
    letters, words = _letters(), _words()
    out, place = [], 0
    while place < len(key):
        for word, read_as in words.get(key[place], ()):
            if key.startswith(word, place):
                out.append(read_as)
                place += len(word)
                break
        else:
            out.append(letters.get(key[place], ""))
            place += 1
    return "".join(out)


def _pair_numbers(characters: np.ndarray) -> np.ndarray:
    """A small number for each pair of neighbours; two pairs may share one, which costs time and nothing else."""
    return (characters[:-1] * np.uint32(2_654_435_761) ^ characters[1:] * np.uint32(40_503)) % np.uint32(
        _PAIRS
    )


@cache
def _letters() -> dict[str, str]:
    # Not at the top: its phrases take a third of a second to read, which every process would pay at its start.
    from pypinyin.constants import PINYIN_DICT

    read = {chr(number): _first_letter(readings) for number, readings in PINYIN_DICT.items()}
    return {**read, **READINGS, **{c: c.lower() for c in "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ\n"}}


@cache
def _letter_table() -> np.ndarray:
    table = np.zeros(0x110000, dtype=np.uint8)
    for character, letter in _letters().items():
        table[ord(character)] = ord(letter) if letter else 0
    return table


@cache
def _words() -> dict[str, tuple[tuple[str, str], ...]]:
    """By first character the words whose initials differ from those of their characters, the longest first."""
    from pypinyin.constants import PHRASES_DICT

    letters = _letters()
    found: dict[str, dict[str, str]] = {}
    for word, readings in PHRASES_DICT.items():
        read_as = "".join(_first_letter(reading[0]) for reading in readings)
        if len(read_as) == len(word) and read_as != "".join(letters.get(c, "") for c in word):
            found.setdefault(word[0], {})[word] = read_as
    for word, read_as in WORDS.items():
        found.setdefault(word[0], {})[word] = read_as
    return {
        first: tuple(sorted(words.items(), key=lambda pair: -len(pair[0]))) for first, words in found.items()
    }


@cache
def _odd_pairs() -> np.ndarray:
    pairs = np.zeros(_PAIRS, dtype=bool)
    for words in _words().values():
        for word, _read_as in words:
            pairs[_pair_numbers(np.array([ord(word[0]), ord(word[1])], dtype=np.uint32))] = True
    return pairs


def _first_letter(readings: str) -> str:
    """The letter with which the commonest reading begins, without its tone mark."""
    letter = unicodedata.normalize("NFD", readings)[:1].lower()
    return letter if letter.isascii() and letter.isalpha() else ""
