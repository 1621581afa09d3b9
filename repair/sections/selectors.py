"""Reads of sections: of a body for its pages, of a case for whoever reminds of it."""

from dataclasses import dataclass
from datetime import date

from django.db.models import Count, Prefetch, Q, QuerySet
from django.utils import timezone

from credit_platform.common.errors import Missing
from entities.models import SubmittingBody
from entities.policies import SUPERVISOR, bodies_of, who_answers_for
from repair import independence, policies as cases
from repair.models import Case
from repair.sections import policies
from repair.sections.models import Moved, Routing, Section, SectionMember, SectionTask

#: While a section has a case to work on.
MOVABLE = frozenset({Case.State.SUBMITTED, Case.State.MORE_MATERIAL, Case.State.PROPOSED})


def in_section(day: date) -> Q:
    """Members on that day."""
    return Q(since__lte=day) & (Q(left_on=None) | Q(left_on__gt=day))


def own_sections(user) -> frozenset[int]:
    """The open sections in which the user works today, read once for each user object."""
    if not policies.works_in_a_body(user):
        return frozenset()
    if not hasattr(user, "_section_ids"):
        today = timezone.localdate()
        found = SectionMember.objects.filter(
            in_section(today),
            section__in=Section.objects.visible_to(user).open_on(today),
            user=user.pk,
        )
        user._section_ids = frozenset(found.values_list("section_id", flat=True))
    return user._section_ids


def routing_of(case: Case) -> Routing | None:
    """Where the case lies in its body; None where no section takes such cases."""
    return Routing.objects.select_related("section__superior", "meant_for").filter(case=case).first()


def where_it_lies(*, user, case: Case) -> dict:
    """For the page of a case: its `routing`, how it was moved by hand (`moves`), and whether the reader `may_move` it."""
    others = sections_open_to(case) if policies.may_move(user, case) else Section.objects.none()
    routing = routing_of(case)
    there = routing.section_id if routing else None
    return {
        "routing": routing,
        "moves": moves_of(case) if routing else [],
        "may_move": case.state in MOVABLE and any(section.pk != there for section in others),
    }


def moves_of(case: Case) -> list[Moved]:
    """How the case was moved by hand, the last first."""
    return list(case.moves_between_sections.select_related("source", "target", "moved_by"))


def sections_open_to(case: Case) -> QuerySet[Section]:
    """The open sections of the body that has the case."""
    open_today = Section.objects.open_on(timezone.localdate())
    return open_today.filter(body=who_answers_for(case.deciding_body)).order_by("pk")


def free_in(section: Section, case: Case) -> list:
    """Who works in the section today and had no hand in the record, nor acts for the entity."""
    own_side = set(case.entity.agents.filter(revoked_at=None).values_list("user_id", flat=True))
    barred = own_side | independence.hands_on_record(case.record).keys()
    return [person for person in people_in(section) if person.pk not in barred]


def people_in(section: Section) -> list:
    """Who works in the section today: members of it who have a role in the body still."""
    body = who_answers_for(section.body)
    members = body.memberships.filter(
        user__in=_user_ids(section), role__in=cases.HANDLING, user__is_active=True
    )
    people = {member.user_id: member.user for member in members.select_related("user").order_by("user_id")}
    return list(people.values())


def _user_ids(section: Section) -> list[int]:
    there = section.members.filter(in_section(timezone.localdate()))
    return list(there.values_list("user_id", flat=True))


def superior_of(section: Section):
    """Who is to hear of what is late in the section; None where nobody is named or the named one is supervisor no more."""
    body = who_answers_for(section.body)
    named = body.memberships.filter(user=section.superior_id, role=SUPERVISOR, user__is_active=True)
    return section.superior if section.superior_id and named.exists() else None


# Pages


@dataclass(frozen=True, slots=True)
class BodyOfSections:
    """A body with its sections, and whether the reader keeps them."""

    body: SubmittingBody
    sections: list[Section]
    may_keep: bool


def bodies_for(*, user) -> list[BodyOfSections]:
    """The bodies in which the user works on cases, each with its sections; `Missing` for who works in none."""
    mine = SubmittingBody.objects.filter(pk__in=bodies_of(user, cases.HANDLING), is_active=True)
    if not mine:
        raise Missing
    today = timezone.localdate()
    found: dict[int, list[Section]] = {}
    for section in _with_all(Section.objects.visible_to(user), today):
        found.setdefault(section.body_id, []).append(section)
    return [
        BodyOfSections(body, found.get(body.pk, []), bool(policies.may_keep_sections(user, body)))
        for body in mine.order_by("code")
    ]


def section_for(*, user, section_id: int) -> Section:
    """A section with its tasks and people of today; `Missing` for who works on no cases of its body."""
    section = _with_all(Section.objects.visible_to(user), timezone.localdate()).filter(pk=section_id).first()
    if section is None:
        raise Missing
    return section


def _with_all(sections: QuerySet[Section], today: date) -> QuerySet[Section]:
    """With `current_tasks`, `current_members` and the number of open cases, `waiting`."""
    return (
        sections.select_related("body", "superior", "successor")
        .annotate(
            waiting=Count("routings", filter=Q(routings__case__state__in=Case.OPEN), distinct=True),
        )
        .prefetch_related(
            Prefetch(
                "tasks",
                queryset=SectionTask.objects.filter(Q(ended_on=None) | Q(ended_on__gt=today)).select_related(
                    "record_type"
                ),
                to_attr="current_tasks",
            ),
            Prefetch(
                "members",
                queryset=SectionMember.objects.filter(Q(left_on=None) | Q(left_on__gt=today)).select_related(
                    "user"
                ),
                to_attr="current_members",
            ),
        )
        .order_by("body", "closed_on", "pk")
    )
