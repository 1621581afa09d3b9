"""What a report can be about: dated rows that the lead office keeps, and that a report keeps."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from credit_platform.audit.models import AuditEvent
from credit_platform.common.errors import InvalidInput, Missing, NotPermitted, WrongState
from credit_platform.common.services import current_calendar
from credit_platform.portal.public_reports import selectors, services, topic_services
from credit_platform.portal.public_reports.models import ReportTopic
from credit_platform.portal.public_reports.services import Message
from credit_platform.portal.public_reports.topics import SHIPPED, seed
from repair import deadlines
from tests.factories import MemberFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def lead(office):
    return MemberFactory(body=office, role="lead")


def wording(**facts) -> topic_services.Wording:
    usual = {
        "code": "goods",
        "name_zh": "商品和服务",
        "name_en": "Goods and services",
        "body_code": "tax",
        "valid_from": timezone.localdate(),
    }
    return topic_services.Wording(**usual | facts)


def report(topic: str = "goods"):
    return services.receive_report(Message(topic=topic, text="The milk was two weeks over its date.")).report


def test_the_platform_starts_with_topics_and_writes_none_twice():
    assert set(ReportTopic.objects.values_list("code", flat=True)) == set(SHIPPED)
    seed(sender=None)
    assert ReportTopic.objects.count() == len(SHIPPED)


def test_a_new_version_sends_what_comes_from_then_on_and_a_report_keeps_the_topic_it_had(market, tax, lead):
    before = report()
    topic_services.set_topic(by=lead, wording=wording())
    after = report()
    assert (before.body, after.body) == (market, tax)
    before.refresh_from_db()
    assert before.topic.name_en == "Goods, food, prices or false advertising"
    assert after.topic.name_en == "Goods and services"
    assert AuditEvent.objects.filter(verb="public_reports.topic.set", target_id=str(after.topic_id)).exists()


def test_a_version_to_come_waits_for_its_day(market, tax, lead):
    tomorrow = timezone.localdate() + timedelta(days=1)
    topic_services.set_topic(by=lead, wording=wording(valid_from=tomorrow))
    assert report().body == market
    assert [one.name_en for one in selectors.topics_on(tomorrow) if one.code == "goods"] == [
        "Goods and services"
    ]


def test_a_topic_may_have_a_term_of_its_own(market, tax, lead):
    topic_services.set_topic(by=lead, wording=wording(days=3))
    due = deadlines.end_of(timezone.localdate(), deadlines.Term(3), current_calendar()).day
    assert (report().due_on, report("tax").due_on > due) == (due, True)


@pytest.mark.parametrize(
    ("facts", "field"),
    [
        ({"body_code": "nobody"}, "body_code"),
        ({"days": 0}, "days"),
        ({"valid_from": "yesterday"}, "valid_from"),
    ],
)
def test_what_is_wrong_is_said_beside_its_field(tax, lead, facts, field):
    if "valid_from" in facts:
        facts = {"valid_from": timezone.localdate() - timedelta(days=1)}
    with pytest.raises(InvalidInput) as refused:
        topic_services.set_topic(by=lead, wording=wording(**facts))
    assert set(refused.value.problems) == {field}


def test_no_two_versions_begin_on_the_same_day_and_none_before_one_to_come(tax, lead):
    tomorrow = timezone.localdate() + timedelta(days=1)
    topic_services.set_topic(by=lead, wording=wording(valid_from=tomorrow))
    for day in (tomorrow, timezone.localdate()):
        with pytest.raises(InvalidInput):
            topic_services.set_topic(by=lead, wording=wording(valid_from=day))


def test_what_is_ended_cannot_be_chosen_any_more_and_something_is_always_left(market, lead):
    yesterday = timezone.localdate() - timedelta(days=1)
    ReportTopic.objects.filter(code="customs").update(valid_to=yesterday)
    with pytest.raises(InvalidInput):
        report("customs")
    *others, last = selectors.topics_on(timezone.localdate())
    for topic in others:
        topic_services.end_topic(by=lead, topic_id=topic.pk)
    with pytest.raises(WrongState, match="left to choose"):
        topic_services.end_topic(by=lead, topic_id=last.pk)
    with pytest.raises(WrongState, match="ends already"):
        topic_services.end_topic(by=lead, topic_id=others[0].pk)
    with pytest.raises(Missing):
        topic_services.end_topic(by=lead, topic_id=0)


def test_only_the_lead_office_keeps_them(tax, clerk):
    with pytest.raises(NotPermitted):
        topic_services.set_topic(by=clerk, wording=wording())
    with pytest.raises(NotPermitted):
        topic_services.end_topic(by=clerk, topic_id=ReportTopic.objects.first().pk)


def test_the_page_takes_a_version_and_the_form_of_the_public_has_it(client, tax, lead):
    client.force_login(lead)
    first = ReportTopic.objects.get(code="goods")
    page = reverse("public_reports:topics")
    assert 'value="goods"' in client.get(f"{page}?of={first.pk}").text
    typed = {
        "code": "goods", "name_zh": "商品和服务", "name_en": "Goods and services", "body_code": "tax",
        "place": "10", "days": "", "basis": "", "valid_from": timezone.localdate().isoformat(),
    }  # fmt: skip
    assert client.post(page, typed).status_code == 302
    assert client.post(page, typed).status_code == 422
    client.logout()
    form = client.get(reverse("public_reports:write"), headers={"accept-language": "en"})
    assert "Goods and services" in form.text
    assert "false advertising" not in form.text
