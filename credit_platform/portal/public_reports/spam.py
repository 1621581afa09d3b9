"""How much a report looks like advertising or noise. Pure: no query, no clock.

Nothing is refused by it: what looks like spam is put aside, where somebody of the body may take it up.
"""

import re
from dataclasses import dataclass
from enum import StrEnum

ADDRESS = re.compile(r"https?://|www\.|[\w-]+\.(?:com|cn|net|org|top|xyz|vip)\b", re.IGNORECASE)
ADVERTISING = re.compile(
    r"加微信|加\s*v\s*信|代开发票|信用修复代办|包过|刷单|博彩|casino|viagra|cheap\s+loans?", re.IGNORECASE
)
RUN = re.compile(r"(.)\1{9,}", re.DOTALL)
ENOUGH = 10
#: From so many points on a report is put aside.
PUT_ASIDE_FROM = 4
#: Who fills the form in quicker than this is a program, in seconds.
QUICKEST = 3


class Sign(StrEnum):
    """What speaks for spam."""

    TRAP = "trap"
    QUICK = "quick"
    ADDRESSES = "addresses"
    ADVERTISING = "advertising"
    RUNS = "runs"
    SHORT = "short"
    SEEN = "seen"


POINTS = {
    Sign.TRAP: 6,
    Sign.QUICK: 4,
    Sign.ADDRESSES: 2,
    Sign.ADVERTISING: 4,
    Sign.RUNS: 2,
    Sign.SHORT: 2,
    Sign.SEEN: 4,
}


@dataclass(frozen=True, slots=True)
class Verdict:
    """What was found and how much it weighs."""

    signs: tuple[Sign, ...]

    @property
    def points(self) -> int:
        return sum(POINTS[sign] for sign in self.signs)

    @property
    def is_put_aside(self) -> bool:
        return self.points >= PUT_ASIDE_FROM


def judge(text: str, *, trap: str = "", seconds: float | None = None, seen_before: bool = False) -> Verdict:
    """Look a report over.

    Args:
        trap: what stands in a field that no person sees.
        seconds: how long the form was open; None where that is not known.
        seen_before: whether the same text came lately.
    """
    addresses = len(ADDRESS.findall(text))
    found = {
        Sign.TRAP: bool(trap.strip()),
        Sign.QUICK: seconds is not None and seconds < QUICKEST,
        Sign.ADDRESSES: addresses > 1,
        Sign.ADVERTISING: bool(ADVERTISING.search(text)),
        Sign.RUNS: bool(RUN.search(text)),
        Sign.SHORT: len("".join(text.split())) < ENOUGH,
        Sign.SEEN: seen_before,
    }
    return Verdict(tuple(sign for sign, is_so in found.items() if is_so))
