"""The lists of the board as its addresses ask for them: pages and files take the same."""

from datetime import date

from django.db.models import QuerySet
from django.http import QueryDict
from django.utils import timezone
from django.utils.translation import gettext as _, gettext_lazy, pgettext

from credit_platform.common.errors import Missing
from credit_platform.common.exporting import Column, Kind
from credit_platform.ui.formats import listed
from entities.intake.sentences import for_reader
from entities.models import CreditRecord, RecordType, SubmissionRow
from entities.quality import measures, policies, selectors
from entities.quality.measures import FIRST_DAY
from entities.quality.selectors import Asked, BodyLine, Span, TypeLine
from entities.quality.services import months_before
from entities.sharing import exports
from entities.sharing.lists import record_columns


def asked(user, params: QueryDict) -> Asked:
    """Which records the address means: a body, a measure, and perhaps a type and a month."""
    body = selectors.body_for_page(user=user, code=params.get("body", ""))
    span = selectors.last_year(timezone.localdate())
    if month := params.get("month"):
        first = _month(month)
        span = Span(first, months_before(first, -1))
    record_type = None
    if code := params.get("type"):
        record_type = RecordType.objects.filter(code=code).first()
        if record_type is None:
            raise Missing
    return Asked(body, params.get("measure", "published"), span, record_type)


def _month(text: str) -> date:
    """The first day of a month in which something can have been counted; `Missing` for any other."""
    try:
        year, month = text.split("-")
        first = date(int(year), int(month), 1)
    except ValueError:
        raise Missing from None
    if not FIRST_DAY <= first <= timezone.localdate():
        raise Missing
    return first


def records(user, params: QueryDict) -> QuerySet[CreditRecord]:
    return selectors.records_behind(user=user, asked=asked(user, params))


def refused(user, params: QueryDict) -> QuerySet[SubmissionRow]:
    """The refused rows of a body's files, those of a reason where one is named."""
    body = selectors.body_for_page(user=user, code=params.get("body", ""))
    return selectors.refused_rows(user=user, body=body, reason=params.get("reason", "").replace("\0", ""))


def reasons_of(row: SubmissionRow) -> list[tuple[str, str, str]]:
    """Why a row was refused: column, what stands there, and the sentence in the reader's language."""
    return [(one["column"], one["value"], for_reader(one)) for one in row.problems if one["level"] == "error"]


def offer() -> None:
    """Offer them as files; called once, when the apps are loaded."""
    exports.register(
        exports.Export(
            code="quality-records",
            title=gettext_lazy("Records"),
            rows=records,
            columns=_record_columns,
            records=lambda record: (record,),
        )
    )
    exports.register(
        exports.Export(
            code="refused-rows",
            title=gettext_lazy("Refused rows"),
            rows=refused,
            columns=_refused_columns,
        )
    )
    exports.register(
        exports.Export(
            code="quality-types", title=gettext_lazy("By record type"), rows=_types, columns=_type_columns
        )
    )
    exports.register(
        exports.Export(code="quality", title=gettext_lazy("Quality of data"), rows=_lines, columns=_columns)
    )


def _record_columns() -> list[Column]:
    empty = Column("empty_places", _("Empty required places"), lambda one: listed(measures.empty_places(one)))
    return [*record_columns(), empty]


def _lines(user, params: QueryDict) -> list[BodyLine]:
    if not policies.may_see_quality(user):
        raise Missing
    return selectors.lines(user=user, today=timezone.localdate())


def _types(user, params: QueryDict) -> list[TypeLine]:
    body = selectors.body_for_page(user=user, code=params.get("body", ""))
    return selectors.board_of(user=user, body=body, today=timezone.localdate()).types


def _type_columns() -> list[Column]:
    return [Column("record_type", _("Record type"), lambda line: str(line.record_type)), *_sums_columns()]


def _refused_columns() -> list[Column]:
    return [
        Column("file", _("File"), lambda row: row.submission.document.name),
        Column("sent", _("Sent"), lambda row: row.submission.uploaded_at, Kind.MOMENT),
        Column("row", _("Row"), lambda row: row.number, Kind.WHOLE),
        Column(
            "columns",
            _("Columns"),
            lambda row: listed(dict.fromkeys(one[0] for one in reasons_of(row) if one[0])),
        ),
        Column(
            "values", _("What stands there"), lambda row: listed(one[1] for one in reasons_of(row) if one[1])
        ),
        Column("reasons", _("Reason"), lambda row: " ".join(one[2] for one in reasons_of(row))),
    ]


def _columns() -> list[Column]:
    return [
        Column("body", _("Body"), lambda line: str(line.body)),
        *_sums_columns(),
        Column("rows", _("Rows sent"), lambda line: line.rows, Kind.WHOLE),
        Column("refused", _("Rows refused"), lambda line: line.refused, Kind.WHOLE),
    ]


def _sums_columns() -> list[Column]:
    """What is counted of a body, or of one type of its records."""
    return [
        Column("published", _("Published"), lambda line: line.sums.published, Kind.WHOLE),
        Column("with_deadline", _("With a deadline"), lambda line: line.sums.with_deadline, Kind.WHOLE),
        Column("in_time", _("In time"), lambda line: line.sums.in_time, Kind.WHOLE),
        Column("required_places", _("Required places"), lambda line: line.sums.required_places, Kind.WHOLE),
        Column(
            "required_filled", _("Required places filled"), lambda line: line.sums.required_filled, Kind.WHOLE
        ),
        Column("optional_places", _("Optional places"), lambda line: line.sums.optional_places, Kind.WHOLE),
        Column(
            "optional_filled", _("Optional places filled"), lambda line: line.sums.optional_filled, Kind.WHOLE
        ),
        Column(
            "corrected", pgettext("rows of a file", "Corrected"), lambda line: line.sums.corrected, Kind.WHOLE
        ),
        Column("withdrawn", _("Withdrawn"), lambda line: line.sums.withdrawn, Kind.WHOLE),
    ]
