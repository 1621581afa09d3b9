"""What is measured, and which records stand behind each figure: one definition for counting and for opening.

Timeliness: published within the working days that the catalogue gives to the type, counted from the decision; seven
for licences and penalties (发改办财金〔2018〕424号), others by their own instrument. Completeness: the places
of the catalogue that are filled, those required and the others apart. Accuracy: corrections and withdrawals, and what
other apps add, such as decisions changed on appeal. Local regulations ask for the same three: 及时、准确、完整
(上海市社会信用条例 art. 11; 山东省社会信用条例 art. 15).
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from django.db.models import Q
from django.db.models.expressions import RawSQL
from django.utils.functional import Promise

from credit_platform.common.working_days import WorkingCalendar
from entities.drafts import label_of
from entities.models import CreditRecord, RecordType, RecordTypeVersion, SubmittingBody

#: Records that are or were in the registry, and are no corrections: these were published for the first time. What
#: a case put in the place of a record that it ended replaces none, but says why it is there.
FIRST_TIME = Q(replaces=None, correction_reason="", published_on__isnull=False)
#: The day before publication is asked for: who publishes on the day after a Friday's deadline is late on Saturday.
LATE = """
    SELECT r.id FROM entities_creditrecord r
    JOIN entities_recordtypeversion v ON v.id = r.type_version_id
    JOIN unnest(%s::date[], %s::int[]) AS decided(day, n) ON decided.day = greatest(r.decided_on, %s)
    JOIN unnest(%s::date[], %s::int[]) AS before(day, n) ON before.day = r.published_on - 1
    WHERE r.submitted_by_id = %s AND r.published_on >= %s AND r.published_on < %s
      AND before.n - decided.n >= v.submit_within_days
"""


def numbered_days(first: date, last: date, calendar: WorkingCalendar) -> tuple[list[date], list[int]]:
    """The days from first to last, and for each how many working days lie up to and with it."""
    days, numbers, n = [], [], 0
    for offset in range((last - first).days + 1):
        day = first + timedelta(days=offset)
        n += calendar.is_working_day(day)
        days.append(day)
        numbers.append(n)
    return days, numbers


def late(body: SubmittingBody, since: date, until: date, calendar: WorkingCalendar) -> Q:
    """The records of the body, published from since to before until, that came after their deadline."""
    days, numbers = numbered_days(FIRST_DAY, until, calendar)
    given = (days, numbers, FIRST_DAY, days, numbers, body.pk, since, until)
    return Q(pk__in=RawSQL(LATE, given))  # noqa: S611  (no part of it is typed by anybody)


#: From here on days are numbered; what was decided before counts as if it were decided on this day.
FIRST_DAY = date(2004, 1, 1)


@dataclass(frozen=True, slots=True)
class Place:
    """A place of a record that may be filled or empty."""

    name: str
    required: bool
    filled: Q


def places_of(version: RecordTypeVersion, polarity: str, body_code: str) -> Iterator[Place]:
    """The places that the catalogue gives a record of this version when that body submits it."""
    # Of penalties the field list of double publicity asks for basis (处罚依据) and authority (处罚机关).
    against = polarity == RecordType.Polarity.NEGATIVE
    yield Place("legal_basis", against, ~Q(legal_basis=""))
    yield Place("authority", against, ~Q(authority=""))
    if against:
        yield Place("severity_class", True, ~Q(severity_class=""))
    yield Place("facts", False, ~Q(facts=""))
    for extra in version.extra_fields:
        if body_code in (extra.get("bodies") or [body_code]):
            at = f"details__{extra['name']}"
            filled = Q(**{f"{at}__isnull": False}) & ~Q(**{at: ""})
            yield Place(extra["name"], bool(extra.get("required")), filled)


def incomplete(body: SubmittingBody, versions: Sequence[RecordTypeVersion]) -> Q:
    """The body's records of these versions in which a required place is empty."""
    wanted = Q(pk__in=())
    for version in versions:
        empty = Q()
        for place in places_of(version, version.record_type.polarity, body.code):
            if place.required:
                empty |= ~place.filled
        wanted |= Q(type_version=version) & empty
    return wanted


def empty_places(record: CreditRecord) -> list[str]:
    """What the required places are called, in the reader's language, in which nothing stands."""
    version = record.type_version
    labels = {extra["name"]: label_of(extra) for extra in version.extra_fields}
    places = places_of(version, record.record_type.polarity, record.submitted_by.code)
    return [
        labels.get(place.name) or str(CreditRecord._meta.get_field(place.name).verbose_name)  # type: ignore[union-attr]
        for place in places
        if place.required
        and not (record.details.get(place.name) if place.name in labels else getattr(record, place.name))
    ]


def corrected() -> Q:
    """The corrections that are or were in the registry, without those that say nothing of how right the records were."""
    found = Q(replaces__isnull=False, published_on__isnull=False)
    for not_mistaken in _no_mistakes:
        found &= ~not_mistaken()
    return found


#: Given in `AppConfig.ready()`: corrections by which nobody says that the record before was wrong.
_no_mistakes: list[Callable[[], Q]] = []


def leave_out(condition: Callable[[], Q]) -> None:
    """Do not count such corrections as mistakes of the body, on any board; called in `AppConfig.ready()`."""
    if condition not in _no_mistakes:
        _no_mistakes.append(condition)


WITHDRAWN = Q(status=CreditRecord.Status.WITHDRAWN)


@dataclass(frozen=True, slots=True)
class Figure:
    """A figure of accuracy that another app knows.

    Args:
        title: what it is, lazily translated.
        records: from a body and a span of days to the condition on records that the figure counts.
    """

    code: str
    title: str | Promise
    records: Callable[[SubmittingBody, date, date], Q]


_figures: dict[str, Figure] = {}


def register(figure: Figure) -> None:
    """Add a figure to every board; called in `AppConfig.ready()`."""
    _figures[figure.code] = figure


def figures() -> list[Figure]:
    return list(_figures.values())
