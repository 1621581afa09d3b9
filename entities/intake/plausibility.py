"""Checks that doubt and never refuse: each yields warnings, and what they point out can be saved as it is.

A check's docstring is its help text; `entities.intake.explaining` holds its Chinese.
"""

from collections.abc import Callable, Iterator, Mapping
from datetime import date
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext_lazy as _

from entities.drafts import RecordDraft
from entities.intake.findings import WARNING, Check, Context, Finding, Row
from entities.intake.rows import AmountField

#: A typing error in a year is commoner than a decision that is sent so late.
OLD_YEARS = 10
TEN_THOUSAND = 10_000
#: Below this many yuan an amount in a column in yuan was probably meant in 10,000 yuan.
SMALL = Decimal(100)
#: From this many yuan on an amount in a column in 10,000 yuan was probably typed in yuan.
LARGE = Decimal(100_000_000)
#: Names of persons have two to four characters; names of entities that short are rare.
SHORTEST_NAME, SHORT_NAME = 2, 4
BEGINS, ENDS = ("valid_from", "joined_on"), ("valid_until", "left_on")


def period_in_order(row: Row, context: Context) -> Iterator[Finding]:
    """What is valid for a time ends after it begins, and not before the day of the decision."""
    begin = next((day for name in BEGINS if isinstance(day := row.cleaned.get(name), date)), None)
    begin = begin or row.cleaned.get("decided_on")
    for name in ENDS:
        end = row.cleaned.get(name)
        if isinstance(end, date) and isinstance(begin, date) and end < begin:
            yield Finding(
                name,
                _("This day is before %(begin)s, when it began or was decided. Which of the two is right?"),
                {"begin": begin.isoformat()},
                level=WARNING,
            )


def day_is_recent(row: Row, context: Context) -> Iterator[Finding]:
    """The decision is not older than ten years: a year so far back is often a typing error."""
    day = row.cleaned.get("decided_on")
    if isinstance(day, date) and day.year < context.today.year - OLD_YEARS:
        yield Finding(
            "decided_on",
            _("This day is more than ten years ago. Look whether the year is right."),
            level=WARNING,
        )


def amount_in_its_unit(row: Row, context: Context) -> Iterator[Finding]:
    """No amount is so small or so large that yuan and 10,000 yuan were probably mistaken for each other."""
    for name, field in context.form.fields.items():
        if not isinstance(field, AmountField) or not (amount := row.cleaned.get(name)):
            continue
        shown = {"typed": row.values.get(name, ""), "yuan": f"{amount.normalize():,f}"}
        if field.unit == 1 and amount < SMALL:
            yield Finding(
                name,
                _("The unit is yuan, so this is %(yuan)s yuan. Was %(typed)s meant in 10,000 yuan?"),
                shown,
                level=WARNING,
            )
        elif field.unit == TEN_THOUSAND and amount >= LARGE:
            yield Finding(
                name,
                _("The unit is 10,000 yuan, so this is %(yuan)s yuan. Was %(typed)s meant in yuan?"),
                shown,
                level=WARNING,
            )


def name_is_an_entitys(row: Row, context: Context) -> Iterator[Finding]:
    """The name is not so short that it is probably a person's: people are not kept here."""
    name = row.values.get("entity_name", "").strip()
    if SHORTEST_NAME <= len(name) <= SHORT_NAME and not name.isascii() and row.match.entity is None:
        yield Finding(
            "entity_name",
            _("This looks like the name of a person. Only market entities are kept here."),
            level=WARNING,
        )


def not_the_example(row: Row, context: Context) -> Iterator[Finding]:
    """The row is not the invented one that the template shows."""
    if "example" not in context.memo:
        context.memo["example"] = {
            column.field: column.example for column in context.fmt.columns if column.example
        }
    example = context.memo["example"]
    if example.get("entity_name") == row.values.get("entity_name") and _same_number(row, example):
        yield Finding("", _("This is the invented row of the template. Take it out."), level=WARNING)


def _same_number(row: Row, example: dict[str, str]) -> bool:
    said = (
        row.draft.document_number if isinstance(row.draft, RecordDraft) else row.values.get("document_number")
    )
    if "document_number" in example:
        return said == example["document_number"]
    return all(row.values.get(name) == example[name] for name in ("credit_code", "year") if name in example)


#: What is asked of the record itself, in whatever way it comes (`entities.intake.doubts`).
OF_RECORDS: tuple[Check, ...] = (period_in_order, day_is_recent, amount_in_its_unit)
CHECKS: tuple[Check, ...] = (*OF_RECORDS, name_is_an_entitys, not_the_example)


def is_plausible(row: Row, context: Context) -> Iterator[Finding]:
    """All the checks of this module, which are asked only where a glance at the row finds something strange."""
    if not glance(context)(row.values.get("entity_name", ""), row.cleaned):
        for check in CHECKS:
            yield from check(row, context)


def glance(context: Context) -> Callable[[str, Mapping[str, Any]], bool]:
    """What tells from the name in the file and the cleaned cells whether no check of a row can have anything to say.

    Nearly every row of a million is such.
    """
    if "glance" not in context.memo:
        context.memo["glance"] = _glance(context)
    return context.memo["glance"]


def _glance(context: Context) -> Callable[[str, Mapping[str, Any]], bool]:
    amounts = [name for name, field in context.form.fields.items() if isinstance(field, AmountField)]
    example = next((one.example for one in context.fmt.columns if one.field == "entity_name"), "")
    oldest = context.today.year - OLD_YEARS

    def is_ordinary(name: str, cleaned: Mapping[str, Any]) -> bool:
        said = cleaned.get
        if len(name) <= SHORT_NAME or name == example:
            return False
        day = said("decided_on")
        if day and day.year < oldest:
            return False
        for field in amounts:
            if (amount := said(field)) and not SMALL <= amount < LARGE:
                return False
        lasts = list(filter(None, map(said, ENDS)))
        return not lasts or (
            isinstance(day, date)
            and not any(map(said, BEGINS))
            and all(isinstance(last, date) and last >= day for last in lasts)
        )

    return is_ordinary
