"""Reads of opinions and observations, each scoped by `user`."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from django.db.models import Count, F, Q, QuerySet
from django.utils import timezone

from associations.exchange.models import Consultation, Exchange, Passing
from associations.exchange.policies import SPEAKING
from associations.models import Association, Member
from credit_platform.common.errors import Missing
from credit_platform.common.working_days import WorkingCalendar, working_days_between
from entities.models import Entity, SubmittingBody
from entities.policies import acts_for_an_association, bodies_of

Kind, State = Exchange.Kind, Exchange.State
OURS, OPEN, CLOSED = "ours", "open", "closed"


def _waits_for(user) -> Q:
    """What the user's body has to do next: answer it, or say what came of it."""
    bodies = bodies_of(user, SPEAKING)
    opinion = Q(kind__in=Exchange.OPINIONS)
    return (
        Q(opinion, state=State.OPEN, association__body__in=bodies)
        | Q(opinion, state=State.ANSWERED, department__in=bodies)
        | Q(kind=Kind.OBSERVATION, state__in=(State.OPEN, State.ANSWERED), department__in=bodies)
    )


def _views(user) -> dict[str, Q]:
    return {
        OURS: _waits_for(user),
        OPEN: Q(state__in=(State.OPEN, State.ANSWERED)),
        CLOSED: Q(state__in=(State.CLOSED, State.WITHDRAWN)),
    }


def exchanges_for_list(*, user, view: str = OURS) -> QuerySet[Exchange]:
    """What waits for the user's body, the soonest day first; all that is open; or what is over, the newest first."""
    found = Exchange.objects.visible_to(user).select_related("association__body", "department", "entity")
    order = ("-sent_at", "-pk") if view == CLOSED else (F("due_on").asc(nulls_last=True), "-sent_at", "-pk")
    return found.filter(_views(user)[view]).order_by(*order)


def waiting_in_the_bar(user) -> int:
    """How many wait for the user's association; a department hears by its inbox, and its bar asks nothing more."""
    return waiting_for(user) if acts_for_an_association(user) else 0


def waiting_for(user) -> int:
    """How many wait for the user's body."""
    return Exchange.objects.visible_to(user).filter(_waits_for(user)).count()


@dataclass(frozen=True, slots=True)
class Tally:
    """How many the user finds in each view, and how punctual opinions were."""

    ours: int
    open: int
    closed: int
    overdue: int
    in_time: int
    opinions: int

    @property
    def share_in_time(self) -> float | None:
        """Of the opinions given; None while there is none."""
        return self.in_time / self.opinions if self.opinions else None


def tally(*, user, today: date) -> Tally:
    """In one query."""
    views = {code: Count("pk", filter=condition) for code, condition in _views(user).items()}
    given = Q(kind__in=Exchange.OPINIONS, answered_at__isnull=False)
    return Tally(
        **Exchange.objects.visible_to(user).aggregate(
            **views,
            overdue=Count("pk", filter=Q(state=State.OPEN, due_on__lt=today)),
            opinions=Count("pk", filter=given),
            in_time=Count("pk", filter=given & Q(answered_at__date__lte=F("due_on"))),
        )
    )


def exchange_for_page(*, user, exchange_id: int) -> Exchange:
    """`Missing` for whoever has no part in it."""
    found = Exchange.objects.visible_to(user).select_related(
        "association__body", "department", "entity", "paper", "consultation"
    )
    exchange = found.filter(pk=exchange_id).first()
    if exchange is None:
        raise Missing
    return exchange


@dataclass(frozen=True, slots=True)
class Gathering:
    """A consultation with what each of those who were asked has answered, or not yet."""

    consultation: Consultation
    exchanges: tuple[Exchange, ...]
    today: date

    @property
    def asked(self) -> Exchange:
        """Any of them: what was asked, with its file and its day, is the same of all."""
        return self.exchanges[0]

    def standing_at(self, *states: str) -> list[Exchange]:
        return [one for one in self.exchanges if one.state in states]

    @property
    def answered(self) -> int:
        return len(self.standing_at(State.ANSWERED, State.CLOSED))

    @property
    def waiting(self) -> int:
        return len(self.standing_at(State.OPEN))

    @property
    def late(self) -> int:
        """How many have not answered though the day is over."""
        return sum(one.is_late(self.today) for one in self.exchanges)

    @property
    def positions(self) -> list[tuple[str, int]]:
        """How many stand to it in which way, in the order of the ways; those that none takes are left out."""
        taken = Counter(one.stance for one in self.standing_at(State.ANSWERED, State.CLOSED))
        return [(str(stance.label), taken[stance.value]) for stance in Exchange.Stance if taken[stance.value]]


def consultation_for_page(*, user, consultation_id: int) -> Consultation:
    """`Missing` for whoever did not ask."""
    found = Consultation.objects.visible_to(user).select_related("department")
    consultation = found.filter(pk=consultation_id).first()
    if consultation is None:
        raise Missing
    return consultation


def gathered(consultation: Consultation, today: date) -> Gathering:
    """All that were asked, by their codes."""
    exchanges = consultation.exchanges.select_related("association__body", "department", "entity", "paper")
    return Gathering(consultation, tuple(exchanges.order_by("association__body__code")), today)


def exchanges_of(*, user, consultation_id: int) -> QuerySet[Exchange]:
    """What was asked in a consultation, by the codes of who was asked."""
    consultation = consultation_for_page(user=user, consultation_id=consultation_id)
    found = consultation.exchanges.select_related("association__body", "department", "entity")
    return found.order_by("association__body__code")


def of_consultations(exchanges: Iterable[Exchange], *, user) -> dict[int, int]:
    """How many were asked together with these, by the key of their consultation, as far as the user may know of it."""
    keys = {one.consultation_id for one in exchanges if one.consultation_id}
    if not keys:
        return {}
    found = Consultation.objects.visible_to(user).filter(pk__in=keys).order_by()
    return dict(found.annotate(asked=Count("exchanges")).values_list("pk", "asked"))


def passings_of(exchange: Exchange) -> QuerySet[Passing]:
    """How an observation came to the department before which it lies, from the first on."""
    return exchange.passings.select_related("source", "target").order_by("passed_at", "pk")


def days_left(exchange: Exchange, today: date, calendar: WorkingCalendar) -> int | None:
    """Working days until the answer is due; None where nobody waits by a day."""
    if exchange.due_on is None or exchange.state != State.OPEN:
        return None
    return working_days_between(today, exchange.due_on, calendar)


def departments() -> QuerySet[SubmittingBody]:
    """To whom an observation may be sent."""
    return SubmittingBody.objects.filter(is_active=True).exclude(kind=SubmittingBody.Kind.ASSOCIATION)


def associations() -> QuerySet[Association]:
    """Who may be asked."""
    return Association.objects.filter(body__is_active=True).select_related("body").order_by("body__code")


def concerned_by(industry: str, member: Entity | None = None) -> list[Association]:
    """The associations whose industries lie within this one or around it; of a member's, those that have it."""
    found = associations()
    if member is not None:
        having = Member.objects.filter(entity=member).current_on(timezone.localdate())
        found = found.filter(pk__in=having.values("association"))
    return [
        one
        for one in found
        if any(code.startswith(industry) or industry.startswith(code) for code in one.industry_codes)
    ]


def industries() -> list[str]:
    """The industries that associations say are theirs, each with its section before it."""
    codes = {code for one in associations() for code in one.industry_codes}
    return sorted(codes | {code[0] for code in codes})


def departments_of(user) -> QuerySet[SubmittingBody]:
    """On whose behalf the user asks."""
    return departments().filter(pk__in=bodies_of(user, SPEAKING))
