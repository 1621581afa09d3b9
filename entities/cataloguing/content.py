"""What an entry of the catalogue says, as plain content, and how a reader sees it."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext as _, gettext_lazy, pgettext

from credit_platform.common.bilingual import in_readers_language
from credit_platform.ui import formats
from entities.models import (
    CatalogueProposal,
    LegalInstrument,
    PublicityRule,
    RecordType,
    RecordTypeVersion,
    SeverityClass,
    SubmittingBody,
    Verification,
)
from entities.penalty_kinds import PenaltyKind
from entities.publicity import SYSTEMS

Kind = CatalogueProposal.Kind
Content = dict[str, Any]
Version = LegalInstrument | RecordTypeVersion | PublicityRule

INSTRUMENT_FIELDS = (
    "name_zh", "name_en", "number", "issuer", "in_force_from", "in_force_to", "replaces", "source", "verification",
    "verified_by", "verified_on",
)  # fmt: skip
TYPE_FIELDS = ("name_zh", "name_en", "polarity", "family", "category")
VERSION_FIELDS = (
    "valid_from", "valid_to", "submitters", "instrument", "article", "disclosure", "severity_classes",
    "submit_within_days", "archive_months", "delete_months", "retention_start", "retention_source",
    "extra_fields", "source", "verification",
)  # fmt: skip
RULE_FIELDS = (
    "valid_from", "valid_to", "instrument", "article", "publishing_system", "precedence", "record_types",
    "submitters", "severity_class", "penalty_kinds", "start", "min_months", "max_months", "never_early", "withholds",
    "conditions_zh", "conditions_en", "source", "verification",
)  # fmt: skip
FIELDS: dict[str, tuple[str, ...]] = {
    Kind.INSTRUMENT: INSTRUMENT_FIELDS,
    Kind.RECORD_TYPE: (*TYPE_FIELDS, *VERSION_FIELDS),
    Kind.PUBLICITY_RULE: RULE_FIELDS,
}
#: What a reader calls the fields that the models name otherwise or not at all.
LABELS: dict[str, str | Promise] = {
    "replaces": gettext_lazy("takes the place of"),
    "instrument": gettext_lazy("legal basis"),
    "record_types": gettext_lazy("record types"),
    "submitters": gettext_lazy("bodies"),
    "extra_fields": gettext_lazy("extra fields"),
    "in_force_to": gettext_lazy("last day"),
    "valid_to": gettext_lazy("last day"),
    "valid_from": gettext_lazy("first day"),
    "in_force_from": gettext_lazy("first day"),
}


def content_of(version: Version) -> Content:
    """What the version says, in the plain form; the inverse of what publishing writes."""
    if isinstance(version, RecordTypeVersion):
        kind_of = version.record_type
        return {
            **{name: getattr(kind_of, name) for name in TYPE_FIELDS},
            **{name: _plain(version, name) for name in VERSION_FIELDS},
        }
    names = INSTRUMENT_FIELDS if isinstance(version, LegalInstrument) else RULE_FIELDS
    return {name: _plain(version, name) for name in names}


def _plain(version: Version, name: str):
    value = getattr(version, name)
    if name in {"submitters", "record_types"}:
        return sorted(entry.code for entry in value.all())
    if name in {"instrument", "replaces"}:
        return value.code if value else ""
    if isinstance(value, date):
        return value.isoformat()
    return list(value) if isinstance(value, list) else value


@dataclass(frozen=True, slots=True)
class Names:
    """The names behind the codes that contents hold, read once for a page."""

    instruments: Mapping[str, LegalInstrument]
    types: Mapping[str, RecordType]
    bodies: Mapping[str, SubmittingBody]

    @classmethod
    def read(cls) -> "Names":
        return cls(
            {one.code: one for one in LegalInstrument.objects.all()},
            {one.code: one for one in RecordType.objects.all()},
            {one.code: one for one in SubmittingBody.objects.all()},
        )


@dataclass(frozen=True, slots=True)
class Line:
    """One field of an entry as a reader sees it; `was` is what the version before says, where two are compared."""

    name: str
    label: str
    text: str
    was: str = ""

    @property
    def differs(self) -> bool:
        return self.text != self.was


def lines_of(kind: str, content: Content, names: Names) -> list[Line]:
    """Every field that says something, with its label and words; each extra field is a line of its own."""
    lines = []
    for name in FIELDS[kind]:
        if name not in content:
            continue
        if name == "extra_fields":
            lines += [_extra_line(extra, names) for extra in content[name]]
        elif text := _words(kind, name, content[name], names):
            lines.append(Line(name, label_of(kind, name), text))
    return lines


def compared(kind: str, before: Content, after: Content, names: Names) -> list[Line]:
    """The fields of two versions side by side, in the order of the newer one; what only one says has no other side."""
    old = {line.name: line for line in lines_of(kind, before, names)}
    new = {line.name: line for line in lines_of(kind, after, names)}
    order = [*new, *(name for name in old if name not in new)]
    return [
        Line(
            name,
            (new.get(name) or old[name]).label,
            new[name].text if name in new else "",
            old[name].text if name in old else "",
        )
        for name in order
    ]


def label_of(kind: str, name: str) -> str:
    """The field's name for a reader."""
    if name in LABELS:
        return _capital(str(LABELS[name]))
    model: Any = {
        Kind.INSTRUMENT: LegalInstrument,
        Kind.RECORD_TYPE: RecordType if name in TYPE_FIELDS else RecordTypeVersion,
        Kind.PUBLICITY_RULE: PublicityRule,
    }[Kind(kind)]
    return _capital(str(model._meta.get_field(name).verbose_name))


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]


def _extra_line(extra: Mapping, names: Names) -> Line:
    return Line(
        f"extra_fields.{extra['name']}",
        _("Field: %(name)s")
        % {"name": in_readers_language(extra.get("label_zh", ""), extra.get("label_en", ""))},
        joined(_said_of_extra(extra, names), _("; ")),
    )


def _said_of_extra(extra: Mapping, names: Names) -> Iterable[str]:
    yield f"{extra['name']}: {FIELD_TYPES[extra['type']]}"
    if extra.get("required"):
        yield _("required")
    if bodies := extra.get("bodies"):
        yield _("only %(bodies)s") % {"bodies": joined(_name(names.bodies, code) for code in bodies)}
    choices = {
        choice["code"]: in_readers_language(choice.get("label_zh", ""), choice.get("label_en", ""))
        for choice in extra.get("choices", ())
    }
    if choices:
        yield joined(choices.values())
    if public := extra.get("public_values"):
        yield _("public only with %(values)s") % {
            "values": joined(choices.get(code, code) for code in public)
        }


FIELD_TYPES: dict[str, str | Promise] = {
    "text": gettext_lazy("text"),
    "date": gettext_lazy("day"),
    "money": gettext_lazy("amount in yuan"),
    "code": gettext_lazy("code list"),
}
_CHOICES: dict[str, Any] = {
    "verification": Verification,
    "polarity": RecordType.Polarity,
    "family": RecordType.Family,
    "category": RecordType.Category,
    "disclosure": RecordTypeVersion.Disclosure,
    "severity_class": SeverityClass,
    "start": PublicityRule.Start,
    "retention_start": RecordTypeVersion.RetentionStart,
}


def joined(parts: Iterable[object], mark: str = "") -> str:
    """Things in a row with the mark of the reader's language between them."""
    return (mark or pgettext("between things in a list", ", ")).join(str(part) for part in parts)


def _name(entries: Mapping[str, Any], code: str) -> str:
    return str(entries.get(code, code))


def _words(kind: str, name: str, value, names: Names) -> str:
    say = _SAY.get(name)
    if say is not None:
        return say(value, names)
    if value is None or value == "":
        return ""
    if isinstance(value, bool):
        return _("yes") if value else ""
    if name in _CHOICES:
        return str(_CHOICES[name](value).label)
    return str(value)


def _say_day(value, names: Names) -> str:
    return formats.day_long(date.fromisoformat(value)) if value else ""


def _say_bodies(value, names: Names) -> str:
    return joined(_name(names.bodies, code) for code in value) or _("all that submit the type")


def _say_instrument(value, names: Names) -> str:
    instrument = names.instruments.get(value)
    if instrument is None:
        return value or ""
    return " ".join(filter(None, (str(instrument), instrument.number)))


def _say_months(value, names: Names) -> str:
    return "" if value is None else str(value)


_SAY: dict[str, Callable[[Any, Names], str]] = {
    "valid_from": _say_day,
    "valid_to": _say_day,
    "in_force_from": _say_day,
    "in_force_to": _say_day,
    "verified_on": _say_day,
    "submitters": _say_bodies,
    "record_types": lambda value, names: joined(_name(names.types, code) for code in value),
    "instrument": _say_instrument,
    "replaces": _say_instrument,
    "severity_classes": lambda value, names: joined(SeverityClass(one).label for one in value),
    "penalty_kinds": lambda value, names: joined(PenaltyKind(one).label for one in value),
    "publishing_system": lambda value, names: str(SYSTEMS.get(value, value)),
    "archive_months": _say_months,
    "delete_months": _say_months,
    "min_months": _say_months,
    "max_months": _say_months,
}
