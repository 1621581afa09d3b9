"""Mergings, splittings and pairs that may be one entity, as files."""

from django.utils.translation import gettext as _, gettext_lazy, pgettext

from credit_platform.common.exporting import Column, Kind
from credit_platform.ui.formats import listed
from entities import lists
from entities.models import NearDuplicate
from entities.sharing import exports


def offer() -> None:
    """Offer them; called once, when the apps are loaded."""
    exports.register(
        exports.Export(
            code="entity-moves",
            title=gettext_lazy("Mergings and splittings"),
            rows=lists.entity_moves,
            columns=_move_columns,
        )
    )
    exports.register(
        exports.Export(
            code="entities-alike",
            title=gettext_lazy("Entities that may be one"),
            rows=lists.near_duplicates,
            columns=_pair_columns,
        )
    )


def _move_columns() -> list[Column]:
    return [
        Column("kind", _("What"), lambda move: move.get_kind_display()),
        Column("from_code", _("Code of the one"), lambda move: move.source.credit_code),
        Column("from", pgettext("entity", "From"), lambda move: move.source.name),
        Column("to_code", _("Code of the other"), lambda move: move.target.credit_code),
        Column("to", pgettext("entity", "To"), lambda move: move.target.name),
        Column("because", _("Why"), lambda move: move.because),
        Column("state", _("State"), lambda move: move.get_state_display()),
        Column("proposed_by", _("Proposed by"), lambda move: str(move.proposed_by)),
        Column("proposed_at", _("Proposed"), lambda move: move.proposed_at, Kind.MOMENT),
        Column("decided_by", _("Decided by"), lambda move: str(move.decided_by or "")),
        Column("decided_at", _("Decided"), lambda move: move.decided_at, Kind.MOMENT),
    ]


def _pair_columns() -> list[Column]:
    return [
        Column("first_code", _("Code of the one"), lambda pair: pair.first.credit_code),
        Column("first", _("One"), lambda pair: pair.first.name),
        Column("second_code", _("Code of the other"), lambda pair: pair.second.credit_code),
        Column("second", _("The other"), lambda pair: pair.second.name),
        Column("reasons", _("Why"), _reasons),
        Column("found_at", _("Found"), lambda pair: pair.found_at, Kind.MOMENT),
        Column("decided_by", _("Decided by"), lambda pair: str(pair.decided_by or "")),
        Column("decided_at", _("Decided"), lambda pair: pair.decided_at, Kind.MOMENT),
    ]


def _reasons(pair: NearDuplicate) -> str:
    return listed(str(NearDuplicate.Reason(reason).label) for reason in pair.reasons)
