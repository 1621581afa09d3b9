"""What the registry offers in the bars, and for whom a reader works."""

from django.utils.translation import gettext_lazy as _

from credit_platform.ui import navigation
from credit_platform.ui.navigation import PORTAL, Item, Standing
from entities import policies, selectors, submission_selectors
from entities.cataloguing import selectors as catalogue_selectors
from entities.models import Membership


def acts_for_a_body(user) -> bool:
    return bool(policies.roles_of(user))


def acts_for_an_entity(user) -> bool:
    return bool(policies.entities_of(user))


def looks_at_entities(user) -> bool:
    """Who comes to read about entities; a clerk finds them by the box in the bar, and needs its room."""
    return policies.has_role(user, policies.REVIEWER, policies.SUPERVISOR, policies.LEAD, policies.OFFICER)


def enters_or_reviews(user) -> bool:
    """Whether the user's bodies have records of their own to list."""
    return policies.has_role(user, *(policies.ENTERING | policies.REVIEWING))


def enters(user) -> bool:
    """Whether the user prepares records for a body, by form or by file."""
    return policies.has_role(user, *policies.ENTERING)


def standing(user) -> Standing:
    """The body the user works for and the role there; of several, the one joined first."""
    first = Membership.objects.filter(user=user).select_related("body").order_by("pk").first()
    return Standing(str(first.body), str(first.get_role_display())) if first else Standing()


def offer() -> None:
    """Put the registry's pages into the bars; called once, when the apps are loaded."""
    navigation.register_standing(standing)
    navigation.register(
        Item(label=_("Entities"), url_name="entities:search", visible=looks_at_entities, order=60)
    )
    navigation.register(
        Item(label=_("Our records"), url_name="entities:record-list", visible=enters_or_reviews, order=50)
    )
    navigation.register(
        Item(
            label=_("Catalogue"),
            url_name="entities:catalogue",
            visible=policies.may_keep_catalogue,
            count=catalogue_selectors.waiting_for,
            order=65,
        )
    )
    navigation.register(Item(label=_("Catalogue"), url_name="entities:catalogue", bar=PORTAL, order=40))
    navigation.register(
        Item(
            label=_("Uploads"),
            url_name="entities:submission-list",
            visible=enters,
            count=submission_selectors.waiting_count,
            order=20,
        )
    )
    navigation.register(
        Item(
            label=_("Inbox"),
            url_name="entities:inbox",
            visible=acts_for_a_body,
            order=90,
            count=selectors.unread_count,
        )
    )
    navigation.register(
        Item(
            label=_("Inbox"),
            url_name="entities:inbox",
            bar=PORTAL,
            visible=acts_for_an_entity,
            order=90,
            count=selectors.unread_count,
        )
    )
