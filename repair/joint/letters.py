"""The commitment letters of a joint filing: one for each requirement of the law, not one for each record.

Order 36 asks for a public commitment, the rules of the market-supervision system for one of their own; and a body
is to read of what it decides itself and of nothing else. So there is a letter for each body and each instrument on
which its repairs stand, and it names all the records to which that applies.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from django.template.loader import render_to_string
from django.utils import timezone, translation

from entities.models import LegalInstrument, SubmittingBody
from entities.policies import who_answers_for
from repair.models import Case
from repair.outlook import Outlooks, outlooks
from repair.services import LETTER_LANGUAGES


@dataclass(frozen=True, slots=True)
class Commitment:
    """One letter: who reads it, what asks for it, and the cases for which it is signed."""

    body: SubmittingBody
    instrument: LegalInstrument | None
    cases: tuple[Case, ...]

    def in_language(self, language: str) -> str:
        """The letter in one language; its first line is the title."""
        first = self.cases[0]
        with translation.override(language):
            context = {"case": first, "cases": self.cases, "joint": first.joint}
            return render_to_string("repair/commitment_letter.txt", context).strip()

    @property
    def text(self) -> str:
        """The letter as it is signed: the Chinese text, then the English."""
        return "\n\n\n".join(self.in_language(language) for language in LETTER_LANGUAGES) + "\n"


def commitments_of(cases: Iterable[Case]) -> list[Commitment]:
    """The letters that these drafts need, in the order of the cases; each case is in one of them."""
    drafts = list(cases)
    looking = outlooks([case.record for case in drafts], timezone.localdate())
    groups: dict[tuple[SubmittingBody, LegalInstrument | None], list[Case]] = {}
    for case in drafts:
        about = (who_answers_for(case.record.submitted_by), _what_asks_for_it(case, looking))
        groups.setdefault(about, []).append(case)
    return [Commitment(body, instrument, tuple(found)) for (body, instrument), found in groups.items()]


def _what_asks_for_it(case: Case, looking: Outlooks) -> LegalInstrument | None:
    rule = looking.of(case.record).rule
    return rule.instrument if rule else None
