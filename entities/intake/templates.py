"""Empty files to fill in: the columns of a format, what each takes, and one invented row."""

import io
from collections.abc import Sequence
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any

import xlsxwriter
from django.utils.translation import gettext as _
from xlsxwriter.utility import xl_col_to_name

from credit_platform.ui.formats import chinese, listed
from entities.intake.formats import Column, SubmissionFormat
from entities.intake.rows import AmountField, ChoiceField, CodeField, DayField, TextField
from entities.penalty_kinds import CHINESE

#: So many rows below the header have drop-downs and formats.
ROWS = 10_000
FIRST_DAY, LAST_DAY = date(1950, 1, 1), date(2099, 12, 31)
LISTS = "lists"


def template_lines(fmt: SubmissionFormat) -> list[list[str]]:
    """Column names in the reader's language, and one invented row."""
    return [[column.title for column in fmt.columns], [column.example for column in fmt.columns]]


def choices_of(fmt: SubmissionFormat, column: Column) -> tuple[list[str], bool]:
    """The words that may stand in the column, one for each value, and whether no other may.

    In the reader's language where the form takes such words; none where the column is free.
    """
    field = fmt.row_form.base_fields[column.field]
    if column.field == "penalty_kinds":
        return list(CHINESE), False
    if not isinstance(field, ChoiceField):
        return [], False
    words: dict[str, str] = {}
    for word, value in field.words.items():
        # The first word of a value; a later one only where it is in the reader's writing and the first is not.
        if value not in words or (word.isascii() != chinese() and words[value].isascii() == chinese()):
            words[value] = word
    return list(words.values()), True


def help_of(fmt: SubmissionFormat, column: Column) -> str:
    """What stands in the column, in sentences made from the form that reads it; so they are never out of date."""
    field = fmt.row_form.base_fields[column.field]
    words, only = choices_of(fmt, column)
    said = []
    match field:
        case DayField():
            said.append(_("A day, written as 2026-10-08."))
        case AmountField() if field.unit > 1:
            said.append(_("An amount in units of %(unit)s yuan, in digits.") % {"unit": f"{field.unit:,}"})
        case AmountField():
            said.append(_("An amount in yuan, in digits."))
        case ChoiceField():
            said.append(_("One of: %(words)s.") % {"words": listed(words)})
        case CodeField():
            said.append(_("A number or code, at most %(most)s places.") % {"most": field.max_length})
        case TextField():
            said.append(_("Text of at most %(most)s characters.") % {"most": f"{field.max_length:,}"})
    if words and not only:
        said.append(_("One or more of these, with 、 between them: %(words)s.") % {"words": "、".join(words)})
    if column.required:
        said.append(_("A file without this column is not read."))
    elif not field.required:
        said.append(_("May stay empty."))
    return " ".join(said) if not chinese() else "".join(said)


def as_xlsx(fmt: SubmissionFormat) -> io.BytesIO:
    """The template as a workbook: drop-downs, help as comments on the column names, formats, one invented row."""
    file = io.BytesIO()
    with xlsxwriter.Workbook(
        file, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    ) as book:
        sheet = book.add_worksheet(_("Template"))
        lists = book.add_worksheet(LISTS)
        lists.hide()
        looks = _Looks(book)
        for place, column in enumerate(fmt.columns):
            field = fmt.row_form.base_fields[column.field]
            name = column.title
            sheet.set_column(place, place, _width(name, column.example), looks.of(field))
            sheet.write_string(
                0,
                place,
                f"*{name}" if column.required else name,
                looks.needed if column.required else looks.head,
            )
            sheet.write_comment(0, place, help_of(fmt, column), {"x_scale": 2, "y_scale": 2, "author": ""})
            _write_example(sheet, place, field, column.example, looks)
            _restrict(sheet, lists, place, fmt, column)
        sheet.freeze_panes(1, 0)
    file.seek(0)
    return file


class _Looks:
    """The formats of the cells of one workbook."""

    def __init__(self, book) -> None:
        self.head = book.add_format({"bold": True, "bg_color": "#E4F0EE", "bottom": 1, "text_wrap": True})
        self.needed = book.add_format(
            {"bold": True, "bg_color": "#0B5F5C", "font_color": "#FFFFFF", "bottom": 1, "text_wrap": True}
        )
        self.text = book.add_format({"num_format": "@"})
        self.day = book.add_format({"num_format": "yyyy-mm-dd"})
        self.amount = book.add_format({"num_format": "#,##0.00####"})

    def of(self, field):
        if isinstance(field, DayField):
            return self.day
        return self.amount if isinstance(field, AmountField) else self.text


def _width(name: str, example: str) -> int:
    # A Chinese character takes the room of two letters.
    longest = max((sum(1 + (not sign.isascii()) for sign in text) for text in (name, example)), default=0)
    return min(max(longest + 2, 12), 40)


def _write_example(sheet, place: int, field, example: str, looks: _Looks) -> None:
    if not example:
        return
    if isinstance(field, DayField):
        sheet.write_datetime(1, place, date.fromisoformat(example), looks.day)
    elif isinstance(field, AmountField) and (amount := _number(example)) is not None:
        sheet.write_number(1, place, amount, looks.amount)
    else:
        sheet.write_string(1, place, example, looks.text)


def _number(text: str) -> Decimal | None:
    try:
        return Decimal(text)
    except InvalidOperation:
        return None


def _restrict(sheet, lists, place: int, fmt: SubmissionFormat, column: Column) -> None:
    """What Excel lets be typed into the column; it warns only, because the check on the platform decides."""
    field = fmt.row_form.base_fields[column.field]
    words, only = choices_of(fmt, column)
    rule: dict[str, Any] = {"error_type": "warning", "error_title": column.zh[:32]}
    if words:
        _keep_list(lists, place, words)
        letter = xl_col_to_name(place)
        rule |= {"validate": "list", "source": f"={LISTS}!${letter}$1:${letter}${len(words)}"}
        rule["error_type"] = "warning" if only else "information"
    elif isinstance(field, DayField):
        rule |= {
            "validate": "date",
            "criteria": "between",
            "minimum": FIRST_DAY,
            "maximum": LAST_DAY,
        }
    elif isinstance(field, AmountField):
        rule |= {"validate": "decimal", "criteria": ">=", "value": 0}
    else:
        return
    sheet.data_validation(1, place, ROWS, place, rule)


def _keep_list(lists, place: int, words: Sequence[str]) -> None:
    for number, word in enumerate(words):
        lists.write_string(number, place, word)
