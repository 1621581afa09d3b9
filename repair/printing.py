"""The workflow as a document, printed from the table that the code moves by."""

from collections.abc import Callable, Iterable
from datetime import date
from typing import Any

from django.conf import settings
from django.db.models import TextChoices
from django.utils import translation

from credit_platform.common.decisions import Decision
from entities.catalogue.instruments import INSTRUMENTS
from entities.catalogue.sector_rules import BREACHES_WITH_POINTS, SECTOR_RULES
from repair import points, policies, rules
from repair.clock_catalogue import CLOCK_RULES
from repair.models import Case, ClockRule, PaperRule, Profile, SectorRule
from repair.paper_catalogue import PAPER_RULES
from repair.paper_rules import HOW
from repair.workflow import SAID, TABLES, Move, State, at_any_time, name_of

WHO = {
    policies.is_applicant: "someone who acts for the entity",
    policies.may_prepare: "someone who acts for the entity, or its association by its leave",
    policies.may_handle: "anyone who works on cases in the department",
    policies.may_decide: "a supervisor of the department without a hand in the record or in another case about it",
    policies.may_decide_appeal: "someone of the lead office without a hand in the record or in any case about it",
    policies.may_extend: "a supervisor of the department",
    policies.may_write_correction: "whoever enters records for the department",
    policies.may_note: "officials who deal with the case",
    policies.is_filer: "whoever filed it: someone who acts for the entity, or the department",
    policies.only_the_platform: "the platform, when the registry ends the record",
    policies.who_withdraws_the_record: "who withdraws the record in the registry, as independent as who decides",
}
WHEN = {
    at_any_time: "",
    rules.may_still_appeal: "once, within the days that the settings allow",
    rules.may_be_extended: "once, where the rule of a running clock allows it",
    rules.upholding_is_proposed: "when a correction or taking back is proposed",
    rules.answer_is_overdue: "after the applicant's days are over",
}
TITLES = {
    Case.Kind.REPAIR: "How a repair goes",
    Case.Kind.OBJECTION: "How an objection goes",
    Case.Kind.BASIS: "How the basis of a record is withdrawn",
}
HEAD = """# %(title)s

Printed by `manage.py print_repair_workflow` from the table in `repair/workflow.py` and the rules of clocks in
`repair/clock_catalogue.py`; a test fails when this file and the code differ. Do not edit it by hand.
"""
NOTES = """
* The lead office chooses which of the local regulations the city follows, from which day; the choice is in the audit
  log. Each clock keeps the rule that set it. When the rule for the day on which it started is another, it is reckoned
  anew, with an entry in the audit log; a rule that begins later does not touch it.
* The department's clock runs inside that of the whole: where the whole is over earlier, the department's is too.
* A clock is extended once, by a supervisor and with reasons, where its rule gives a figure for it.
* The day on which a clock is set going is not counted. Days are working days of the State Council's calendar; a
  deadline that crosses a year not yet published is provisional and is reckoned anew, with an entry in the audit log,
  once that year is known.
* While the applicant is asked, both the department's clock and that of the whole stand still. That the clock of the
  whole stands still too is this platform's reading: no text that was read says so, and none says otherwise.
* The appeal to the lead office is this platform's own procedure. 国办发〔2025〕22号 asks for a channel of objection and
  appeal; no instrument that was read sets its terms. The days to file it are a
  setting (`REPAIR_APPEAL_WITHIN_DAYS`: %(appeal)s calendar days), the others rules marked as own. The days to appeal
  are few, so that its result comes while the 60 days for administrative reconsideration still run
  (Administrative Reconsideration Law, 2023, article 20).
* Nobody decides who entered, handed in or reviewed the record or one that it corrects, who ever proposed a decision in
  the case, who took the decision under appeal, who had any part in another case about the same record or answered when
  it was said to be missing, or who acts for the entity (`repair/independence.py`).
* A draft that is withdrawn was never filed: only the entity sees it.
%(withdrawal)s"""


WITHDRAWAL = """\
* A department that withdraws a record while it is asked about it gives its answer so: the reason is that of the
  withdrawal, everybody concerned is told, a letter is written, every place has to confirm that the record is gone, and
  the time used is counted. Who withdraws it is as independent of the case as who decides. Of several cases about one
  record the objection has these effects, and counts in the accuracy of the department's data; the others are settled.
* While it is said that its basis has fallen, a record is not withdrawn: deciding that takes it out of the past too.
"""
PAPERS = """
A case keeps the rules in force on the day of its filing, by which it was found complete. Of several instruments one
governs (`repair/paper_rules.py`).
"""
OBJECTION_NOTES = """
* Filing marks the record as under objection, wherever it is shown; the decision or the withdrawal of the objection
  lifts the mark. A record that is corrected meanwhile takes the mark along.
* Where the regulation that the city follows says so, the record is disclosed to nobody but its department, its entity
  and the lead office from the filing to the end of the objection (`repair/suspension.py`). Ratings weigh it all the
  same: the articles read speak of disclosure.
* Upholding carries out what was proposed: the correction, field by field, is handed in by who proposed it and approved
  by who decides; or the record is taken back.
* The applicant may appeal to the lead office against a dismissal, as in a repair. The appeal marks the record again.
  Upheld, the record is taken back, or the case goes to the department once more, which then corrects what the lead
  office found wrong; whoever decided before does not decide again, and a new decision can be appealed against anew.
* What the platform itself holds is what the department handed in, so that it passes an objection on at once. Where the
  regulation that the city follows has it compared with what was sent, that is done when the objection is filed, with the
  row of the file by which the record came; the applicant is told what came of it, and the lead office where they differ.
* Nobody decides who entered, handed in or reviewed the record or one that it corrects, who ever proposed a decision in
  the case, who had any part in another case about the same record or answered when it was said to be missing, or who
  acts for the entity (`repair/independence.py`).
%(withdrawal)s* How clocks run is told in workflow-repair.md.
"""


BASIS_NOTES = """
* Filed by the entity or by the department of the record, with the decision by which the basis falls: revoked, changed,
  found unlawful or void, in administrative reconsideration, by a court or by the authority itself (Administrative
  Penalty Law, article 48). Of a record that has run out or was repaired it can be filed too.
* Removing takes the record out altogether: nobody but its department and its entity reads it, those who follow the
  entity are told that it is gone, and no grade that is worked out from then on counts it, of past days neither. What was
  known before stays explainable: the database keeps what was said until then.
* Leaving the record as it is needs reasons like every decision, and can be appealed against.
* Nobody decides who entered, handed in or reviewed the record or one that it corrects, who ever proposed or took a
  decision in the case, who had any part in another case about the same record or answered when it was said to be
  missing, or who acts for the entity; also where the department filed it itself (`repair/independence.py`).
* How clocks run is told in workflow-repair.md.
"""


SECTORS = """
## Tax points and levels of customs

Repaired by the same steps, by rules of their own (`entities/catalogue/sector_rules.py`):

* **points**: the applicant says on which day it was corrected, and whoever proposes to grant says which day was found.
  Granting puts a record in the place of the old one that says this day; it goes on counting as the scheme of tax credit
  has it, with the points that come back. On appeal the applicant's own day holds, where the department found none.
* **level**, of customs, and of tax where D was given directly: whoever proposes to grant says which one holds instead.
  Granting ends the record as every repair does and enters the new level, decided on that day. On appeal the old level
  ends; where none was proposed in its place, the department enters another by itself.
* **follows**: a grade with points is not asked for by itself, it follows from them.
* **none**: what was read gives nothing back.
* No waiting time was read in a text in force, so it may be asked for from the first day; the 3, 6 or 12 months that one
  source has for a grade given directly are shown and not enforced. Points come back by a day that
  each breach has for itself, so they are not asked for together with other records.
"""


def workflow_document(kind: str = Case.Kind.REPAIR) -> str:
    """The document on cases of a kind, in English."""
    notes = {
        Case.Kind.REPAIR: NOTES % {"appeal": settings.REPAIR_APPEAL_WITHIN_DAYS, "withdrawal": WITHDRAWAL},
        Case.Kind.OBJECTION: OBJECTION_NOTES % {"withdrawal": WITHDRAWAL},
        Case.Kind.BASIS: BASIS_NOTES,
    }[Case.Kind(kind)]
    with translation.override("en"):
        parts = [
            HEAD % {"title": TITLES[Case.Kind(kind)]},
            "## States and steps\n",
            diagram(TABLES[kind].values(), State),
            "",
            moves_table(
                TABLES[kind].values(), WHO, WHEN, named=lambda action: name_of(action, kind), internal=True
            ),
            "\nA step marked internal, its words included, is hidden from the applicant.\n",
            "## Papers\n",
            _papers(kind),
            PAPERS,
            "## Clocks\n",
            _clocks(kind),
            notes,
            *([SECTORS, _sectors(), "", _points()] if kind == Case.Kind.REPAIR else []),
        ]
    return "\n".join(parts)


def _sectors() -> str:
    read = {"V": "in full", "P": "in part", "B": "not verified"}
    lines = [
        "| rule | record | says | effect | holds for | basis | source | read |",
        "| --- | --- | --- | --- | --- | --- | --- | --- |",
    ]
    for code, rule in SECTOR_RULES.items():
        until = f" to {rule['valid_to']}" if "valid_to" in rule else ""
        basis = f"{INSTRUMENTS[rule['instrument']]['name_en']} {rule.get('article', '')}".strip()
        says = ", ".join(rule["values"])
        if absent := rule.get("absent_field"):
            says = f"{says}, without {absent}"
        effect = SectorRule.Effect(rule["effect"]).value
        if barred := rule.get("barred"):
            effect = f"{effect}, not {', '.join(barred)}"
        lines.append(
            f"| {code} | {rule['record_type']} | {says} | {effect} |"
            f" from {rule['valid_from']}{until} | {basis} | {rule['source']} | {read[rule['verification']]} |"
        )
    return "\n".join(lines)


def _points() -> str:
    """What the schemes give back, for a breach of one day that took its points off once."""
    on, lines = date(2026, 3, 1), ["| scheme | breach | off | back |", "| --- | --- | --- | --- |"]
    for rule in SECTOR_RULES.values():
        for breach in BREACHES_WITH_POINTS if "scheme" in rule else ():
            said = {"breach": breach}
            off = points.points_of(rule["scheme"], said, on, None).off
            back = "; ".join(
                f"{step.back.normalize():f} {f'until {step.until}' if step.until else 'later'}"
                for step in points.table_of(rule["scheme"], said, on)
            )
            lines.append(f"| {rule['scheme']} | {breach} | {off.normalize():f} | {back} |")
    head = f"What the schemes of tax credit give back for a breach of {on}, by when it is corrected:\n"
    return "\n".join([head, *lines, ""])


def diagram(table: Iterable[Move], states: type[TextChoices]) -> str:
    """The moves as a picture in Mermaid; the first of the states is where everything begins."""
    moves = [move for move in table if move.action not in SAID]
    ends = {move.target for move in moves} - {move.source for move in moves}
    lines = [
        "```mermaid",
        "stateDiagram-v2",
        f"    [*] --> {next(iter(states))}",
        *(f"    {move.source} --> {move.target}: {move.action}" for move in moves),
        *(f"    {state} --> [*]" for state in states if state in ends),
        "```",
    ]
    return "\n".join(lines)


def moves_table(
    table: Iterable[Move],
    who: dict[Callable[..., Decision], str],
    when: dict[Callable[..., Decision], str],
    *,
    named: Callable[[Any], str] = lambda action: str(action.label),
    internal: bool = False,
) -> str:
    """The moves as a table; `KeyError` for a policy or a rule of time that has no words here."""
    heads = ["from", "step", "to", "who", "when", "words needed", *(["internal"] if internal else [])]
    lines = [f"| {' | '.join(heads)} |", f"|{' --- |' * len(heads)}"]
    for move in table:
        cells = [
            str(move.source.label),
            named(move.action),
            str(move.target.label),
            who[move.who],
            when[move.when],
            "yes" if move.needs_words else "",
            *(["yes" if move.is_internal else ""] if internal else []),
        ]
        lines.append(f"| {' | '.join(cells)} |")
    return "\n".join(lines)


READ = {"V": "in full", "P": "in part", "B": "not verified", "": "own"}


def _papers(kind: str) -> str:
    lines = [
        "| paper | how it is given | holds for | basis | source | read | rule |",
        "| --- | --- | --- | --- | --- | --- | --- |",
    ]
    for code, rule in PAPER_RULES.items():
        if rule["case_kind"] != kind:
            continue
        paper = PaperRule.Paper(rule["paper"])
        lines.append(
            f"| {paper.label} | {HOW[paper]} | {_whom(rule)} | {_basis(rule)} | {rule['source']} |"
            f" {READ[rule['verification']]} | {code} |"
        )
    return "\n".join(lines)


def _whom(rule: dict) -> str:
    types = ", ".join(sorted(rule.get("type_codes", ())))
    whom = f"{types} of {rule['body_code']}" if "body_code" in rule else "all"
    until = f" to {rule['valid_to']}" if "valid_to" in rule else ""
    profile = f"{Profile(rule['profile']).label}: " if "profile" in rule else ""
    return f"{profile}{whom}, from {rule['valid_from']}{until}"


def _basis(rule: dict) -> str:
    named = INSTRUMENTS[rule["instrument"]]["name_en"] if rule["instrument"] else "own procedure"
    return f"{named} {rule.get('article', '')}"


def _clocks(kind: str) -> str:
    lines = [
        "| clock | case | term | may be extended by | holds for | basis | source | read | rule |",
        "| --- | --- | --- | --- | --- | --- | --- | --- | --- |",
    ]
    for code, rule in CLOCK_RULES.items():
        if rule["case_kind"] not in ("", kind):
            continue
        extend = rule.get("extend_by", "")
        most = f", {rule['at_most']} in all" if "at_most" in rule else ""
        lines.append(
            f"| {ClockRule.Clock(rule['clock']).label}{', suspends disclosure' if rule.get('suspends') else ''}"
            f"{', what comparing found is told' if rule.get('compares') else ''} |"
            f" {ClockRule.CaseKind(rule['case_kind']).label} |"
            f" {rule['value']} working days | {extend}{most} | {_whom(rule)} |"
            f" {_basis(rule)} | {rule['source']} | {READ[rule['verification']]} | {code} |"
        )
    return "\n".join(lines)
