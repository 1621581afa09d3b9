"""Putting days into the calendar and taking them out."""

from dataclasses import dataclass
from datetime import date

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from credit_platform.audit import services as audit
from credit_platform.common.errors import InvalidInput, Missing, WrongState
from credit_platform.portal.integrity_calendar import policies
from credit_platform.portal.integrity_calendar.models import CalendarEntry


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """All that is said of a day."""

    kind: str
    name_zh: str
    starts_on: date
    ends_on: date
    source: str
    name_en: str = ""
    about_zh: str = ""
    about_en: str = ""
    place: str = ""
    is_yearly: bool = False


@transaction.atomic
def add_entry(*, by, entry: Entry) -> CalendarEntry:
    """Put a day into the calendar; everybody reads it at once.

    Raises:
        InvalidInput: without a source, ending before it begins, or yearly and longer than its year.
    """
    policies.may_keep(by).require()
    problems: dict[str, list[str]] = {}
    if not entry.source.strip():
        problems["source"] = [_("Name the text or the decision that says so.")]
    if entry.ends_on < entry.starts_on:
        problems["ends_on"] = [_("It has to end after it begins.")]
    elif entry.is_yearly and entry.starts_on.year != entry.ends_on.year:
        problems["ends_on"] = [_("What comes every year begins and ends within one.")]
    if problems:
        raise InvalidInput(problems)
    said = {name: getattr(entry, name) for name in entry.__dataclass_fields__}
    added = CalendarEntry.objects.create(added_by=by, **said)
    audit.record(actor=by, verb="integrity_calendar.entry.added", target=added, source=added.source)
    return added


@transaction.atomic
def take_out(*, by, entry_id: int) -> CalendarEntry:
    """Take a day out; nobody reads it any more.

    Raises:
        Missing: no such entry.
        WrongState: it is out already.
    """
    policies.may_keep(by).require()
    entry = CalendarEntry.objects.select_for_update().filter(pk=entry_id).first()
    if entry is None:
        raise Missing
    if entry.taken_out_at is not None:
        raise WrongState(_("This day is out of the calendar already."))
    entry.taken_out_at, entry.taken_out_by = timezone.now(), by
    entry.save(update_fields=("taken_out_at", "taken_out_by"))
    audit.record(actor=by, verb="integrity_calendar.entry.taken_out", target=entry)
    return entry
