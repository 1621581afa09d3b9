"""Reads of what grades lead to: rules, and whose inspections are due by them."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from django.db.models import (
    Case,
    Count,
    DateField,
    Exists,
    F,
    FilteredRelation,
    Func,
    IntegerField,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
    Value,
    When,
)
from django.db.models.functions import Coalesce, Greatest
from django.utils import timezone

from agencies.supervision import policies
from agencies.supervision.models import InspectionDraw, LastInspection, SupervisionRule
from agencies.supervision.rules import RuleBook, due_on, rules_on, scale_of
from credit_platform.accounts.models import User
from credit_platform.common.errors import Missing
from entities.models import Entity, EntityAgent, SubmittingBody
from entities.policies import OFFICIALS, is_lead
from evaluation.boards.models import CountedBody, CountedRating
from evaluation.composing.planned import Planned
from evaluation.models import CurrentRating, RatingChange
from evaluation.schemes.in_force import SchemeInForce, schemes_in_force

#: An inspection is soon due within so many days.
SOON = 30


def rules_for_list(*, user) -> QuerySet[SupervisionRule]:
    """All rules with their versions and drafts, for officials; `Missing` for anybody else."""
    if not policies.may_see_rules(user):
        raise Missing
    return SupervisionRule.objects.visible_to(user).select_related(
        "scheme", "body", "instrument", "written_by", "approved_by"
    )


def rules_for_everybody(day: date) -> list[SupervisionRule]:
    """The incentives and restrictions in force on a day that follow from grades that are public; one query."""
    found = SupervisionRule.objects.holding_on(day).filter(policies.rules_anybody_may_read())
    return list(found.select_related("scheme", "body", "instrument").order_by("scheme__code", "kind", "code"))


def rule_for(*, user, rule_id: int) -> SupervisionRule:
    """One rule; `Missing` for who is no official, and where there is none."""
    found = rules_for_list(user=user).filter(pk=rule_id).first()
    if found is None:
        raise Missing
    return found


def versions_of(*, user, code: str) -> list[SupervisionRule]:
    """All rows of a code, a draft first, then the newest."""
    rows = rules_for_list(user=user).filter(code=code)
    return sorted(rows, key=lambda one: (one.state == "approved", -one.valid_from.toordinal()))


def departments_for(user) -> list[SubmittingBody]:
    """The departments whose inspections the user may look at, by code."""
    return list(SubmittingBody.objects.filter(policies.departments_to_look_at(user)).order_by("code"))


class AfterMonths(Func):
    """The same day so many months later, or the last of that month, as `months_after`."""

    template = "(%(expressions)s))::date"
    arg_joiner = " + make_interval(months => "
    output_field = DateField()


@dataclass(frozen=True, slots=True)
class Plan:
    """How one department inspects by the grades of one scheme."""

    body: SubmittingBody
    scheme: SchemeInForce
    #: By grade, as far as a rule says anything of it.
    rules: Mapping[str, SupervisionRule]
    #: The bodies that are gone and for whose records this one answers.
    earlier: frozenset[int] = frozenset()

    @property
    def with_term(self) -> dict[int, SupervisionRule]:
        """By place on the scale, the rules by which an inspection is due at all."""
        letters = self.scheme.compiled.letters
        return {
            letters.index(letter): rule
            for letter, rule in self.rules.items()
            if letter in letters and rule.every_months is not None
        }

    def rule_at(self, place: int) -> SupervisionRule:
        return self.rules[self.scheme.compiled.letters[place]]


def plans_for(body: SubmittingBody, day: date, book: RuleBook | None = None) -> list[Plan]:
    """By the grades of which schemes a department inspects on a day; none where no rule says so."""
    return _plans(body, book or rules_on(day), schemes_in_force(day), who_answers_now())


def plans_of_all(day: date) -> list[Plan]:
    """The plans of every department on a day, in a few queries for all of them."""
    book = rules_on(day)
    if not any(one.kind == SupervisionRule.Kind.INSPECTION for one in book.rules):
        return []
    schemes, answers = schemes_in_force(day), who_answers_now()
    bodies = SubmittingBody.objects.filter(kind=SubmittingBody.Kind.DEPARTMENT, is_active=True)
    return [plan for body in bodies.order_by("code") for plan in _plans(body, book, schemes, answers)]


def _plans(
    body: SubmittingBody, book: RuleBook, in_force: Iterable[SchemeInForce], answers: Mapping[int, int]
) -> list[Plan]:
    wanted = book.schemes_of_inspections(body.pk)
    schemes = {one.scheme.pk: one for one in in_force if one.scheme.pk in wanted}
    earlier = frozenset(gone for gone, now in answers.items() if now == body.pk)
    return [Plan(body, schemes[pk], book.inspections(pk, body.pk), earlier) for pk in wanted if pk in schemes]


def who_answers_now() -> dict[int, int]:
    """By each body that is gone, the one that answers for its records now; as `entities.policies.who_answers_for`."""
    successors = dict(SubmittingBody.objects.filter(is_active=False).values_list("pk", "successor_id"))
    found = dict(successors)
    for gone in successors:
        while found[gone] in successors:
            found[gone] = successors[found[gone]]
    return found


def in_scope(plan: Plan) -> Q:
    """The entities that a department inspects: for who keeps the register all, else those that it has on record."""
    if plan.body.keeps_register:
        return Q()
    bodies = [plan.body.pk, *plan.earlier]
    return Q(Exists(CountedBody.objects.filter(body__in=bodies, entity=OuterRef("entity"))))


def took_place() -> Q:
    """Asked of records: that one is of an inspection that took place, whatever became of it; as `LastInspection`."""
    return Q(
        record_type__code="inspection-result",
        status__in=("published", "expired", "repaired"),
        archived_on=None,
    )


def in_business(*, user, plan: Plan) -> QuerySet[CountedRating]:
    """The rated entities in business that the department inspects by the plan."""
    return CountedRating.objects.visible_to(user).filter(
        in_scope(plan), scheme=plan.scheme.scheme, status=Entity.Status.ACTIVE
    )


def inspections_due(*, user, plan: Plan) -> QuerySet[CountedRating]:
    """The entities in business whose inspection falls due by a rule, each with `last_on` and `due_on`.

    Worked out from today's grades whenever it is asked: when a grade changes, so does the day.
    """
    terms = plan.with_term
    if not terms:
        return CountedRating.objects.none()
    months = Case(
        *(When(place=place, then=Value(rule.every_months)) for place, rule in terms.items()),
        output_field=IntegerField(),
    )
    begins = Case(
        *(When(place=place, then=Value(rule.valid_from)) for place, rule in terms.items()),
        output_field=DateField(),
    )
    found = (
        in_business(user=user, plan=plan)
        .filter(place__in=list(terms))
        .annotate(
            last_here=FilteredRelation(
                "entity__last_inspections", condition=Q(entity__last_inspections__body=plan.body.pk)
            )
        )
        .annotate(last_on=F("last_here__day"))
    )
    since = Coalesce("last_on", "entity__registered_on")
    return found.annotate(due_on=Greatest(AfterMonths(since, months), begins)).select_related("entity")


def soon(today: date) -> date:
    """The last day that is soon."""
    return today + timedelta(days=SOON)


@dataclass(frozen=True, slots=True)
class Consequence:
    """What one rule means for one entity."""

    rule: SupervisionRule
    grade: str
    #: For a rule of inspections: the department, when it was last there, and by when it is to be there again.
    body: SubmittingBody | None = None
    last_on: date | None = None
    due_on: date | None = None
    overdue: bool = False


def what_follows(*, user, entity: Entity, day: date | None = None) -> list[Consequence]:
    """What the grades of an entity lead to on a day, as far as the user may read it; inspections for each department.

    For its own agents: of the grades that it is shown, and never of an internal risk class.
    """
    day = day or timezone.localdate()
    visible = set(SupervisionRule.objects.visible_to(user).holding_on(day).values_list("pk", flat=True))
    if not visible:
        return []
    book = rules_on(day)
    bodies = _in_whose_scope(entity, departments_for(user))
    lasts = dict(
        LastInspection.objects.filter(entity=entity.pk, body__in=bodies).values_list("body_id", "day")
    )
    found: list[Consequence] = []
    ratings = CurrentRating.objects.visible_to(user).filter(entity=entity).exclude(grade="")
    for rating in ratings.order_by("scheme__family", "scheme__code"):
        for rule in book.following(rating.scheme_id, rating.grade):
            if rule.pk not in visible:
                continue
            inspecting = [
                body
                for body in bodies
                if book.inspections(rating.scheme_id, body.pk).get(rating.grade) == rule
            ]
            if not inspecting:
                found.append(Consequence(rule, rating.grade))
            for body in inspecting:
                last = lasts.get(body.pk)
                due = due_on(rule, last=last, registered=entity.registered_on)
                found.append(Consequence(rule, rating.grade, body, last, due, bool(due and due < day)))
    return found


def _in_whose_scope(entity: Entity, bodies: list[SubmittingBody]) -> list[SubmittingBody]:
    now = who_answers_now()
    on_record = CountedBody.objects.filter(entity=entity.pk).values_list("body_id", flat=True)
    having = {now.get(body, body) for body in on_record}
    return [body for body in bodies if body.keeps_register or body.pk in having]


def draws_for_list(*, user) -> QuerySet[InspectionDraw]:
    """The draws of the user's departments with `count`, how many were drawn; `Missing` for who is no official."""
    if not policies.may_see_rules(user):
        raise Missing
    found = InspectionDraw.objects.visible_to(user).select_related("scheme", "body", "drawn_by")
    return found.annotate(count=Count("drawn")).order_by("-pk")


def draw_for(*, user, draw_id: int) -> InspectionDraw:
    """One draw; `Missing` where this user may not see it."""
    found = draws_for_list(user=user).filter(pk=draw_id).first()
    if found is None:
        raise Missing
    return found


def people_of(body: SubmittingBody) -> QuerySet[User]:
    """The people who act for a department, among whom inspectors are drawn."""
    roles = body.memberships.filter(role__in=OFFICIALS).values("user")
    return User.objects.filter(pk__in=roles, is_active=True).order_by("pk")


def agents_among(entity_ids: Collection[int], people: Iterable[User]) -> dict[int, set[int]]:
    """By entity, who of these people act for it themselves."""
    found: dict[int, set[int]] = {}
    agents = EntityAgent.objects.filter(user__in=[one.pk for one in people], revoked_at=None)
    for entity, user in agents.filter(entity__in=entity_ids).values_list("entity_id", "user_id"):
        found.setdefault(entity, set()).add(user)
    return found


def planned_inspections(scheme_id: int, day: date) -> dict[str, Planned]:
    """By grade, the inspections a year for a hundred entities, by the rule of the department that keeps the register.

    Where that has none of its own, by the one for every department. A rule without a term tells the most that are drawn.
    """
    keeper = SubmittingBody.objects.filter(keeps_register=True, is_active=True).order_by("code").first()
    rules = rules_on(day).inspections(scheme_id, keeper.pk if keeper else None)
    return {grade: Planned(for_a_hundred(rule), str(rule)) for grade, rule in rules.items()}


def for_a_hundred(rule: SupervisionRule) -> Decimal:
    """The inspections a year that a rule means for a hundred entities."""
    if rule.every_months is not None:
        return round(Decimal(1_200) / rule.every_months, 2)
    if rule.share_most is not None:
        return Decimal(rule.share_most)
    return Decimal(rule.share_least or 0)


#: So far back it is asked who came to a rule and who left it.
SINCE = 30


@dataclass(frozen=True, slots=True)
class Reach:
    """To whom a rule applies, and who came to it or left it after a day."""

    rule: SupervisionRule
    since: date
    user: Any

    @property
    def _places(self) -> list[int]:
        letters = scale_of(self.rule.scheme, timezone.localdate())
        return [letters.index(grade) for grade in self.rule.grades if grade in letters]

    def _rated(self) -> QuerySet[CountedRating]:
        found = CountedRating.objects.visible_to(self.user).filter(
            scope_of(self.user), scheme=self.rule.scheme_id, status=Entity.Status.ACTIVE
        )
        return found.select_related("entity")

    def today(self) -> QuerySet[CountedRating]:
        """All to whom it applies by today's grade."""
        return self._rated().filter(place__in=self._places)

    def came(self) -> QuerySet[CountedRating]:
        """Of these, who had another grade at the end of that day, or none."""
        return self._moved().filter(place__in=self._places).exclude(was__in=self.rule.grades)

    def left(self) -> QuerySet[CountedRating]:
        """To whom it applied at the end of that day, and no longer does."""
        return self._moved().filter(~Q(place__in=self._places) | Q(place=None), was__in=self.rule.grades)

    def _moved(self) -> Any:
        changes = RatingChange.objects.filter(scheme=self.rule.scheme_id, as_of__gt=self.since)
        first = changes.filter(entity=OuterRef("entity")).order_by("as_of", "pk")
        return (
            self._rated()
            .filter(entity__in=changes.values("entity"))
            .annotate(was=Subquery(first.values("from_grade")[:1]))
        )


def scope_of(user) -> Q:
    """The entities of all departments that the user may look at together."""
    bodies = departments_for(user)
    if is_lead(user) or any(body.keeps_register for body in bodies):
        return Q()
    return Q(Exists(CountedBody.objects.filter(body__in=bodies, entity=OuterRef("entity"))))
