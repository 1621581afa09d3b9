"""What an objection changes in a record: old and new value, field by field."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal, InvalidOperation

from django.utils.functional import Promise
from django.utils.translation import gettext as _, gettext_lazy

from credit_platform.common.errors import InvalidInput
from entities.drafts import RecordDraft, draft_of
from entities.models import CreditRecord

#: The fields that an objection can change, as the page names them. The number stays: by it the correction is known.
FIELDS: dict[str, str | Promise] = {
    "title": gettext_lazy("Title"),
    "facts": gettext_lazy("Facts"),
    "legal_basis": gettext_lazy("Legal basis"),
    "authority": gettext_lazy("Decided by"),
    "decided_on": gettext_lazy("Decided on"),
    "amount": gettext_lazy("Amount in yuan"),
}


@dataclass(frozen=True, slots=True)
class Change:
    """One field as the page of a case shows it."""

    label: str
    old: str
    new: str


def as_text(record: CreditRecord, name: str) -> str:
    """What a field of the record says, as it is typed: days as 2026-11-22, amounts with a point, nothing as ""."""
    value = getattr(record, name)
    return "" if value is None else str(value)


def changes(record: CreditRecord, wanted: Mapping[str, str]) -> dict[str, list[str]]:
    """By field, what the record says and what it is to say; only what differs.

    Raises:
        InvalidInput: a field that cannot be changed so, a day or an amount that is none, or no change at all.
    """
    problems: dict[str, list[str]] = {
        name: [_("This field cannot be changed by an objection.")] for name in wanted if name not in FIELDS
    }
    found = {}
    for name, text in wanted.items():
        old, new = as_text(record, name) if name in FIELDS else "", str(text).strip().replace("\r\n", "\n")
        if name not in FIELDS or new == old:
            continue
        try:
            parsed = _parsed(name, new)
        except (ValueError, InvalidOperation):
            problems[name] = [_("“%(text)s” does not fit here.") % {"text": new}]
            continue
        if parsed != getattr(record, name):
            found[name] = [old, new]
    if not found and not problems:
        problems["note"] = [_("Change at least one field, or propose something else.")]
    if problems:
        raise InvalidInput(problems)
    return found


def corrected(record: CreditRecord, found: Mapping[str, list[str]]) -> RecordDraft:
    """What the record says with the changes made in it."""
    return replace(draft_of(record), **{name: _parsed(name, new) for name, (_old, new) in found.items()})


def shown(found: Mapping[str, list[str]]) -> list[Change]:
    """The changes in the order and under the names of the page."""
    return [Change(str(label), *found[name]) for name, label in FIELDS.items() if name in found]


def _parsed(name: str, text: str):
    if name == "decided_on":
        return date.fromisoformat(text)
    if name == "amount":
        return Decimal(text) if text else None
    return text
