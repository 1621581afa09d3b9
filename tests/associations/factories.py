"""Associations and their members, for tests."""

from datetime import date, timedelta

import factory
from django.utils import timezone
from factory.django import DjangoModelFactory

from associations.courses.models import Course, SignUp
from associations.models import Association, Member
from entities.models import SubmittingBody
from tests.factories import BodyFactory, EntityFactory, MemberFactory, UserFactory


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


class CourseFactory(DjangoModelFactory):
    """Two hours of training, in a week."""

    class Meta:
        model = Course

    association = factory.SubFactory(AssociationFactory)
    name_zh = "食品安全专题培训"
    name_en = "Training in food safety"
    about_zh = "进货查验与台账。"
    place = "云亭市人民路1号"
    starts_at = factory.LazyFunction(lambda: timezone.now() + timedelta(days=7))
    ends_at = factory.LazyAttribute(lambda course: course.starts_at + timedelta(hours=2))
    seats = 20
    offered_by = factory.SubFactory(UserFactory)


class SignUpFactory(DjangoModelFactory):
    class Meta:
        model = SignUp

    course = factory.SubFactory(CourseFactory)
    entity = factory.SubFactory(EntityFactory)
    attendee = "Pei Huaijin"
    signed_up_by = factory.SubFactory(UserFactory)


def officer_of(association: Association):
    """Somebody who keeps the members of the association."""
    return MemberFactory(body=association.body, role="officer")
