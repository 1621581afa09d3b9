"""What a body may write in a record, and everything that can be wrong with it. Pure: no query, no clock.

Pages, uploads and the API all check with `problems_of`, so that a row of a file and a typed form are
told the same.
"""

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal, InvalidOperation

from django.utils.translation import gettext as _

from credit_platform.common.bilingual import in_readers_language
from entities.document_numbers import as_kept
from entities.models import CreditRecord, RecordType, RecordTypeVersion, SeverityClass
from entities.penalty_kinds import PenaltyKind
from entities.words import MANY_DIGITS, names_a_person, visible

LONGEST = {
    name: CreditRecord._meta.get_field(name).max_length  # type: ignore[union-attr]
    for name in ("document_number", "title", "legal_basis", "authority")
}
LARGEST_AMOUNT = Decimal(10) ** 14
MOST_REMEMBERED = 100_000
CENT = Decimal("0.01")
FROM_LIGHT_TO_HEAVY = {kind.value: place for place, kind in enumerate(PenaltyKind)}
CLASSES = frozenset(SeverityClass.values)


@dataclass(frozen=True, slots=True)
class RecordDraft:
    """What a body says of an entity. `amount` is in yuan; `details` holds the type's extra fields as text."""

    document_number: str
    title: str
    decided_on: date
    facts: str = ""
    legal_basis: str = ""
    authority: str = ""
    severity_class: str = ""
    penalty_kinds: tuple[str, ...] = ()
    amount: Decimal | None = None
    details: Mapping[str, str] = field(default_factory=dict)

    def fields(self) -> dict:
        """As the fields of a `CreditRecord`, in the one form in which equal drafts are equal.

        Kinds of penalty stand from light to heavy, amounts have two places, empty details are left out.
        """
        return {
            **{name: visible(getattr(self, name)) for name in TEXTS},
            "document_number": as_kept(self.document_number),
            "decided_on": self.decided_on,
            "severity_class": self.severity_class,
            "penalty_kinds": kinds_in_order(self.penalty_kinds),
            "amount": in_cents(self.amount),
            "details": filled_in(self.details),
        }


#: Days of a type on which what the record is about was made good.
MADE_GOOD = ("corrected_on",)
#: The fields of a draft that are free text.
TEXTS = ("document_number", "title", "facts", "legal_basis", "authority")


def kinds_in_order(kinds: Iterable[str]) -> list[str]:
    """Kinds of penalty, each once, from light to heavy."""
    return sorted(set(kinds), key=lambda kind: FROM_LIGHT_TO_HEAVY.get(kind, -1))


def in_cents(amount: Decimal | None) -> Decimal | None:
    """An amount with two places."""
    return None if amount is None else Decimal(amount).quantize(CENT)


def filled_in(details: Mapping[str, str]) -> dict[str, str]:
    """The details that say something."""
    return {name: text for name, value in details.items() if (text := visible(str(value)))}


def draft_of(record: CreditRecord) -> RecordDraft:
    """What the record says, to be changed and handed in again."""
    return RecordDraft(
        document_number=record.document_number,
        title=record.title,
        decided_on=record.decided_on,
        facts=record.facts,
        legal_basis=record.legal_basis,
        authority=record.authority,
        severity_class=record.severity_class,
        penalty_kinds=tuple(record.penalty_kinds),
        amount=record.amount,
        details=dict(record.details),
    )


def extra_fields_for(record: CreditRecord) -> list[dict]:
    """The catalogue's extra fields that the record's body fills in, and those that hold something already."""
    body = record.submitted_by.code
    return [
        extra
        for extra in record.type_version.extra_fields
        if body in extra.get("bodies", (body,)) or record.details.get(extra["name"])
    ]


def says_the_same(record: CreditRecord, entity_id: int, fields: Mapping) -> bool:
    """Whether the record already says all this of that entity; `fields` as from `RecordDraft.fields()`.

    The number is not compared: by it the record was found, in whatever way it is written.
    """
    return record.entity_id == entity_id and all(
        getattr(record, name) == value for name, value in fields.items() if name != "document_number"
    )


def content_digest(record: CreditRecord) -> str:
    """A short mark of all that the record says, of whom, and of what it corrects; another mark, another content.

    A reviewer's page hands it back, so that nobody approves what they have not read.
    """
    said = draft_of(record).fields() | {
        "entity": record.entity_id,
        "record_type": record.record_type_id,
        "replaces": record.replaces_id,
        "because": record.correction_reason,
    }
    text = json.dumps(said, default=str, sort_keys=True, ensure_ascii=False)
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def version_on(versions: Iterable[RecordTypeVersion], day: date) -> RecordTypeVersion | None:
    """The version of a record type that is in force on the day."""
    in_force = [v for v in versions if v.valid_from <= day and (v.valid_to is None or day <= v.valid_to)]
    return max(in_force, key=lambda version: version.valid_from, default=None)


def problems_of(
    draft: RecordDraft,
    *,
    record_type: RecordType,
    version: RecordTypeVersion | None,
    needs_class: bool,
    today: date,
) -> dict[str, list[str]]:
    """Everything wrong with a draft at once, as sentences by field; empty when it may be saved.

    The keys are the draft's field names, and `details.<name>` for the type's extra fields.

    Args:
        version: the catalogue's version of the type on the decision date; None is itself a problem.
        needs_class: whether the publicity rules cannot date such a record without a class.
    """
    found = Problems()
    _check_words(draft, record_type, found)
    _check_days(draft, record_type, version, today, found)
    _check_penalty(draft, record_type, version, needs_class, found)
    if version is not None:
        _check_details(draft.details, version.extra_fields, found)
    for name in _too_early(draft):
        found.add(f"details.{name}", _("It cannot have been corrected before it happened."))
    return dict(found.by_field)


class SoundDrafts:
    """Whether `problems_of` would find nothing, asked of very many drafts of one type.

    Each rule is asked once for each value that occurs, by the functions that `problems_of` calls. A text is looked
    at itself: where it is short enough and has nothing that could be an identity number, there is nothing to find.

    Args:
        versions: the catalogue's versions of the type.
    """

    def __init__(
        self,
        *,
        record_type: RecordType,
        versions: Iterable[RecordTypeVersion],
        needs_class: bool,
        today: date,
    ) -> None:
        self._type, self._versions = record_type, list(versions)
        self._needs_class, self._today = needs_class, today
        self._needs_basis = record_type.polarity == RecordType.Polarity.NEGATIVE
        self._days: dict[date, RecordTypeVersion | None] = {}
        self._penalties: dict[tuple, bool] = {}
        self._told: dict[tuple, _Told] = {}
        self._values: dict[tuple, bool] = {}

    def versions(self, drafts: Sequence[RecordDraft]) -> list[RecordTypeVersion | None]:
        """For each draft the catalogue's version, where nothing is wrong with it; None where something may be."""
        # Nearly always there is no such number in any of them, which one look at all of them says.
        has_numbers = bool(MANY_DIGITS.search(visible("\n".join(map(_texts_of, drafts)))))
        return [self._version_if_sound(one, has_numbers) for one in drafts]

    def _version_if_sound(self, draft: RecordDraft, has_numbers: bool) -> RecordTypeVersion | None:
        version = self._version(draft.decided_on)
        if version is None or not (self._words(draft, has_numbers) and self._penalty(draft, version)):
            return None
        return version if self._extra(draft.details, version) and not _too_early(draft) else None

    def _version(self, day: date) -> RecordTypeVersion | None:
        if day not in self._days:
            version, found = version_on(self._versions, day), Problems()
            # Of the draft, this rule looks at nothing but the day.
            _check_days(RecordDraft("", "", day), self._type, version, self._today, found)
            self._days[day] = None if found.by_field else version
        return self._days[day]

    def _words(self, draft: RecordDraft, has_numbers: bool) -> bool:
        number, title, basis = draft.document_number, draft.title, draft.legal_basis
        return (
            bool(visible(number) and visible(title) and (visible(basis) or not self._needs_basis))
            and len(number) <= LONGEST["document_number"]
            and len(title) <= LONGEST["title"]
            and len(basis) <= LONGEST["legal_basis"]
            and len(draft.authority) <= LONGEST["authority"]
            and not (has_numbers and MANY_DIGITS.search(visible(_texts_of(draft))))
        )

    def _penalty(self, draft: RecordDraft, version: RecordTypeVersion) -> bool:
        amount = draft.amount
        if amount is not None and not 0 <= amount < LARGEST_AMOUNT:
            return False
        said = (version.id, draft.severity_class, draft.penalty_kinds)
        if said not in self._penalties:
            found = Problems()
            _check_penalty(replace(draft, amount=None), self._type, version, self._needs_class, found)
            self._penalties[said] = not found.by_field
        return self._penalties[said]

    def _extra(self, details: Mapping[str, str], version: RecordTypeVersion) -> bool:
        names = (version.id, *details)
        told = self._told.get(names)
        if told is None:
            told = self._told[names] = _Told.by(details, version)
        if not told.is_whole:
            return False
        for name, extra in told.to_look_at:
            value = str(details[name]).strip()
            if (value or extra.get("required")) and not self._value(value, extra, version):
                return False
        return True

    def _value(self, value: str, extra: dict, version: RecordTypeVersion) -> bool:
        if not value:
            return False
        asked = (version.id, extra["name"], value)
        if asked not in self._values:
            if len(self._values) > MOST_REMEMBERED:
                self._values.clear()
            self._values[asked] = not _wrong_value(value, extra)
        return self._values[asked]


@dataclass(frozen=True, slots=True)
class _Told:
    """What the names of a draft's details say: whether they are the type's, and which values can be wrong."""

    is_whole: bool
    to_look_at: tuple[tuple[str, dict], ...]

    @classmethod
    def by(cls, details: Mapping[str, str], version: RecordTypeVersion) -> "_Told":
        known = {extra["name"]: extra for extra in version.extra_fields}
        needed = {name for name, extra in known.items() if extra.get("required")}
        return cls(
            details.keys() <= known.keys() and needed <= details.keys(),
            tuple(
                (name, extra)
                for name, extra in known.items()
                if name in details and (extra["type"] != "text" or name in needed)
            ),
        )


class Problems:
    """Sentences by field, collected so that the sender hears all of them at once."""

    def __init__(self) -> None:
        self.by_field: dict[str, list[str]] = {}

    def add(self, field_name: str, sentence: str) -> None:
        self.by_field.setdefault(field_name, []).append(sentence)


def _check_words(draft: RecordDraft, record_type: RecordType, found: Problems) -> None:
    if not visible(draft.document_number):
        found.add("document_number", _("Type the number of the decision."))
    if not visible(draft.title):
        found.add("title", _("Say in one line what was decided."))
    if record_type.polarity == RecordType.Polarity.NEGATIVE and not visible(draft.legal_basis):
        found.add("legal_basis", _("Name the law and the article on which the decision stands."))
    for name, longest in LONGEST.items():
        if len(getattr(draft, name)) > longest:
            found.add(name, _("This is longer than %(longest)d characters.") % {"longest": longest})
    for name in TEXTS:
        if names_a_person(visible(getattr(draft, name))):
            found.add(name, _("A person's identity number stands here; take it out before saving."))


def _texts_of(draft: RecordDraft) -> str:
    """All that the draft says in words, below each other."""
    said = [getattr(draft, name) for name in TEXTS]
    return "\n".join([*said, *map(str, draft.details.values())])


def _check_days(draft, record_type, version, today, found: Problems) -> None:
    if draft.decided_on > today:
        found.add("decided_on", _("This day has not come yet; type the day on the decision."))
    elif version is None:
        found.add(
            "decided_on",
            _("The catalogue had no entry for “%(type)s” on this day, so it may not be collected.")
            % {"type": record_type},
        )


def _too_early(draft: RecordDraft) -> list[str]:
    """The days of the type that lie before the one of the decision and cannot: nothing is made good before it is done."""
    return [name for name in MADE_GOOD if name in draft.details and _is_too_early(draft, name)]


def _is_too_early(draft: RecordDraft, name: str) -> bool:
    try:
        return date.fromisoformat(str(draft.details[name]).strip()) < draft.decided_on
    except ValueError:  # Empty, or no day at all, which is told by itself.
        return False


def _check_penalty(
    draft: RecordDraft,
    record_type: RecordType,
    version: RecordTypeVersion | None,
    needs_class: bool,
    found: Problems,
) -> None:
    if draft.severity_class not in CLASSES:
        found.add("severity_class", _("There is no class “%(value)s”.") % {"value": draft.severity_class})
    elif needs_class and not draft.severity_class:
        found.add("severity_class", _("Choose the class; it decides how long the record is public."))
    elif draft.severity_class and record_type.polarity != RecordType.Polarity.NEGATIVE:
        found.add("severity_class", _("Only records of violations have a class."))
    elif draft.severity_class and not (version is None or version.takes_class(draft.severity_class)):
        found.add(
            "severity_class",
            _("By the catalogue such a record is not of the class “%(class)s”.")
            % {"class": SeverityClass(draft.severity_class).label},
        )
    for kind in draft.penalty_kinds:
        if kind not in FROM_LIGHT_TO_HEAVY:
            found.add("penalty_kinds", _("There is no kind of penalty “%(value)s”.") % {"value": kind})
    if draft.amount is not None:
        if draft.amount < 0:
            found.add("amount", _("An amount cannot be below zero."))
        elif draft.amount >= LARGEST_AMOUNT:
            found.add("amount", _("This amount is too large; look at its unit."))


def _check_details(details: Mapping[str, str], extra_fields: list[dict], found: Problems) -> None:
    known = {extra["name"]: extra for extra in extra_fields}
    for name in details.keys() - known.keys():
        found.add(
            f"details.{name}", _("The catalogue has no field “%(name)s” for this type.") % {"name": name}
        )
    for name, extra in known.items():
        value = str(details.get(name, "")).strip()
        if not value:
            if extra.get("required"):
                sentence = _("“%(field)s” is empty; the catalogue asks for it. Fill it in.")
                found.add(f"details.{name}", sentence % {"field": label_of(extra)})
        elif sentence := _wrong_value(value, extra):
            found.add(f"details.{name}", sentence)


def label_of(extra: Mapping[str, str]) -> str:
    """What a type's extra field is called, in the reader's language."""
    chinese, english = extra.get("label_zh", ""), extra.get("label_en", "")
    return in_readers_language(chinese, english) or extra["name"]


def _wrong_value(value: str, extra: dict) -> str:
    match extra["type"]:
        case "date":
            try:
                date.fromisoformat(value)
            except ValueError:
                return _("Write the day as 2026-05-06.")
        case "money":
            try:
                amount = Decimal(value)
            except InvalidOperation:
                return _("Write an amount in yuan, such as 32000.")
            if not amount.is_finite() or amount < 0:
                return _("Write an amount in yuan, such as 32000.")
        case "text" if names_a_person(visible(value)):
            return _("A person's identity number stands here; take it out before saving.")
        case "code":
            if value not in {choice["code"] for choice in extra.get("choices", ())}:
                return _("“%(value)s” is not among the choices.") % {"value": value}
    return ""
