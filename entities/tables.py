"""How a record stands in a row: on the pages of the registry and in files made of them."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from django.utils.translation import gettext as _, pgettext

from credit_platform.ui import formats
from entities.models import CreditRecord
from entities.publicity import Outlook, OutlookState, RuleBook, repair_outlook
from entities.selectors import ALL, ENDED, IN_FORCE, PREPARING, Deed

#: The bars of the class component.
LEVELS = {"minor": 1, "general": 2, "serious": 3}
Status = CreditRecord.Status


@dataclass(frozen=True, slots=True)
class Chip:
    """The state of a record in one word or two."""

    label: str
    tone: str = ""
    icon: str = ""


@dataclass(frozen=True, slots=True)
class RecordRow:
    """A record and what its row says of it; `note` is what this list in particular has to say."""

    record: CreditRecord
    level: int | None
    chips: tuple[Chip, ...]
    note: str = ""


def rows(records: Iterable[CreditRecord], *, on: date, book: RuleBook) -> list[RecordRow]:
    """The rows of a table; the records must come with their types and statements, the rules are read once."""
    return [
        RecordRow(
            record, LEVELS.get(record.severity_class), tuple(chips(record, repair_outlook(record, on, book)))
        )
        for record in records
    ]


def chips(record: CreditRecord, outlook: Outlook) -> Iterable[Chip]:
    """What a reader wants to know at once: its state where that is not simply in force, objection, repair."""
    if record.status != Status.PUBLISHED:
        yield state_chip(record)
    if record.archived_on:
        yield Chip(_("Archived"), icon="archive")
    if record.objected:
        yield Chip(_("Under objection"), "warn")
    if record.suspended:
        yield Chip(_("Disclosure suspended"), "warn", "eye-off")
    if record.statement:
        yield Chip(_("The entity's statement"), icon="message")
    if record.status == Status.PUBLISHED and record.withheld:
        yield Chip(_("Not published"), icon="eye-off")
    match outlook.state:
        case OutlookState.NOW:
            yield Chip(_("Repairable"), "accent", "check")
        case OutlookState.FROM:
            yield Chip(_("Repairable from %(day)s") % {"day": formats.day(outlook.day)}, icon="clock")
        case OutlookState.NEVER if outlook.rule:
            yield Chip(_("No early repair"), icon="lock")


def state_chip(record: CreditRecord) -> Chip:
    """The record's state, with the tone in which it concerns its reader."""
    tones = {
        Status.WAITING: ("accent", "hourglass"),
        Status.RETURNED: ("warn", ""),
        Status.ANNOUNCED: ("accent", "bell"),
        Status.PUBLISHED: ("good", ""),
        Status.DRAFT: ("dash", ""),
    }
    tone, icon = tones.get(Status(record.status), ("", ""))
    return Chip(record.get_status_display(), tone, icon)


@dataclass(frozen=True, slots=True)
class Tab:
    """One view of a list of records."""

    label: str
    url: str
    count: int
    current: bool


def tabs(counts: dict[str, int], current: str) -> list[Tab]:
    """The tabs over a list; the one of drafts only where the reader has any."""
    labels = {
        IN_FORCE: pgettext("records", "In force"),
        ENDED: pgettext("records", "Ended"),
        PREPARING: pgettext("records", "In preparation"),
        ALL: pgettext("records", "All"),
    }
    return [
        Tab(label, f"?tab={tab}", counts[tab], tab == current)
        for tab, label in labels.items()
        if tab != PREPARING or counts[tab] or tab == current
    ]


def timeline(deeds: Iterable[Deed]) -> list[dict]:
    """Entries of the audit log for the timeline component."""
    return [
        {
            "title": _("%(person)s %(deed)s")
            % {"person": deed.actor_name or _("The platform"), "deed": deed.sentence},
            "when": deed.at,
            "bubble": deed.note,
            "icon": "point",
        }
        for deed in deeds
    ]
