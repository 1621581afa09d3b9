"""What people write in their own words, as it is kept."""

import re

from entities import codes

#: What every identity number has; nearly no text does.
MANY_DIGITS = re.compile(r"\d{17}")
RESIDENT_NUMBER = re.compile(r"(?<![0-9A-Za-z])\d{17}[\dXx](?![0-9A-Za-z])")
#: Signs that no reader sees and that come along when text is copied from a web page or a PDF: soft hyphens, joiners,
#: marks of direction and of byte order. In a code they would be a fault that nobody can find.
INVISIBLE = re.compile("[\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufeff]")
#: So many digits stay, by which nobody is known.
LEFT = 2


def visible(text: str) -> str:
    """A text without signs that nobody sees, and without blanks at its edges."""
    return (text if text.isascii() else INVISIBLE.sub("", text)).strip()


def kept_words(typed: str) -> str:
    """What is visible of the text, its lines ended in one way, and every identity number of a person masked."""
    return with_numbers_masked(visible(typed.replace("\r\n", "\n")))


def with_numbers_masked(text: str) -> str:
    """The text with asterisks in place of the numbers of natural persons' identity cards; codes of businesses stay."""
    if not MANY_DIGITS.search(text):
        return text
    return RESIDENT_NUMBER.sub(_masked, text)


def names_a_person(text: str) -> bool:
    """Whether an identity number of a person stands in it."""
    return with_numbers_masked(text) != text


def _masked(found: re.Match[str]) -> str:
    number = found[0]
    if not codes.is_identity_number(number.upper()):
        return number
    return number[:LEFT] + "*" * (len(number) - LEFT)
