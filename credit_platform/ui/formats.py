"""Dates, numbers and money as the reader's language writes them."""

from collections.abc import Iterable
from datetime import date, datetime
from decimal import Decimal

from django.utils import timezone
from django.utils.dateformat import format as date_format
from django.utils.functional import lazy
from django.utils.translation import get_language

MINUS = "\N{MINUS SIGN}"
TEN_THOUSAND = 10_000
UNITS = ("B", "KB", "MB", "GB", "TB")
#: Below this many yuan, 万元 would need more than two places.
SMALLEST_IN_TEN_THOUSANDS = 1_000


def chinese() -> bool:
    """Whether the reader reads Chinese."""
    return (get_language() or "").startswith("zh")


def _local(value: date | datetime) -> date | datetime:
    return timezone.localtime(value) if isinstance(value, datetime) and timezone.is_aware(value) else value


def day(value: date | datetime | None) -> str:
    """For tables and chips: 20 Nov 2026, 2026-11-20."""
    if not value:
        return ""
    local = _local(value)
    # Most of what tables say; `date_format` takes ten times as long for the same figures.
    return f"{local.year}-{local.month:02}-{local.day:02}" if chinese() else date_format(local, "j M Y")


def day_short(value: date | datetime | None) -> str:
    """Where the year goes without saying: 20 Nov, 11月20日."""
    return date_format(_local(value), "n月j日" if chinese() else "j M") if value else ""


def day_long(value: date | datetime | None) -> str:
    """For sentences: 20 November 2026, 2026年11月20日."""
    return date_format(_local(value), "Y年n月j日" if chinese() else "j F Y") if value else ""


def weekday_long(value: date | datetime | None) -> str:
    """For the head of a desk: Friday 20 November 2026, 2026年11月20日 星期五."""
    return date_format(_local(value), "Y年n月j日 l" if chinese() else "l j F Y") if value else ""


def moment(value: datetime | None) -> str:
    """A day and a time of day: 27 Nov 2026 16:04, 2026-11-27 16:04."""
    return date_format(_local(value), "Y-m-d H:i" if chinese() else "j M Y H:i") if value else ""


def number(value: float | Decimal | None) -> str:
    """Digits in groups of three: 1,284,006."""
    return "" if value is None else f"{value:,}".replace("-", MINUS)


def _plain(value: Decimal) -> str:
    text = f"{value:,.4f}".rstrip("0").rstrip(".")
    return text.replace("-", MINUS)


def yuan(value: float | Decimal | None) -> str:
    """An amount in yuan, with its unit: 32,000 yuan; 3.2万元 in Chinese, small sums in 元."""
    if value is None:
        return ""
    amount = Decimal(str(value))
    if not chinese():
        return f"{_plain(amount)} yuan"
    if abs(amount) < SMALLEST_IN_TEN_THOUSANDS:
        return f"{_plain(amount)}元"
    return f"{_plain(amount / TEN_THOUSAND)}万元"


def score(value: float | Decimal | None) -> str:
    """Points as they stand: 68.9."""
    return "" if value is None else f"{value:.1f}".replace("-", MINUS)


def points(value: float | Decimal | None) -> str:
    """Points as they move a score: +4.0, −6.4."""
    if value is None:
        return ""
    text = f"{value:+.1f}"
    return "0.0" if text in {"+0.0", "-0.0"} else text.replace("-", MINUS)


def percent(value: float | Decimal | None, places: int = 1) -> str:
    """A share between 0 and 1: 97.2%."""
    return "" if value is None else f"{value * 100:.{places}f}%".replace("-", MINUS)


def listed(words: Iterable) -> str:
    """Several words one after the other, with the comma of the reader's language."""
    return ("、" if chinese() else ", ").join(map(str, words))


#: The same for a sentence that is said in either language later.
listed_lazy = lazy(listed, str)


def file_size(value: int | None) -> str:
    """Bytes as people read them: 214 KB, 14.2 MB."""
    if value is None:
        return ""
    if value < 1024:
        return f"{value} B"
    power = min((value.bit_length() - 1) // 10, len(UNITS) - 1)
    size = value / 1024**power
    return f"{size:.0f} {UNITS[power]}" if power == 1 or size >= 100 else f"{size:.1f} {UNITS[power]}"
