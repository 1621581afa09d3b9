"""Reads of joint filings, scoped by `user`: what a reader may not see of a case, no joint filing shows."""

from collections.abc import Iterable
from dataclasses import dataclass

from django.utils import timezone
from django.utils.translation import gettext as _

from credit_platform.common.errors import Missing
from credit_platform.common.services import current_calendar
from entities import looks
from entities.models import Entity, SubmittingBody
from entities.policies import entities_of
from repair import rules, selectors, training
from repair.before_filing import Prospect, Prospects
from repair.joint import letters, services
from repair.joint.letters import Commitment
from repair.models import Case, CaseDocument, JointFiling, PaperRule
from repair.paper_rules import Asked, paper_book, papers, shown
from repair.proof.selectors import nodes_of
from repair.sectors import asks_for_the_day
from repair.selectors import Due
from repair.training import Training
from repair.workflow import State


@dataclass(frozen=True, slots=True)
class Part:
    """One case of a filing, as somebody who sees that case sees it."""

    case: Case
    side: str
    headline: str
    tracker: list[dict]
    due: Due
    is_over: bool


@dataclass(frozen=True, slots=True)
class Elsewhere:
    """A case of the filing that the reader does not see: with whom it is, and whether it is over; no more."""

    body: SubmittingBody
    is_over: bool


@dataclass(frozen=True, slots=True)
class JointPage:
    """A joint filing as one reader may see it."""

    filing: JointFiling
    is_applicant: bool
    parts: list[Part]
    elsewhere: list[Elsewhere]
    may_withdraw: bool

    @property
    def total(self) -> int:
        return len(self.parts) + len(self.elsewhere)

    @property
    def over(self) -> int:
        """How many of its cases are over and gone everywhere."""
        return sum(part.is_over for part in self.parts) + sum(one.is_over for one in self.elsewhere)

    @property
    def bodies(self) -> list[SubmittingBody]:
        """The bodies that decide, each once."""
        found = {part.case.deciding_body_id: part.case.deciding_body for part in self.parts}
        return list((found | {one.body.pk: one.body for one in self.elsewhere}).values())


def filing_for(*, user, number: str) -> JointFiling:
    """A filing of which the user sees a case; `Missing` for any other."""
    filing = JointFiling.objects.visible_to(user).select_related("entity").filter(number=number).first()
    if filing is None:
        raise Missing
    return filing


def joint_page(*, user, number: str) -> JointPage:
    """The filing with each case of it that was filed, in as much detail as the reader may have."""
    filing = filing_for(user=user, number=number)
    cases = cases_seen(user=user, filing=filing)
    looks.note([case.record for case in cases], private=True)
    today, calendar, nodes = timezone.localdate(), current_calendar(), nodes_of(cases)
    running = _running(filing)
    parts = [
        Part(
            case,
            side := selectors.side_of(user, case),
            _headline(case, side),
            [*selectors.tracker(case, user, today), *([nodes[case.pk]] if case.pk in nodes else [])],
            selectors.due_of(case, today=today, calendar=calendar, for_applicant=side == "applicant"),
            case.pk not in running,
        )
        for case in cases
    ]
    is_applicant = filing.entity_id in entities_of(user)
    return JointPage(
        filing=filing,
        is_applicant=is_applicant,
        parts=parts,
        elsewhere=elsewhere(user=user, filing=filing),
        may_withdraw=is_applicant and bool(services.withdrawable(cases)),
    )


def _headline(case: Case, side: str) -> str:
    """Where the case stands; of one that was lost, where the reasons are read."""
    if case.state in rules.APPEALABLE | {State.APPEAL_DISMISSED}:
        return _("Decided. The reasons, and what can be done, stand on the page of the case.")
    return selectors.headline(case, side)


def siblings_of(*, user, case: Case) -> JointPage | None:
    """The filing with the other cases of it beside this one; None where it was filed alone."""
    if case.joint_id is None or case.joint.submitted_at is None:
        return None
    return joint_page(user=user, number=case.joint.number)


def cases_seen(*, user, filing: JointFiling) -> list[Case]:
    """The cases of the filing that this user sees; of a filed one without what was left out of the draft."""
    cases = selectors.whole_cases(user=user).filter(joint=filing)
    if filing.submitted_at is not None:
        cases = cases.filter(submitted_at__isnull=False)
    return list(cases.order_by("pk"))


def elsewhere(*, user, filing: JointFiling) -> list[Elsewhere]:
    """Its other cases, which this user does not see."""
    seen = Case.objects.visible_to(user).filter(joint=filing).values("pk")
    others = Case.objects.filter(joint=filing, submitted_at__isnull=False).exclude(pk__in=seen)
    cases = list(others.select_related("deciding_body").order_by("pk"))
    running = _running(filing) if cases else frozenset()
    return [Elsewhere(case.deciding_body, case.pk not in running) for case in cases]


def _running(filing: JointFiling) -> frozenset[int]:
    return frozenset(services.unfinished().filter(joint=filing).values_list("pk", flat=True))


# Before it is filed


@dataclass(frozen=True, slots=True)
class Choice:
    """The records of one entity that can be asked for, or objected to, together today."""

    entity: Entity
    prospects: list[Prospect]


def choices_among(prospects: Prospects, kind: str = Case.Kind.REPAIR) -> list[Choice]:
    """By entity, the records of which a case of the kind can be filed today and is not yet; at least two of each."""
    found: dict[int, Choice] = {}
    for prospect in prospects.every if kind == Case.Kind.OBJECTION else prospects.now:
        if is_open_to_choice(prospect, kind):
            entity = prospect.record.entity
            found.setdefault(entity.pk, Choice(entity, [])).prospects.append(prospect)
    return [choice for choice in found.values() if len(choice.prospects) >= services.FEWEST]


def is_open_to_choice(prospect: Prospect, kind: str = Case.Kind.REPAIR) -> bool:
    """Whether it can be asked for, or objected to, today and is at most drafted so far."""
    if kind == Case.Kind.OBJECTION:
        case, may_file = prospect.objection, rules.may_object(prospect.record)
    else:
        if asks_for_the_day(prospect.sector):  # Each has a day of its own, and is asked for by itself.
            return False
        case, may_file = prospect.open_case, prospect.may_apply
    return bool(may_file) and (case is None or case.state == State.DRAFT)


@dataclass(frozen=True, slots=True)
class DraftPart:
    """A record of a draft, with the proofs that are given for it alone."""

    case: Case
    proofs: list[CaseDocument]


@dataclass(frozen=True, slots=True)
class DraftPage:
    """A filing that is being written."""

    filing: JointFiling
    parts: list[DraftPart]
    shared: list[CaseDocument]
    commitments: list[Commitment]
    #: The certificates that are handed in, each once, whatever number of the records has it.
    certificates: list[CaseDocument]
    training: Training | None
    #: The rules by which papers are asked for with any of them, each once.
    paper_rules: tuple[PaperRule, ...]

    @property
    def asked(self) -> frozenset[str]:
        """The papers asked for with any of them, of `PaperRule.Paper`."""
        return papers(self.paper_rules)

    @property
    def asked_papers(self) -> list[Asked]:
        """The same, as the page shows them."""
        return shown(self.paper_rules)

    @property
    def bodies(self) -> list[SubmittingBody]:
        """The bodies that will decide, each once."""
        deciding = (part.case.deciding_body for part in self.parts)
        return list({body.pk: body for body in deciding}.values())


def draft_page(*, user, number: str) -> DraftPage:
    """The draft of a filing, for whoever acts for its entity."""
    filing = filing_for(user=user, number=number)
    cases = list(selectors.whole_cases(user=user).filter(joint=filing, state=State.DRAFT).order_by("pk"))
    looks.note([case.record for case in cases])
    for case in cases:
        case.joint = filing
    proofs = {
        case.pk: [paper for paper in case.documents.all() if paper.kind == CaseDocument.Kind.PROOF]
        for case in cases
    }
    shared, book = _in_every(proofs.values()), paper_book()
    keys = {paper.document_id for paper in shared}
    return DraftPage(
        filing,
        [
            DraftPart(case, [paper for paper in proofs[case.pk] if paper.document_id not in keys])
            for case in cases
        ],
        shared,
        [] if filing.is_objection else letters.commitments_of(cases),
        list({one.document.name: one for case in cases for one in training.certificates_in(case)}.values()),
        None if filing.is_objection else training.offered_for(cases),
        tuple({rule.code: rule for case in cases for rule in book.asked_in(case)}.values()),
    )


def _in_every(proofs: Iterable[list[CaseDocument]]) -> list[CaseDocument]:
    """The papers that every one of these has."""
    every = list(proofs)
    if not every:
        return []
    common = set.intersection(*({paper.document_id for paper in papers} for papers in every))
    return [paper for paper in every[0] if paper.document_id in common]
