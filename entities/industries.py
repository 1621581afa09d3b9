"""What an industry code of GB/T 4754-2017 stands for.

The twenty sections are here. The names of the 97 divisions and all below them are no free data: an operator who has
the table of the standard names its file in `INDUSTRY_NAMES`, and pages then name the very industry.
"""

import csv
from functools import cache
from pathlib import Path

import structlog
from django.conf import settings
from django.core import checks
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

log = structlog.get_logger(__name__)
COLUMNS = ("section", "division", "group", "class", "name")
SECTIONS: dict[str, str | Promise] = {
    "A": _("Agriculture, forestry, animal husbandry and fishery"),
    "B": _("Mining"),
    "C": _("Manufacturing"),
    "D": _("Electricity, heat, gas and water"),
    "E": _("Construction"),
    "F": _("Wholesale and retail"),
    "G": _("Transport, storage and post"),
    "H": _("Accommodation and catering"),
    "I": _("Information transmission, software and IT services"),
    "J": _("Finance"),
    "K": _("Real estate"),
    "L": _("Leasing and business services"),
    "M": _("Scientific research and technical services"),
    "N": _("Water conservancy, environment and public facilities"),
    "O": _("Services to households, repair and other services"),
    "P": _("Education"),
    "Q": _("Health and social work"),
    "R": _("Culture, sports and entertainment"),
    "S": _("Public administration, social security and social organisations"),
    "T": _("International organisations"),
}


@cache
def names() -> dict[str, str]:
    """Names by code (C14, C141, C1411) as the operator's table has them; none without one that can be read.

    Its columns: `section` (the letter), `division`, `group` and `class` (two to four digits, empty below the level of
    the row) and `name`.
    """
    try:
        return _table(settings.INDUSTRY_NAMES) if settings.INDUSTRY_NAMES else {}
    except _Unreadable:
        # Whoever starts the platform was told by the check below; a page does not fail for want of a name.
        log.exception("industries.table_not_read", file=settings.INDUSTRY_NAMES)
        return {}


class _Unreadable(Exception):
    """The operator's table cannot be read; the message says why."""


def _table(path: str) -> dict[str, str]:
    try:
        with Path(path).open(encoding="utf-8-sig", newline="") as file:
            rows = csv.DictReader(file, restval="")
            if lacking := [name for name in COLUMNS if name not in (rows.fieldnames or ())]:
                raise _Unreadable(f"It has no column {', '.join(lacking)}.")
            return {
                row["section"] + (row["class"] or row["group"] or row["division"]): row["name"]
                for row in rows
                if row["section"] and row["name"]
            }
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise _Unreadable(str(error)) from error


def table_can_be_read(app_configs, **kwargs) -> list[checks.CheckMessage]:
    """The table that the operator names is there and has its columns; said at the start, not on a page."""
    if not settings.INDUSTRY_NAMES:
        return []
    try:
        _table(settings.INDUSTRY_NAMES)
    except _Unreadable as error:
        return [
            checks.Error(
                f"INDUSTRY_NAMES is {settings.INDUSTRY_NAMES}, and that cannot be read: {error}",
                hint=f"Name a CSV file in UTF-8 with the columns {', '.join(COLUMNS)}, or leave INDUSTRY_NAMES empty.",
                id="entities.E001",
            )
        ]
    return []


def described(industry_code: str) -> str:
    """The industry by name with its section, or the section alone; "" for a code that is none."""
    section = str(SECTIONS.get(industry_code[:1], ""))
    name = names().get(industry_code, "") if len(industry_code) > 1 else ""
    return f"{name}（{section}）" if name and section else section
