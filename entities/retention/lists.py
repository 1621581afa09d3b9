"""The lists of the report, as pages and files ask for them."""

from datetime import date

from django.http import QueryDict
from django.utils.translation import gettext as _, gettext_lazy

from credit_platform.common.errors import Missing
from credit_platform.common.exporting import Column, Kind
from entities.retention import hanging, policies, selectors
from entities.sharing import exports
from entities.sharing.exports import Export
from entities.sharing.lists import record_columns


def day_asked(params: QueryDict) -> date | None:
    """The day of the night that the address names; `Missing` where it is none."""
    try:
        return date.fromisoformat(str(params["night"])) if params.get("night") else None
    except ValueError:
        raise Missing from None


def _tallies(user, params: QueryDict):
    if not policies.may_see_retention(user):
        raise Missing
    day = day_asked(params)
    nights = selectors.nights(user=user)
    return selectors.tallies_of(nights.filter(day=day) if day else nights)


def _archive(user, params: QueryDict):
    if not policies.may_see_retention(user):
        raise Missing
    return selectors.archive(user=user)


def offer() -> None:
    """Offer them as files; called once, when the apps are loaded."""
    exports.register(
        Export(code="retention", title=gettext_lazy("Retention"), rows=_tallies, columns=_columns)
    )
    exports.register(
        Export(
            code="retention-archive",
            title=gettext_lazy("Archived records"),
            rows=_archive,
            columns=_archive_columns,
            records=lambda record: (record,),
        )
    )


def _columns() -> list[Column]:
    return [
        Column("night", _("Night"), lambda tally: tally.night.day, Kind.DAY),
        Column("record_type", _("Record type"), lambda tally: str(tally.record_type or "")),
        Column("papers", _("Papers"), lambda tally: tally.of if tally.kept else ""),
        Column("what", _("What"), lambda tally: tally.get_what_display()),
        Column("kind", _("Which date"), lambda tally: tally.get_kind_display()),
        Column("held_by", _("Held back because"), lambda tally: hanging.label_of_hold(tally.hold)),
        Column("records", _("How many"), lambda tally: tally.records, Kind.WHOLE),
    ]


def _archive_columns() -> list[Column]:
    return [
        *record_columns(),
        Column("ended_on", _("Ended on"), lambda record: record.ended_on, Kind.DAY),
        Column("archived_on", _("Archived on"), lambda record: record.archived_on, Kind.DAY),
    ]
