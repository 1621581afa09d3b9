"""Telephone numbers: read as people type them, masked as they are shown."""

import re

from django.utils.translation import gettext as _

from credit_platform.common.errors import InvalidInput

MAINLAND = re.compile(r"(?:\+?86|0086)?(1[3-9][0-9]{9})")
#: E.164: at most fifteen digits. Those of the mainland are judged by their own form.
ELSEWHERE = re.compile(r"\+(?!86)[1-9][0-9]{7,14}")
PUNCTUATION = re.compile(r"[\s()\-.－（）]")


def parsed(typed: str) -> str:
    """The number as +8613812345678; `InvalidInput` for what is no mobile number of the mainland nor one with its country."""
    plain = PUNCTUATION.sub("", typed)
    if mainland := MAINLAND.fullmatch(plain):
        return f"+86{mainland[1]}"
    if ELSEWHERE.fullmatch(plain):
        return plain
    raise InvalidInput(
        {
            "number": [
                _(
                    "Give a mobile number of eleven digits, or one with its country code, such as +852 6123 4567."
                )
            ]
        }
    )


def masked(number: str) -> str:
    """The number as it is shown, enough for its owner to know it by: 138****5678, +852****4567."""
    if number.startswith("+86"):
        return f"{number[3:6]}****{number[-4:]}"
    return f"{number[:4]}****{number[-4:]}" if len(number) > 10 else f"{number[:2]}****{number[-2:]}"
