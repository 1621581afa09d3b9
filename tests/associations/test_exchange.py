"""What departments and associations ask and tell each other, and what comes of it."""

from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from django.utils import timezone

from associations.exchange import selectors, services
from associations.exchange.models import Exchange
from associations.exchange.services import Matter
from credit_platform.audit.models import AuditEvent
from credit_platform.common.errors import InvalidInput, Missing, NotPermitted, WrongState
from entities.models import Notice
from tests.associations.factories import AssociationFactory, MembershipOfEntityFactory, officer_of
from tests.factories import AgentFactory, BodyFactory, EntityFactory, MemberFactory, UserFactory
from tests.repair.papers import pdf

pytestmark = pytest.mark.django_db
State = Exchange.State


def in_days(days: int):
    return timezone.localdate() + timedelta(days=days)


@pytest.fixture
def association():
    return AssociationFactory()


@pytest.fixture
def officer(association):
    return officer_of(association)


@pytest.fixture
def department():
    return BodyFactory()


@pytest.fixture
def clerk(department):
    return MemberFactory(body=department)


@pytest.fixture
def member(association):
    return MembershipOfEntityFactory(association=association).entity


@pytest.fixture
def asked(clerk, department, association, member) -> Exchange:
    matter = Matter("New kitchen", "How do you know them?", member, in_days(20))
    return services.ask_opinion(
        by=clerk, department=department, association=association, kind="member", matter=matter
    )


@pytest.fixture
def told(officer, department, association) -> Exchange:
    return services.send_observation(
        by=officer,
        association=association,
        department=department,
        matter=Matter("Cheap oil", "It is everywhere."),
    )


def notices(body) -> set[str]:
    return set(Notice.objects.filter(body=body).values_list("kind", flat=True))


# Opinions


def test_a_department_asks_an_association_which_answers_and_reads_what_came_of_it(
    asked, clerk, officer, association, department
):
    assert notices(association.body) == {"exchange.asked"}
    assert selectors.waiting_for(officer) == 1
    services.answer(by=officer, exchange_id=asked.pk, stance="for", text="Clean for years.")
    assert notices(department) == {"exchange.answered"}
    assert (selectors.waiting_for(officer), selectors.waiting_for(clerk)) == (0, 1)
    services.close(by=clerk, exchange_id=asked.pk, outcome="followed", text="Licence granted.")
    asked.refresh_from_db()
    assert (asked.state, asked.outcome, asked.outcome_text) == (State.CLOSED, "followed", "Licence granted.")
    assert "exchange.closed" in notices(association.body)
    assert selectors.waiting_for(clerk) == 0
    verbs = AuditEvent.objects.filter(verb__startswith="exchange.").values_list("verb", flat=True)
    assert sorted(verbs) == [f"exchange.exchange.{deed}" for deed in ("answered", "closed", "sent")]


def test_the_bar_counts_what_waits_for_an_association_and_asks_nothing_for_officials(
    asked, officer, clerk, django_assert_num_queries
):
    assert selectors.waiting_in_the_bar(officer) == 1
    services.answer(by=officer, exchange_id=asked.pk, stance="for", text="Clean.")
    assert selectors.waiting_for(clerk) == 1
    with django_assert_num_queries(0):
        assert selectors.waiting_in_the_bar(clerk) == 0


def test_an_opinion_on_a_draft_rule_needs_no_member(clerk, department, association):
    matter = Matter("Draft on price tags", "https://example.org/draft", None, in_days(10))
    made = services.ask_opinion(
        by=clerk, department=department, association=association, kind="rule", matter=matter
    )
    assert made.entity is None


def test_everything_wrong_with_a_question_is_told_at_once(clerk, department, association):
    matter = Matter(" ", "", EntityFactory(), timezone.localdate())
    with pytest.raises(InvalidInput) as refused:
        services.ask_opinion(
            by=clerk, department=department, association=association, kind="observation", matter=matter
        )
    assert set(refused.value.problems) == {"subject", "text", "kind", "entity", "due_on"}
    assert not Exchange.objects.exists()


def test_an_opinion_may_be_changed_until_the_department_has_closed(asked, clerk, officer):
    services.answer(by=officer, exchange_id=asked.pk, stance="for", text="Clean.")
    services.answer(by=officer, exchange_id=asked.pk, stance="for", text="Clean.")
    assert AuditEvent.objects.filter(verb="exchange.exchange.answered").count() == 1, "twice is harmless"
    services.answer(by=officer, exchange_id=asked.pk, stance="concerns", text="Not any more.")
    services.close(by=clerk, exchange_id=asked.pk, outcome="partly", text="Granted for a year.")
    with pytest.raises(WrongState):
        services.answer(by=officer, exchange_id=asked.pk, stance="for", text="Clean.")


def test_an_opinion_has_to_be_there_before_it_is_followed(asked, clerk):
    with pytest.raises(WrongState):
        services.close(by=clerk, exchange_id=asked.pk, outcome="followed", text="x")


def test_what_an_answer_lacks_is_told_at_once(asked, officer, clerk):
    with pytest.raises(InvalidInput) as refused:
        services.answer(by=officer, exchange_id=asked.pk, stance="", text=" ")
    assert set(refused.value.problems) == {"stance", "text"}
    services.answer(by=officer, exchange_id=asked.pk, stance="none", text="We do not know them.")
    with pytest.raises(InvalidInput) as refused:
        services.close(by=clerk, exchange_id=asked.pk, outcome="acted", text="")
    assert set(refused.value.problems) == {"outcome", "text"}, "an opinion is followed or not"


def test_associations_are_reminded_once_and_both_hear_once_that_it_is_late(asked, association, department):
    assert services.remind(today=timezone.localdate()) == 0
    for day in (asked.due_on, asked.due_on, in_days(21), in_days(22)):
        services.remind(today=day)
    kinds = [one.kind for one in Notice.objects.filter(body=association.body)]
    assert kinds.count("exchange.due-soon") == 1
    assert kinds.count("exchange.overdue") == 1
    assert notices(department) == {"exchange.overdue"}


def test_a_question_is_withdrawn_as_long_as_nobody_has_answered(asked, clerk, officer):
    with pytest.raises(NotPermitted):
        services.withdraw(by=officer, exchange_id=asked.pk)
    assert services.withdraw(by=clerk, exchange_id=asked.pk).state == State.WITHDRAWN
    with pytest.raises(WrongState):
        services.answer(by=officer, exchange_id=asked.pk, stance="for", text="Clean.")
    assert services.remind(today=in_days(30)) == 0


# Observations


def test_an_association_sees_what_came_of_its_observation(told, clerk, officer, association, department):
    assert notices(department) == {"exchange.observed"}
    assert selectors.waiting_for(clerk) == 1
    services.answer(by=clerk, exchange_id=told.pk, text="We look into it.")
    assert selectors.waiting_for(clerk) == 1, "it still has to say what came of it"
    services.close(by=clerk, exchange_id=told.pk, outcome="acted", text="Two shops were inspected.")
    assert {"exchange.answered", "exchange.closed"} <= notices(association.body)
    told.refresh_from_db()
    assert told.get_outcome_display() == "Acted upon"


def test_an_observation_may_be_settled_at_once(told, clerk):
    assert (
        services.close(by=clerk, exchange_id=told.pk, outcome="nothing", text="Looked.").answered_by == clerk
    )


def test_an_association_writes_of_its_own_members_and_to_departments_only(officer, association, department):
    stranger = Matter("x", "y", EntityFactory())
    with pytest.raises(InvalidInput, match="is not a member"):
        services.send_observation(by=officer, association=association, department=department, matter=stranger)
    other = AssociationFactory()
    with pytest.raises(InvalidInput, match="Choose a department"):
        services.send_observation(
            by=officer, association=association, department=other.body, matter=Matter("x", "y")
        )
    with pytest.raises(NotPermitted):
        services.send_observation(
            by=officer, association=other, department=department, matter=Matter("x", "y")
        )


def test_an_observation_goes_to_the_department_in_charge_which_answers_it(
    told, clerk, officer, association, department
):
    other = BodyFactory(code="water")
    services.answer(by=clerk, exchange_id=told.pk, text="We look into it.")
    passed = services.pass_on(by=clerk, exchange_id=told.pk, to="water", because="It is in the drains.")
    assert (passed.department, passed.state, passed.answer) == (other, State.OPEN, "")
    assert notices(other) == {"exchange.passed-on"}
    assert "It is in the drains." in Notice.objects.get(body=other).text
    assert "exchange.passed-on" in notices(association.body)
    with pytest.raises(Missing):
        services.close(by=clerk, exchange_id=told.pk, outcome="acted", text="x")
    theirs = MemberFactory(body=other)
    assert selectors.waiting_for(theirs) == 1
    services.close(by=theirs, exchange_id=told.pk, outcome="acted", text="Cleaned.")
    verbs = AuditEvent.objects.filter(verb="exchange.exchange.passed_on")
    assert verbs.get().detail["to"] == "water"


def test_what_is_wrong_with_passing_on_is_told_at_once(told, clerk, association):
    for to in ("nobody", told.department.code, association.body.code):
        with pytest.raises(InvalidInput) as refused:
            services.pass_on(by=clerk, exchange_id=told.pk, to=to, because=" ")
        assert set(refused.value.problems) == {"to", "because"}


def test_a_question_is_not_passed_on_nor_what_is_closed_and_only_by_the_department(
    asked, told, clerk, officer
):
    BodyFactory(code="water")
    with pytest.raises(WrongState):
        services.pass_on(by=clerk, exchange_id=asked.pk, to="water", because="x")
    with pytest.raises(NotPermitted):
        services.pass_on(by=officer, exchange_id=told.pk, to="water", because="x")
    services.close(by=clerk, exchange_id=told.pk, outcome="nothing", text="Looked.")
    with pytest.raises(WrongState):
        services.pass_on(by=clerk, exchange_id=told.pk, to="water", because="x")


# Who


@pytest.mark.parametrize("who", ["stranger", "agent", "other clerk", "other officer"])
def test_nobody_else_reads_it(asked, member, who):
    person = {
        "stranger": UserFactory,
        "agent": lambda: AgentFactory(entity=member).user,
        "other clerk": MemberFactory,
        "other officer": lambda: officer_of(AssociationFactory()),
    }[who]()
    assert not Exchange.objects.visible_to(person).exists()
    with pytest.raises(Missing):
        services.withdraw(by=person, exchange_id=asked.pk)


def test_the_lead_office_reads_all_and_answers_for_nobody(asked, told):
    lead = MemberFactory(body=BodyFactory(kind="lead_office"), role="lead")
    assert Exchange.objects.visible_to(lead).count() == 2
    with pytest.raises(NotPermitted):
        services.answer(by=lead, exchange_id=asked.pk, stance="for", text="x")
    with pytest.raises(NotPermitted):
        services.close(by=lead, exchange_id=told.pk, outcome="acted", text="x")


# Pages


def page(client, person, route: str, *args, **query) -> str:
    client.force_login(person)
    answer = client.get(reverse(f"exchange:{route}", args=args), query)
    assert answer.status_code == 200
    return answer.content.decode()


def test_a_clerk_asks_on_a_page_and_the_officer_answers_on_another(
    client, clerk, officer, association, department, member
):
    assert "Ask for an opinion" in page(client, clerk, "list")
    typed = {
        "department": department.pk, "association": association.pk, "kind": "member", "subject": "New kitchen",
        "entity": member.credit_code, "text": "How do you know them?", "due_on": in_days(9).isoformat(),
    }  # fmt: skip
    refused = client.post(reverse("exchange:ask"), typed | {"entity": EntityFactory().credit_code})
    assert refused.status_code == 422
    assert "is not a member of" in refused.content.decode()
    assert client.post(reverse("exchange:ask"), typed).status_code == 302
    made = Exchange.objects.get()
    assert "New kitchen" in page(client, officer, "list")
    assert "How do you know them?" in page(client, officer, "exchange", made.pk)
    client.post(
        reverse("exchange:act", args=(made.pk, "answer")), {"stance": "for", "text": "Clean for years."}
    )
    text = page(client, clerk, "exchange", made.pk)
    assert "Clean for years." in text
    assert "In favour" in text
    assert "Say what came of it" in text


def test_a_draft_rule_comes_as_a_file_that_the_two_sides_alone_read(
    client, clerk, officer, association, department, media
):
    client.force_login(clerk)
    typed = {
        "department": department.pk, "association": association.pk, "kind": "rule", "subject": "Price tags",
        "text": "On price tags.", "due_on": in_days(9).isoformat(),
    }  # fmt: skip
    no_paper = SimpleUploadedFile("draft.pdf", b"no PDF\x00")
    refused = client.post(reverse("exchange:ask"), typed | {"paper": no_paper})
    assert refused.status_code == 422
    assert not Exchange.objects.exists()
    assert client.post(reverse("exchange:ask"), typed | {"paper": pdf("draft.pdf")}).status_code == 302
    made = Exchange.objects.get()
    url = reverse("exchange:paper", args=(made.pk,))
    assert url in page(client, officer, "exchange", made.pk)
    answer = client.get(url)
    assert b"".join(answer.streaming_content).startswith(b"%PDF")
    assert "no-store" in answer["Cache-Control"]
    for stranger in (MemberFactory(), officer_of(AssociationFactory())):
        client.force_login(stranger)
        assert client.get(url).status_code == 404


def test_an_officer_sends_an_observation_and_a_clerk_says_what_came_of_it(
    client, clerk, officer, association, department
):
    page(client, officer, "observe")
    typed = {
        "association": association.pk,
        "department": department.pk,
        "subject": "Cheap oil",
        "text": "Everywhere.",
    }
    assert client.post(reverse("exchange:observe"), typed).status_code == 302
    made = Exchange.objects.get()
    page(client, clerk, "act", made.pk, "close")
    client.post(reverse("exchange:act", args=(made.pk, "close")), {"outcome": "acted", "text": "Inspected."})
    assert "What came of it: Acted upon" in page(client, officer, "exchange", made.pk)
    assert "Cheap oil" in page(client, officer, "list", view="closed")


def test_a_clerk_passes_an_observation_on_and_the_officer_reads_the_way_it_went(client, told, clerk, officer):
    BodyFactory(code="water", name_en="Water Bureau")
    services.answer(by=clerk, exchange_id=told.pk, text="We look into it.")
    assert "Pass on" in page(client, clerk, "exchange", told.pk)
    url = reverse("exchange:act", args=(told.pk, "pass-on"))
    assert client.post(url, {"to": "", "because": "x"}).status_code == 422
    sent = client.post(url, {"to": "water", "because": "It is in the drains."}, follow=True)
    assert (sent.status_code, sent.request["PATH_INFO"]) == (200, reverse("exchange:list"))
    shown = page(client, officer, "exchange", told.pk)
    for said in ("We look into it.", "passed it on to Water Bureau", "It is in the drains."):
        assert said in shown


def test_the_figures_say_how_many_opinions_came_in_time(asked, officer):
    today = timezone.localdate()
    assert selectors.tally(user=officer, today=today).share_in_time is None
    assert selectors.tally(user=officer, today=in_days(21)).overdue == 1
    services.answer(by=officer, exchange_id=asked.pk, stance="for", text="Clean.")
    assert selectors.tally(user=officer, today=today).share_in_time == 1.0
