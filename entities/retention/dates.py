"""The five dates of a record: until when it is displayed, shared and used, when it is archived, when deleted.

The first three are what the publicity rules and the catalogue say already (`entities.publicity`); they end together
when a record ends, and differ where it was never displayed or shared. The last two follow the version of its type
that was in force on its decision day, and are not known where that version names no period. Pure: no clock, no
database. `selectors.due` finds by the same reckoning, backwards, what is due among millions.
"""

from dataclasses import dataclass
from datetime import date, timedelta

from django.db import models
from django.utils.translation import gettext_lazy as _

from credit_platform.common.working_days import months_after
from entities.models import CreditRecord, RecordType, RecordTypeVersion

Start = RecordTypeVersion.RetentionStart
ONE_DAY = timedelta(days=1)


class DateKind(models.TextChoices):
    """What happens on the date."""

    DISPLAY = "display", _("Display ends")
    SHARE = "share", _("Sharing ends")
    USE = "use", _("Use in ratings ends")
    ARCHIVE = "archive", _("Archived")
    DELETE = "delete", _("Deleted")


#: Those that are a last day, and those on which something is done.
ENDS = (DateKind.DISPLAY, DateKind.SHARE, DateKind.USE)
DUTIES = (DateKind.ARCHIVE, DateKind.DELETE)


class Why(models.TextChoices):
    """Why the date is as it is, or why there is none."""

    RULE = "rule", _("by its publicity rule")
    ENDED = "ended", _("because it ended otherwise")
    NEVER = "never", _("not at all")
    OPEN = "open", _("no end is set")
    VERSION = "version", _("by the catalogue's version of its type")
    UNSET = "unset", _("no period is known")


@dataclass(frozen=True, slots=True)
class Reckoned:
    """One of the five: a last day for what ends, the first day on which it is due for what is done."""

    kind: DateKind
    day: date | None
    why: Why


def five_dates(record: CreditRecord) -> tuple[Reckoned, ...]:
    """The five dates in the order of `DateKind`; none for a record that has not entered the registry.

    Asks nothing: the record must come with its type and the version of its type.
    """
    if record.status in CreditRecord.UNDER_PREPARATION:
        return ()
    day, why = _last_day(record)
    version = record.type_version
    own = version.disclosure == RecordTypeVersion.Disclosure.OWN
    public = version.disclosure == RecordTypeVersion.Disclosure.PUBLIC
    displayed = public and not record.withheld and record.record_type.family == RecordType.Family.PUBLIC
    never = (None, Why.NEVER)
    return (
        Reckoned(DateKind.DISPLAY, *((day, why) if displayed else never)),
        Reckoned(DateKind.SHARE, *(never if own else (day, why))),
        Reckoned(DateKind.USE, day, why),
        Reckoned(DateKind.ARCHIVE, *_due(record, version.archive_months)),
        Reckoned(DateKind.DELETE, *_due(record, version.delete_months)),
    )


def _last_day(record: CreditRecord) -> tuple[date | None, Why]:
    if record.ended_on is not None and record.status != CreditRecord.Status.EXPIRED:
        return record.ended_on, Why.ENDED
    if record.publish_until is not None:
        return record.publish_until, Why.RULE
    return (record.ended_on, Why.ENDED) if record.ended_on else (None, Why.OPEN)


def _due(record: CreditRecord, months: int | None) -> tuple[date | None, Why]:
    if months is None:
        return None, Why.UNSET
    over = _over_on(record)
    if over is None:
        return None, Why.OPEN
    if record.type_version.retention_start == Start.DECISION:
        return max(over, months_after(record.decided_on + ONE_DAY, months)), Why.VERSION
    return months_after(over, months), Why.VERSION


def _over_on(record: CreditRecord) -> date | None:
    """The first day on which it is over, past or to come."""
    if record.ended_on is not None:
        return record.ended_on
    return record.publish_until + ONE_DAY if record.publish_until else None


def latest_start(months: int, today: date) -> date:
    """The last day from which so many months have run by today: what began then or before is due."""
    day = months_after(today, -months)
    while months_after(day + ONE_DAY, months) <= today:
        day += ONE_DAY
    return day
