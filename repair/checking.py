"""The platform's own check of an objection: does it show what was sent? Where the city's regulation has that told.

Shenzhen 2023 art. 51 and Taizhou 2020 art. 13 have the platform compare the two and tell the applicant what came of it;
which rules of the check do, their rows say. The comparison is made in the moment of filing. Where the two differ the lead
office, which keeps the platform, is told as well. A record is its department's, so in any case it is for the department to
put it right, and the objection is with it already.
"""

from typing import Any

from django.utils import timezone, translation
from django.utils.translation import gettext as _

from credit_platform.audit import services as audit
from entities.as_sent import differing_fields
from entities.models import CreditRecord
from repair import notices
from repair.clock_rules import clock_book
from repair.models import Case, CaseStep, ClockRule

SAME, DIFFERS, ENTERED = "compared_same", "compared_differs", "compared_entered"


def compare(case: Case) -> None:
    """Compare the record of an objection with what was sent and tell it, where the rule for today says so."""
    rule = clock_book().rule_for(
        ClockRule.Clock.CHECK, case_kind=case.kind, on=timezone.localdate(case.submitted_at)
    )
    if rule is None or not rule.compares:
        return
    differing = differing_fields(case.record)
    found = ENTERED if differing is None else DIFFERS if differing else SAME
    words = "；".join(_in_both_languages(name) for name in differing or ())
    CaseStep.objects.create(
        case=case,
        actor=None,
        actor_name=_("The platform"),
        action=found,
        source=case.state,
        target=case.state,
        version=case.version,
        note=words,
    )
    audit.record(actor=None, verb=f"repair.case.{found}", target=case, rule=rule.code)
    notices.compared(case, found, words)


def _in_both_languages(name: str) -> str:
    said = []
    for language in ("zh-hans", "en"):
        with translation.override(language):
            field: Any = CreditRecord._meta.get_field(name)
            said.append(str(field.verbose_name))
    return " / ".join(said)
