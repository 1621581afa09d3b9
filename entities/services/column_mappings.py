"""What a body says once of the columns of its files; `entities.intake.mapping` makes use of it each time."""

from collections.abc import Mapping

from django.db import transaction
from django.utils.translation import gettext as _

from credit_platform.audit import services as audit
from credit_platform.common.errors import InvalidInput, Missing
from entities import policies
from entities.intake import formats
from entities.intake.formats import SubmissionFormat
from entities.intake.mapping import names_said
from entities.models import ColumnMapping, Submission, SubmittingBody
from entities.services import submissions

#: As many different names as ten layouts of the widest format have.
MOST_NAMES = 400


@transaction.atomic
def map_columns(*, by, submission_id: int, places: Mapping[str, int]) -> Submission:
    """Say which column of a file is which, have it checked in that way, and remember it for the next file.

    Args:
        places: from each field of the format to the place of its column, counted from 0.

    Raises:
        InvalidInput: by field: a needed column without a place, one column for two fields, a place that is none.
    """
    submission = Submission.objects.visible_to(by).select_related("body").filter(pk=submission_id).first()
    if submission is None:
        raise Missing
    policies.may_enter_records(by, submission.body).require()
    fmt = formats.get(submission.format_code)
    _require_places(fmt, submission.header, places)
    mapping = _locked(submission.body, fmt.code, by)
    header = submission.header
    mapping.names = {name: field for name, field in mapping.names.items() if name not in header} | names_said(
        fmt, header, dict(places)
    )
    if len(mapping.names) > MOST_NAMES:
        raise InvalidInput(
            {
                "": [
                    _("More than %(most)s column names are remembered; forget some first.")
                    % {"most": MOST_NAMES}
                ]
            }
        )
    mapping.changed_by = by
    mapping.save()
    audit.record(actor=by, verb="entities.columns.mapped", target=mapping, names=mapping.names)
    return submissions.check_again(by=by, submission_id=submission_id)


def _require_places(fmt: SubmissionFormat, header: list[str], places: Mapping[str, int]) -> None:
    problems: dict[str, list[str]] = {}
    taken: dict[int, str] = {}
    for column in fmt.columns:
        place = places.get(column.field)
        if place is None:
            if column.required:
                problems[column.field] = [_("The format needs this column; say which one it is.")]
        elif not 0 <= place < len(header) or not header[place]:
            problems[column.field] = [_("There is no such column in the file.")]
        elif place in taken:
            problems[column.field] = [
                _("“%(name)s” is chosen for “%(other)s” already.")
                % {"name": header[place], "other": taken[place]}
            ]
        else:
            taken[place] = column.zh
    if problems:
        raise InvalidInput(problems)


@transaction.atomic
def change_mapping(*, by, mapping_id: int, names: Mapping[str, str]) -> ColumnMapping | None:
    """Keep of what is remembered what stands in `names`; names that are left out are forgotten.

    Returns None where nothing is left to remember, and the whole is gone.
    """
    mapping = (
        ColumnMapping.objects.visible_to(by).select_for_update(of=("self",)).filter(pk=mapping_id).first()
    )
    if mapping is None:
        raise Missing
    policies.may_enter_records(by, mapping.body).require()
    fields = {column.field for column in formats.get(mapping.format_code).columns} | {""}
    if unknown := [name for name, field in names.items() if name not in mapping.names or field not in fields]:
        raise InvalidInput({name: [_("There is no such column in the format.")] for name in unknown})
    audit.record(
        actor=by, verb="entities.columns.changed", target=mapping, was=mapping.names, names=dict(names)
    )
    if not names:
        mapping.delete()
        return None
    mapping.names, mapping.changed_by = dict(names), by
    mapping.save()
    return mapping


def _locked(body: SubmittingBody, format_code: str, by) -> ColumnMapping:
    ColumnMapping.objects.get_or_create(body=body, format_code=format_code, defaults={"changed_by": by})
    return ColumnMapping.objects.select_for_update().get(body=body, format_code=format_code)
