"""What an industry code of GB/T 4754-2017 stands for.

The twenty sections are here. The names of the 97 divisions and all below them are no free data: an operator who has
the table of the standard names its file in `INDUSTRY_NAMES`, and pages then name the very industry.
"""

import csv
from functools import cache
from pathlib import Path

from django.conf import settings
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

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
    """Names by code (C14, C141, C1411) as the operator's table has them; none without one.

    Its columns: `section` (the letter), `division`, `group` and `class` (two to four digits, empty below the level of
    the row) and `name`.
    """
    if not settings.INDUSTRY_NAMES:
        return {}
    with Path(settings.INDUSTRY_NAMES).open(encoding="utf-8-sig", newline="") as file:
        return {
            row["section"] + (row["class"] or row["group"] or row["division"]): row["name"]
            for row in csv.DictReader(file)
        }


def described(industry_code: str) -> str:
    """The industry by name with its section, or the section alone; "" for a code that is none."""
    section = str(SECTIONS.get(industry_code[:1], ""))
    name = names().get(industry_code, "") if len(industry_code) > 1 else ""
    return f"{name}（{section}）" if name and section else section
