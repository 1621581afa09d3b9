"""Whom a day touches by itself: records begin to count, cease to, grow older or become known at midnight."""

import calendar
from collections.abc import Iterable
from datetime import date, timedelta

from django.db.models import Q

from entities.models import CreditRecord, Entity
from evaluation.frames import FACT_DATES
from evaluation.models import SchemeVersion
from evaluation.schemes.compiled import Turning
from evaluation.schemes.in_force import SchemeInForce
from evaluation.schemes.language import CALENDAR, OWN_DAYS, WORKING_DAYS, is_fixed

#: The fields of a record behind the days that every record has.
#: Units of which another may be full on any day.
DAILY = frozenset({"days", WORKING_DAYS})
FIELDS = {"decided": "decided_on", "published": "published_on", "until": "publish_until"}


def entities_touched_by(day: date, schemes: Iterable[SchemeInForce]) -> set[int]:
    """The entities whose grade may differ from the day before with no change in the registry, and no others.

    Records of types that no scheme looks at touch nobody.
    """
    schemes = list(schemes)
    states = CreditRecord.Status
    looked_at = Q(
        record_type__code__in=sorted({code for one in schemes for code in one.compiled.vocabulary.types})
    )
    ended = Q(status__in=(states.PUBLISHED, states.EXPIRED), publish_until=day - timedelta(days=1))
    began = Q(status=states.PUBLISHED, decided_on=day)
    records, entities = looked_at & (ended | began), Q(pk__in=())
    for turning in {turning for one in schemes for turning in one.compiled.turnings}:
        if turning.worked is not None and not turning.worked.is_worked(day):
            continue
        if is_fixed(turning.day):
            entities |= Q(pk__isnull=False) if _turns_on(day, turning) else Q(pk__in=())
        elif turning.day.startswith("entity."):
            entities |= _entities_turning(day, turning)
        else:
            records |= _records_turning(day, turning)
    touched = set(
        CreditRecord.objects.filter(records).order_by().values_list("entity_id", flat=True).distinct()
    )
    if entities != Q(pk__in=()):
        touched.update(Entity.objects.filter(entities).order_by().values_list("pk", flat=True))
    return touched


def a_scheme_began(days: Iterable[date]) -> bool:
    """Whether a version of any scheme came into force on one of the days, so that it touches everybody."""
    return SchemeVersion.objects.filter(
        state=SchemeVersion.State.PUBLISHED, effective_from__in=list(days)
    ).exists()


def _records_turning(day: date, turning: Turning) -> Q:
    """Records in force of these types that reach the turning on that day and had not on the day before."""
    in_force = Q(
        Q(publish_until=None) | Q(publish_until__gte=day),
        status=CreditRecord.Status.PUBLISHED,
        record_type__code__in=list(turning.types),
    )
    if turning.day in OWN_DAYS:
        field = FIELDS[turning.day]
        return _on_days(day, turning, field, in_force, lambda one: one)
    # Days in the details are texts of one form, whose order is that of the calendar.
    return _on_days(day, turning, f"details__{turning.day}", in_force, date.isoformat)


def _entities_turning(day: date, turning: Turning) -> Q:
    name = turning.day.removeprefix("entity.")
    if name not in FACT_DATES:
        return Q(pk__in=())
    return _on_days(day, turning, name, Q(), lambda one: one)


def _turns_on(day: date, turning: Turning) -> bool:
    """Whether a turning that is counted from a day of the calendar, and so concerns everybody, comes on `day`."""
    since = date.fromisoformat(turning.day)
    if turning.after is not None:
        born = _born(day, turning)
        return born is not None and born[0] <= since <= born[1]
    if turning.unit in CALENDAR:
        return _begins_a_new(day, turning.unit)
    is_month = turning.unit != "years" or since.month == day.month
    return turning.unit in DAILY or (is_month and since.day in _month_days(day))


def _on_days(day: date, turning: Turning, field: str, among: Q, written) -> Q:
    """Those whose day in the field makes them turn on `day`."""
    if turning.after is None and turning.unit not in DAILY:
        every = [Q(**{f"{field}__endswith": tail}) for tail in _tails(day, turning.unit)]
        if field.startswith("details__"):
            return among & _any_of(every)
        return among & _any_of(_same_day_of_month(day, field, turning.unit))
    if turning.after is None:
        return among & ~Q(**{f"{field}__isnull": True})
    born = _born(day, turning)
    if born is None:
        return Q(pk__in=())
    return among & Q(**{f"{field}__range": (written(born[0]), written(born[1]))})


def _born(day: date, turning: Turning) -> tuple[date, date] | None:
    """The first and the last day since which a turning comes on `day`; None where it does since none."""
    if turning.worked is not None:
        return turning.worked.days_reaching(day, turning.after)
    return days_that_reach(day - timedelta(days=turning.plus), turning.after, turning.unit)


def _any_of(conditions: Iterable[Q]) -> Q:
    result = Q(pk__in=())
    for condition in conditions:
        result |= condition
    return result


def _month_days(day: date) -> list[int]:
    """The days of a month that are whole months old on this day: its own, and on the last day all that come later."""
    length = calendar.monthrange(day.year, day.month)[1]
    return list(range(day.day, 32)) if day.day == length else [day.day]


def _same_day_of_month(day: date, field: str, unit: str) -> list[Q]:
    if unit in CALENDAR:
        return [~Q(**{f"{field}__isnull": True})] if _begins_a_new(day, unit) else []
    month = {f"{field}__month": day.month} if unit == "years" else {}
    return [Q(**{f"{field}__day": number}, **month) for number in _month_days(day)]


def _begins_a_new(day: date, unit: str) -> bool:
    """Whether the day is the first of its month, quarter or year."""
    return day.day == 1 and (day.month - 1) % CALENDAR[unit] == 0


def _tails(day: date, unit: str) -> list[str]:
    """How the text of a day ends that is whole months or years old on this day."""
    if unit in CALENDAR:
        return [""] if _begins_a_new(day, unit) else []
    before = f"-{day.month:02}" if unit == "years" else ""
    return [f"{before}-{number:02}" for number in _month_days(day)]


def days_that_reach(day: date, after: int, unit: str) -> tuple[date, date] | None:
    """The first and the last day that lie exactly so many units before `day`; None where no day does."""
    if unit == "days":
        one = day - timedelta(days=after)
        return one, one
    return decided_on_for(day, after * 12 if unit == "years" else after)


def decided_on_for(day: date, months: int) -> tuple[date, date] | None:
    """The first and the last day that lie exactly so many months before `day`; None where no day does.

    Several days may share the day on which they grow a month older: 29, 30 and 31 January and
    28 February all reach the end of February together.
    """
    year, month = divmod(day.year * 12 + day.month - 1 - months, 12)
    length = calendar.monthrange(year, month + 1)[1]
    if day.day > length:
        return None
    is_last = day.day == calendar.monthrange(day.year, day.month)[1]
    return date(year, month + 1, day.day), date(year, month + 1, length if is_last else day.day)
