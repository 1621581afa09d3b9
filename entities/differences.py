"""What a correction changes, and a record's extra fields in the reader's words. The newer record may be unsaved."""

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import Any

from credit_platform.common.bilingual import in_readers_language
from credit_platform.ui.formats import day, listed, yuan
from entities.document_numbers import number_key
from entities.models import CreditRecord
from entities.penalty_kinds import PenaltyKind

COMPARED = (
    "entity", "document_number", "title", "decided_on", "facts", "legal_basis", "authority", "severity_class", "penalty_kinds", "amount",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Difference:
    """One field in which the newer record says something else."""

    label: str
    was: str
    now: str


def differences_from(older: CreditRecord, newer: CreditRecord) -> list[Difference]:
    """What the newer of two records says otherwise, field by field, the type's extra fields included."""
    found = [
        Difference(_label(name), _shown(older, name), _shown(newer, name))
        for name in COMPARED
        if _said(older, name) != _said(newer, name)
    ]
    was, now = dict(extra_facts(older)), dict(extra_facts(newer))
    found += [
        Difference(label, was.get(label, ""), now.get(label, ""))
        for label in {**was, **now}
        if was.get(label) != now.get(label)
    ]
    return found


def extra_facts(record: CreditRecord) -> Iterator[tuple[str, str]]:
    """The record's extra fields that say something: label and value as the reader reads them."""
    for extra in record.type_version.extra_fields:
        value = record.details.get(extra["name"])
        if value not in (None, ""):
            label = in_readers_language(extra.get("label_zh", ""), extra.get("label_en", ""))
            yield label or extra["name"], _extra_value(extra, value)


def kinds_in_words(record: CreditRecord) -> str:
    """The kinds of penalty, in words."""
    return listed(PenaltyKind(kind).label for kind in record.penalty_kinds)


def _said(record: CreditRecord, name: str) -> Any:
    match name:
        case "entity":
            return record.entity_id
        case "document_number":
            # However it is written, one decision keeps one number.
            return number_key(record.document_number)
        case "penalty_kinds":
            return list(record.penalty_kinds)
    return getattr(record, name)


def _label(name: str) -> str:
    label = str(CreditRecord._meta.get_field(name).verbose_name)  # type: ignore[union-attr]
    return label[:1].upper() + label[1:]


def _shown(record: CreditRecord, name: str) -> str:
    match name:
        case "decided_on":
            return day(record.decided_on)
        case "amount":
            return yuan(record.amount)
        case "severity_class":
            return str(record.get_severity_class_display())
        case "penalty_kinds":
            return kinds_in_words(record)
    return str(getattr(record, name))


def _extra_value(extra: dict[str, Any], value: str) -> str:
    match extra["type"]:
        case "code":
            for choice in extra.get("choices", ()):
                if choice["code"] == value:
                    return (
                        in_readers_language(choice.get("label_zh", ""), choice.get("label_en", "")) or value
                    )
        case "money":
            try:
                return yuan(Decimal(value))
            except InvalidOperation:
                return value
    return value
