"""Reads of prior notices, each scoped by `user`."""

from dataclasses import dataclass
from datetime import date

from django.db.models import Count, Q, QuerySet

from associations.forewarning.models import NoticeTerm, PriorNotice
from credit_platform.common.errors import Missing
from credit_platform.common.working_days import WorkingCalendar, working_days_between

State = PriorNotice.State
OPEN, SETTLED = "open", "settled"
VIEWS = {OPEN: Q(state__in=PriorNotice.OPEN), SETTLED: ~Q(state__in=PriorNotice.OPEN)}


def notices_for_list(*, user, view: str = OPEN) -> QuerySet[PriorNotice]:
    """What waits for somebody, the soonest day first; or what is settled, the newest first."""
    found = PriorNotice.objects.visible_to(user).select_related("entity", "body", "record_type")
    order = ("due_on", "pk") if view == OPEN else ("-settled_on", "-pk")
    return found.filter(VIEWS[view]).order_by(*order)


def notice_for_page(*, user, notice_id: int) -> PriorNotice:
    """`Missing` for whoever has no part in it."""
    found = PriorNotice.objects.visible_to(user).select_related(
        "entity", "body", "record_type", "record", "approved_by", "claimed_by", "answered_by"
    )
    notice = found.filter(pk=notice_id).first()
    if notice is None:
        raise Missing
    return notice


def open_notices_of(*, user, entity_id: int) -> list[PriorNotice]:
    """What an entity still has time to put right, for whoever acts for it."""
    mine = PriorNotice.objects.visible_to(user).filter(entity=entity_id, state__in=PriorNotice.OPEN)
    return list(mine.select_related("body", "record_type").order_by("due_on", "pk"))


@dataclass(frozen=True, slots=True)
class Tally:
    """What became of the notices that the user may see."""

    to_deliver: int
    running: int
    claimed: int
    put_right: int
    counts: int

    @property
    def open(self) -> int:
        return self.to_deliver + self.running + self.claimed

    @property
    def share_put_right(self) -> float | None:
        """Of those whose time is over or that were put right; None while there is none."""
        decided = self.put_right + self.counts
        return self.put_right / decided if decided else None


def tally(*, user) -> Tally:
    """In one query."""
    counts = {
        str(state): Count("pk", filter=Q(state=state))
        for state in (State.TO_DELIVER, State.RUNNING, State.CLAIMED, State.PUT_RIGHT, State.COUNTS)
    }
    return Tally(**PriorNotice.objects.visible_to(user).aggregate(**counts))


def count_settled(*, user) -> int:
    return PriorNotice.objects.visible_to(user).filter(VIEWS[SETTLED]).count()


def days_left(notice: PriorNotice, today: date, calendar: WorkingCalendar) -> int | None:
    """Working days until the last day; None where no time runs."""
    if notice.due_on is None or not notice.is_open:
        return None
    return working_days_between(today, notice.due_on, calendar)


def terms() -> list[NoticeTerm]:
    """All that the lead office ever set, the latest first."""
    return list(NoticeTerm.objects.select_related("set_by"))
