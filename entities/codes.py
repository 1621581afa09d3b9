"""Unified social credit codes (GB 32100) and the organisation codes inside them (GB 11714).

Two characters of a code check it: the last one all of it, the ninth of the organisation code
(place 17) places 9 to 16. The first failing is an error. The second failing alone is a warning, because some
old organisation codes do not obey it; both are told. An unknown region is no more than a warning either.
"""

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from stdnum.cn import ric, uscc
from stdnum.exceptions import InvalidComponent

from entities import regions

LENGTH = 18
#: The 31 characters of the standard: no I, O, S, V, Z.
ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"
#: Letters that are not used, with the one that they are mistaken for.
MISTAKEN = {"I": "1", "O": "0", "Z": "2", "S": "5", "V": "U"}
#: Place 1: who registers.
AUTHORITIES = {
    "1": _("establishment of public institutions"),
    "2": _("foreign affairs"),
    "3": _("judicial administration"),
    "4": _("culture"),
    "5": _("civil affairs"),
    "6": _("tourism"),
    "7": _("religious affairs"),
    "8": _("trade unions"),
    "9": _("market supervision"),
    "A": _("military establishment"),
    "N": _("agriculture"),
    "Y": _("other"),
}
#: Place 2 where market supervision registers. The other authorities' own lists are not in a source that we have read.
MARKET_ENTITY_TYPES = {
    "1": _("enterprise"),
    "2": _("self-employed household"),
    "3": _("farmers' cooperative"),
    "9": _("other"),
}
#: Places 1 and 2 of the code of a self-employed household.
SELF_EMPLOYED = "92"
NOISE = re.compile(r"[\s\-‐-―−]")
#: What a spreadsheet makes of a long number, as `normalise` gives it: 9.13303E+17.
ROUNDED = re.compile(r"[0-9](?:\.[0-9]+)?E\+?[0-9]{2}")
ORGANISATION_CODE = re.compile(r"[0-9A-Z]{8}[0-9X]")
#: Region and organisation code: what a tax office gave before 2015.
OLD_TAX_NUMBER = re.compile(r"[0-9]{6}[0-9A-Z]{8}[0-9X]")
OLD_REGISTRATION_NUMBER = re.compile(r"[0-9]{15}|[0-9]{13}")
CENTURIES = ("19", "20")

_ALPHABET_SET = frozenset(ALPHABET)
_INNER_WEIGHTS = (3, 7, 9, 10, 5, 8, 4, 2)
_OUTER_WEIGHTS = np.array([pow(3, place, 31) for place in range(17)], dtype=np.int32)
_INNER_WEIGHTS_ARRAY = np.array(_INNER_WEIGHTS, dtype=np.int32)
_NOT_IN_ALPHABET = 99
_OUTER_VALUE = np.full(128, _NOT_IN_ALPHABET, dtype=np.int32)
_OUTER_VALUE[[ord(character) for character in ALPHABET]] = np.arange(len(ALPHABET))
_INNER_VALUE = np.zeros(128, dtype=np.int32)
_INNER_VALUE[[ord(c) for c in "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"]] = np.arange(36)
_INNER_CHECK = np.frombuffer(b"0X987654321", dtype=np.uint8)  # by the weighted sum modulo 11


@dataclass(frozen=True, slots=True)
class CodeProblem:
    """Something about a code, said so that its reader knows what to do. `message % params` is the sentence."""

    kind: str
    message: str | Promise
    params: dict = field(default_factory=dict)
    is_error: bool = True

    def __str__(self) -> str:
        return str(self.message) % self.params


def normalise(text: str) -> str:
    """A code as it is kept: half-width, upper case, without blanks and hyphens."""
    if not text.isascii():
        text = unicodedata.normalize("NFKC", text)
    return NOISE.sub("", text).upper()


def is_self_employed(code: str) -> bool:
    """Whether the code is that of a self-employed household (个体工商户): a person's own business."""
    return code.startswith(SELF_EMPLOYED)


def outer_check_character(code: str) -> str:
    """The 18th character that GB 32100 asks for after the first 17, which must be of its alphabet."""
    return uscc.calc_check_digit(code[:17])


def inner_check_character(organisation_code: str) -> str:
    """The ninth character that GB 11714 asks for after the first eight of an organisation code."""
    total = sum(int(c, 36) * weight for c, weight in zip(organisation_code[:8], _INNER_WEIGHTS, strict=True))
    return chr(_INNER_CHECK[total % 11])


def is_organisation_code(text: str) -> bool:
    """Whether nine characters are an organisation code with the right check character."""
    return bool(ORGANISATION_CODE.fullmatch(text)) and text[8] == inner_check_character(text)


def is_valid(code: str) -> bool:
    """Whether a normalised code has the shape and the check character of GB 32100.

    python-stdnum answers where it can; it refuses every code with a letter in the first eight places
    (A, N, Y and others), which the standard allows.
    """
    if len(code) != LENGTH or not set(code) <= _ALPHABET_SET:
        return False
    if code[:8].isdecimal():
        return uscc.is_valid(code)
    return code[17] == outer_check_character(code)


def is_identity_number(code: str) -> bool:
    """Whether this is the number of a natural person's identity card: those are not taken in here.

    The place of birth is not looked up: the library fails where its list has a province without counties, and a
    number of a county that is gone is a person's all the same.
    """
    # The year of birth first: it is what tells most codes from such a number, and this is asked of every row.
    if len(code) != LENGTH or code[6:8] not in CENTURIES or not (code.isascii() and code[:17].isdigit()):
        return False
    if is_valid(code):
        return False
    try:
        ric.get_birth_date(code)
    except InvalidComponent:
        return False
    return code[17] == ric.calc_check_digit(code)


def organisation_code_of(number: str) -> str:
    """The organisation code in a number of any age, or "" where none can be made out.

    Of a unified code (right or mistyped) places 9 to 17; of an old 15-place tax number the last nine;
    a bare organisation code itself. Only one whose check character fits is believed.
    """
    inner = {9: number, 15: number[6:], 17: number[8:], 18: number[8:17]}.get(len(number), "")
    return inner if is_organisation_code(inner) else ""


def problems_of(code: str) -> list[CodeProblem]:
    """All that is wrong or odd about a normalised code; an empty list is a good one."""
    if not code:
        return [
            CodeProblem(
                "required", _("There is no code here; write the 18-place unified social credit code.")
            )
        ]
    if ROUNDED.fullmatch(code):
        return [_rounded()]
    if len(code) != LENGTH:
        return [_wrong_length(code)]
    strange = [(place, c) for place, c in enumerate(code, start=1) if c not in ALPHABET]
    if strange:
        return [_strange_character(*strange[0])]
    outer_fits, inner_fits = code[17] == outer_check_character(code), is_organisation_code(code[8:17])
    if not outer_fits:
        return [_neither_or_outer(code, inner_fits)]
    return [*_inner_problem(inner_fits), *_oddities(code)]


def _rounded() -> CodeProblem:
    return CodeProblem(
        "rounded",
        _(
            "A spreadsheet has made a rounded number of this code, and its last digits are lost. Set the column to text "
            "and copy the code from the business licence."
        ),
    )


def _wrong_length(code: str) -> CodeProblem:
    if inner := organisation_code_of(code):
        return CodeProblem(
            "old_number",
            _(
                "An older number of %(length)s places, with the organisation code %(inner)s in it. "
                "Write the 18-place unified social credit code that replaced it."
            ),
            {"length": len(code), "inner": f"{inner[:8]}-{inner[8]}"},
        )
    return CodeProblem(
        "length",
        _(
            "This has %(length)s places; a unified social credit code has 18. Copy it from the business licence."
        ),
        {"length": len(code)},
    )


def _strange_character(place: int, character: str) -> CodeProblem:
    if character in MISTAKEN:
        return CodeProblem(
            "alphabet",
            _(
                "The letter %(character)s at place %(place)s is not used in these codes; look whether it is %(likely)s."
            ),
            {"character": character, "place": place, "likely": MISTAKEN[character]},
        )
    return CodeProblem(
        "alphabet",
        _("“%(character)s” at place %(place)s is not used in these codes: digits and capital letters only."),
        {"character": character, "place": place},
    )


def _neither_or_outer(code: str, inner_fits: bool) -> CodeProblem:
    expected = {"expected": outer_check_character(code), "found": code[17]}
    if inner_fits:
        return CodeProblem(
            "check_character",
            _(
                "The check character does not fit: places 1 to 17 ask for %(expected)s at place 18, not %(found)s. "
                "The organisation code in places 9 to 17 is whole, so look at places 1 to 8 and 18."
            ),
            expected,
        )
    return CodeProblem(
        "check_character",
        _(
            "Two checks fail: the check character at place 18 (%(found)s; the other places ask for %(expected)s) "
            "and that of the organisation code at place 17. A place between 9 and 17 is probably mistyped."
        ),
        expected,
    )


def _inner_problem(inner_fits: bool) -> list[CodeProblem]:
    if inner_fits:
        return []
    return [
        CodeProblem(
            "inner_check_character",
            _(
                "The code as a whole fits, but the organisation code in its places 9 to 17 does not: "
                "its check character (place 17) is another. Some old codes are so; compare with the licence."
            ),
            is_error=False,
        )
    ]


def _oddities(code: str) -> list[CodeProblem]:
    odd = []
    if code[0] not in AUTHORITIES:
        odd.append(
            CodeProblem(
                "authority",
                _(
                    "No registering authority is known for “%(character)s” at place 1; compare with the licence."
                ),
                {"character": code[0]},
                is_error=False,
            )
        )
    elif code[0] == "9" and code[1] not in MARKET_ENTITY_TYPES:
        odd.append(
            CodeProblem(
                "entity_type",
                _(
                    "No kind of market entity is known for “%(character)s” at place 2; compare with the licence."
                ),
                {"character": code[1]},
                is_error=False,
            )
        )
    if not regions.is_known(code[2:8]):
        odd.append(
            CodeProblem(
                "region",
                _("The region %(region)s is on no list of GB/T 2260; development zones have such codes."),
                {"region": code[2:8]},
                is_error=False,
            )
        )
    return odd


@dataclass(frozen=True, slots=True)
class CodeColumns:
    """The checks of many codes at once; arrays of bool, shape (n,) each.

    Args:
        shaped: 18 characters, all of the alphabet. Where not, the others are False too.
        outer: the check character of GB 32100 fits.
        inner: the check character of GB 11714 in places 9 to 17 fits.
    """

    shaped: np.ndarray
    outer: np.ndarray
    inner: np.ndarray


def check_many(codes: Sequence[str]) -> CodeColumns:
    """The same answers as `is_valid` and `is_organisation_code` on places 9–17, for normalised codes by the million."""
    lengths = np.fromiter(map(len, codes), dtype=np.int64, count=len(codes))
    ascii_only = np.fromiter(map(str.isascii, codes), dtype=bool, count=len(codes))
    shaped = (lengths == LENGTH) & ascii_only
    blank = "0" * LENGTH
    text = "".join(code if fits else blank for code, fits in zip(codes, shaped.tolist(), strict=True))
    places = np.frombuffer(text.encode("ascii"), dtype=np.uint8).reshape(len(codes), LENGTH)
    values = _OUTER_VALUE[places]
    shaped &= (values != _NOT_IN_ALPHABET).all(axis=1)
    expected = (31 - (values[:, :17] @ _OUTER_WEIGHTS) % 31) % 31
    outer = shaped & (expected == values[:, 17])
    inner_sum = _INNER_VALUE[places[:, 8:16]] @ _INNER_WEIGHTS_ARRAY
    inner = shaped & (_INNER_CHECK[inner_sum % 11] == places[:, 16])
    return CodeColumns(shaped, outer, inner)
