"""The tables of the city's page as files."""

from django.http import QueryDict
from django.utils import timezone
from django.utils.translation import gettext as _, gettext_lazy

from credit_platform.common.errors import Missing
from credit_platform.common.exporting import Column, Kind
from credit_platform.governance import policies, selectors
from entities.sharing import exports


def offer() -> None:
    """Offer them; called once, when the apps are loaded."""
    exports.register(
        exports.Export(
            code="city-bodies",
            title=gettext_lazy("Who brings in what"),
            rows=_bodies,
            columns=_body_columns,
        )
    )
    exports.register(
        exports.Export(
            code="city-districts",
            title=gettext_lazy("Entities by district"),
            rows=_districts,
            columns=_district_columns,
        )
    )


def _bodies(user, params: QueryDict) -> list[selectors.BodyFigures]:
    if not policies.may_see_city(user):
        raise Missing
    return selectors.figures_of_bodies(day=timezone.localdate())


def _districts(user, params: QueryDict) -> list[tuple[str, int, int]]:
    """All of them, of which the page shows the largest."""
    if not policies.may_see_city(user):
        raise Missing
    return selectors.entity_figures(day=timezone.localdate()).by_district


def _body_columns() -> list[Column]:
    return [
        Column("body", _("Body"), lambda line: str(line.body)),
        Column("code", _("Code"), lambda line: line.body.code),
        Column("in_force", _("In force"), lambda line: line.in_force, Kind.WHOLE),
        Column("waiting", _("Waiting for review"), lambda line: line.waiting, Kind.WHOLE),
        Column("returned", _("Returned"), lambda line: line.returned, Kind.WHOLE),
        Column("ended", _("Ended"), lambda line: line.ended, Kind.WHOLE),
        Column("in_time", _("Published in time"), lambda line: line.in_time, Kind.WHOLE),
        Column("with_a_term", _("With a deadline"), lambda line: line.with_a_term, Kind.WHOLE),
        Column("files", _("Files"), lambda line: line.files, Kind.WHOLE),
        Column("rows", _("Rows sent"), lambda line: line.rows, Kind.WHOLE),
        Column("refused_rows", _("Rows refused"), lambda line: line.refused_rows, Kind.WHOLE),
    ]


def _district_columns() -> list[Column]:
    return [
        Column("district", _("District"), lambda row: row[0] or _("not known")),
        Column("entities", _("Entities"), lambda row: row[1], Kind.WHOLE),
        Column("with_records", _("With a record in force"), lambda row: row[2], Kind.WHOLE),
    ]
