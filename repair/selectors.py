"""Reading cases: for lists, for the page of a case, for desks. Everything is scoped by `user`."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime

from django.db.models import Case as Choose, F, IntegerField, Prefetch, QuerySet, Value, When
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _, pgettext

from agencies.desk import MOST_ROWS, DeskRow
from agencies.measures.models import Measure
from agencies.measures.selectors import bound_to
from associations.models import RepairRule
from credit_platform.common.decisions import Decision
from credit_platform.common.errors import Missing
from credit_platform.common.services import current_calendar
from credit_platform.common.working_days import WorkingCalendar
from credit_platform.ui.formats import day, day_long, file_size, listed
from entities import looks
from entities.models import CreditRecord
from entities.publicity import Outlook
from repair import clock_rules, corrections, deadlines, independence, policies, rules, sectors
from repair.before_filing import Prospect
from repair.models import (
    Case,
    CaseClock,
    CaseDocument,
    CaseStep,
    ClockRule,
    Profile,
    ProfileChoice,
    SectorRule,
)
from repair.notices import did
from repair.outlook import outlooks
from repair.paper_rules import Asked, paper_book, shown, shown_in
from repair.points import Step
from repair.rule_words import SectorRow, words_of
from repair.wordings.models import Wording
from repair.wordings.selectors import WordingBook, wording_book
from repair.workflow import SAID, Action, Move, State, moves_open_to

#: Actions that end in a decision; the page shows why a reader of the desk may not take them.
DECIDING = {State.PROPOSED: policies.may_decide, State.APPEALED: policies.may_decide_appeal}


# Lists


def cases_for_list(*, user) -> QuerySet[Case]:
    """The cases this user may see, with all that a row shows: what is overdue first, then by the day it is due.

    What waits for the applicant stands behind what runs, and what is closed behind both, the newest first.
    """
    rank = Choose(
        When(state__in=(State.SUBMITTED, State.PROPOSED, State.APPEALED), then=Value(0)),
        When(state__in=(State.MORE_MATERIAL, State.DRAFT), then=Value(1)),
        default=Value(2),
        output_field=IntegerField(),
    )
    return (
        Case.objects.visible_to(user)
        .select_related("entity", "deciding_body", "joint", "record__record_type", "record__type_version")
        .annotate(rank=rank)
        .order_by("rank", F("due_on").asc(nulls_last=True), "-opened_at", "-pk")
    )


def cases_waiting(*, user) -> QuerySet[Case]:
    """The cases in which it is this user's turn, the most urgent first."""
    return cases_for_list(user=user).filter(policies.cases_waiting_for(user, timezone.localdate()))


def count_waiting(user) -> int:
    """How many cases wait for this user; what bars and desks show beside “Cases”."""
    if not policies.has_cases(user):
        return 0
    waiting = policies.cases_waiting_for(user, timezone.localdate())
    return Case.objects.visible_to(user).filter(waiting).count()


def count_waiting_at_desk(user) -> int:
    return _at_desk(user).count()


def desk_rows(user) -> Iterable[DeskRow]:
    """The cases of a department's or the lead office's desk, as its table shows them."""
    asked = {
        State.SUBMITTED: (_("Prepare a repair decision"), _("Prepare")),
        State.MORE_MATERIAL: (_("The material did not come"), _("Open")),
        State.PROPOSED: (_("Decide a repair"), _("Decide")),
        State.APPEALED: (_("Decide an appeal"), _("Decide")),
    }
    objected = asked | {
        State.SUBMITTED: (_("Check an objection"), _("Check")),
        State.PROPOSED: (_("Decide an objection"), _("Decide")),
    }
    fallen = asked | {
        State.SUBMITTED: (_("Check a withdrawal of the basis"), _("Check")),
        State.PROPOSED: (_("Decide a withdrawal of the basis"), _("Decide")),
    }
    names = {Case.Kind.REPAIR: asked, Case.Kind.OBJECTION: objected, Case.Kind.BASIS: fallen}
    cases = _at_desk(user)[:MOST_ROWS]
    looks.note(case.record for case in cases)
    for case in cases:
        what, verb = names[Case.Kind(case.kind)][State(case.state)]
        yield DeskRow(
            asked=what,
            detail=case.record.heading,
            url=reverse("repair:case-detail", args=(case.number,)),
            verb=verb,
            due=case.due_on,
            provisional=case.due_is_provisional,
            name=case.entity.name,
            code=case.entity.credit_code,
            name_url=reverse("entities:entity-detail", args=(case.entity.credit_code,)),
            reference=case.number,
            since=timezone.localdate(case.submitted_at),
            kind=case.get_kind_display(),
        )


def _at_desk(user) -> QuerySet[Case]:
    return cases_waiting(user=user).exclude(entity__in=policies.entities_of(user))


def cases_of_entity(*, user, credit_code: str) -> QuerySet[Case]:
    """The cases about one entity that this user may see, the newest first."""
    return cases_for_list(user=user).filter(entity__credit_code=credit_code).order_by("-opened_at", "-pk")


@dataclass(frozen=True, slots=True)
class Due:
    """A deadline as its chip shows it."""

    days_left: int | None
    state: str
    day: date | None
    provisional: bool


def due_of(case: Case, *, today: date, calendar: WorkingCalendar, for_applicant: bool) -> Due:
    """The deadline of the step: while the applicant is asked, it runs for the applicant and stands still for others."""
    if case.due_on is None:
        return Due(None, "none", None, provisional=False)
    paused = case.state == State.MORE_MATERIAL and not for_applicant
    return Due(
        deadlines.days_left(case.due_on, today, calendar),
        "paused" if paused and today <= case.due_on else "running",
        case.due_on,
        case.due_is_provisional,
    )


@dataclass(frozen=True, slots=True)
class CaseRow:
    case: Case
    due: Due


def rows_of(cases: Iterable[Case], *, user) -> list[CaseRow]:
    """The cases with their deadlines, for a table."""
    today, calendar, mine = timezone.localdate(), current_calendar(), policies.entities_of(user)
    cases = list(cases)
    looks.note(case.record for case in cases)
    return [
        CaseRow(case, due_of(case, today=today, calendar=calendar, for_applicant=case.entity_id in mine))
        for case in cases
    ]


# The rules of clocks


@dataclass(frozen=True, slots=True)
class RuleRow:
    """A rule of a clock as the page of the rules shows it."""

    rule: ClockRule
    says: str
    basis: str
    only: str
    holds_now: bool


@dataclass(frozen=True, slots=True)
class PaperRow:
    """A paper that is asked for as the page of the rules shows it."""

    asked: Asked
    only: str


@dataclass(frozen=True, slots=True)
class RulesPage:
    """The rules by whose they are: the nation's and the platform's own, then each local regulation."""

    groups: list[tuple[str, bool, list[RuleRow]]]
    papers: list[PaperRow]
    choices: tuple[ProfileChoice, ...]
    profile: str
    sectors: list[SectorRow]


def rules_page(*, today: date) -> RulesPage:
    """Every rule of a clock and of papers, with how far it is verified, and which local regulation the city follows."""
    book, words = clock_rules.clock_book(), words_of(today)
    followed = book.profile_on(today)
    groups = []
    for profile in Profile:
        rows = [
            RuleRow(
                rule,
                clock_rules.says(rule),
                clock_rules.basis(rule),
                words.only(rule),
                rule.valid_from <= today and (rule.valid_to is None or today <= rule.valid_to),
            )
            for rule in book.rules
            if rule.profile == profile
        ]
        groups.append((str(profile.label), profile == followed, rows))
    return RulesPage(
        groups,
        [PaperRow(asked, words.only(asked.rule)) for asked in shown(paper_book().rules)],
        book.choices,
        str(Profile(followed).label),
        [words.sector(rule) for rule in SectorRule.objects.select_related("instrument")],
    )


# What can be repaired


def prospect_for_panel(*, user, record_id: int) -> tuple[Prospect, bool]:
    """What can be done about a record that the user sees, and whether the user may ask for it.

    The open case is left out where the user does not see it. `Missing` for records that the user does not see.
    """
    record = (
        CreditRecord.objects.visible_to(user)
        .filter(pk=record_id)
        .select_related("entity", "record_type", "submitted_by")
        .first()
    )
    if record is None:
        raise Missing
    looking = outlooks([record], timezone.localdate())
    outlook = looking.of(record)
    case = Case.objects.visible_to(user).open().filter(record=record, kind=Case.Kind.REPAIR).first()
    prospect = Prospect(record, outlook, rules.may_apply(outlook), case, sector=looking.sector_of(record))
    return prospect, bool(policies.may_open(user, record))


def prospect_of(*, user, record_id: int) -> Prospect:
    """One record of one's own entity and what can be done about it; `Missing` for any other."""
    record = (
        CreditRecord.objects.visible_to(user)
        .filter(pk=record_id, entity__in=policies.entities_of(user))
        .select_related("entity", "record_type", "submitted_by", "type_version")
        .first()
    )
    if record is None:
        raise Missing
    looks.note([record])
    looking = outlooks([record], timezone.localdate())
    outlook = looking.of(record)
    return Prospect(
        record,
        outlook,
        rules.may_apply(outlook),
        Case.objects.open().filter(record=record, kind=Case.Kind.REPAIR).first(),
        charter=looking.charter_of(record),
        sector=looking.sector_of(record),
    )


@dataclass(frozen=True, slots=True)
class ObjectionProspect:
    """A record of one's own entity, and whether it can be objected to."""

    record: CreditRecord
    may_object: Decision
    open_case: Case | None
    #: On what it stands that filing suspends the disclosure of the record; "" where it does not.
    suspends_under: str
    asked: list[Asked]


def objection_to(*, user, record_id: int) -> ObjectionProspect:
    """One record of one's own entity and whether it can be objected to; `Missing` for any other."""
    record = (
        CreditRecord.objects.visible_to(user)
        .filter(pk=record_id, entity__in=policies.entities_of(user))
        .select_related("entity", "record_type", "submitted_by", "type_version")
        .first()
    )
    if record is None:
        raise Missing
    looks.note([record])
    rule = clock_rules.clock_book().suspends(case_kind=Case.Kind.OBJECTION, on=timezone.localdate())
    return ObjectionProspect(
        record,
        rules.may_object(record),
        open_case_of(user=user, record_id=record.pk, kind=Case.Kind.OBJECTION),
        clock_rules.basis(rule) if rule else "",
        _asked_for(record, Case.Kind.OBJECTION),
    )


def _asked_for(record: CreditRecord, kind: str) -> list[Asked]:
    return shown(paper_book().asked_for(record, kind, timezone.localdate()))


def what_a_withdrawal_ends(record: CreditRecord) -> str:
    """What is told to whoever is about to withdraw a record that is asked about; "" where nobody does."""
    open_ones = Case.objects.open().filter(record=record, submitted_at__isnull=False).order_by("number")
    numbers = [str(case) for case in open_ones]
    if not numbers:
        return ""
    return _("This answers %(numbers)s: the reason given is read there as that of a decision.") % {
        "numbers": listed(numbers)
    }


def open_case_of(*, user, record_id: int, kind: str) -> Case | None:
    """The open case of a kind about a record, where the user sees it."""
    return Case.objects.visible_to(user).open().filter(kind=kind, record=record_id).first()


@dataclass(frozen=True, slots=True)
class BasisProspect:
    """A record, and whether it can be told of it that its basis has fallen."""

    record: CreditRecord
    may_lose: Decision
    open_case: Case | None
    asked: list[Asked]


def basis_of(*, user, record_id: int) -> BasisProspect:
    """One record of one's own entity or department and whether its basis can fall; `Missing` for any other."""
    record = (
        CreditRecord.objects.visible_to(user)
        .filter(pk=record_id)
        .select_related("entity", "record_type", "submitted_by", "type_version")
        .first()
    )
    if record is None or not policies.may_file_basis(user, record):
        raise Missing
    looks.note([record])
    return BasisProspect(
        record,
        rules.may_lose_its_basis(record),
        open_case_of(user=user, record_id=record.pk, kind=Case.Kind.BASIS),
        _asked_for(record, Case.Kind.BASIS),
    )


# The page of a case


@dataclass(frozen=True, slots=True)
class ClockView:
    """A clock as the page shows it."""

    clock: CaseClock
    rule: ClockRule
    due: Due
    used: int
    total: int

    @property
    def says(self) -> str:
        return clock_rules.says(self.rule)

    @property
    def basis(self) -> str:
        return clock_rules.basis(self.rule)


@dataclass(frozen=True, slots=True)
class CasePage:
    """All that the page of a case shows to one reader."""

    case: Case
    side: str
    internal: bool
    tracker: list[dict]
    headline: str
    clocks: list[ClockView]
    due: Due
    steps: list[CaseStep]
    messages: list[dict]
    papers: list[CaseDocument]
    moves: list[Move]
    may_decide: Decision | None
    asked: str
    last_day_to_appeal: date | None
    outlook: Outlook
    readers: list
    #: On what it stands that the record is disclosed to nobody else now; "" while it is.
    suspended_under: str
    #: The own rule of the association on whose record it is; None of a department's.
    charter: RepairRule | None
    #: The rule of tax or customs by which it is repaired; None by those of publicity.
    sector: SectorRule | None
    wordings: WordingBook
    #: What departments keep up because of the record: the end of it lifts them, or has lifted them.
    measures: list[Measure]
    #: The papers asked for with it: of a draft by the rules of today, of what is filed by those of its day.
    asked_papers: list[Asked]

    @property
    def measures_at_stake(self) -> list[Measure]:
        """What stands on the record while the case can still end it."""
        return self.measures if self.case.state in Case.OPEN else []

    @property
    def measures_lifted(self) -> list[Measure]:
        """What was lifted with the record, once the case has ended it."""
        return [measure for measure in self.measures if measure.lifted_at]

    @property
    def changes(self) -> list[corrections.Change]:
        """What an objection changes in the record; the proposal of it is the department's until it is decided."""
        decided = self.case.state in {State.UPHELD, State.GRANTED}
        return corrections.shown(self.case.record, self.case.correction) if self.internal or decided else []

    @property
    def table(self) -> list[Step]:
        """By when it has to be corrected for how many points, where points come back."""
        return sectors.table_for(self.case.record, self.sector)

    @property
    def granted(self) -> str:
        """What the decision to grant brought about."""
        return sectors.says_granted(self.case, self.case.appeal_decided_at or self.case.decided_at)

    @property
    def opinions(self) -> list[tuple[str, list[CaseStep]]]:
        """The opinions of the department and those of the lead office, apart; empty for who may not read them."""
        given = [step for step in self.steps if step.action == Action.OPINION]
        sides = (
            (_("Opinion of the department"), True),
            (_("Opinion of the lead office"), False),
        )
        found = [
            (title, [step for step in given if (step.actor_body_id == self.case.deciding_body_id) == own])
            for title, own in sides
        ]
        return [(title, steps) for title, steps in found if steps]

    @property
    def remedy(self) -> str:
        """What is open against the decision, as it was worded on the day of the decision."""
        return self.wordings.remedy(Wording.Use.REMEDY, on=timezone.localdate(self.case.decided_at))

    @property
    def remedy_after_appeal(self) -> str:
        """What is open after the appeal, as it was worded on the day on which that was decided."""
        day = timezone.localdate(self.case.appeal_decided_at)
        return self.wordings.remedy(Wording.Use.REMEDY_AFTER_APPEAL, on=day)

    @property
    def is_lost(self) -> bool:
        """Whether the last decision went against the applicant, by the department or on appeal."""
        return self.case.state in rules.APPEALABLE | {State.APPEAL_DISMISSED}

    @property
    def appeal_is_over(self) -> bool:
        """Whether its time is over or it was made already; then nothing else is said of why there is none."""
        last_day = self.last_day_to_appeal
        return self.case.appealed_at is not None or (last_day is not None and timezone.localdate() > last_day)

    @property
    def why_no_appeal(self) -> str:
        """Why a decision that was lost can no longer be appealed against here; "" where it can."""
        return rules.may_still_appeal(self.case, timezone.localdate()).reason

    @property
    def actions(self) -> set[str]:
        return {move.action.value for move in self.moves}

    @property
    def appeal_body(self) -> str:
        """The office that decided the appeal."""
        steps = reversed(list(self.case.steps.all()))
        heard = (step for step in steps if step.action in independence.HEARING)
        return next((step.actor_body.name for step in heard if step.actor_body), _("Lead office"))

    @property
    def stamp(self) -> str:
        return _seal_of(self.case.deciding_body.name)

    @property
    def appeal_stamp(self) -> str:
        return _seal_of(self.appeal_body)


def case_for(*, user, number: str) -> Case:
    """The case with all that its page and the policies look at; `Missing` when the user does not see it."""
    case = whole_cases(user=user).filter(number=number).first()
    if case is None:
        raise Missing
    return case


def whole_cases(*, user) -> QuerySet[Case]:
    """The cases that this user sees, each with all that its page and the policies look at."""
    return (
        Case.objects.visible_to(user)
        .select_related(
            "entity",
            "joint",
            "deciding_body",
            "opened_by",
            "proposed_by",
            "decided_by",
            "appeal_decided_by",
            "record__record_type",
            "record__type_version",
            "record__submitted_by",
            "record__submission",
            "record__replaces",
            "record__entity",
        )
        .prefetch_related(
            Prefetch(
                "steps", queryset=CaseStep.objects.select_related("actor", "actor_body").order_by("at", "pk")
            ),
            Prefetch("documents", queryset=CaseDocument.objects.select_related("document")),
            "clocks",
        )
    )


def case_page(*, user, number: str) -> CasePage:
    """The page of a case as this user may see it."""
    case, today, calendar = case_for(user=user, number=number), timezone.localdate(), current_calendar()
    looks.note([case.record], private=True)
    side = side_of(user, case)
    internal = policies.sees_internal_notes(user, case)
    steps = [step for step in case.steps.all() if internal or not step.is_internal]
    asking = [step for step in steps if step.action == Action.ASK_MATERIAL]
    may_decide = DECIDING.get(State(case.state))
    looking = outlooks([case.record], today)
    return CasePage(
        case=case,
        side=side,
        internal=internal,
        tracker=tracker(case, user, today),
        headline=headline(case, side),
        clocks=_clock_views(case, today, calendar),
        due=due_of(case, today=today, calendar=calendar, for_applicant=side == "applicant"),
        steps=steps,
        messages=[_message(step, user) for step in reversed(steps)],
        papers=list(case.documents.all()),
        moves=moves_open_to(user, case, today),
        may_decide=may_decide(user, case) if may_decide and internal else None,
        asked=asking[-1].note if asking and case.state == State.MORE_MATERIAL else "",
        last_day_to_appeal=rules.last_day_to_appeal(case),
        outlook=looking.of(case.record),
        charter=looking.charter_of(case.record),
        sector=sectors.rule_of(case),
        readers=policies.readers_of(case) if side in {"department", "lead"} else [],
        suspended_under=clock_rules.basis(clock_rules.clock_book().by_code(case.suspended_by))
        if case.record.suspended and case.suspended_by
        else "",
        wordings=wording_book(),
        measures=bound_to(user, case.record),
        asked_papers=shown_in(case, paper_book().asked_in(case)),
    )


def side_of(user, case: Case) -> str:
    """On which side of the case the reader stands: applicant, department, helper by leave, lead, or reader of a lent case."""
    if case.entity_id in policies.entities_of(user):
        return "applicant"
    if case.deciding_body_id in policies.bodies_of(user, policies.HANDLING):
        return "department"
    if policies.helps_in(user, case):
        return "helper"
    return "lead" if policies.is_lead(user) else "reader"


def paper_of(*, user, number: str, key) -> CaseDocument:
    """A document of a case that the user sees; `Missing` for any other."""
    paper = (
        CaseDocument.objects.filter(
            case__in=Case.objects.visible_to(user).filter(number=number), document__key=key
        )
        .select_related("document", "case__record")
        .first()
    )
    if paper is None:
        raise Missing
    looks.note([paper.case.record], private=True)
    return paper


def file_note(paper: CaseDocument) -> str:
    """What stands in small type under the name of a document."""
    kinds = {"application/pdf": "PDF", "image/png": "PNG", "image/jpeg": "JPG"}
    kind = kinds.get(paper.document.content_type, _("text"))
    return f"{kind} · {file_size(paper.document.size)}"


def _seal_of(name: str) -> str:
    """A name in the lines of a round seal: a word each, or four characters each in Chinese."""
    lines = name.split() if name.isascii() else [name[start : start + 4] for start in range(0, len(name), 4)]
    return "\n".join(lines[:4])


def _clock_views(case: Case, today: date, calendar: WorkingCalendar) -> list[ClockView]:
    running = [clock for clock in case.clocks.all() if clock.stopped_on is None]
    book, views = clock_rules.clock_book() if running else None, []
    for clock in running:
        left = clock.days_left if clock.paused_on else deadlines.days_left(clock.due_on, today, calendar)
        due = Due(left, "paused" if clock.paused_on else "running", clock.due_on, clock.is_provisional)
        total = deadlines.extended(
            deadlines.Term(clock.given),
            (clock.may_extend_by or 0) * bool(clock.extended_by_id),
            at_most=clock.at_most,
        ).value
        views.append(
            ClockView(
                clock, book.by_code(clock.rule), due, used=min(max(total - left, 0), total), total=total
            )
        )
    order = list(CaseClock.Kind.values)
    return sorted(views, key=lambda view: order.index(view.clock.kind))


def _message(step: CaseStep, user) -> dict:
    """A step as the timeline shows it."""
    own = step.actor_id is not None and step.actor_id == user.pk
    who = _("You") if own else step.who
    if step.actor_body and not own:
        who = _("%(body)s, %(person)s") % {"body": step.actor_body, "person": step.who}
    return {
        "icon": "user"
        if step.actor_body is None and step.actor_id
        else "building"
        if step.actor_id
        else "robot",
        "tone": "ink" if step.actor_body else "",
        "title": who,
        "when": step.at,
        "text": did(step.action, step.case.kind) + (_(" (internal)") if step.is_internal else ""),
        "bubble": step.note,
        "mine": own,
    }


def headline(case: Case, side: str) -> str:
    """Where the case stands, in one sentence for this reader."""
    yours = side == "applicant"
    names = {"body": case.deciding_body.name, "day": day_long(case.due_on)}
    sentences = {
        State.DRAFT: _("Not filed yet. Only you and others who act for the entity see this draft.")
        if side != "helper"
        else _("Not filed yet. Those who act for the entity see this draft, and you by its leave."),
        State.SUBMITTED: _("With %(body)s, which decides by %(day)s."),
        State.MORE_MATERIAL: _("%(body)s waits for you until %(day)s.")
        if yours
        else _("Waiting for the applicant until %(day)s; the clock stands still."),
        State.PROPOSED: _("With %(body)s, which decides by %(day)s.")
        if yours
        else _("Proposed. A supervisor of %(body)s decides by %(day)s."),
        State.GRANTED: _("Granted. The record is no longer public, shared or counted in ratings."),
        State.REFUSED: _("Refused by %(body)s. The reasons stand below, and what you can do."),
        State.UPHELD: _("Upheld. What was decided is carried out, and the mark on the record is lifted."),
        State.DISMISSED: _("Dismissed by %(body)s. The reasons stand below, and what you can do."),
        State.REMOVED: _("Removed. Nobody else reads the record any more, and no grade counts it."),
        State.KEPT: _("Left as it is by %(body)s. The reasons stand below, and what you can do."),
        State.APPEALED: _("With the lead office, which decides on the appeal by %(day)s."),
        State.APPEAL_DISMISSED: _("The appeal is dismissed. The reasons stand below."),
        State.WITHDRAWN: _("Withdrawn by the applicant."),
        State.RECORD_WITHDRAWN: _(
            "%(body)s withdrew the record, which answers the case. It is no longer public, shared or counted in ratings."
        ),
        State.SETTLED: _("Settled: the record has ended, and there is nothing left to repair."),
    }
    if case.kind == Case.Kind.OBJECTION:
        sentences[State.SETTLED] = _("Settled: the record has ended.")
    if case.state == State.GRANTED and sectors.gives_points_back(case):
        sentences[State.GRANTED] = _(
            "Granted. The record says when it was corrected, and the points come back."
        )
    if case.kind == Case.Kind.BASIS:
        sentences[State.SETTLED] = _("Settled: the record is taken out already.")
    return sentences[State(case.state)] % names


def tracker(case: Case, user, today: date) -> list[dict]:
    """The whole way of a case, like that of a parcel: what is done, where it is, what is still to come."""
    state, body = State(case.state), case.deciding_body.name
    applicant = _("by you") if case.opened_by_id == user.pk else str(case.opened_by)
    filed = case.submitted_at is not None
    steps = [
        _node(
            {Case.Kind.REPAIR: _("Applied"), Case.Kind.OBJECTION: _("Objected")}.get(
                Case.Kind(case.kind), pgettext("cases", "Filed")
            ),
            "done" if filed else "current",
            case.submitted_at,
            applicant,
        ),
        _node(
            _("Complete"),
            "done" if filed else "todo",
            case.submitted_at,
            _("checked by the platform") if filed else "",
        ),
    ]
    if state in {State.WITHDRAWN, State.SETTLED}:
        return [*steps, _node(case.get_state_display(), "refused", _last_step_at(case))]
    if state == State.RECORD_WITHDRAWN:
        earlier = [_decision_node(case, body)] if case.appealed_at else []
        return [*steps, *earlier, _node(case.get_state_display(), "done", _last_step_at(case), body)]
    proposed = _step_at(case, *independence.PROPOSING)
    with_clerks = state in {State.SUBMITTED, State.MORE_MATERIAL}
    examined = "current" if with_clerks else "done" if filed else "todo"
    waits = _("waits for the applicant") if state == State.MORE_MATERIAL else body
    steps.append(_node(_("Examined"), examined, _until(case) if with_clerks else proposed, waits))
    steps.append(_decision_node(case, body))
    if case.appealed_at or case.appeal_decided_at:
        steps.append(_appeal_node(case))
    if case.kind != Case.Kind.REPAIR:
        return steps
    if state == State.GRANTED:
        ended = case.appeal_decided_at or case.decided_at
        what = _("points came back") if sectors.gives_points_back(case) else _("publicity ended")
        steps.append(_node(_("In effect"), "done", ended, what))
    elif state not in {State.REFUSED, State.APPEAL_DISMISSED}:
        steps.append(_node(_("In effect"), "todo"))
    return steps


def _decision_node(case: Case, body: str) -> dict:
    state = State(case.state)
    if case.decided_at is None:
        return _node(
            _("Decided"),
            "current" if state == State.PROPOSED else "todo",
            _until(case) if state == State.PROPOSED else "",
        )
    if case.kind != Case.Kind.REPAIR:
        against = case.appealed_at is not None or state in rules.APPEALABLE
        lost = {Case.Kind.OBJECTION: State.DISMISSED, Case.Kind.BASIS: State.KEPT}[Case.Kind(case.kind)]
        label = lost.label if against else case.get_state_display()
        return _node(str(label), "refused" if against else "done", case.decided_at, body)
    refused = state in {State.REFUSED, State.APPEALED, State.APPEAL_DISMISSED} or case.appealed_at is not None
    label = pgettext("outcome of a case", "Refused") if refused else _("Granted")
    return _node(label, "refused" if refused else "done", case.decided_at, body)


def _appeal_node(case: Case) -> dict:
    match State(case.state):
        case State.APPEALED:
            return _node(_("Appeal"), "current", _until(case), _("Lead office"))
        case State.APPEAL_DISMISSED:
            return _node(_("Appeal dismissed"), "refused", case.appeal_decided_at, _("Lead office"))
        case State.GRANTED | State.UPHELD | State.REMOVED:
            return _node(_("Appeal upheld"), "done", case.appeal_decided_at, _("Lead office"))
    return _node(_("Appeal withdrawn"), "refused", _step_at(case, Action.WITHDRAW_APPEAL))


def _node(label: str, state: str, when: datetime | str | None = None, who: str = "") -> dict:
    return {"label": label, "state": state, "when": when, "who": who}


def _until(case: Case) -> str:
    return _("until %(day)s") % {"day": day(case.due_on)} if case.due_on else ""


def _step_at(case: Case, *actions: str) -> datetime | None:
    return next((step.at for step in reversed(list(case.steps.all())) if step.action in actions), None)


def _last_step_at(case: Case) -> datetime | None:
    return next((step.at for step in reversed(list(case.steps.all())) if step.action not in SAID), None)
