"""The register of stories as a file."""

from django.db.models import QuerySet
from django.http import QueryDict
from django.utils.translation import gettext as _, gettext_lazy

from credit_platform.common.errors import Missing
from credit_platform.common.exporting import Column, Kind
from credit_platform.portal.stories import policies, selectors
from credit_platform.portal.stories.models import Story
from entities.sharing import exports


def offer() -> None:
    """Offer it; called once, when the apps are loaded."""
    exports.register(
        exports.Export(
            code="stories",
            title=gettext_lazy("Stories of honest entities"),
            rows=register_asked,
            columns=_columns,
        )
    )


def state_asked(params: QueryDict) -> str:
    """The state that the address names; proposals without one."""
    asked = params.get("state", "")
    return asked if asked in Story.State.values else Story.State.PROPOSED


def register_asked(user, params: QueryDict) -> QuerySet[Story]:
    """The stories in the state that is asked for; `Missing` for who proposes none."""
    if not policies.proposes_stories(user):
        raise Missing
    return selectors.register_for(user=user, state=state_asked(params))


def _columns() -> list[Column]:
    return [
        Column("number", _("Number"), lambda one: one.number),
        Column("title", _("Title"), lambda one: one.title),
        Column("credit_code", _("Unified social credit code"), lambda one: one.entity.credit_code),
        Column("entity", _("Entity"), lambda one: one.entity.name),
        Column("body", _("Proposed by"), lambda one: str(one.body)),
        Column("state", _("State"), lambda one: one.get_state_display()),
        Column("consented_on", _("Consented on"), lambda one: one.consented_on, Kind.DAY),
        Column("published_on", _("Published on"), lambda one: one.published_on, Kind.DAY),
        Column("shown_until", _("Shown until"), lambda one: one.shown_until, Kind.DAY),
        Column("ended_on", _("Ended on"), lambda one: one.ended_on, Kind.DAY),
        Column("ending", _("Why it ended"), lambda one: one.get_ending_display() if one.ending else ""),
    ]
