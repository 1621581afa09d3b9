"""What people write in their own words, as it is kept."""

import re
from collections.abc import Sequence

from entities import codes

#: What every identity number has; nearly no text does.
MANY_DIGITS = re.compile(r"\d{17}")
RESIDENT_NUMBER = re.compile(r"(?<![0-9A-Za-z])\d{17}[\dXxＸｘ](?![0-9A-Za-z])")
#: Signs that no reader sees and that come along when text is copied from a web page, a PDF or an old program: control
#: characters except ends of lines and tabs, soft hyphens, joiners, marks of direction, of byte order and of notes, tags.
#: In a code or a name they would be a fault that nobody can find. U+0000 is left: what holds it was damaged on the way.
INVISIBLE = re.compile(
    "[\x01-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u00ad\u061c\u180e\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufeff"
    "\ufff9-\ufffb\U000e0000-\U000e007f]"
)
#: So many digits stay, by which nobody is known.
LEFT = 2


def visible(text: str) -> str:
    """A text without signs that nobody sees, and without blanks at its edges."""
    return (text if text.isprintable() else INVISIBLE.sub("", text)).strip()


def kept_words(typed: str) -> str:
    """What is visible of the text, its lines ended in one way, and every identity number of a person masked."""
    return with_numbers_masked(visible(typed.replace("\r\n", "\n")))


def with_numbers_masked(text: str) -> str:
    """The text with asterisks in place of the numbers of natural persons' identity cards; codes of businesses stay."""
    if not MANY_DIGITS.search(text):
        return text
    return RESIDENT_NUMBER.sub(_masked, text)


def cells_with_numbers_masked(cells: Sequence[str]) -> list[str]:
    """The cells of a row, each as `with_numbers_masked` gives it; one look where there is no such number in any."""
    if not MANY_DIGITS.search("\n".join(cells)):
        return list(cells)
    return list(map(with_numbers_masked, cells))


def names_a_person(text: str) -> bool:
    """Whether an identity number of a person stands in it."""
    return with_numbers_masked(text) != text


def _masked(found: re.Match[str]) -> str:
    number = found[0]
    if not codes.is_identity_number(codes.normalise(number)):
        return number
    return number[:LEFT] + "*" * (len(number) - LEFT)
