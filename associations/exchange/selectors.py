"""Reads of opinions and observations, each scoped by `user`."""

from dataclasses import dataclass
from datetime import date

from django.db.models import Count, F, Q, QuerySet

from associations.exchange.models import Exchange, Passing
from associations.exchange.policies import SPEAKING
from associations.models import Association
from credit_platform.common.errors import Missing
from credit_platform.common.working_days import WorkingCalendar, working_days_between
from entities.models import SubmittingBody
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
        "association__body", "department", "entity", "paper", "sent_by", "answered_by", "closed_by"
    )
    exchange = found.filter(pk=exchange_id).first()
    if exchange is None:
        raise Missing
    return exchange


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


def departments_of(user) -> QuerySet[SubmittingBody]:
    """On whose behalf the user asks."""
    return departments().filter(pk__in=bodies_of(user, SPEAKING))
