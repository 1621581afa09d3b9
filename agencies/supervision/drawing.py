"""Drawing at random: whom a department inspects, and who inspects them.

Everybody who stands in the draw gets a number from the seed and their code alone, and the lowest are drawn. So the draw
is the same whoever works it out, in whatever order the entities are read.
"""

import hashlib
import secrets
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.db import transaction
from django.db.models import CharField, Count, Exists, F, Func, OuterRef, QuerySet, Value
from django.db.models.functions import Concat
from django.utils import timezone
from django.utils.translation import gettext as _

from agencies.supervision import policies, selectors
from agencies.supervision.models import DrawnEntity, InspectionDraw, SupervisionRule
from agencies.supervision.selectors import Plan
from credit_platform.accounts.models import User
from credit_platform.audit import services as audit
from credit_platform.common.errors import InvalidInput
from credit_platform.common.working_days import months_after
from credit_platform.ui.formats import number
from entities.models import CreditRecord
from evaluation.boards.models import CountedRating

#: More than this no department inspects from one draw.
MOST_DRAWN = 20_000


@dataclass(frozen=True, slots=True)
class Wanted:
    """A draw as it is typed: by grade the share in per cent, and among which people inspectors are drawn."""

    plan: Plan
    purpose: str
    shares: Mapping[str, int]
    inspectors: Sequence[User] = ()
    each: int = 0

    def problems(self) -> dict[str, list[str]]:
        """Everything wrong with it by itself, at once, by field; that of a grade is `share_` and its place."""
        found: dict[str, list[str]] = {}
        if not self.purpose.strip():
            found["purpose"] = [_("Say what the draw is for.")]
        if not any(self.shares.values()):
            found["purpose"] = [*found.get("purpose", []), _("Give at least one grade a share.")]
        for grade, share in self.shares.items():
            rule = self.plan.rules[grade]
            least, most = rule.share_least or 0, 100 if rule.share_most is None else rule.share_most
            if share and not least <= share <= most:
                place = self.plan.scheme.compiled.letters.index(grade)
                found[f"share_{place}"] = [
                    _("“%(rule)s” lets %(least)s to %(most)s %% be drawn.")
                    % {"rule": rule, "least": least, "most": most}
                ]
        if self.inspectors and not 1 <= self.each <= len(self.inspectors):
            found["each"] = [_("Choose at least as many people as inspect each entity.")]
        return found


def how_many(count: int, share: int, rule: SupervisionRule) -> int:
    """How many of a pot are drawn: the share, rounded, within what the rule lets where a whole number lies within."""
    wanted = round(Decimal(count * share) / 100)
    most = count if rule.share_most is None else count * rule.share_most // 100
    least = -(-count * (rule.share_least or 0) // 100)
    return max(min(wanted, most), least) if least <= most else min(wanted, count)


class Hashed(Func):
    """The SHA-256 of a text, in hexadecimal."""

    template = "encode(sha256(convert_to(%(expressions)s, 'UTF8')), 'hex')"
    output_field = CharField()


class Digest(Func):
    """The SHA-256 of all codes in their order, with commas between."""

    template = (
        "encode(sha256(convert_to(coalesce(string_agg(%(expressions)s, ',' ORDER BY %(expressions)s COLLATE \"C\"), ''), "
        "'UTF8')), 'hex')"
    )
    output_field = CharField()
    contains_aggregate = True


def standing_in(*, user, plan: Plan, grade: str, day: date) -> QuerySet[CountedRating]:
    """The entities of a grade that stand in the draw: in business, in the department's scope, not inspected lately."""
    found = selectors.in_business(user=user, plan=plan).filter(
        place=plan.scheme.compiled.letters.index(grade)
    )
    apart = plan.rules[grade].apart_months
    if apart is None:
        return found
    lately = CreditRecord.objects.filter(
        selectors.took_place(),
        entity=OuterRef("entity"),
        submitted_by__in=[plan.body.pk, *plan.earlier],
        decided_on__gt=months_after(day, -apart),
        # As far as it was known by then: a draw is worked out again later.
        decided_on__lt=day,
    )
    return found.filter(~Exists(lately))


def pot_of(found: QuerySet[CountedRating]) -> tuple[int, str]:
    """How many stand in it, and the digest of their codes."""
    figures = found.order_by().aggregate(count=Count("pk"), digest=Digest("entity__credit_code"))
    return figures["count"], figures["digest"]


def drawn_from(found: QuerySet[CountedRating], *, seed: str, count: int) -> list[tuple[int, str]]:
    """The first `count` by the seed, as keys and codes of entities."""
    ticket = Hashed(Concat(Value(f"{seed}:"), F("entity__credit_code"), output_field=CharField()))
    chosen = found.annotate(ticket=ticket).order_by("ticket", "entity__credit_code")
    return list(chosen.values_list("entity_id", "entity__credit_code")[:count])


def inspectors_of(
    code: str, *, seed: str, people: Iterable[User], each: int, agents: Iterable[int]
) -> list[int]:
    """The people drawn for one entity, never one who acts for it."""
    own = set(agents)
    tickets = sorted(
        (hashlib.sha256(f"{seed}:{code}:{one.username}".encode()).hexdigest(), one.pk)
        for one in people
        if one.pk not in own
    )
    return [pk for _ticket, pk in tickets[:each]]


@transaction.atomic
def draw_inspections(*, by, wanted: Wanted) -> InspectionDraw:
    """Draw, and keep what was drawn for good.

    Raises:
        InvalidInput: with everything wrong, by field.
        NotPermitted: who decides nothing for the department.
    """
    plan, today = wanted.plan, timezone.localdate()
    policies.may_draw(by, plan.body).require()
    problems = wanted.problems()
    if problems:
        raise InvalidInput(problems)
    seed, pots, chosen = secrets.token_hex(16), {}, []
    for grade, share in sorted(wanted.shares.items()):
        if not share:
            continue
        found = standing_in(user=by, plan=plan, grade=grade, day=today)
        count, digest = pot_of(found)
        drawn = how_many(count, share, plan.rules[grade])
        pots[grade] = {"share": share, "of": count, "drawn": drawn, "digest": digest}
        chosen += [(grade, *one) for one in drawn_from(found, seed=seed, count=min(drawn, MOST_DRAWN + 1))]
    if len(chosen) > MOST_DRAWN:
        raise InvalidInput(
            {
                "purpose": [
                    _("More than %(most)s would be drawn. Lower the shares.") % {"most": number(MOST_DRAWN)}
                ]
            }
        )
    if not chosen:
        raise InvalidInput({"purpose": [_("Nobody would be drawn: too few stand in the draw.")]})
    draw = InspectionDraw.objects.create(
        body=plan.body,
        scheme=plan.scheme.scheme,
        purpose=wanted.purpose.strip(),
        drawn_on=today,
        drawn_by=by,
        seed=seed,
        pots=pots,
        each=wanted.each if wanted.inspectors else 0,
    )
    draw.inspectors.set(wanted.inspectors)
    _keep(draw, plan, wanted, chosen)
    audit.record(
        actor=by,
        verb="supervision.draw.drawn",
        target=draw,
        seed=seed,
        drawn=len(chosen),
        body=plan.body.code,
    )
    return draw


def _keep(draw: InspectionDraw, plan: Plan, wanted: Wanted, chosen: Sequence[tuple[str, int, str]]) -> None:
    agents = selectors.agents_among([pk for _grade, pk, _code in chosen], wanted.inspectors)
    DrawnEntity.objects.bulk_create(
        (
            DrawnEntity(
                draw=draw,
                number=at,
                entity_id=pk,
                grade=grade,
                rule=plan.rules[grade],
                inspectors=inspectors_of(
                    code, seed=draw.seed, people=wanted.inspectors, each=draw.each, agents=agents.get(pk, ())
                ),
            )
            for at, (grade, pk, code) in enumerate(chosen, start=1)
        ),
        batch_size=2_000,
    )


@dataclass(frozen=True, slots=True)
class Again:
    """What drawing again by the same seed gives today, for one grade."""

    grade: str
    #: Whether the same entities stand in the draw as then.
    same_pot: bool
    #: Whether the same are drawn; of a pot that is another now nothing can be said.
    same_drawn: bool


def draw_again(*, user, draw: InspectionDraw) -> list[Again]:
    """Work the draw out again by its seed and the rules of its day, from today's registry; writes nothing."""
    plans = selectors.plans_for(draw.body, draw.drawn_on)
    plan = next((one for one in plans if one.scheme.scheme == draw.scheme), None)
    found = []
    for grade, pot in sorted(draw.pots.items()):
        same, again = False, set()
        if plan is not None and grade in plan.rules:
            stand = standing_in(user=user, plan=plan, grade=grade, day=draw.drawn_on)
            same = pot_of(stand) == (pot["of"], pot["digest"])
            if same:
                again = {pk for pk, _code in drawn_from(stand, seed=draw.seed, count=pot["drawn"])}
        kept = set(draw.drawn.filter(grade=grade).values_list("entity_id", flat=True))
        found.append(Again(grade, same_pot=same, same_drawn=same and again == kept))
    return found
