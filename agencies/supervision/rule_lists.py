"""The rules of supervision and the random draws, as files to take away: what their pages list."""

from django.utils.translation import gettext as _, gettext_lazy

from agencies.supervision import selectors
from credit_platform.common.exporting import Column, Kind
from credit_platform.ui.formats import listed
from entities.sharing.exports import Export, register


def offer() -> None:
    """Offer them; called once, when the apps are loaded."""
    register(
        Export(
            code="supervision-rules",
            title=gettext_lazy("Supervision rules"),
            rows=lambda user, params: selectors.rules_for_list(user=user),
            columns=_rule_columns,
        )
    )
    register(
        Export(
            code="inspection-draws",
            title=gettext_lazy("Random draws"),
            rows=lambda user, params: selectors.draws_for_list(user=user),
            columns=_draw_columns,
        )
    )


def _rule_columns() -> list[Column]:
    return [
        Column("code", _("Code"), lambda rule: rule.code),
        Column("rule", _("Supervision rule"), str),
        Column("kind", _("What follows"), lambda rule: rule.get_kind_display()),
        Column("scheme", _("Scheme"), lambda rule: str(rule.scheme)),
        Column("grades", _("Grades"), lambda rule: listed(rule.grades)),
        Column("applied_by", _("Who applies it"), lambda rule: rule.applied_by),
        Column("text", _("What it says"), lambda rule: rule.text),
        Column(
            "share_least", _("At least drawn a year, per cent"), lambda rule: rule.share_least, Kind.WHOLE
        ),
        Column("share_most", _("At most drawn a year, per cent"), lambda rule: rule.share_most, Kind.WHOLE),
        Column("every_months", _("Due every so many months"), lambda rule: rule.every_months, Kind.WHOLE),
        Column("instrument", _("Legal basis"), lambda rule: str(rule.instrument)),
        Column("article", _("Article"), lambda rule: rule.article),
        Column("valid_from", _("Valid from"), lambda rule: rule.valid_from, Kind.DAY),
        Column("valid_to", _("Valid to"), lambda rule: rule.valid_to, Kind.DAY),
        Column("state", _("State"), lambda rule: rule.get_state_display()),
    ]


def _draw_columns() -> list[Column]:
    return [
        Column("purpose", _("What it is for"), lambda draw: draw.purpose),
        Column("scheme", _("Scheme"), lambda draw: str(draw.scheme)),
        Column("department", _("Department"), lambda draw: str(draw.body)),
        Column("drawn_at", _("Drawn on"), lambda draw: draw.drawn_at, Kind.MOMENT),
        Column("drawn_by", _("By"), lambda draw: str(draw.drawn_by)),
        Column("count", _("Drawn"), lambda draw: draw.count, Kind.WHOLE),
        Column("seed", _("Seed"), lambda draw: draw.seed),
    ]
