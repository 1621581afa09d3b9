"""What is said to be missing as a document, printed from the table that the code moves by."""

from collections.abc import Callable

from django.conf import settings
from django.utils import translation

from credit_platform.common.decisions import Decision
from repair.missing import policies
from repair.missing.workflow import MOVES, State, may_still_appeal
from repair.printing import diagram, moves_table
from repair.workflow import at_any_time

WHO = {
    policies.is_applicant: "someone who acts for the entity",
    policies.may_answer: "a reviewer or supervisor of the body who never answered about the same record",
    policies.may_hear: "someone of the lead office who never answered or decided about the same record",
}
WHEN: dict[Callable[..., Decision], str] = {
    at_any_time: "",
    may_still_appeal: "once, within the days that the settings allow",
}
TEXT = """# How a missing record is asked for

Printed by `manage.py print_missing_workflow` from the table in `repair/missing/workflow.py`; a test fails when this file
and the code differ. Do not edit it by hand.

## States and steps

%(diagram)s

%(moves)s

## Clocks

* The body has the term in which an objection to such a record has its result, the lead office that of an appeal in an
  objection (workflow-objection.md). What is overdue is told the supervisors of the body by name, and of an appeal the
  lead office.
* A refusal of a department can be appealed against once within %(appeal)s calendar days (`REPAIR_APPEAL_WITHIN_DAYS`). Upheld,
  the body answers anew, by somebody else, and a new refusal can be appealed against anew. An association decides alone
  on what it records of its members.
* Nobody answers, or decides an appeal, who did so before about the same record, and nobody who did decides a case about
  it later (`repair/independence.py`).
"""


def workflow_document() -> str:
    """The document, in English."""
    with translation.override("en"):
        return TEXT % {
            "diagram": diagram(MOVES.values(), State),
            "moves": moves_table(MOVES.values(), WHO, WHEN),
            "appeal": settings.REPAIR_APPEAL_WITHIN_DAYS,
        }
