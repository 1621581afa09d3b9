"""When two document numbers are one: the only place that says so, for files, interfaces and forms.

A record is known by its body, its type and its number, and one number is written in many ways: with a blank or a
line break in it, in full width, with other brackets or dashes. What was written is kept; what is compared is its key.
The database works the key out by itself (`CreditRecord.number_key`), also of what was there before.
"""

import re
import string
import unicodedata

from django.db.models import TextField, Value
from django.db.models.expressions import Combinable, Func
from django.db.models.functions import Left

from entities import naming
from entities.words import visible

#: So many characters of a key are compared: some signs become eighteen, and an entry of an index has an end.
LONGEST_KEY = 300
#: What is left of the blanks once all widths are one.
BLANKS = " \t\n\x0b\x0c\r\x85\u1680\u2028\u2029"
#: Brackets, dashes, dots and quotation marks as names are compared, as far as one width has not made them one yet.
_ALIKE = {sign: one for sign, one in naming.SAME.items() if unicodedata.is_normalized("NFKC", sign)}
#: What stands for nothing is last, as SQL wants it.
_SAME = dict(sorted((_ALIKE | dict.fromkeys(BLANKS, "")).items(), key=lambda pair: (not pair[1], pair[0])))
_CHANGED = _SAME | {small: small.upper() for small in string.ascii_lowercase}
_SIGNS = re.compile(f"[{re.escape(''.join(_CHANGED))}]")


def as_kept(number: str) -> str:
    """A number as it was written, with one blank where several or the end of a line stood."""
    return " ".join(visible(number).split())


def number_key(number: str) -> str:
    """What all ways of writing one number have in common: 云汀处〔2026〕1号, 云汀处（２０２６） 1号 have one key."""
    number = visible(number)
    narrow = number if number.isascii() else unicodedata.normalize("NFKC", number)
    return _SIGNS.sub(lambda sign: _CHANGED[sign[0]], narrow)[:LONGEST_KEY]


def number_key_in_sql(number: Combinable) -> Func:
    """The same, worked out by the database."""
    narrow = Func(number, template="normalize(%(expressions)s, NFKC)", output_field=TextField())
    same = Func(
        narrow,
        Value("".join(_SAME)),
        Value("".join(_SAME.values())),
        function="translate",
        output_field=TextField(),
    )
    # Of letters only those of ASCII, as Python does.
    capital = Func(same, template='upper(%(expressions)s COLLATE "C")', output_field=TextField())
    return Left(capital, LONGEST_KEY)
