"""What is to be confirmed, and what is public beside what may be, as files."""

from collections.abc import Iterable, Iterator
from itertools import islice

from django.db.models import QuerySet
from django.http import QueryDict
from django.utils.translation import gettext as _, gettext_lazy

from credit_platform.common.errors import Missing
from credit_platform.common.exporting import Column, Kind
from entities import looks
from entities.policies import roles_of
from entities.sharing import exports
from repair.proof import policies, selectors
from repair.proof.models import Confirmation, Difference
from repair.proof.selectors import Row

EVERYWHERE, SETTLED = "everywhere", "settled"


def offer() -> None:
    """Offer them; called once, when the apps are loaded."""
    exports.register(
        exports.Export(
            code="confirmations",
            title=gettext_lazy("Confirmations"),
            rows=confirmations_asked,
            columns=_confirmation_columns,
            shaped=_rows,
        )
    )
    exports.register(
        exports.Export(
            code="differences",
            title=gettext_lazy("Differences"),
            rows=_differences,
            columns=_difference_columns,
            records=lambda one: (one.record,),
        )
    )


def view_asked(user, params: QueryDict) -> str:
    """The view that the address names: `EVERYWHERE`, `SETTLED`, or "" for what the reader's bodies are asked."""
    show = params.get("show", "")
    if show == "" and policies.watches_over_all(user):
        return EVERYWHERE
    return show if show in (EVERYWHERE, SETTLED) else ""


def confirmations_asked(user, params: QueryDict) -> QuerySet[Confirmation]:
    """The confirmations of that view; `Missing` for who acts for no body."""
    if not roles_of(user):
        raise Missing
    view = view_asked(user, params)
    return selectors.confirmations_for_list(user=user, everywhere=view == EVERYWHERE, settled=view == SETTLED)


def _rows(confirmations: Iterable[Confirmation], user, params: QueryDict) -> Iterator[Row]:
    """The rows as the list shows them to this reader; `rows_of` notes whose records are named."""
    rest = iter(confirmations)
    while some := list(islice(rest, looks.CHUNK)):
        yield from selectors.rows_of(some, user=user)


def _confirmation_columns() -> list[Column]:
    return [
        Column("place", _("Place"), lambda row: row.name),
        Column(
            "document_number",
            _("Document number"),
            lambda row: row.confirmation.effect.record.document_number if row.names_record else "",
        ),
        Column(
            "entity",
            _("Entity"),
            lambda row: row.confirmation.effect.record.entity.name if row.names_record else "",
        ),
        Column("asked_at", _("Sent"), lambda row: row.confirmation.effect.begun_at, Kind.MOMENT),
        Column("state", _("State"), lambda row: row.confirmation.get_state_display()),
        Column("settled_at", _("Settled on"), lambda row: row.confirmation.settled_at, Kind.MOMENT),
        Column("settled_by", _("Who"), lambda row: str(row.confirmation.settled_by or "")),
    ]


def _differences(user, params: QueryDict) -> QuerySet[Difference]:
    return selectors.differences_for_list(user=user, kind=params.get("kind", ""))


def _difference_columns() -> list[Column]:
    return [
        Column("found_on", _("Found on"), lambda one: one.found_on, Kind.DAY),
        Column("kind", _("What differs"), lambda one: one.get_kind_display()),
        Column("document_number", _("Document number"), lambda one: one.record.document_number),
        Column("record_type", _("Record type"), lambda one: str(one.record.record_type)),
        Column("credit_code", _("Unified social credit code"), lambda one: one.record.entity.credit_code),
        Column("entity", _("Entity"), lambda one: one.record.entity.name),
        Column("body", _("Body"), lambda one: str(one.record.submitted_by)),
    ]
