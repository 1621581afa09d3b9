"""Which of the two encodings of Chinese offices before Unicode a text is in.

Nearly every byte of Big5 text is also a byte of GB18030, so that reading without an error proves nothing.
"""

from collections.abc import Mapping
from typing import BinaryIO

from django.utils.translation import gettext_lazy as _

from entities.intake.layout import HEADER_WITHIN, Unreadable, column_key, simplified

GB18030, BIG5 = "gb18030", "cp950"
NAMES = {GB18030: "GB18030", BIG5: "Big5"}
SAMPLE = 1 << 18
#: Of the characters of a text in simplified Chinese nearly all are in GB 2312; of Big5 read as GB18030 about half.
MOST, FEW = 0.85, 0.6
DELIMITERS = str.maketrans("\t;|", ",,,")


def chinese_encoding(file: BinaryIO, known: Mapping[str, str]) -> str:
    """GB18030 or Big5: by the column names that it makes readable, then by how common its characters are.

    Raises:
        Unreadable: where neither is likelier.
    """
    file.seek(0)
    sample = file.read(SAMPLE)
    texts = {encoding: sample.decode(encoding, "replace") for encoding in NAMES}
    found = {encoding: _columns_in(text, known) for encoding, text in texts.items()}
    if found[GB18030] != found[BIG5]:
        return max(found, key=lambda encoding: found[encoding])
    share = {GB18030: _share(texts[GB18030], "gb2312"), BIG5: _share(texts[BIG5], "big5")}
    if share[GB18030] >= MOST:
        return GB18030
    if share[BIG5] >= MOST and share[GB18030] < FEW:
        return BIG5
    if share[BIG5] < MOST or "\ufffd" in texts[GB18030][:-2]:
        # Big5 is no likelier, or the usual one does not fit: the reader says at which place.
        return GB18030
    raise Unreadable(
        _(
            "It cannot be told whether the file is in GB18030 or in Big5. Save it as CSV UTF-8 or as .xlsx and send that."
        )
    )


def _columns_in(text: str, known: Mapping[str, str]) -> int:
    """How many column names that only Chinese characters can spell stand in the first lines."""
    cells = ",".join(text.splitlines()[:HEADER_WITHIN]).translate(DELIMITERS).split(",")
    keys = {column_key(cell.strip(' "')) for cell in cells}
    return sum(not key.isascii() and (key in known or simplified(key) in known) for key in keys)


def _share(text: str, character_set: str) -> float:
    """Of the characters beyond ASCII, the part that a common set of characters has."""
    beyond = [sign for sign in text if not sign.isascii()]
    common = sum(len(sign.encode(character_set, "ignore")) > 0 for sign in set(beyond))
    return common / len(set(beyond)) if beyond else 1.0
