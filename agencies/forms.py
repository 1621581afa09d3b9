"""What every record form shares, whatever the department and the type."""

import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.urls import reverse_lazy
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from credit_platform.common.bilingual import in_readers_language
from credit_platform.ui.forms import LookupInput
from entities.drafts import RecordDraft, problems_of, version_on
from entities.models import CreditRecord, Entity, RecordType, RecordTypeVersion, SubmittingBody
from entities.naming import name_key
from entities.publicity import RuleBook
from entities.search import find_entities

TEN_THOUSAND = 10_000
#: How many entities are offered when what was typed fits none exactly.
MOST_CANDIDATES = 8
#: What the table of records cannot do without, a draft's included.
NEEDED_BY_A_DRAFT = ("entity", "document_number", "decided_on", "title")


def plain(value: Decimal) -> str:
    """A number without trailing zeros and without an exponent: 3.2, 320000."""
    text = f"{value:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


class DayField(forms.DateField):
    """A day typed without the mouse: 2026-11-16, 20261116, 2026/11/16, 2026年11月16日, 16 Nov 2026."""

    default_error_messages = {"invalid": _("This is not a day. Type it like 2026-11-16 or 20261116.")}

    def __init__(self, **kwargs) -> None:
        formats = ("%Y-%m-%d", "%Y%m%d", "%Y/%m/%d", "%Y.%m.%d", "%Y年%m月%d日", "%d %b %Y", "%d %B %Y")
        widget = forms.DateInput(format="%Y-%m-%d", attrs={"placeholder": "2026-11-16", "inputmode": "text"})
        super().__init__(input_formats=formats, widget=widget, **kwargs)

    def to_python(self, value):
        return super().to_python(
            unicodedata.normalize("NFKC", value).strip() if isinstance(value, str) else value
        )


class PastDayField(DayField):
    """The day of something that has happened."""

    def validate(self, value) -> None:
        super().validate(value)
        if value and value > timezone.localdate():
            raise ValidationError(
                _("This day has not come yet. Type the day that stands on the decision."), code="future"
            )


def grouped(value: Decimal) -> str:
    """Digits in groups of three, without trailing zeros: 320,000,000."""
    whole, _dot, part = plain(value).partition(".")
    return f"{int(whole):,}{'.' + part if part else ''}"


AMOUNT = re.compile(r"^(?P<number>\d+(?:\.\d+)?)\s*(?P<unit>万元?|元|yuan)?$", re.IGNORECASE)


class TenThousandYuanField(forms.Field):
    """An amount typed in 10,000 yuan, as decisions are published; cleans to yuan.

    Who typed the unit "yuan" is told what to type instead.
    """

    widget = forms.TextInput
    default_error_messages = {
        "invalid": _("This is not an amount. Type digits only, in units of 10,000 yuan: 3.2 is 32,000 yuan."),
        "in_yuan": _("The unit is 10,000 yuan. %(yuan)s yuan is %(use)s."),
        "too_fine": _("An amount has no parts of a fen: at most six places after the point."),
        "too_large": _("No fine is as large as this. Check the digits."),
    }

    def __init__(self, **kwargs) -> None:
        super().__init__(**kwargs)
        self.widget.attrs["inputmode"] = "decimal"

    def to_python(self, value) -> Decimal | None:
        if value in (None, ""):
            return None
        text = unicodedata.normalize("NFKC", str(value)).replace(",", "").replace(" ", "")
        found = AMOUNT.match(text)
        if not found:
            raise ValidationError(self.error_messages["invalid"], code="invalid")
        try:
            number = Decimal(found["number"])
        except InvalidOperation:
            raise ValidationError(self.error_messages["invalid"], code="invalid") from None
        if (found["unit"] or "").lower() in ("元", "yuan"):
            raise ValidationError(
                self.error_messages["in_yuan"],
                code="in_yuan",
                params={"yuan": grouped(number), "use": plain(number / TEN_THOUSAND)},
            )
        yuan = number * TEN_THOUSAND
        if yuan != yuan.quantize(Decimal("0.01")):
            raise ValidationError(self.error_messages["too_fine"], code="too_fine")
        if yuan >= 10**14:
            raise ValidationError(self.error_messages["too_large"], code="too_large")
        return yuan.quantize(Decimal("0.01"))

    def prepare_value(self, value):
        """A record's amount in yuan, given as the initial value, in the unit of the field; typed text as it is."""
        return plain(value / TEN_THOUSAND) if isinstance(value, Decimal) else value


class EntityInput(LookupInput):
    """The look-up, and the candidates that the last answer offered where there are no scripts."""

    def value_from_datadict(self, data, files, name):
        return data.get(name) or data.get(f"{name}_choice") or data.get(f"{name}_text", "").strip()


class EntityField(forms.Field):
    """One entity, by its code or its whole name; what fits none exactly is answered with candidates, never guessed."""

    widget = EntityInput(
        url=reverse_lazy("entities:lookup"),
        placeholder=_("Name fragment, code, former name or pinyin initials"),
    )
    default_error_messages = {
        "required": _("Say which entity: type its name or code and choose it from the list."),
        "unknown": _("No entity is called this and none has this code. Try another part of the name."),
        "choose": _("Several entities fit. Choose the one that is meant."),
    }

    def __init__(self, **kwargs) -> None:
        super().__init__(**kwargs)
        self.user = None
        self.candidates: list = []

    def serve(self, user) -> None:
        """Look only among the entities that this user may see. Called for each form: fields are copied."""
        self.user = user
        self.widget.describe = self._describe

    def _entities(self):
        return Entity.objects.visible_to(self.user)

    def _describe(self, value) -> dict | None:
        entity = value if isinstance(value, Entity) else self._by_code(str(value))
        if entity is None:
            return None
        note = " · ".join(filter(None, (entity.district, entity.get_status_display())))
        return {"value": entity.credit_code, "name": entity.name, "code": entity.credit_code, "note": note}

    def _by_code(self, text: str) -> Entity | None:
        return self._entities().filter(credit_code=text.strip().upper()).first()

    def to_python(self, value) -> Entity | None:
        if not value:
            return None
        if entity := self._by_code(value):
            return entity
        named = list(self._entities().filter(name_key=name_key(value))[:2])
        if len(named) == 1:
            return named[0]
        self.candidates = find_entities(user=self.user, query=value, limit=MOST_CANDIDATES)
        code = "choose" if self.candidates else "unknown"
        raise ValidationError(self.error_messages[code], code=code)


@dataclass(frozen=True, slots=True)
class Section:
    """Fields that stand together under one title."""

    title: str | Promise
    names: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Frame:
    """Where a record is entered: who for whom, which type, and what catalogue and rules say of it."""

    user: Any
    body: SubmittingBody
    record_type: RecordType
    versions: tuple[RecordTypeVersion, ...]
    book: RuleBook

    @property
    def version(self) -> RecordTypeVersion:
        """The version in force today, or else the newest: its fields are those that the form shows."""
        return version_on(self.versions, timezone.localdate()) or self.versions[-1]


class RecordForm(forms.Form):
    """One record as a clerk types it, checked by the registry's own rules before it is handed in.

    A department's form declares what differs for it: which of the catalogue's extra fields are its own
    (`own_names`), which of these it insists on (`own_needed`), and where every field stands (`sections`).
    The extra fields themselves, with labels and choices, come from the catalogue.

    Args:
        frame: for whom and of what type.
        sending: all that a reviewer needs must be there; a draft may still lack it.
    """

    entity = EntityField(label=_("Entity"))
    document_number = forms.CharField(
        label=_("Document number"),
        max_length=128,
        error_messages={"required": _("Type the number that stands on the document.")},
    )
    decided_on = PastDayField(
        label=_("Decision date"), error_messages={"required": _("Type the day that stands on the decision.")}
    )
    title = forms.CharField(
        label=_("What was decided"), max_length=300, error_messages={"required": _("Say it in one line.")}
    )
    facts = forms.CharField(
        label=_("Facts"),
        widget=forms.Textarea(attrs={"rows": 3}),
        required=False,
        help_text=_("Leave out names, telephone and ID numbers of persons."),
    )
    legal_basis = forms.CharField(
        label=_("Legal basis"),
        max_length=500,
        error_messages={"required": _("Name the law and the article on which it stands.")},
    )
    authority = forms.CharField(
        label=_("Deciding authority"),
        max_length=200,
        error_messages={"required": _("Name the authority that decided.")},
    )

    who_title: str | Promise = _("Whom it concerns")
    sections: tuple[Section, ...] = ()
    own_names: tuple[str, ...] = ()
    own_needed: tuple[str, ...] = ()
    #: Other words for a field, and what stands under it: {name: text}.
    labels: Mapping[str, str | Promise] = {}
    hints: Mapping[str, str | Promise] = {}
    #: The form's field for the record's column `amount`, where the type has one.
    amount_name = ""
    spans: Mapping[str, int] = {"document_number": 3, "decided_on": 3}
    units: Mapping[str, str | Promise] = {}

    def __init__(self, data=None, *, frame: Frame, sending: bool = False, **kwargs) -> None:
        super().__init__(data, **kwargs)
        self.frame, self.sending = frame, sending
        self.fields["entity"].serve(frame.user)
        self._add_catalogue_fields()
        for name, value in self.initial.items():
            # Amounts in the details are text, in yuan.
            if isinstance(value, str) and isinstance(self.fields.get(name), TenThousandYuanField):
                self.initial[name] = Decimal(value)
        for name, text in self.labels.items():
            self.fields[name].label = text
        for name, text in self.hints.items():
            if name in self.fields:
                self.fields[name].help_text = text
        self.units = {
            **{
                name: _("10,000 yuan")
                for name, field in self.fields.items()
                if isinstance(field, TenThousandYuanField)
            },
            **self.units,
        }
        self.order_fields(["entity", *(name for section in self.sections for name in section.names)])
        self.fields["authority"].initial = frame.body.name_zh
        if "facts" in self.fields and frame.version.disclosure == RecordTypeVersion.Disclosure.PUBLIC:
            self.fields["facts"].help_text = _(
                "Will be public. Leave out names, telephone and ID numbers of persons."
            )
        if not self.is_bound:
            first = "document_number" if self.initial.get("entity") else "entity"
            self.fields[first].widget.attrs["autofocus"] = True

    def _add_catalogue_fields(self) -> None:
        """The catalogue's extra fields: those of this department, and those on which the catalogue insists."""
        self.extra_names: list[str] = []
        for extra in self.frame.version.extra_fields:
            name = extra["name"]
            if name in self.own_names or extra.get("required"):
                self.extra_names.append(name)
                if name not in self.fields:
                    self.fields[name] = catalogue_field(extra, required=name in self.own_needed)

    @classmethod
    def initial_of(cls, record: CreditRecord) -> dict[str, Any]:
        """The form's values as the record has them."""
        initial = {
            "entity": record.entity,
            **{name: getattr(record, name) for name in RECORD_COLUMNS},
            **record.details,
        }
        if cls.amount_name:
            initial[cls.amount_name] = record.amount
        return initial

    @property
    def candidates(self) -> list:
        """The entities to choose from when what was typed fits none exactly."""
        return self.fields["entity"].candidates

    @property
    def preview_names(self) -> str:
        """The fields on which the preview depends, as htmx wants them: all but the long texts."""
        return ",".join(name for name in self.fields if name not in ("facts", "legal_basis", "authority"))

    def drawn_sections(self) -> Iterator[tuple[str, list[forms.BoundField]]]:
        """Title and fields of each section; what only the catalogue asks for stands last."""
        yield self.who_title, [self["entity"]]
        placed = {name for section in self.sections for name in section.names}
        for section in self.sections:
            yield section.title, [self[name] for name in section.names if name in self.fields]
        if others := [self[name] for name in self.extra_names if name not in placed]:
            yield _("Also asked by the catalogue"), others

    def full_clean(self) -> None:
        """A draft is checked with less required than the form shows, for that is what a reviewer will need."""
        needed = {name: field.required for name, field in self.fields.items()}
        if not self.sending:
            for name, field in self.fields.items():
                field.required = needed[name] and name in NEEDED_BY_A_DRAFT
        super().full_clean()
        for name, field in self.fields.items():
            field.required = needed[name]

    def clean(self) -> dict[str, Any]:
        typed = super().clean()
        self.check(typed)
        if self.sending:
            self.check_complete(typed)
        draft = self._draft(typed, decided_on=typed.get("decided_on") or timezone.localdate())
        self.take_problems(self._problems(draft), only_untold=True)
        return typed

    def check(self, typed: dict[str, Any]) -> None:
        """What cannot be right, in a draft either: add errors. For departments to fill."""

    def check_complete(self, typed: dict[str, Any]) -> None:
        """What a reviewer could not approve: add errors. For departments to fill."""

    def _problems(self, draft: RecordDraft) -> dict[str, list[str]]:
        frame, today = self.frame, timezone.localdate()
        return problems_of(
            draft,
            record_type=frame.record_type,
            version=version_on(frame.versions, draft.decided_on),
            needs_class=frame.book.needs_class(frame.record_type.pk, today),
            today=today,
        )

    def to_draft(self) -> RecordDraft:
        """What was typed, as the registry takes it. Only of a valid form."""
        return self._draft(self.cleaned_data, decided_on=self.cleaned_data["decided_on"])

    def _draft(self, typed: dict[str, Any], *, decided_on: date) -> RecordDraft:
        return RecordDraft(
            document_number=typed.get("document_number", ""),
            title=self.title_of(typed),
            decided_on=decided_on,
            facts=typed.get("facts", ""),
            legal_basis=typed.get("legal_basis", ""),
            authority=typed.get("authority", ""),
            severity_class=typed.get("severity_class", ""),
            penalty_kinds=tuple(typed.get("penalty_kinds", ())),
            amount=typed.get(self.amount_name) if self.amount_name else None,
            details={
                name: as_detail(typed[name]) for name in self.extra_names if typed.get(name) not in (None, "")
            },
        )

    def title_of(self, typed: dict[str, Any]) -> str:
        """The record's line; forms that do not ask for one make it of what was typed."""
        return typed.get("title", "")

    def take_problems(self, problems: Mapping[str, Iterable[str]], *, only_untold: bool = False) -> None:
        """Put the registry's objections beside the fields that they concern.

        Args:
            only_untold: leave out what concerns a field of which something was said already.
        """
        told = set(self._errors or ())
        for name, sentences in problems.items():
            place = self.amount_name if name == "amount" else name.removeprefix("details.")
            if only_untold and place in told:
                continue
            for sentence in sentences:
                self.add_error(place if place in self.fields else None, sentence)


RECORD_COLUMNS = (
    "document_number",
    "decided_on",
    "title",
    "facts",
    "legal_basis",
    "authority",
    "severity_class",
    "penalty_kinds",
)


def as_detail(value: Any) -> str:
    """A cleaned value as the details keep it: days in ISO form, amounts in yuan, all as text."""
    if isinstance(value, date):
        return value.isoformat()
    return plain(value) if isinstance(value, Decimal) else str(value)


def catalogue_field(extra: Mapping[str, Any], *, required: bool) -> forms.Field:
    """A form field for one of the catalogue's extra fields."""
    common = {
        "label": in_readers_language(extra.get("label_zh", ""), extra.get("label_en", "")),
        "required": required or bool(extra.get("required")),
        "error_messages": {
            "required": _("A reviewer needs this. Fill it in, or keep the record as a draft.")
        },
    }
    match extra["type"]:
        case "code":
            return forms.ChoiceField(
                choices=[
                    ("", "–"),
                    *(
                        (
                            choice["code"],
                            in_readers_language(choice.get("label_zh", ""), choice.get("label_en", "")),
                        )
                        for choice in extra.get("choices", ())
                    ),
                ],
                **common,
            )
        case "date":
            return DayField(**common)
        case "money":
            return TenThousandYuanField(**common)
        case _:
            return forms.CharField(max_length=500, **common)
