"""A row of a file as a Django form, and the fields that such forms are made of."""

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal, InvalidOperation
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from credit_platform.common.spreadsheets import FORMULA_SIGNS
from entities.words import visible

#: Day 0 of the dates that spreadsheets keep as numbers (with their leap year 1900 that never was).
SPREADSHEET_DAY_ZERO = date(1899, 12, 30)
#: 1950-01-01 to 2099-12-31 as such numbers; anything else is not taken for a date.
SPREADSHEET_DAYS = range(18264, 73051)
DAY = re.compile(
    r"(\d{4})\s*[-/.年]\s*(\d{1,2})\s*[-/.月]\s*(\d{1,2})\s*日?(?:[ T]\d{1,2}:\d{2}(?::\d{2}(?:\.\d+)?)?)?"
)
DAY_TOGETHER = re.compile(r"(\d{4})(\d{2})(\d{2})")
AMOUNT_NOISE = str.maketrans("", "", "¥￥ ")
#: Digits, in groups of three or of four or in none: a comma elsewhere may well be meant as a decimal point.
AMOUNT = re.compile(
    r"(?P<digits>[+-]?(?:[0-9]+|[0-9]{1,3}(?:,[0-9]{3})+|[0-9]{1,4}(?:,[0-9]{4})+)?(?:\.[0-9]*)?)"
    r"(?P<exponent>E[+-]?[0-9]+)?(?P<unit>万?元?)",
    re.IGNORECASE,
)
MAX_CELL = 20_000
ZEROS = re.compile("\0+")
#: Stands for what no text can hold; a row with it is refused.
BROKEN = "\ufffd"

ERRORS: dict[str, Any] = {
    "required": _("Nothing stands here; this column must be filled in."),
    "max_length": _("This is longer than %(limit_value)d characters, the most that can be kept; shorten it."),
    "invalid_choice": _("“%(value)s” is not one of the values that are known for this column."),
    "invalid": _("This cannot be read."),
}


@dataclass(frozen=True, slots=True)
class EntityClues:
    """All that a row says about which entity it means. Whatever is missing is empty.

    Args:
        code: the number in the main code column: a unified code, or an older one.
        name: the name as written.
        numbers: further numbers from other columns (organisation code, registration, tax).
        head_office: the name of the head office, where the file has one.
    """

    code: str = ""
    name: str = ""
    numbers: tuple[str, ...] = ()
    head_office: str = ""


def cell_text(value: Any) -> str:
    """A cell as text: dates in ISO, whole numbers without “.0”, no edge spaces, no signs that cannot be seen.

    A leading apostrophe before a formula sign goes: it is what keeps a returned file harmless.
    """
    if value is None:
        return ""
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    if isinstance(value, datetime):
        return (
            value.date().isoformat()
            if value.time() == datetime.min.time()
            else value.isoformat(" ", "seconds")
        )
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() and abs(value) < 1e15 else repr(value)
    text = visible(str(value))
    if len(text) > 1 and text[0] == "'" and text[1] in FORMULA_SIGNS:
        text = text[1:]
    if "\0" in text:
        text = ZEROS.sub(BROKEN, text)
    return text


def narrow(text: str) -> str:
    """Full-width digits, letters and signs as half-width ones, for codes, dates and amounts."""
    return text if text.isascii() else unicodedata.normalize("NFKC", text).strip()


class TextField(forms.CharField):
    """Text that says what to do when it is too long."""

    default_error_messages = ERRORS

    def __init__(self, *, max_length: int | None = MAX_CELL, **kwargs) -> None:
        super().__init__(max_length=max_length, **kwargs)


class CodeField(TextField):
    """A number or code: half-width, upper case, without the blanks and hyphens that people put in."""

    def __init__(self, *, max_length: int = 60, **kwargs) -> None:
        super().__init__(max_length=max_length, **kwargs)

    def to_python(self, value):
        return re.sub(r"[\s\-‐-―]", "", narrow(super().to_python(value))).upper()


class DayField(forms.Field):
    """A day as people write it: 2026-10-08, 2026/10/8, 2026.10.8, 20261008, 2026年10月8日, or a spreadsheet's number."""

    default_error_messages = {
        **ERRORS,
        "invalid": _("This is not a day. Write it as 2026-10-08."),
        "no_such_day": _("There is no such day in the calendar. Write the day that stands on the document."),
    }
    widget = forms.TextInput

    def to_python(self, value):
        if value in self.empty_values:
            return None
        if isinstance(value, datetime):
            return value.date()
        if isinstance(value, date):
            return value
        text = narrow(str(value)).strip()
        found = DAY.fullmatch(text) or DAY_TOGETHER.fullmatch(text)
        if found:
            try:
                return date(*map(int, found.groups()))
            except ValueError:
                raise ValidationError(self.error_messages["no_such_day"], code="no_such_day") from None
        if text.isdecimal() and int(text) in SPREADSHEET_DAYS:
            return SPREADSHEET_DAY_ZERO + timedelta(days=int(text))
        raise ValidationError(self.error_messages["invalid"], code="invalid")


class AmountField(forms.Field):
    """An amount of money, in the unit that the column's name says; cleans to yuan.

    Args:
        unit: yuan of one unit of the column: 1, or 10,000 for a column in 万元.
    """

    default_error_messages = {
        **ERRORS,
        "invalid": _("This is not an amount. Write digits only, in the unit of the column."),
        "negative": _("An amount is not below zero."),
        "other_unit": _("The unit of this column is another. Write digits only, in the unit of the column."),
        "shortened": _("A spreadsheet has shortened this number. Write all of its digits."),
        "too_large": _("This is more than can be right: at most 99,999,999,999,999 yuan."),
    }
    widget = forms.TextInput

    def __init__(self, *, unit: int = 1, **kwargs) -> None:
        self.unit = unit
        super().__init__(**kwargs)

    def to_python(self, value):
        if value in self.empty_values:
            return None
        found = AMOUNT.fullmatch(narrow(str(value)).translate(AMOUNT_NOISE))
        try:
            amount = Decimal((found["digits"].replace(",", "") + (found["exponent"] or "")) if found else "")
        except InvalidOperation:
            raise ValidationError(self.error_messages["invalid"], code="invalid") from None
        # 5000元 in a column in 10,000 yuan, and 1万 in one in yuan, say themselves that they are not in its unit.
        if found["unit"] and ("万" in found["unit"]) != (self.unit > 1):
            raise ValidationError(self.error_messages["other_unit"], code="other_unit")
        if amount < 0:
            raise ValidationError(self.error_messages["negative"], code="negative")
        yuan = amount * self.unit
        if yuan >= Decimal("1e14"):
            raise ValidationError(self.error_messages["too_large"], code="too_large")
        if found["exponent"] and "-" not in found["exponent"]:
            raise ValidationError(self.error_messages["shortened"], code="shortened")
        return yuan.quantize(Decimal("0.01"))


class ChoiceField(forms.ChoiceField):
    """One of a few values, by any of the words that mean it.

    Args:
        words: from each word that may stand in the file to the value; matched without width and case.
    """

    default_error_messages = ERRORS

    def __init__(self, *, words: dict[str, str], **kwargs) -> None:
        self.words = {narrow(word).casefold(): value for word, value in words.items()}
        super().__init__(choices=[(value, value) for value in dict.fromkeys(words.values())], **kwargs)

    def to_python(self, value):
        text = narrow(super().to_python(value)).casefold()
        return self.words.get(text, text)


class RowForm(forms.Form):
    """One row of a file. Subclasses say its fields, its own checks (`clean_…`) and `to_draft()`.

    One instance reads many rows, one after the other (`read`), because making a form costs more than
    checking a row.

    Fields with these names tell which entity is meant; override `clues()` where that is not enough:
    `credit_code`, `entity_name`, `organisation_code`, `registration_number`, `tax_number`, `head_office`.
    """

    use_required_attribute = False
    #: The unified code of the entity that the row was found to mean, for `key` and `to_draft`; "" while it is open.
    entity_code = ""

    def read(self, cells: Mapping[str, str]) -> bool:
        """Take the next row, by field; True when nothing is wrong with it."""
        self.is_bound = True
        self.data = cells
        self._errors = None
        self.entity_code = ""
        self.problems: list[tuple[str, ValidationError]] = []
        return self.is_valid()

    def warn(self, name: str, message, **params) -> None:
        """Note something about a field that does not hinder saving; the sender sees it in the preview."""
        self.problems.append((name, ValidationError(message, code="warning", params=params)))

    def ask(self, name: str, message, **params) -> None:
        """Note what contradicts itself about a field: the row waits until somebody says that it is right as it stands."""
        self.problems.append((name, ValidationError(message, code="question", params=params)))

    def clues(self) -> EntityClues:
        """What the row says about its entity, as far as its fields could be read."""
        said = self.cleaned_data.get
        return EntityClues(
            code=said("credit_code") or "",
            name=said("entity_name") or "",
            numbers=tuple(
                number
                for number in (said("organisation_code"), said("registration_number"), said("tax_number"))
                if number
            ),
            head_office=said("head_office") or "",
        )

    def key(self) -> str:
        """What makes two rows speak of one thing; empty where nothing does. A record's is its document number."""
        return self.cleaned_data.get("document_number") or ""

    def to_draft(self) -> Any:
        """The row as its format's `save` wants it: a `RecordDraft`, or a dict that JSON can keep."""
        raise NotImplementedError

    def registration_facts(self) -> dict[str, Any]:
        """What else the row tells about an entity that may have to be registered from it."""
        return {}
