"""Sections are kept by the supervisors of their body; filed cases are routed to them by their tasks.

A section says who looks first and who is reminded; it takes nothing from anybody who may work on the case.
"""

from dataclasses import dataclass
from datetime import date

from django.db import transaction
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext as _

from credit_platform.audit import services as audit
from credit_platform.common.errors import InvalidInput, Missing, WrongState
from entities.models import RecordType, SubmittingBody
from entities.policies import SUPERVISOR, who_answers_for
from repair.models import Case, CaseStep
from repair.policies import HANDLING
from repair.sections import notices, policies, selectors
from repair.sections.models import Moved, Routing, Section, SectionMember, SectionTask
from repair.services import locked_case
from repair.workflow import Action

Why = Routing.Why


# Kept by supervisors


@transaction.atomic
def open_section(*, by, body_id: int, name_zh: str, name_en: str = "", superior=None) -> Section:
    """Open a section of the body, from today on; without a superior, all supervisors of the body are it.

    Raises:
        Missing: there is no such body.
        InvalidInput: no name, one that an open section has already, or a superior who is no supervisor.
    """
    # Locked, so that the button pressed twice finds what the first press wrote.
    body = SubmittingBody.objects.select_for_update(no_key=True).filter(pk=body_id, is_active=True).first()
    if body is None:
        raise Missing
    policies.may_keep_sections(by, body).require()
    name_zh, today = " ".join(name_zh.split()), timezone.localdate()
    problems: dict[str, list[str]] = {}
    if not name_zh:
        problems["name_zh"] = [_("Give the section its Chinese name.")]
    elif Section.objects.open_on(today).filter(body=body, name_zh=name_zh).exists():
        problems["name_zh"] = [_("There is a section of this name already.")]
    problems |= _against_superior(body, superior)
    if problems:
        raise InvalidInput(problems)
    section = Section.objects.create(
        body=body, name_zh=name_zh, name_en=" ".join(name_en.split()), superior=superior, opened_on=today
    )
    audit.record(actor=by, verb="sections.section.opened", target=section, body=body.code)
    return section


def _against_superior(body: SubmittingBody, superior) -> dict[str, list[str]]:
    if superior is None or body.memberships.filter(user=superior, role=SUPERVISOR).exists():
        return {}
    return {"superior": [_("%(name)s is no supervisor of %(body)s.") % {"name": superior, "body": body}]}


@transaction.atomic
def name_superior(*, by, section_id: int, superior) -> Section:
    """Name who hears of what is late in the section; None: all supervisors of the body."""
    section = _locked(by, section_id)
    if problems := _against_superior(section.body, superior):
        raise InvalidInput(problems)
    if section.superior == superior:
        return section
    section.superior = superior
    section.save(update_fields=("superior",))
    audit.record(
        actor=by,
        verb="sections.section.superior_named",
        target=section,
        name=str(superior) if superior else None,
    )
    return section


@dataclass(frozen=True, slots=True)
class Scope:
    """Which cases: about one type of record or any (None), of one kind or any ("")."""

    record_type: RecordType | None = None
    case_kind: str = ""


@transaction.atomic
def give_task(*, by, section_id: int, scope: Scope, since: date) -> SectionTask:
    """Let the section take such cases from a day on; those filed before stay where they are. Twice is once.

    Raises:
        InvalidInput: a day that is over, or another section of the body takes exactly these already.
    """
    section = _locked(by, section_id)
    of_these = {"record_type": scope.record_type, "case_kind": scope.case_kind}
    today = timezone.localdate()
    running = SectionTask.objects.filter(
        Q(ended_on=None) | Q(ended_on__gt=since),
        section__in=Section.objects.open_on(since).filter(body=section.body),
        **of_these,
    ).select_related("section")
    if (there := running.filter(section=section).first()) is not None:
        return there
    problems: dict[str, list[str]] = {}
    if since < today:
        problems["since"] = [_("This day is over; what was routed until today stands.")]
    if (other := running.first()) is not None:
        problems["case_kind"] = [
            _("%(section)s takes these already; end that first.") % {"section": other.section}
        ]
    if problems:
        raise InvalidInput(problems)
    task = SectionTask.objects.create(section=section, since=since, **of_these)
    audit.record(
        actor=by,
        verb="sections.task.given",
        target=section,
        kind=scope.case_kind or None,
        type=scope.record_type.code if scope.record_type else None,
        since=since.isoformat(),
    )
    return task


@transaction.atomic
def end_task(*, by, section_id: int, task_id: int) -> None:
    """Let the section take such cases no more from today on; no harm if it is ended already."""
    section = _locked(by, section_id)
    task = section.tasks.filter(pk=task_id, ended_on=None).first()
    if task is None:
        return
    task.ended_on = max(task.since, timezone.localdate())
    task.save(update_fields=("ended_on",))
    audit.record(actor=by, verb="sections.task.ended", target=section, task=str(task))


@transaction.atomic
def assign(*, by, section_id: int, user) -> SectionMember:
    """Let somebody of the body work in the section from today on. Doing it again changes nothing.

    Raises:
        InvalidInput: the person does not work on cases in the body.
    """
    section = _locked(by, section_id)
    if not section.body.memberships.filter(user=user, role__in=HANDLING, user__is_active=True).exists():
        raise InvalidInput(
            {
                "user": [
                    _("%(name)s does not work on cases in %(body)s.") % {"name": user, "body": section.body}
                ]
            }
        )
    member, is_new = section.members.get_or_create(
        user=user, left_on=None, defaults={"since": timezone.localdate()}
    )
    if is_new:
        audit.record(actor=by, verb="sections.member.assigned", target=section, name=str(user))
    return member


@transaction.atomic
def release(*, by, section_id: int, user_id: int) -> None:
    """Let somebody work in the section no more; cases of a section where nobody is left go to the whole body."""
    section = _locked(by, section_id)
    member = section.members.select_related("user").filter(user=user_id, left_on=None).first()
    if member is None:
        return
    member.left_on = timezone.localdate()
    member.save(update_fields=("left_on",))
    audit.record(actor=by, verb="sections.member.released", target=section, name=str(member.user))
    follow_sections()


@transaction.atomic
def close_section(*, by, section_id: int, closed_on: date, successor: Section | None = None) -> Section:
    """Close the section from a day on; what lies in it then goes to its successor, or to the whole body.

    Raises:
        WrongState: it is closed already.
        InvalidInput: a day that is over, or a successor that is of another body, closed, or the section itself.
    """
    section = _locked(by, section_id)
    today = timezone.localdate()
    if section.closed_on is not None:
        raise WrongState(_("This section is closed already."))
    problems = {}
    if closed_on < today:
        problems["closed_on"] = [_("This day is over; what was routed until today stands.")]
    if successor is not None and (
        successor == section or successor.body != section.body or not successor.is_open_on(closed_on)
    ):
        problems["successor"] = [_("Choose another open section of the same body.")]
    if problems:
        raise InvalidInput(problems)
    section.closed_on, section.successor = closed_on, successor
    section.save(update_fields=("closed_on", "successor"))
    audit.record(
        actor=by,
        verb="sections.section.closed",
        target=section,
        since=closed_on.isoformat(),
        successor=str(successor) if successor else None,
    )
    follow_sections()
    return section


def _locked(by, section_id: int) -> Section:
    """The section under lock, if this user sees and keeps it."""
    section = (
        Section.objects.visible_to(by)
        .select_for_update(of=("self",))
        .select_related("body", "superior")
        .filter(pk=section_id)
        .first()
    )
    if section is None:
        raise Missing
    policies.may_keep_sections(by, section.body).require()
    return section


# Routing


def route_filed(case: Case, step: CaseStep) -> None:
    """Route a case within its body when it is filed; the people of the section are told by name.

    Runs in the transaction of the step (`repair.following`).
    """
    if step.action != Action.SUBMIT:
        return
    task = task_for(case, timezone.localdate())
    if task is not None:
        _route(case, task.section)


def task_for(case: Case, day: date) -> SectionTask | None:
    """The task of the deciding body that fits the case on that day: the one that names its type goes first, then its kind."""
    fitting = SectionTask.objects.filter(
        Q(ended_on=None) | Q(ended_on__gt=day),
        Q(record_type=None) | Q(record_type=case.record.record_type_id),
        case_kind__in=("", case.kind),
        since__lte=day,
        section__body=who_answers_for(case.deciding_body),
    ).select_related("section__body", "section__successor")
    return fitting.order_by(F("record_type").asc(nulls_last=True), "-case_kind", "pk").first()


def _route(case: Case, meant_for: Section) -> None:
    before = selectors.routing_of(case)
    moved = before is not None and before.why == Why.BY_HAND
    section, why = _where(case, meant_for, Why.BY_HAND if moved else Why.TASK)
    if before is not None and (before.section_id, before.why) == (section.pk if section else None, why):
        return
    Routing.objects.update_or_create(
        case=case, defaults={"section": section, "meant_for": meant_for, "why": why}
    )
    audit.record(
        actor=None,
        verb="sections.case.routed",
        target=case,
        section=str(section) if section else None,
        why=why,
    )
    if section is not None:
        notices.case_came(case, selectors.people_in(section))


@transaction.atomic
def move_case(*, by, number: str, section_id: int, because: str) -> Routing:
    """Give a case to another open section of its body by hand; where it was and why it moved is kept.

    Where it lies already it stays, so that the button pressed twice moves it once.

    Raises:
        Missing: there is no such case for this user.
        WrongState: nobody in the body has it to work on.
        InvalidInput: no reason, no open section of the body, or one in which nobody could work on it.
    """
    case = locked_case(by, number)
    policies.may_move(by, case).require()
    if case.state not in selectors.MOVABLE:
        raise WrongState(_("No section works on this case now."))
    section = selectors.sections_open_to(case).filter(pk=section_id).first()
    before = Routing.objects.select_related("section").filter(case=case).first()
    if before is not None and section is not None and before.section_id == section.pk:
        return before
    because = " ".join(because.split())
    if problems := _against_moving(case, section, because):
        raise InvalidInput(problems)
    move = Moved.objects.create(
        case=case,
        source=before.section if before else None,
        target=section,
        because=because[: Moved._meta.get_field("because").max_length],
        moved_by=by,
    )
    routing, _is_new = Routing.objects.update_or_create(
        case=case, defaults={"section": section, "meant_for": section, "why": Why.BY_HAND}
    )
    audit.record(
        actor=by,
        verb="sections.case.moved",
        target=case,
        was=str(move.source) if move.source else None,
        section=str(section),
        because=because,
    )
    notices.case_moved(
        move,
        here=selectors.people_in(section),
        away=selectors.people_in(move.source) if move.source else [],
    )
    return routing


def _against_moving(case: Case, section: Section | None, because: str) -> dict[str, list[str]]:
    problems = {}
    if section is None:
        problems["section"] = [_("Choose an open section of the body.")]
    elif not selectors.free_in(section, case):
        problems["section"] = [
            _(
                "Nobody in %(section)s could work on it: nobody is there, or everybody had a hand in the record."
            )
            % {"section": section}
        ]
    if not because:
        problems["because"] = [_("Say why; the people of both sections read it.")]
    return problems


def _where(case: Case, meant_for: Section, why: str = Why.TASK) -> tuple[Section | None, str]:
    """The section that has the case now, or None for the whole body; and why, where it is the one meant `why`."""
    today, section = timezone.localdate(), meant_for
    while not section.is_open_on(today):
        if section.successor is None:
            return None, Why.CLOSED
        section = section.successor
    if not selectors.people_in(section):
        return None, Why.NOBODY
    if not selectors.free_in(section, case):
        return None, Why.BARRED
    return section, why if section == meant_for else Why.SUCCESSOR


def follow_sections() -> int:
    """Route open cases anew whose section is closed, empty or barred by now; returns how many. Safe to run twice."""
    open_cases = Routing.objects.filter(case__state__in=Case.OPEN, section__isnull=False)
    return sum(_follow(key) for key in list(open_cases.order_by("pk").values_list("pk", flat=True)))


@transaction.atomic
def _follow(key: int) -> bool:
    routing = (
        Routing.objects.select_for_update(of=("self",), skip_locked=True)
        .select_related(
            "meant_for__successor", "case__record__record_type", "case__entity", "case__deciding_body"
        )
        .filter(pk=key, case__state__in=Case.OPEN)
        .first()
    )
    if routing is None:
        return False
    had = routing.section_id
    _route(routing.case, routing.meant_for)
    return Routing.objects.get(pk=key).section_id != had
