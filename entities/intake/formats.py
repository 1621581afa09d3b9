"""The registry of file formats: what a department or an association may upload, and what becomes of a row.

    from entities.intake import formats

    formats.register(
        formats.SubmissionFormat(
            code="tax-credit-a-list",
            title=_("Taxpayers of grade A"),
            record_type="tax-credit-grade",
            body_codes=frozenset({"tax"}),
            row_form=GradeARow,
            columns=(formats.Column("credit_code", "纳税人识别号", _("Taxpayer number"), required=True), …),
            needs_review=False,
        )
    )

Apps register theirs in `AppConfig.ready()`. A format whose rows are credit records needs nothing more; any other
(an association's list of members) hands in `compare` and `save`.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from django.utils import translation
from django.utils.functional import Promise

from credit_platform.common.errors import Missing
from credit_platform.ui.formats import chinese
from entities.intake.reading import column_key
from entities.intake.rows import RowForm


@dataclass(frozen=True, slots=True)
class Column:
    """A column of the file: the field of the row form that takes it, and the names under which it may stand.

    Args:
        field: the field of the row form.
        zh: the Chinese column name, as the template for download has it.
        en: the English one, lazily translated where pages show it.
        aliases: other names, such as `CF_WSH`; compared without spaces, width and case.
        required: a file without this column is not read at all.
        example: what stands in the template's example row; never a real entity.
    """

    field: str
    zh: str
    en: str | Promise
    aliases: tuple[str, ...] = ()
    required: bool = False
    example: str = ""

    @property
    def title(self) -> str:
        """The column's name in the reader's language."""
        return self.zh if chinese() else str(self.en)

    @property
    def other_names(self) -> list[str]:
        """The other names under which the reader may have the column in their file."""
        with translation.override("en"):
            names = dict.fromkeys((self.zh, str(self.en), *self.aliases))
        names.pop(self.title, None)
        return list(names)


@dataclass(frozen=True, slots=True)
class ReadyRow:
    """A row that was confirmed: what a format's `compare` and `save` get.

    `draft` is what the row form's `to_draft()` returned: the same object for `compare`, and for `save`
    what `from_json` makes of it after it has lain in the table.
    """

    number: int
    entity_id: int
    draft: object


#: (body, rows) → {row number: "new" | "changed" | "unchanged"} for the rows of one batch.
CompareHook = Callable[..., Mapping[int, str]]
#: (by, submission, rows) → counts by outcome; one transaction around it is already open, and it may run twice.
SaveHook = Callable[..., Mapping[str, int]]


@dataclass(frozen=True, slots=True)
class SubmissionFormat:
    """One kind of file.

    Args:
        code: how a submission names it for good.
        title: what the sender sees.
        row_form: one row as a form; its `clean` methods are the checks of a row alone.
        columns: in the order of the template.
        record_type: code of the catalogue's record type; empty where rows are not credit records.
        body_codes: the bodies that may send it. Empty with `body_kind`: every body of that kind.
        body_kind: a `SubmittingBody.Kind`.
        needs_review: confirmed rows wait for a reviewer; otherwise they are in force at once.
        save: `save(*, by, submission, rows)` for rows that are not credit records.
        compare: `compare(*, body, rows)` for the same.
        checks: further checks of a row, after those that every row gets (`entities.intake.checks`).
        note: a sentence for the sender about this format.
        rules: what the row form asks across its columns, in sentences for the page that explains the format.
        questions: the same of what it leaves to a person.
    """

    code: str
    title: str | Promise
    row_form: type[RowForm]
    columns: Sequence[Column]
    record_type: str = ""
    body_codes: frozenset[str] = frozenset()
    body_kind: str = ""
    needs_review: bool = True
    save: SaveHook | None = None
    compare: CompareHook | None = None
    checks: Sequence[Callable] = field(default=())
    note: str | Promise = ""
    rules: Sequence[str | Promise] = ()
    questions: Sequence[str | Promise] = ()

    def __post_init__(self) -> None:
        if bool(self.record_type) == bool(self.save or self.compare):
            raise ValueError(
                f"The format {self.code} saves credit records or has hooks of its own, not both."
            )
        missing = {column.field for column in self.columns} - set(self.row_form.base_fields)
        if missing:
            raise ValueError(f"The row form of {self.code} has no field {', '.join(sorted(missing))}.")

    def known_columns(self) -> dict[str, str]:
        """From every name under which a column may stand, as `column_key` gives it, to its field."""
        with translation.override("en"):
            names = [
                (column_key(str(name)), column.field)
                for column in self.columns
                for name in (column.zh, column.en, *column.aliases, column.field)
            ]
        # The first column that claims a name has it.
        return dict(reversed(names))

    def is_open_to(self, body) -> bool:
        """Whether the body sends files of this format."""
        return body.code in self.body_codes or (bool(self.body_kind) and body.kind == self.body_kind)


_formats: dict[str, SubmissionFormat] = {}


def register(fmt: SubmissionFormat) -> SubmissionFormat:
    """Make a format known; registering the same code again replaces it."""
    _formats[fmt.code] = fmt
    return fmt


def get(code: str) -> SubmissionFormat:
    """The format of that code; `Missing` where no app registered it."""
    try:
        return _formats[code]
    except KeyError:
        raise Missing from None


def codes_where(holds: Callable[[SubmissionFormat], bool]) -> list[str]:
    """The codes of the formats of which this holds."""
    return [fmt.code for fmt in _formats.values() if holds(fmt)]


def formats_for(body) -> list[SubmissionFormat]:
    """The formats that a body may send, in the order of their codes."""
    return [fmt for _code, fmt in sorted(_formats.items()) if fmt.is_open_to(body)]
