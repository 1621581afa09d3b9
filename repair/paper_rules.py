"""Which papers are asked for with what is filed: the rows of `PaperRule`, read once and asked without a query.

One instrument governs on a day: the one limited to a department and types goes first, then that of the city's profile,
then of the national ones the youngest. All that it asks for is asked for, and nothing of the others; the platform's own
rows fill in what it does not name. What counts is the day of filing.
"""

from dataclasses import dataclass
from datetime import date

from django.db import transaction
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from entities.catalogue.instruments import INSTRUMENTS
from entities.catalogue.sector_rules import SECTOR_TYPES
from entities.models import CreditRecord, LegalInstrument, RecordType, SubmittingBody
from repair import clock_rules
from repair.models import Case, CaseDocument, PaperRule, ProfileChoice
from repair.paper_catalogue import PAPER_RULES

Paper = PaperRule.Paper
#: How each is given on this platform.
HOW: dict[str, str | Promise] = {
    Paper.APPLICATION: _("What you write here is the application."),
    Paper.PROOF: _("PDF, JPG or PNG, up to 20 MB each, as many as you need."),
    Paper.EVIDENCE: _("PDF, JPG or PNG, up to 20 MB each, as many as you need."),
    Paper.DECISION: _("PDF, JPG or PNG, up to 20 MB each, as many as you need."),
    Paper.COMMITMENT: _("It is written for you; you read it and sign it on the screen."),
    Paper.LICENCE: _("The register has it; you attach nothing."),
    Paper.IDENTITY: _("You have signed in as somebody who acts for the entity; you attach nothing."),
    Paper.OTHER: _("The department names it where there is such a thing."),
}
#: The kinds of document that are such a paper. What is not here nobody hands in as a file.
FILES: dict[str, frozenset[str]] = {
    Paper.PROOF: frozenset({CaseDocument.Kind.PROOF}),
    Paper.EVIDENCE: frozenset({CaseDocument.Kind.PROOF}),
    Paper.DECISION: frozenset({CaseDocument.Kind.DECISION}),
    Paper.COMMITMENT: frozenset({CaseDocument.Kind.COMMITMENT}),
}


@dataclass(frozen=True, slots=True)
class PaperBook:
    """All rules of papers and all choices of a profile, the last choice first."""

    rules: tuple[PaperRule, ...]
    choices: tuple[ProfileChoice, ...] = ()

    def asked(
        self,
        *,
        case_kind: str,
        on: date,
        body_code: str = "",
        type_code: str = "",
        by_own_rule: bool = False,
    ) -> tuple[PaperRule, ...]:
        """The rules by which papers are asked for with what is filed on a day about a record of this type and department.

        Args:
            by_own_rule: an association repairs by its charter, tax and customs by the rules of their sector; no
                instrument read asks for papers in these.
        """
        profile = clock_rules.profile_on(self.choices, on)
        fitting = [
            rule
            for rule in self.rules
            if clock_rules.fits(
                rule, case_kind=case_kind, profile=profile, on=on, body_code=body_code, type_code=type_code
            )
            and not (by_own_rule and rule.instrument_id is not None)
        ]
        laws = [rule for rule in fitting if rule.instrument_id is not None]
        governing = min(laws, key=clock_rules.precedence, default=None)
        asked = [rule for rule in laws if governing and rule.instrument_id == governing.instrument_id]
        named = {rule.paper for rule in asked}
        asked += [rule for rule in fitting if rule.instrument_id is None and rule.paper not in named]
        return tuple(sorted(asked, key=lambda rule: Paper.values.index(rule.paper)))

    def asked_for(self, record: CreditRecord, kind: str, on: date) -> tuple[PaperRule, ...]:
        """The rules for a record on a day, by who answers for it."""
        return self._asked(record, kind, on, record.submitted_by)

    def asked_in(self, case: Case) -> tuple[PaperRule, ...]:
        """The rules of a case: of a draft those of today, of what is filed those that were written down with it."""
        if case.submitted_at is None:
            return self._asked(case.record, case.kind, timezone.localdate(), case.deciding_body)
        # What was filed before papers were rules names none, and is asked for none afterwards.
        of_code = {rule.code: rule for rule in self.rules}
        return tuple(of_code[code] for code in case.papers_asked_by)

    def _asked(
        self, record: CreditRecord, kind: str, on: date, body: SubmittingBody
    ) -> tuple[PaperRule, ...]:
        kind_of_record = record.record_type
        own = kind_of_record.family == RecordType.Family.MARKET or kind_of_record.code in SECTOR_TYPES
        return self.asked(
            case_kind=kind,
            on=on,
            body_code=body.code,
            type_code=kind_of_record.code,
            by_own_rule=kind == Case.Kind.REPAIR and own,
        )


def paper_book() -> PaperBook:
    """The rules as the tables now have them, in two small queries."""
    return PaperBook(
        tuple(PaperRule.objects.select_related("instrument")), tuple(ProfileChoice.objects.all())
    )


def papers(rules: tuple[PaperRule, ...]) -> frozenset[str]:
    """The papers that these rules ask for."""
    return frozenset(rule.paper for rule in rules)


@dataclass(frozen=True, slots=True)
class Asked:
    """A paper that is asked for, as pages show it.

    Args:
        is_there: whether it was given; None for what is not handed in.
    """

    rule: PaperRule
    is_there: bool | None = None

    @property
    def name(self) -> str:
        return str(self.rule.get_paper_display())

    @property
    def how(self) -> str:
        return str(HOW[self.rule.paper])

    @property
    def basis(self) -> str:
        return clock_rules.basis(self.rule)


def shown(rules: tuple[PaperRule, ...]) -> list[Asked]:
    """The papers that these rules ask for, before anything is handed in."""
    return [Asked(rule) for rule in rules]


def shown_in(case: Case, rules: tuple[PaperRule, ...]) -> list[Asked]:
    """The papers that these rules ask for in a case, with what is there; its documents are read already."""
    kinds = {document.kind for document in case.documents.all()}
    return [Asked(rule, _is_there(rule.paper, case, kinds)) for rule in rules]


def _is_there(paper: str, case: Case, kinds: set[str]) -> bool | None:
    if paper == Paper.APPLICATION:
        return bool(case.statement.strip())
    return bool(FILES[paper] & kinds) if paper in FILES else None


@transaction.atomic
def seed_paper_rules() -> int:
    """Write the shipped rules that are not there yet, and the instruments that they name; returns how many rules.

    What is there stays as it is, so seeding again changes nothing.
    """
    there = set(PaperRule.objects.values_list("code", flat=True))
    missing = {code: fields for code, fields in PAPER_RULES.items() if code not in there}
    instruments = {
        code: LegalInstrument.objects.get_or_create(code=code, defaults=INSTRUMENTS[code])[0]
        for code in {fields["instrument"] for fields in missing.values()} - {None}
    }
    PaperRule.objects.bulk_create(
        PaperRule(code=code, **fields | {"instrument": instruments.get(fields["instrument"])})
        for code, fields in missing.items()
    )
    return len(missing)
