"""The workflow as a document, printed from the table that the code moves by."""

from django.conf import settings
from django.utils import translation

from repair import policies, rules
from repair.deadlines import clock_rules
from repair.workflow import MOVES, Action, State, at_any_time

WHO = {
    policies.is_applicant: "someone who acts for the entity",
    policies.may_handle: "anyone who works on cases in the department",
    policies.may_decide: "a supervisor of the department without a hand in the record or the proposal",
    policies.may_decide_appeal: "someone of the lead office without a hand in the record, proposal or refusal",
    policies.may_note: "officials who deal with the case",
    policies.only_the_platform: "the platform, when the registry ends the record",
}
WHEN = {
    at_any_time: "",
    rules.may_still_appeal: "once, within the days that the settings allow",
    rules.answer_is_overdue: "after the applicant's days are over",
}
HEAD = """# How a repair goes

Printed by `manage.py print_repair_workflow` from the table in `repair/workflow.py` and the clocks in
`repair/deadlines.py`; a test fails when this file and the code differ. Do not edit it by hand.
"""
NOTES = """
* The day on which a clock is set going is not counted. Days are working days of the State Council's calendar; a
  deadline that crosses a year not yet published is provisional and is reckoned anew, with an entry in the audit log,
  once that year is known.
* While the applicant is asked, both the department's clock and that of the whole stand still. That the clock of the
  whole stands still too is this platform's reading: no text that was read says so, and none says otherwise.
* The appeal to the lead office is this platform's own procedure. 国办发〔2025〕22号 asks for a channel of objection and
  appeal; no instrument that was read sets its terms. They are settings (`REPAIR_APPEAL_WITHIN_DAYS`: %(appeal)s
  calendar days to file it, `REPAIR_APPEAL_DECIDED_WITHIN_WORKING_DAYS`, `REPAIR_ANSWER_WITHIN_WORKING_DAYS`). The days
  to appeal are few, so that its result comes while the 60 days for administrative reconsideration still run
  (Administrative Reconsideration Law, 2023, article 20).
* Nobody decides who entered, handed in or reviewed the record or one that it corrects, who ever proposed a decision in
  the case, who took the decision under appeal, or who acts for the entity.
* A draft that is withdrawn was never filed: only the entity sees it.
"""


def workflow_document() -> str:
    """The document, in English."""
    with translation.override("en"):
        parts = [
            HEAD,
            "## States and steps\n",
            _diagram(),
            "",
            _moves(),
            "\nA step marked internal, its words included, is hidden from the applicant.\n",
            "## Clocks\n",
            _clocks(),
            NOTES % {"appeal": settings.REPAIR_APPEAL_WITHIN_DAYS},
        ]
    return "\n".join(parts)


def _diagram() -> str:
    moves = [move for move in MOVES.values() if move.action != Action.NOTE]
    ends = set(State) - {move.source for move in moves}
    lines = [
        "```mermaid",
        "stateDiagram-v2",
        "    [*] --> draft",
        *(f"    {move.source} --> {move.target}: {move.action}" for move in moves),
        *(f"    {state} --> [*]" for state in State if state in ends),
        "```",
    ]
    return "\n".join(lines)


def _moves() -> str:
    lines = [
        "| from | step | to | who | when | words needed | internal |",
        "| --- | --- | --- | --- | --- | --- | --- |",
    ]
    for move in MOVES.values():
        words = "yes" if move.needs_words else ""
        lines.append(
            f"| {move.source.label} | {move.action.label} | {move.target.label} | {WHO[move.who]} |"
            f" {WHEN[move.when]} | {words} | {'yes' if move.is_internal else ''} |"
        )
    return "\n".join(lines)


def _clocks() -> str:
    lines = [
        "| clock | working days | holds for | basis | source | read |",
        "| --- | --- | --- | --- | --- | --- |",
    ]
    read = {"V": "in full", "P": "in part", "": "own"}
    for rule in clock_rules():
        types = ", ".join(sorted(rule.type_codes))
        whom = f"{types} of {rule.body_code}" if rule.body_code else "all"
        lines.append(
            f"| {rule.says} | {rule.days} | {whom}, from {rule.valid_from} | {rule.basis} | {rule.source} |"
            f" {read[rule.verification]} |"
        )
    return "\n".join(lines)
