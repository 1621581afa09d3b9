"""Associations offer training, say who was there, and what they certify can be handed in with a repair."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from associations.courses import selectors, services
from associations.courses.models import Course, SignUp
from credit_platform.common.errors import InvalidInput, Missing, NotPermitted, WrongState
from entities.models import Notice
from repair import services as cases, training
from repair.joint import services as joint
from repair.models import CaseDocument, ProfileChoice
from tests.associations.factories import AssociationFactory, CourseFactory, SignUpFactory, officer_of
from tests.factories import AgentFactory, EntityFactory, RecordTypeFactory, UserFactory, repairable_record

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("media")]


@pytest.fixture
def association():
    return AssociationFactory()


@pytest.fixture
def officer(association):
    return officer_of(association)


@pytest.fixture
def agent():
    return AgentFactory().user


@pytest.fixture
def entity(agent):
    return agent.agencies.get().entity


def offer(**more) -> services.Offer:
    begins = timezone.now() + timedelta(days=3)
    said = {
        "name_zh": "专题培训",
        "about_zh": "台账",
        "place": "人民路1号",
        "starts_at": begins,
        "ends_at": begins + timedelta(hours=2),
        "seats": 1,
    }
    return services.Offer(**said | more)


def begun(course: Course) -> Course:
    """As if the days until it begins were over."""
    Course.objects.filter(pk=course.pk).update(starts_at=timezone.now() - timedelta(hours=1))
    return course


def test_what_an_association_offers_anybody_may_read(client, association, officer):
    kind = RecordTypeFactory(name_en="Late filing")
    course = services.offer_course(by=officer, association=association, offer=offer(types=(kind,)))
    page = client.get(reverse("courses:coming"))
    assert course.name in page.text
    assert "Late filing" in page.text
    assert client.get(reverse("courses:course", args=(course.pk,))).status_code == 200


@pytest.mark.parametrize(
    ("said", "field"),
    [
        ({"starts_at": -timedelta(days=1)}, "starts_at"),
        ({"ends_at": -timedelta(days=1)}, "ends_at"),
        ({"seats": 0}, "seats"),
    ],
)
def test_a_course_is_still_to_come_lasts_and_has_a_seat(association, officer, said, field):
    said = {
        name: timezone.now() + value if isinstance(value, timedelta) else value
        for name, value in said.items()
    }
    with pytest.raises(InvalidInput) as refused:
        services.offer_course(by=officer, association=association, offer=offer(**said))
    assert field in refused.value.problems


def test_only_its_officers_offer_courses_of_an_association(association, agent):
    for somebody in (agent, officer_of(AssociationFactory())):
        with pytest.raises(NotPermitted):
            services.offer_course(by=somebody, association=association, offer=offer())


def test_signing_up_takes_a_seat_and_tells_the_association(association, agent, entity):
    course = CourseFactory(association=association, seats=1)
    made = services.sign_up(by=agent, entity=entity, course_id=course.pk, attendee=" Pei  Huaijin ")
    assert services.sign_up(by=agent, entity=entity, course_id=course.pk, attendee="Pei Huaijin") == made
    assert Notice.objects.filter(body=association.body, kind="courses.signed-up").count() == 1
    assert selectors.coming_courses().get().free == 0
    with pytest.raises(WrongState):
        services.sign_up(by=agent, entity=entity, course_id=course.pk, attendee="Somebody Else")
    services.withdraw_sign_up(by=agent, sign_up_id=made.pk)
    assert selectors.coming_courses().get().free == 1


def test_nobody_signs_up_for_another_entity_nor_nobody(agent):
    course = CourseFactory()
    with pytest.raises(NotPermitted):
        services.sign_up(by=agent, entity=EntityFactory(), course_id=course.pk, attendee="A")
    with pytest.raises(InvalidInput):
        services.sign_up(by=agent, entity=agent.agencies.get().entity, course_id=course.pk, attendee=" ")
    with pytest.raises(Missing):
        services.sign_up(by=agent, entity=agent.agencies.get().entity, course_id=0, attendee="A")


def test_a_course_called_off_tells_those_who_signed_up_and_takes_nobody_more(
    association, officer, agent, entity
):
    course = CourseFactory(association=association)
    services.sign_up(by=agent, entity=entity, course_id=course.pk, attendee="Pei Huaijin")
    services.cancel_course(by=officer, course_id=course.pk)
    assert Notice.objects.filter(entity=entity, kind="courses.cancelled").exists()
    assert not selectors.coming_courses().exists()
    with pytest.raises(WrongState):
        services.sign_up(by=agent, entity=entity, course_id=course.pk, attendee="B")
    with pytest.raises(WrongState):
        services.cancel_course(by=officer, course_id=course.pk)


def test_attendance_is_said_once_it_has_begun_and_certified(association, officer, agent, entity):
    course = CourseFactory(association=association)
    made = services.sign_up(by=agent, entity=entity, course_id=course.pk, attendee="Pei Huaijin")
    with pytest.raises(WrongState):
        services.confirm_attendance(by=officer, sign_up_id=made.pk, attended=True)
    begun(course)
    said = services.confirm_attendance(by=officer, sign_up_id=made.pk, attended=True)
    assert said.certificate.startswith("PX-")
    assert services.confirm_attendance(by=officer, sign_up_id=made.pk, attended=True) == said
    assert Notice.objects.filter(entity=entity, kind="courses.attended").count() == 1
    with pytest.raises(WrongState):
        services.confirm_attendance(by=officer, sign_up_id=made.pk, attended=False)
    with pytest.raises(WrongState):
        services.withdraw_sign_up(by=agent, sign_up_id=made.pk)


def test_who_was_absent_gets_no_certificate(association, officer):
    made = SignUpFactory(course=begun(CourseFactory(association=association)))
    assert services.confirm_attendance(by=officer, sign_up_id=made.pk, attended=False).certificate is None


def test_another_association_says_nothing_of_who_was_there():
    made = SignUpFactory(course=begun(CourseFactory()))
    with pytest.raises(Missing):
        services.confirm_attendance(by=officer_of(AssociationFactory()), sign_up_id=made.pk, attended=True)


def test_a_certificate_is_read_by_its_entity_and_its_association_alone(
    client, association, officer, agent, entity
):
    made = SignUpFactory(course=begun(CourseFactory(association=association)), entity=entity)
    number = services.confirm_attendance(by=officer, sign_up_id=made.pk, attended=True).certificate
    for reader, status in ((agent, 200), (officer, 200), (UserFactory(), 404), (AgentFactory().user, 404)):
        client.force_login(reader)
        assert client.get(reverse("courses:certificate", args=(number,))).status_code == status


@pytest.fixture
def attended(association, officer):
    """Somebody of the entity of a record that can be repaired was at a course meant for such records."""
    record = repairable_record()
    course = CourseFactory(association=association)
    course.types.add(record.record_type)
    made = SignUpFactory(course=begun(course), entity=record.entity)
    services.confirm_attendance(by=officer, sign_up_id=made.pk, attended=True)
    return record, SignUp.objects.get(pk=made.pk)


def test_a_certificate_is_handed_in_with_a_repair_once(attended, client):
    record, made = attended
    agent = AgentFactory(entity=record.entity).user
    case = cases.open_case(by=agent, record_id=record.pk)
    client.force_login(agent)
    address = reverse("repair:case-detail", args=(case.number,))
    assert made.certificate in client.get(address).text
    wish = {"do": f"certificate:{made.certificate}", "version": case.version}
    for _press in range(2):
        page = client.post(reverse("repair:case-draft", args=(case.number,)), wish, follow=True)
    paper = case.documents.get(kind="training")
    with paper.document.file.open() as kept:
        text = kept.read().decode()
    assert made.attendee in text
    assert made.certificate in text
    assert str(paper.document.key) in page.text


def test_a_certificate_is_handed_in_for_several_repairs_at_once_and_taken_out_of_all(attended, client):
    record, made = attended
    other = repairable_record(entity=record.entity)
    agent = AgentFactory(entity=record.entity).user
    alone = cases.open_case(by=agent, record_id=other.pk)
    cases.add_certificate(by=agent, number=alone.number, certificate=made.certificate)
    filing = joint.begin_filing(by=agent, record_ids=[record.pk, other.pk])
    client.force_login(agent)
    address = reverse("joint:detail", args=(filing.number,))
    wish = f"certificate:{made.certificate}"
    page = client.get(address).text
    assert f"{made.certificate}.txt" in page  # One of them has it already;
    assert wish in page  # so it is offered for the other.
    assert made.course.name_en in page
    draft = reverse("joint:draft", args=(filing.number,))
    page = client.post(draft, {"do": wish, "version": filing.version}, follow=True).text
    assert [case.documents.filter(kind="training").count() for case in filing.cases.all()] == [1, 1]
    assert wish not in page
    key = alone.documents.get(kind="training").document_id
    client.post(draft, {"do": f"remove:{key}", "version": filing.version})
    assert not CaseDocument.objects.filter(case__joint=filing).exists()


def test_a_certificate_of_another_entity_is_none(attended):
    _record, made = attended
    other = repairable_record()
    agent = AgentFactory(entity=other.entity).user
    case = cases.open_case(by=agent, record_id=other.pk)
    with pytest.raises(Missing):
        cases.add_certificate(by=agent, number=case.number, certificate=made.certificate)


def test_training_is_named_where_the_city_follows_a_rule_that_names_it():
    today = timezone.localdate()
    assert training.measures_on(today) is None
    ProfileChoice.objects.create(
        profile="shenzhen-2023", since=today, reason="the city", chosen_by=UserFactory()
    )
    assert training.measures_on(today).article == "80"


def test_the_pages_lead_from_the_offer_to_the_certificate(client, association, officer, agent, entity):
    client.force_login(officer)
    begins = timezone.localtime(timezone.now() + timedelta(days=2))
    typed = {
        "name_zh": "专题培训", "about_zh": "台账", "place": "人民路1号", "seats": 5,
        "starts_at": f"{begins:%Y-%m-%dT%H:%M}", "ends_at": f"{begins + timedelta(hours=2):%Y-%m-%dT%H:%M}",
    }  # fmt: skip
    assert "专题培训" in client.post(reverse("courses:new"), typed, follow=True).text
    course = Course.objects.get()
    client.force_login(agent)
    signed = client.post(
        reverse("courses:course", args=(course.pk,)), {"entity": entity.pk, "attendee": "Pei"}, follow=True
    )
    assert "Signed up. The association is told." in signed.text
    begun(course)
    client.force_login(officer)
    attendance = reverse("courses:attendance", args=(course.pk,))
    made = SignUp.objects.get()
    said = client.post(attendance, {"sign_up": made.pk, "said": "attended"}, follow=True)
    made.refresh_from_db()
    assert made.certificate in said.text
    assert client.post(attendance, {"sign_up": made.pk, "said": "absent"}).status_code == 409
