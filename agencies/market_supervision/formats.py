"""The files of market supervision: penalties and licences by the national list of double publicity."""

from django.utils.translation import gettext_lazy as _

from agencies.double_publicity import (
    CLASS_NOTE,
    FINE_QUESTIONS,
    FINE_RULES,
    LICENCE_COLUMNS,
    PENALTY_COLUMNS,
    LicenceRow,
    PenaltyRow,
)
from entities.intake.formats import SubmissionFormat, register

BODIES = frozenset({"market-supervision"})


def offer() -> None:
    """Make the files known; called once, when the apps are loaded."""
    register(
        SubmissionFormat(
            code="market-penalties",
            title=_("Administrative penalties (double publicity, 2018 edition)"),
            record_type="administrative-penalty",
            body_codes=BODIES,
            row_form=PenaltyRow,
            columns=PENALTY_COLUMNS,
            needs_review=True,
            note=CLASS_NOTE,
            rules=FINE_RULES,
            questions=FINE_QUESTIONS,
        )
    )
    register(
        SubmissionFormat(
            code="market-licences",
            title=_("Administrative licences (double publicity, 2018 edition)"),
            record_type="administrative-licence",
            body_codes=BODIES,
            row_form=LicenceRow,
            columns=LICENCE_COLUMNS,
            needs_review=False,
        )
    )
