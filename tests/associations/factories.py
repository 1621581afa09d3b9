"""Associations and their members, for tests."""

from datetime import date

import factory
from factory.django import DjangoModelFactory

from associations.models import Association, Member
from entities.models import SubmittingBody
from tests.factories import BodyFactory, EntityFactory, MemberFactory


class AssociationFactory(DjangoModelFactory):
    class Meta:
        model = Association

    body = factory.SubFactory(BodyFactory, kind=SubmittingBody.Kind.ASSOCIATION)


class MembershipOfEntityFactory(DjangoModelFactory):
    """An entity that is a member since 2021."""

    class Meta:
        model = Member

    association = factory.SubFactory(AssociationFactory)
    entity = factory.SubFactory(EntityFactory)
    joined_on = date(2021, 3, 1)
    basis = Member.Basis.CHARTER


def officer_of(association: Association):
    """Somebody who keeps the members of the association."""
    return MemberFactory(body=association.body, role="officer")
