"""What stands in the calendar: what the lead office put in, and what other parts of the platform know of days."""

from calendar import monthrange
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time

from django.db.models import Q, QuerySet
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from associations.courses.models import Course
from credit_platform.portal.integrity_calendar.models import CalendarEntry
from entities.models import LegalInstrument, RecordType, RecordTypeVersion
from evaluation.models import SchemeVersion

PUBLIC = RecordTypeVersion.Disclosure.PUBLIC


@dataclass(frozen=True, slots=True)
class Event:
    """One thing that happens on a day or on several.

    Args:
        key: names it for good, so that a calendar that takes the file again finds it again.
        moment: when it begins on its first day, where that is known.
        until: when it ends, where `moment` is known.
        url: where more is said, or nothing.
        source: the text on which it stands, or who says so.
    """

    key: str
    kind: str
    title: str
    starts_on: date
    ends_on: date
    source: str
    about: str = ""
    place: str = ""
    url: str = ""
    moment: datetime | None = None
    until: datetime | None = None


def events(start: date, end: date) -> list[Event]:
    """All that happens from one day to another, both included, in order of their first days."""
    found = [*_kept(start, end), *_instruments(start, end), *_catalogue(start, end)]
    found += [*_schemes(start, end), *_courses(start, end)]
    return sorted(found, key=lambda event: (event.starts_on, event.kind, event.key))


def _kept(start: date, end: date) -> Iterator[Event]:
    entries = CalendarEntry.objects.filter(
        Q(is_yearly=True) | Q(starts_on__lte=end, ends_on__gte=start), taken_out_at=None, starts_on__lte=end
    )
    for entry in entries:
        for first, last in _turns(entry, start, end):
            yield Event(
                key=f"entry-{entry.pk}-{first.year}",
                kind=entry.get_kind_display(),
                title=entry.name,
                starts_on=first,
                ends_on=last,
                source=entry.source,
                about=entry.about,
                place=entry.place,
            )


def _turns(entry: CalendarEntry, start: date, end: date) -> Iterator[tuple[date, date]]:
    """Its days within the span: once, or once for each year. The last of February stands for the 29th."""
    if not entry.is_yearly:
        yield entry.starts_on, entry.ends_on
        return
    for year in range(max(start.year, entry.starts_on.year), end.year + 1):
        first, last = (_in_year(day, year) for day in (entry.starts_on, entry.ends_on))
        if first <= end and last >= start:
            yield first, last


def _in_year(day: date, year: int) -> date:
    return day.replace(year=year, day=min(day.day, monthrange(year, day.month)[1]))


def _instruments(start: date, end: date) -> Iterator[Event]:
    begin = Q(in_force_from__range=(start, end))
    for one in LegalInstrument.objects.filter(begin | Q(in_force_to__range=(start, end))):
        turns = (
            (one.in_force_from, _("Comes into force: %(text)s")),
            (one.in_force_to, _("Last day in force: %(text)s")),
        )
        for day, said in turns:
            if day is not None and start <= day <= end:
                yield Event(
                    key=f"instrument-{one.code}-{day}",
                    kind=_("Legal texts"),
                    title=said % {"text": one},
                    starts_on=day,
                    ends_on=day,
                    source=one.number or one.name_zh,
                    url=reverse("entities:catalogue-entry", args=("instruments", one.code)),
                )


def _catalogue(start: date, end: date) -> Iterator[Event]:
    """New versions of record types that are public, or were until then."""
    versions = RecordTypeVersion.objects.filter(
        record_type__family=RecordType.Family.PUBLIC, disclosure=PUBLIC, valid_from__range=(start, end)
    ).select_related("record_type", "instrument")
    for version in versions:
        yield Event(
            key=f"version-{version.pk}",
            kind=_("Catalogue"),
            title=_("New version in the catalogue: %(type)s") % {"type": version.record_type},
            starts_on=version.valid_from,
            ends_on=version.valid_from,
            source=" ".join(filter(None, (str(version.instrument), version.article))),
            url=reverse("entities:catalogue-entry", args=("types", version.record_type.code)),
        )


def _schemes(start: date, end: date) -> Iterator[Event]:
    """New versions of the schemes whose method anybody may read."""
    versions = SchemeVersion.objects.filter(
        scheme__is_public=True, state=SchemeVersion.State.PUBLISHED, effective_from__range=(start, end)
    ).select_related("scheme")
    for version in versions:
        yield Event(
            key=f"scheme-{version.scheme.code}-{version.number}",
            kind=_("Rating methods"),
            title=_("Version %(number)s takes effect: %(scheme)s")
            % {"number": version.number, "scheme": version.scheme},
            starts_on=version.effective_from,
            ends_on=version.effective_from,
            source=version.legal_basis,
            url=reverse("portal:methods"),
        )


def _courses(start: date, end: date) -> Iterator[Event]:
    """Courses that are open to all and were not called off."""
    span = (_midnight(start), _midnight(end, time.max))
    courses = Course.objects.filter(cancelled_at=None, starts_at__range=span)
    for course in courses.select_related("association__body"):
        yield Event(
            key=f"course-{course.pk}",
            kind=_("Courses"),
            title=course.name,
            starts_on=timezone.localdate(course.starts_at),
            ends_on=timezone.localdate(course.ends_at),
            source=str(course.association),
            about=course.about,
            place=course.place,
            url=reverse("courses:course", args=(course.pk,)),
            moment=course.starts_at,
            until=course.ends_at,
        )


def _midnight(day: date, at: time = time.min) -> datetime:
    return timezone.make_aware(datetime.combine(day, at))


def entries() -> QuerySet[CalendarEntry]:
    """What the lead office keeps, what was taken out last."""
    return CalendarEntry.objects.select_related("added_by", "taken_out_by").order_by(
        "taken_out_at", "-starts_on", "-pk"
    )
