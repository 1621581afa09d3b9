"""Who may see grades and keep schemes: the only place that says so."""

from django.db.models import Q
from django.utils.translation import gettext as _

from credit_platform.common.decisions import ALLOW, Decision, deny
from entities.policies import entities_of, is_official

NOBODY = Q(pk__in=())


def ratings_visible_to(user) -> Q:
    """Officials see every family; an agent its own entities' grades where the scheme shows them.

    Association officers see the grades of no one here: what they may know of members is
    `associations`' own rule.
    """
    if is_official(user):
        return Q()
    mine = Q(entity__in=entities_of(user), scheme__shown_to_entity=True)
    return mine if entities_of(user) else NOBODY


def schemes_visible_to(user) -> Q:
    """Whose grade one may see, its method one may read; public ones are for everybody.

    An internal risk class is for officials alone, its method included.
    """
    if is_official(user):
        return Q()
    return Q(is_public=True) | Q(shown_to_entity=True) if entities_of(user) else Q(is_public=True)


def is_told_of_all_grades(body) -> bool:
    """A department hears of grades under every scheme, an association under those whose result is public."""
    return body.kind != "association"


def may_see_grade(user, entity, scheme) -> Decision:
    """Officials see every grade of every entity; an agent that of its own entity where the scheme shows it."""
    if is_official(user) or (scheme.shown_to_entity and entity.pk in entities_of(user)):
        return ALLOW
    return deny(_("This grade is not shown to you."))


def may_see_some_grades(user) -> bool:
    """Whether there is any entity whose grade the user may see; for what a page offers."""
    return is_official(user) or bool(entities_of(user))


def may_see_board(user) -> Decision:
    """The board shows the whole city, so it is for officials."""
    if not is_official(user):
        return deny(_("The ratings of the city are for departments and the lead office."))
    return ALLOW
