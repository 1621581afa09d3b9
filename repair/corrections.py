"""What an objection changes in a record: old and new value, field by field."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal, InvalidOperation

from django.utils.functional import Promise
from django.utils.translation import gettext as _, gettext_lazy

from credit_platform.common.bilingual import in_readers_language
from credit_platform.common.errors import InvalidInput
from credit_platform.ui.formats import listed
from entities.corrections import following_of
from entities.drafts import RecordDraft, draft_of, extra_fields_for, kinds_in_order, label_of, version_on
from entities.models import CreditRecord, RecordType, SeverityClass
from entities.penalty_kinds import PenaltyKind
from entities.services import records

#: The fields that every record has, as the page names them. The number stays: by it the correction is known.
FIELDS: dict[str, str | Promise] = {
    "title": gettext_lazy("Title"),
    "facts": gettext_lazy("Facts"),
    "legal_basis": gettext_lazy("Legal basis"),
    "authority": gettext_lazy("Decided by"),
    "decided_on": gettext_lazy("Decided on"),
    "amount": gettext_lazy("Amount in yuan"),
}
CLASS, KINDS = "severity_class", "penalty_kinds"
#: What only a record of a violation has besides; the class decides how long it is public.
OF_VIOLATIONS: dict[str, str | Promise] = {
    CLASS: gettext_lazy("Class"),
    KINDS: gettext_lazy("Kinds of penalty"),
}
#: Before the name of a field of the record's type.
DETAIL = "details."


@dataclass(frozen=True, slots=True)
class Field:
    """A field that an objection can change; `extra` is the catalogue's entry for a field of the type."""

    label: str
    extra: Mapping | None = None


@dataclass(frozen=True, slots=True)
class Change:
    """One field as the page of a case shows it."""

    label: str
    old: str
    new: str


def fields_of(record: CreditRecord) -> dict[str, Field]:
    """By name, what an objection can change in this record: what its type has, without what follows from the rest."""
    labels = FIELDS
    if record.record_type.polarity == RecordType.Polarity.NEGATIVE:
        labels = FIELDS | OF_VIOLATIONS
    if following := following_of(record.record_type.code):
        written = {name: label for name, label in labels.items() if name not in following.unasked}
        labels = written | {name: label for name, label in following.labels.items() if name in written}
    found = {name: Field(str(label)) for name, label in labels.items()}
    return found | {
        DETAIL + extra["name"]: Field(label_of(extra), extra) for extra in extra_fields_for(record)
    }


def as_typed(record: CreditRecord) -> dict[str, str | list[str]]:
    """What the record says, as a form begins with it."""
    typed = {name: as_text(record, name) for name in fields_of(record)}
    return typed | ({KINDS: list(record.penalty_kinds)} if KINDS in typed else {})


def as_text(record: CreditRecord, name: str) -> str:
    """What a field of the record says, as it is typed: days as 2026-11-22, amounts with a point, nothing as ""."""
    if name.startswith(DETAIL):
        return str(record.details.get(name.removeprefix(DETAIL), ""))
    value = getattr(record, name)
    if name == KINDS:
        return ",".join(value)
    return "" if value is None else str(value)


def changes(record: CreditRecord, wanted: Mapping[str, str]) -> dict[str, list[str]]:
    """By field, what the record says and what it is to say; only what differs.

    Raises:
        InvalidInput: a field that cannot be changed so, what the registry would refuse, or no change at all.
    """
    fields = fields_of(record)
    problems: dict[str, list[str]] = {
        name: [_("This field cannot be changed by an objection.")] for name in wanted if name not in fields
    }
    found = {}
    for name, text in wanted.items():
        old, new = as_text(record, name) if name in fields else "", str(text).strip().replace("\r\n", "\n")
        if name not in fields or new == old:
            continue
        try:
            parsed = _parsed(name, new)
        except (ValueError, InvalidOperation):
            problems[name] = [_("“%(text)s” does not fit here.") % {"text": new}]
            continue
        if parsed != _parsed(name, old):
            found[name] = [old, new]
    if not found and not problems:
        problems["note"] = [_("Change at least one field, or propose something else.")]
    if found and not problems:
        problems = _refused(record, found)
    if problems:
        raise InvalidInput(problems)
    return found


def _refused(record: CreditRecord, found: Mapping[str, list[str]]) -> dict[str, list[str]]:
    """What the registry would refuse of the corrected record when the objection is upheld, said to who proposes it."""
    draft = corrected(record, found)
    version = version_on(record.record_type.versions.all(), draft.decided_on)
    problems = records.problems_with(draft, record.record_type, version)
    if following := following_of(record.record_type.code):
        for name, sentence in following.problems(draft.details).items():
            problems.setdefault(DETAIL + name, []).append(sentence)
    return problems


def corrected(record: CreditRecord, found: Mapping[str, list[str]]) -> RecordDraft:
    """What the record says with the changes made in it, and with what follows from them."""
    said = {name: _parsed(name, new) for name, (_old, new) in found.items()}
    details = {name.removeprefix(DETAIL): said.pop(name) for name in list(said) if name.startswith(DETAIL)}
    draft = replace(draft_of(record), **said)
    draft = replace(draft, details={**draft.details, **details})
    following = following_of(record.record_type.code)
    return replace(draft, title=following.title(draft.details)) if following else draft


def shown(record: CreditRecord, found: Mapping[str, list[str]]) -> list[Change]:
    """The changes in the order and under the names of the page."""
    if not found:
        return []
    return [
        Change(field.label, *(_as_read(name, field, text) for text in found[name]))
        for name, field in fields_of(record).items()
        if name in found
    ]


def _as_read(name: str, field: Field, text: str) -> str:
    """What stands in a field, with the name of each code in the reader's language."""
    if name == CLASS:
        return str(SeverityClass(text).label)
    if name == KINDS:
        return listed(PenaltyKind(kind).label for kind in _parsed(KINDS, text))
    for choice in (field.extra or {}).get("choices", ()):
        if choice["code"] == text:
            return in_readers_language(choice.get("label_zh", ""), choice.get("label_en", "")) or text
    return text


def _parsed(name: str, text: str):
    if name == "decided_on":
        return date.fromisoformat(text)
    if name == "amount":
        return Decimal(text) if text else None
    if name == CLASS:
        return SeverityClass(text).value
    if name == KINDS:
        return tuple(kinds_in_order(PenaltyKind(kind).value for kind in text.split(",") if kind))
    return text
