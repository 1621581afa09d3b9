"""Texts to start from: reasons of decisions and requests for material, in both languages, from the wordings in force.

A place to be filled in is marked 〔…〕; a step whose text still has one is refused. What the case knows itself stands
in a wording in braces and is put in when the wording is chosen.
"""

from datetime import date

from django.utils import timezone, translation
from django.utils.translation import gettext_lazy as _

from credit_platform.ui.formats import day_long
from repair.models import Case
from repair.outlook import outlook_of
from repair.sectors import rule_of
from repair.wordings.models import Wording
from repair.wordings.selectors import WordingBook
from repair.workflow import Action

TO_FILL_IN = "〔…〕"
LANGUAGES = (("zh-hans", "中文"), ("en", "English"))
#: What a case knows, by the word that stands for it in braces.
PLACES = {
    "record": _("number of the decision on record"),
    "entity": _("name of the entity"),
    "basis": _("decision by which the basis has fallen"),
    "day": _("day on which the shortest publicity ended"),
    "signed": _("day of the commitment"),
    "rule": _("rule of tax or customs by which it was filed"),
}
Use = Wording.Use
#: For which steps a wording is offered, by what it is for.
ACTIONS: dict[str, frozenset[Action]] = {
    Use.GRANT: frozenset({Action.PROPOSE_GRANT, Action.GRANT}),
    Use.REFUSE: frozenset({Action.PROPOSE_REFUSE, Action.REFUSE}),
    Use.CORRECT: frozenset({Action.PROPOSE_CORRECT, Action.UPHOLD}),
    Use.END: frozenset({Action.PROPOSE_END, Action.UPHOLD}),
    Use.DISMISS: frozenset({Action.PROPOSE_DISMISS, Action.DISMISS}),
    Use.REMOVE: frozenset({Action.PROPOSE_REMOVE, Action.REMOVE}),
    Use.KEEP: frozenset({Action.PROPOSE_KEEP, Action.KEEP}),
    Use.MATERIAL: frozenset({Action.ASK_MATERIAL}),
    Use.APPEAL_UPHELD: frozenset({Action.UPHOLD_APPEAL}),
    Use.APPEAL_DISMISSED: frozenset({Action.DISMISS_APPEAL}),
    Use.REMIT: frozenset({Action.REMIT}),
}


def choices_for(
    actions, *, case: Case, book: WordingBook, on: date
) -> list[tuple[str, list[tuple[str, str]]]]:
    """What a select offers for these actions in a case, grouped by language."""
    uses = [use for use, fitting in ACTIONS.items() if fitting & set(actions)]
    offered = book.offered(uses, case=case, on=on)
    return [
        (name, [(f"{wording.code}:{language}", wording.name) for wording in offered])
        for language, name in LANGUAGES
        if offered
    ]


def fill_in(choice: str, case: Case, book: WordingBook) -> str:
    """The chosen wording with what the case already knows; empty for one that is not in force or does not fit."""
    code, _colon, language = choice.partition(":")
    today = timezone.localdate()
    wording = book.by_code(code, on=today)
    if wording is None or language not in dict(LANGUAGES) or not wording.fits(case):
        return ""
    text = wording.text_zh if language == "zh-hans" else wording.text_en
    with translation.override(language):
        known = {
            "record": case.record.document_number,
            "entity": case.entity.name,
            "basis": f"{case.basis_authority} {case.basis_number}".strip() or TO_FILL_IN,
            "day": day_long(outlook_of(case.record, today).day) or TO_FILL_IN,
            "signed": day_long(case.commitment_signed_at) or TO_FILL_IN,
            "rule": rule.cited if (rule := rule_of(case)) else TO_FILL_IN,
        }
    for place, value in known.items():
        text = text.replace(f"{{{place}}}", value)
    return text
