"""What anybody may find and read without signing in: the only place that says so.

Imports no models, so that it stays below every query.
"""

from django.db.models import Q

from entities.codes import SELF_EMPLOYED


def entities_anybody_may_search() -> Q:
    """Those that a fragment of a name or initials may find.

    A self-employed household bears its owner's name and often is its owner's home. What is on record
    of its trade is public, but nobody may leaf through people: it is found by its whole name or
    whole code only, by whoever already knows it.
    """
    return ~Q(credit_code__startswith=SELF_EMPLOYED)


def records_anybody_may_leaf_through() -> Q:
    """Of the public records those that stand in lists, feeds and files for everybody.

    For the same reason: whoever leafs through lists of households leafs through people.
    """
    return ~Q(entity__credit_code__startswith=SELF_EMPLOYED)


def once_disclosed() -> Q:
    """Records of kinds that are public: of these everybody may hear that they are gone."""
    return Q(type_version__disclosure="public", record_type__family="public")


def entities_anybody_may_find(*, code: str, name_key: str) -> Q:
    """What the whole code or the whole name finds, self-employed households included."""
    return Q(credit_code=code) | Q(name_key=name_key)
