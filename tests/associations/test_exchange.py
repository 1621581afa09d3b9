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


# Of several at once


@pytest.fixture
def others():
    """Two associations beside the first: one of the same industry, one of another."""
    return [AssociationFactory(industry_codes=["H62"]), AssociationFactory(industry_codes=["C14"])]


@pytest.fixture
def ask(clerk, department):
    def ask(*associations, kind: str = "rule", entity=None, **more) -> list[Exchange]:
        matter = Matter(
            "Draft on price tags", "What do you say?", entity, in_days(10), more.pop("upload", None)
        )
        return services.ask_opinions(
            by=clerk, department=department, associations=associations, kind=kind, matter=matter, **more
        )

    return ask


def test_several_are_asked_at_once_and_each_answers_for_itself(
    ask, clerk, officer, association, others, department, media
):
    asked = ask(association, *others, upload=pdf("draft.pdf"))
    consultation = asked[0].consultation
    assert {one.consultation for one in asked} == {consultation}
    assert len({one.paper for one in asked}) == 1
    for one in (association, *others):
        assert notices(one.body) == {"exchange.asked"}
    services.answer(by=officer, exchange_id=asked[0].pk, stance="for", text="Good.")
    theirs = officer_of(others[0])
    services.answer(by=theirs, exchange_id=asked[1].pk, stance="concerns", text="Too dear.")
    assert list(Exchange.objects.visible_to(theirs)) == [asked[1]], "who else is asked nobody else reads"
    with pytest.raises(Missing):
        selectors.consultation_for_page(user=theirs, consultation_id=consultation.pk)
    seen = selectors.gathered(
        selectors.consultation_for_page(user=clerk, consultation_id=consultation.pk), in_days(11)
    )
    assert (seen.answered, seen.waiting, seen.late) == (2, 1, 1)
    assert seen.positions == [("In favour", 1), ("With concerns", 1)]
    event = AuditEvent.objects.get(verb="exchange.consultation.asked")
    assert event.detail["associations"] == [one.body.code for one in (association, *others)]


def test_one_alone_is_asked_without_a_consultation(ask, association):
    assert ask(association)[0].consultation is None


@pytest.mark.parametrize(
    ("industry", "found"), [("H", [0]), ("H62", [0]), ("H6210", [0]), ("C", [1]), ("A", [])]
)
def test_all_are_asked_whose_industry_lies_within_the_one_named_or_around_it(ask, others, industry, found):
    if not found:
        with pytest.raises(InvalidInput) as refused:
            ask(industry=industry)
        assert set(refused.value.problems) == {"industry"}
        return
    assert [one.association for one in ask(industry=industry)] == [others[place] for place in found]


def test_on_a_member_only_those_of_an_industry_are_asked_that_have_it(ask, others, member, association):
    association.industry_codes = ["H"]
    association.save()
    assert [one.association for one in ask(industry="H62", kind="member", entity=member)] == [association]


def test_what_is_wrong_for_any_of_them_is_told_and_nobody_is_asked(ask, association, others, member):
    with pytest.raises(InvalidInput) as refused:
        ask(association, *others, kind="member", entity=member)
    assert all(str(one) in refused.value.problems["entity"][0] for one in others)
    assert str(association) not in refused.value.problems["entity"][0].removeprefix(str(member))
    type(others[0].body).objects.filter(pk=others[0].body_id).update(
        is_active=False, successor=association.body_id
    )
    others[0].body.refresh_from_db()
    with pytest.raises(InvalidInput) as refused:
        ask(association, *others)
    assert set(refused.value.problems) == {"associations"}
    with pytest.raises(InvalidInput) as refused:
        ask()
    assert set(refused.value.problems) == {"associations"}
    assert not Exchange.objects.exists()
    assert not Notice.objects.exists()


def test_what_came_of_all_answers_is_said_once_and_who_is_silent_is_let_off(
    ask, clerk, officer, association, others
):
    asked = ask(association, *others)
    together = {"by": clerk, "consultation_id": asked[0].consultation_id}
    said = {"outcome": "partly", "text": "Article 6 was changed."}
    with pytest.raises(WrongState):
        services.close_answered(**together, **said)
    services.answer(by=officer, exchange_id=asked[0].pk, stance="for", text="Good.")
    services.answer(by=officer_of(others[0]), exchange_id=asked[1].pk, stance="against", text="No.")
    with pytest.raises(InvalidInput) as refused:
        services.close_answered(**together, outcome="acted", text=" ")
    assert set(refused.value.problems) == {"outcome", "text"}
    assert services.close_answered(**together, **said) == 2
    assert services.withdraw_open(**together) == 1
    assert [one.state for one in Exchange.objects.order_by("pk")] == ["closed", "closed", "withdrawn"]
    assert "exchange.closed" in notices(others[0].body)
    assert "exchange.withdrawn" in notices(others[1].body)
    with pytest.raises(WrongState):
        services.withdraw_open(**together)


def test_only_who_asked_settles_what_was_asked_of_several(ask, officer, association, others):
    asked = ask(association, *others)
    lead = MemberFactory(body=BodyFactory(kind="lead_office"), role="lead")
    with pytest.raises(NotPermitted):
        services.withdraw_open(by=lead, consultation_id=asked[0].consultation_id)
    for stranger in (officer, MemberFactory()):
        with pytest.raises(Missing):
            services.withdraw_open(by=stranger, consultation_id=asked[0].consultation_id)


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


def test_an_observation_waits_by_no_day_unless_one_of_the_two_sides_sets_it(told, association, department):
    assert (told.due_on, told.is_late(in_days(900))) == (None, False)
    assert services.remind(today=in_days(900)) == 0
    assert notices(department) == {"exchange.observed"}


def test_an_association_may_wish_an_answer_by_a_day_and_both_hear_once_that_it_did_not_come(
    clerk, officer, association, department
):
    with pytest.raises(InvalidInput) as refused:
        services.send_observation(
            by=officer, association=association, department=department,
            matter=Matter("Cheap oil", "Everywhere.", None, timezone.localdate()),
        )  # fmt: skip
    assert set(refused.value.problems) == {"due_on"}
    told = services.send_observation(
        by=officer, association=association, department=department,
        matter=Matter("Cheap oil", "Everywhere.", None, in_days(20)),
    )  # fmt: skip
    assert notices(department) == {"exchange.observed-by"}
    assert (told.due_on, told.wished_on, told.is_promised) == (in_days(20), in_days(20), False)
    for day in (told.due_on, told.due_on, in_days(21), in_days(22)):
        services.remind(today=day)
    kinds = [one.kind for one in Notice.objects.filter(body=department)]
    assert kinds.count("exchange.observation-due-soon") == 1
    assert kinds.count("exchange.observation-overdue") == 1
    assert notices(association.body) == {"exchange.observation-overdue"}
    assert selectors.tally(user=officer, today=in_days(21)).overdue == 1


def test_a_department_binds_itself_by_a_day_which_holds_once_it_is_over(
    told, clerk, officer, association, department
):
    for day in (timezone.localdate(), in_days(-1)):
        with pytest.raises(InvalidInput) as refused:
            services.promise(by=clerk, exchange_id=told.pk, due_on=day)
        assert set(refused.value.problems) == {"due_on"}
    for day in (in_days(5), in_days(5), in_days(9)):
        services.promise(by=clerk, exchange_id=told.pk, due_on=day)
    told.refresh_from_db()
    assert (told.due_on, told.wished_on, told.is_promised) == (in_days(9), None, True)
    deeds = AuditEvent.objects.filter(verb="exchange.exchange.promised").order_by("pk")
    assert [one.detail.get("before") for one in deeds] == [None, in_days(5).isoformat()], (
        "the same again is nothing"
    )
    assert Notice.objects.filter(body=association.body, kind="exchange.promised").count() == 2
    Exchange.objects.update(due_on=in_days(-1))
    with pytest.raises(WrongState):
        services.promise(by=clerk, exchange_id=told.pk, due_on=in_days(9))
    assert services.remind(today=timezone.localdate()) == 1
    services.answer(by=clerk, exchange_id=told.pk, text="We look into it.")
    with pytest.raises(WrongState):
        services.promise(by=clerk, exchange_id=told.pk, due_on=in_days(9))


def test_only_the_department_sets_its_day_and_only_of_an_observation(told, asked, clerk, officer):
    with pytest.raises(NotPermitted):
        services.promise(by=officer, exchange_id=told.pk, due_on=in_days(5))
    with pytest.raises(WrongState):
        services.promise(by=clerk, exchange_id=asked.pk, due_on=in_days(5))


def test_a_department_that_promises_the_day_that_was_wished_is_not_reminded_of_it_twice(
    officer, clerk, association, department
):
    told = services.send_observation(
        by=officer, association=association, department=department,
        matter=Matter("Cheap oil", "Everywhere.", None, in_days(2)),
    )  # fmt: skip
    services.remind(today=timezone.localdate())
    services.promise(by=clerk, exchange_id=told.pk, due_on=in_days(2))
    services.remind(today=timezone.localdate())
    assert Notice.objects.filter(body=department, kind="exchange.observation-due-soon").count() == 1
    services.promise(by=clerk, exchange_id=told.pk, due_on=in_days(1))
    services.remind(today=timezone.localdate())
    assert Notice.objects.filter(body=department, kind="exchange.observation-due-soon").count() == 2


def test_the_next_department_is_bound_by_no_promise_of_the_one_before_but_knows_the_wish(
    clerk, officer, association, department
):
    BodyFactory(code="water")
    told = services.send_observation(
        by=officer, association=association, department=department,
        matter=Matter("Cheap oil", "Everywhere.", None, in_days(20)),
    )  # fmt: skip
    services.promise(by=clerk, exchange_id=told.pk, due_on=in_days(30))
    services.pass_on(by=clerk, exchange_id=told.pk, to="water", because="It is in the drains.")
    told.refresh_from_db()
    assert (told.due_on, told.is_promised) == (in_days(20), False)
    Exchange.objects.update(wished_on=in_days(-1))
    theirs = MemberFactory(body=told.department)
    services.pass_on(by=theirs, exchange_id=told.pk, to=department.code, because="Yours after all.")
    told.refresh_from_db()
    assert told.due_on is None, "nobody is late from the first day"


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
        "department": department.pk, "associations": [association.pk], "kind": "member", "subject": "New kitchen",
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
        "department": department.pk, "associations": [association.pk], "kind": "rule", "subject": "Price tags",
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


def test_a_clerk_asks_all_of_an_industry_on_a_page_and_reads_all_answers_on_one(
    client, clerk, department, association, officer, others
):
    association.industry_codes = ["H"]
    association.save()
    typed = {
        "department": department.pk, "industry": "H62", "kind": "rule", "subject": "Price tags",
        "text": "What do you say?", "due_on": in_days(9).isoformat(),
    }  # fmt: skip
    assert 'value="H62"' in page(client, clerk, "ask")
    none = client.post(reverse("exchange:ask"), typed | {"industry": ""})
    assert none.status_code == 422
    assert "Choose whom to ask." in none.content.decode()
    sent = client.post(reverse("exchange:ask"), typed)
    made = Exchange.objects.get(association=association)
    gathering = reverse("exchange:consultation", args=(made.consultation_id,))
    assert sent["Location"] == gathering
    services.answer(by=officer, exchange_id=made.pk, stance="for", text="Good for guests.")
    text = client.get(gathering).content.decode()
    for said in ("Asked of 2 associations", "Good for guests.", "In favour", "Waits for an answer", "H62"):
        assert said in text
    file = client.get(f"/export/exchanges.csv?consultation={made.consultation_id}")
    assert b"".join(file.streaming_content).decode().count("Price tags") == 2
    assert gathering in page(client, clerk, "list", view="open")
    settle = reverse("exchange:settle", args=(made.consultation_id, "close"))
    assert client.post(settle, {"outcome": "", "text": ""}).status_code == 422
    assert client.post(settle, {"outcome": "followed", "text": "As you say."}).status_code == 302
    assert "As you say." in page(client, officer, "exchange", made.pk)
    assert gathering not in page(client, officer, "list", view="closed")
    assert client.get(gathering).status_code == 404
    assert client.get(f"/export/exchanges.csv?consultation={made.consultation_id}").status_code == 404


def test_both_sides_read_by_when_an_observation_is_answered_and_that_no_text_sets_it(
    client, clerk, officer, association, department
):
    typed = {
        "association": association.pk, "department": department.pk, "subject": "Cheap oil", "text": "Everywhere.",
        "due_on": in_days(12).isoformat(),
    }  # fmt: skip
    client.force_login(officer)
    assert client.post(reverse("exchange:observe"), typed).status_code == 302
    made = Exchange.objects.get()
    for person in (officer, clerk):
        text = page(client, person, "exchange", made.pk)
        assert "The association wishes it. No text sets one." in text
    promise = reverse("exchange:act", args=(made.pk, "promise"))
    assert client.post(promise, {"due_on": timezone.localdate().isoformat()}).status_code == 422
    assert client.post(promise, {"due_on": in_days(15).isoformat()}).status_code == 302
    for person in (officer, clerk):
        text = page(client, person, "exchange", made.pk)
        assert "The department set this day itself. No text sets one." in text
        assert "An answer is wished by" in text


def test_the_figures_say_how_many_opinions_came_in_time(asked, officer):
    today = timezone.localdate()
    assert selectors.tally(user=officer, today=today).share_in_time is None
    assert selectors.tally(user=officer, today=in_days(21)).overdue == 1
    services.answer(by=officer, exchange_id=asked.pk, stance="for", text="Clean.")
    assert selectors.tally(user=officer, today=today).share_in_time == 1.0
