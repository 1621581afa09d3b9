"""Who sees which record: every role, every state, every disclosure; and what anybody sees."""

from datetime import timedelta

import pytest
from django.contrib.auth.models import AnonymousUser
from django.utils import timezone

from entities.models import CreditRecord, Entity, Notice, Submission
from tests.factories import (
    AgentFactory,
    BodyFactory,
    EntityFactory,
    MemberFactory,
    RecordFactory,
    RecordTypeFactory,
    SubmissionFactory,
    UserFactory,
)

pytestmark = pytest.mark.django_db
Status = CreditRecord.Status
PREPARING = {"draft", "waiting", "returned", "announced"}
EVERY = {str(status) for status in Status}
IN_THE_REGISTRY = EVERY - PREPARING
IN_FORCE = {"published"}
NOTHING: set[str] = set()

DISCLOSURES = [
    ("public", "public"),
    ("public", "shared"),
    ("public", "own"),
    ("market", "public"),
    ("market", "shared"),
]

#: reader: {(family, disclosure): the states that the reader sees}
SEEN = {
    "clerk of the body": dict.fromkeys(DISCLOSURES, EVERY),
    "supervisor of the body": dict.fromkeys(DISCLOSURES, EVERY),
    "clerk of another department": {("public", "public"): IN_FORCE, ("public", "shared"): IN_FORCE},
    "supervisor of another department": {("public", "public"): IN_FORCE, ("public", "shared"): IN_FORCE},
    "lead office": {("public", "public"): IN_FORCE, ("public", "shared"): IN_FORCE},
    "officer of an association": {("public", "public"): IN_FORCE},
    "reviewer of an association": {("public", "public"): IN_FORCE},
    "supervisor of an association": {("public", "public"): IN_FORCE},
    "agent of the entity": {
        ("public", "public"): IN_THE_REGISTRY,
        ("public", "shared"): IN_THE_REGISTRY,
        ("market", "public"): IN_THE_REGISTRY,
        ("market", "shared"): IN_THE_REGISTRY,
    },
    "agent of another entity": {},
    "former agent of the entity": {},
    "somebody with an account": {},
    "clerk whose account is closed": {},
    "nobody signed in": {},
}  # fmt: skip
DISCLOSURES = [
    ("public", "public"),
    ("public", "shared"),
    ("public", "own"),
    ("market", "public"),
    ("market", "shared"),
]


READERS = {
    "clerk of the body": lambda record: MemberFactory(body=record.submitted_by),
    "supervisor of the body": lambda record: MemberFactory(body=record.submitted_by, role="supervisor"),
    "clerk of another department": lambda record: MemberFactory(),
    "supervisor of another department": lambda record: MemberFactory(role="supervisor"),
    "lead office": lambda record: MemberFactory(body=BodyFactory(kind="lead_office"), role="lead"),
    "officer of an association": lambda record: MemberFactory(
        body=BodyFactory(kind="association"), role="officer"
    ),
    "reviewer of an association": lambda record: MemberFactory(
        body=BodyFactory(kind="association"), role="reviewer"
    ),
    "supervisor of an association": lambda record: MemberFactory(
        body=BodyFactory(kind="association"), role="supervisor"
    ),
    "agent of the entity": lambda record: AgentFactory(entity=record.entity).user,
    "agent of another entity": lambda record: AgentFactory().user,
    "former agent of the entity": lambda record: (
        AgentFactory(entity=record.entity, revoked_at=timezone.now()).user
    ),
    "somebody with an account": lambda record: UserFactory(),
    "clerk whose account is closed": lambda record: MemberFactory(body=record.submitted_by, is_active=False),
    "nobody signed in": lambda record: AnonymousUser(),
}


def reader(name: str, record: CreditRecord):
    return READERS[name](record)


@pytest.mark.parametrize(("family", "disclosure"), DISCLOSURES)
@pytest.mark.parametrize("name", SEEN)
def test_a_reader_sees_of_each_kind_of_record_just_these_states(name, family, disclosure):
    body, entity = BodyFactory(), EntityFactory()
    record_type = RecordTypeFactory(family=family, version__disclosure=disclosure, submitters=[body])
    clerk = MemberFactory(body=body)
    made = [
        RecordFactory(
            entity=entity, submitted_by=body, record_type=record_type, entered_by=clerk, status=status,
            document_number=status,
        )
        for status in Status
    ]  # fmt: skip
    visible = CreditRecord.objects.visible_to(reader(name, made[0]))
    assert {record.status for record in visible} == SEEN[name].get((family, disclosure), NOTHING)


@pytest.mark.parametrize("name", ["clerk of another department", "lead office", "officer of an association"])
def test_what_is_over_is_gone_for_others_before_the_nightly_run(name):
    record = RecordFactory(publish_until=timezone.localdate() - timedelta(days=1))
    assert not CreditRecord.objects.visible_to(reader(name, record)).exists()


def test_what_is_withheld_is_shared_with_officials_and_not_with_associations():
    record = RecordFactory(withheld=True)
    seen = {
        name: CreditRecord.objects.visible_to(reader(name, record)).exists()
        for name in ("clerk of another department", "officer of an association", "agent of the entity")
    }
    assert seen == {
        "clerk of another department": True,
        "officer of an association": False,
        "agent of the entity": True,
    }


@pytest.mark.parametrize("status", Status)
@pytest.mark.parametrize(("family", "disclosure"), DISCLOSURES)
def test_the_public_sees_public_records_in_force_and_no_other(status, family, disclosure):
    RecordFactory(record_type=RecordTypeFactory(family=family, version__disclosure=disclosure), status=status)
    expected = (status, family, disclosure) == (Status.PUBLISHED, "public", "public")
    assert CreditRecord.objects.public_on(timezone.localdate()).exists() is expected


@pytest.mark.parametrize(
    "fields",
    [lambda: {"withheld": True}, lambda: {"publish_until": timezone.localdate() - timedelta(days=1)}],
    ids=["withheld", "over"],
)
def test_the_public_does_not_see(fields):
    RecordFactory(**fields())
    assert not CreditRecord.objects.public_on(timezone.localdate()).exists()


@pytest.mark.parametrize(
    ("name", "sees"),
    [
        ("clerk of the body", True),
        ("officer of an association", True),
        ("agent of the entity", True),
        ("agent of another entity", False),
        ("former agent of the entity", False),
        ("somebody with an account", False),
        ("nobody signed in", False),
    ],
)
def test_entities_are_open_to_whoever_acts_for_a_body_and_to_their_own_agents(name, sees):
    record = RecordFactory()
    assert Entity.objects.visible_to(reader(name, record)).filter(pk=record.entity_id).exists() is sees


def test_files_are_seen_by_the_body_that_sent_them():
    submission = SubmissionFactory()
    assert Submission.objects.visible_to(MemberFactory(body=submission.body)).exists()
    for stranger in (MemberFactory(), MemberFactory(role="lead"), UserFactory(), AnonymousUser()):
        assert not Submission.objects.visible_to(stranger).exists()


def test_notices_are_seen_by_their_receiver():
    agency, member = AgentFactory(), MemberFactory()
    (body,) = (membership.body for membership in member.memberships.all())
    for receiver in ({"entity": agency.entity}, {"body": body}, {"user": UserFactory()}):
        Notice.objects.create(kind="test", template="Hello", **receiver)
    assert Notice.objects.visible_to(agency.user).count() == 1
    assert Notice.objects.visible_to(member).count() == 1
    assert Notice.objects.visible_to(UserFactory()).count() == 0
    assert Notice.objects.visible_to(AnonymousUser()).count() == 0
