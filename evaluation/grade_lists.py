"""All records behind a grade as a file: those that count, with what each does, and those that do not, with why.

The page of a grade shows them page by page; the file holds every one that this reader may see.
"""

from dataclasses import dataclass
from decimal import Decimal

import numpy as np
from django.http import QueryDict
from django.utils import timezone
from django.utils.translation import gettext as _, gettext_lazy, pgettext

from credit_platform.common.exporting import Column, Kind
from entities.models import CreditRecord
from entities.sharing import exports
from evaluation import pages, selectors
from evaluation.columns import Ints
from evaluation.explanation import Listed


@dataclass(frozen=True, slots=True)
class Row:
    """A record behind a grade. `points` are None where it does not count; `why_not` is "" where it does."""

    record: CreditRecord
    points: Decimal | None
    how: str
    why_not: str


def offer() -> None:
    """Offer the list as a file; called once, when the apps are loaded."""
    exports.register(
        exports.Export(
            code="grade-records",
            title=gettext_lazy("Records behind a grade"),
            rows=_rows,
            columns=_columns,
            records=lambda row: (row.record,),
        )
    )


def _rows(user, params: QueryDict) -> Listed[Row]:
    """First what counts and then what does not, as on the page; `Missing` where that is not for this user."""
    explained = selectors.explanation_for(
        user=user,
        credit_code=params.get("entity", ""),
        scheme_code=params.get("scheme", ""),
        day=timezone.localdate(),
    )
    counting = pages.counting_lines(explained.counting)
    left_out = pages.left_out_lines(explained.not_counted)

    def rows(places: Ints) -> list[Row]:
        behind = places >= len(counting)
        return [
            *(Row(one.record, one.points, one.sub, "") for one in counting.at(places[~behind])),
            *(Row(one.record, None, "", one.why) for one in left_out.at(places[behind] - len(counting))),
        ]

    return Listed(np.append(counting.keys, left_out.keys), rows)


def _columns() -> list[Column]:
    return [
        Column("decided_on", _("Day"), lambda row: row.record.decided_on, Kind.DAY),
        Column("record", _("Record"), lambda row: row.record.heading),
        Column("record_type", _("Record type"), lambda row: str(row.record.record_type)),
        Column("document_number", _("Document number"), lambda row: row.record.document_number),
        Column(
            "severity_class",
            pgettext("of a record", "Class"),
            lambda row: row.record.get_severity_class_display(),
        ),
        Column("submitted_by", _("Submitted by"), lambda row: str(row.record.submitted_by)),
        Column("under_objection", _("Under objection"), lambda row: row.record.objected, Kind.FLAG),
        Column("counts_until", _("Counts until"), lambda row: row.record.publish_until, Kind.DAY),
        Column("points", _("Points"), lambda row: row.points, Kind.AMOUNT),
        Column("how", _("How it counts"), lambda row: row.how),
        Column("why_not", _("Why not"), lambda row: row.why_not),
    ]
