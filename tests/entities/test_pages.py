"""The registry's pages: who opens them, what stands there, what may be done, with and without scripts."""

from datetime import date, timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from entities import panels
from entities.models import CreditRecord, Notice
from entities.services import records
from tests.factories import (
    AgentFactory,
    BodyFactory,
    EntityFactory,
    MemberFactory,
    PublicityRuleFactory,
    RecordFactory,
    RecordTypeFactory,
    UserFactory,
)

pytestmark = pytest.mark.django_db
Status = CreditRecord.Status


@pytest.fixture
def browse(client):
    """`browse(user, "record-detail", pk)` is the page that the user gets."""

    def get(user, name, *args, **query):
        client.force_login(user)
        return client.get(reverse(f"entities:{name}", args=args), query)

    return get


@pytest.fixture
def send(client):
    """`send(user, "record-withdraw", pk, because="…")` posts a form."""

    def post(user, name, *args, headers=None, **data):
        client.force_login(user)
        return client.post(reverse(f"entities:{name}", args=args), data, headers=headers or {})

    return post


def text_of(answer) -> str:
    return answer.content.decode()


# Who opens what

PAGES_OF_A_RECORD = ["record-detail", "record-correct", "record-withdraw", "record-return", "record-discard"]


@pytest.mark.parametrize("role", ["clerk", "reviewer", "supervisor", "lead", "officer"])
def test_whoever_acts_for_a_body_opens_the_page_of_an_entity(browse, role):
    record = RecordFactory()
    answer = browse(MemberFactory(role=role), "entity-detail", record.entity.credit_code)
    assert answer.status_code == 200
    assert record.title in text_of(answer)


def test_an_agent_opens_the_page_of_its_own_entity_only(browse):
    record = RecordFactory()
    agent = AgentFactory(entity=record.entity).user
    assert browse(agent, "entity-detail", record.entity.credit_code).status_code == 200
    assert browse(agent, "record-detail", record.pk).status_code == 200
    assert browse(agent, "entity-detail", EntityFactory().credit_code).status_code == 404
    assert browse(agent, "record-detail", RecordFactory().pk).status_code == 404


@pytest.mark.parametrize("name", PAGES_OF_A_RECORD)
def test_the_draft_of_another_department_is_not_there(browse, name):
    draft = RecordFactory(status="draft")
    assert browse(MemberFactory(), name, draft.pk).status_code == 404


@pytest.mark.parametrize(
    "name", ["record-send", "record-approve", "record-return", "record-withdraw", "record-discard"]
)
def test_nothing_is_done_to_the_draft_of_another_department(send, name):
    draft = RecordFactory(status="waiting")
    assert send(MemberFactory(role="reviewer"), name, draft.pk, note="x", because="x").status_code == 404
    draft.refresh_from_db()
    assert draft.status == Status.WAITING


def test_a_record_of_another_department_is_read_and_not_touched(browse, send):
    record, stranger = RecordFactory(), MemberFactory()
    assert browse(stranger, "record-detail", record.pk).status_code == 200
    assert browse(stranger, "record-correct", record.pk).status_code == 403
    assert send(stranger, "record-withdraw", record.pk, because="why").status_code == 403
    record.refresh_from_db()
    assert record.status == Status.PUBLISHED


def test_own_records_are_for_who_acts_for_a_body(browse):
    assert browse(MemberFactory(), "record-list").status_code == 200
    assert browse(AgentFactory().user, "record-list").status_code == 404
    assert browse(UserFactory(), "record-list").status_code == 404


@pytest.mark.parametrize("name", ["search", "lookup", "record-list", "inbox"])
def test_nothing_opens_without_signing_in(client, name):
    answer = client.get(reverse(f"entities:{name}"))
    assert answer.status_code == 302
    assert answer.url.startswith("/accounts/login/")


# Finding


def test_a_whole_code_leads_straight_to_its_entity(browse):
    entity = EntityFactory()
    answer = browse(MemberFactory(), "search", q=f" {entity.credit_code.lower()} ")
    assert answer.url == reverse("entities:entity-detail", args=(entity.credit_code,))


def test_a_part_of_a_name_gives_a_list(browse):
    entity = EntityFactory(name_zh="云汀市青禾面粉有限公司", name_en="")
    assert entity.credit_code in text_of(browse(MemberFactory(), "search", q="青禾面粉"))


def test_what_fits_nothing_says_what_to_try(browse):
    assert "Try another part of the name" in text_of(browse(MemberFactory(), "search", q="qqqqqq"))


@pytest.mark.parametrize("name", ["search", "lookup"])
@pytest.mark.parametrize("query", ["\0", "91\0", "禾\0谷"])
def test_a_search_for_what_no_text_holds_breaks_nothing(browse, name, query):
    assert browse(MemberFactory(), name, q=query).status_code == 200


def test_the_look_up_answers_with_options_to_choose(browse):
    entity = EntityFactory(name_zh="云汀市青禾面粉有限公司", name_en="")
    answer = text_of(browse(MemberFactory(), "lookup", q="青禾面粉"))
    assert f'data-value="{entity.credit_code}"' in answer
    assert "<html" not in answer


def test_a_stranger_finds_nothing(browse):
    entity = EntityFactory()
    assert entity.credit_code not in text_of(browse(UserFactory(), "lookup", q=entity.credit_code))


# An entity


def test_the_tabs_of_an_entity_count_and_choose(browse, body):
    entity, clerk = EntityFactory(), MemberFactory(body=body)
    made = {
        status: RecordFactory(entity=entity, submitted_by=body, status=status, title=f"record {status}")
        for status in Status
    }
    answer = browse(clerk, "entity-detail", entity.credit_code, tab="ended")
    counts = {tab.label: tab.count for tab in answer.context["tabs"]}
    assert counts == {"In force": 1, "Ended": 5, "In preparation": 4, "All": 10}
    shown = {row.record.status for row in answer.context["rows"]}
    assert shown == {"replaced", "repaired", "expired", "withdrawn", "annulled"}
    assert made[Status.PUBLISHED].title not in text_of(answer)


def test_an_entity_with_nothing_to_see_does_not_look_clean(browse):
    answer = browse(MemberFactory(), "entity-detail", EntityFactory().credit_code)
    assert "no proof that there is nothing" in text_of(answer)


def test_a_panel_is_a_link_until_it_is_loaded(browse, monkeypatch):
    monkeypatch.setattr(panels, "_panels", {})
    panels.register_panel("entities:entity-detail", 10, title="Grade", wide=True)
    panels.register_panel("entities:search", 20, title="Hidden", visible=lambda user: False)
    entity = EntityFactory()
    answer = text_of(browse(MemberFactory(), "entity-detail", entity.credit_code))
    address = reverse("entities:entity-detail", args=(entity.credit_code,))
    assert f'hx-get="{address}"' in answer
    assert f'<a href="{address}">Grade</a>' in answer
    assert "Hidden" not in answer


def test_the_page_of_an_entity_stays_within_its_query_budget(browse, body, query_budget):
    entity = EntityFactory()
    RecordFactory.create_batch(6, entity=entity, submitted_by=body)
    clerk = MemberFactory(body=body)
    with query_budget("entity page"):
        browse(clerk, "entity-detail", entity.credit_code)


# A record


@pytest.mark.parametrize(
    ("role", "status", "offered"),
    [
        ("clerk", "draft", {"send", "discard"}),
        ("clerk", "returned", {"send", "discard"}),
        ("clerk", "waiting", set()),
        ("clerk", "published", {"correct", "withdraw"}),
        ("reviewer", "draft", set()),
        ("reviewer", "waiting", {"approve", "return"}),
        ("reviewer", "published", {"withdraw"}),
        ("clerk", "withdrawn", set()),
        ("lead", "published", set()),
    ],
)
def test_the_page_offers_what_the_service_would_allow(browse, body, role, status, offered):
    record = RecordFactory(submitted_by=body, status=status)
    answer = browse(MemberFactory(body=body, role=role), "record-detail", record.pk)
    assert answer.context["acts"] == offered


def test_the_note_of_the_reviewer_is_for_the_body_alone(browse, body, clerk):
    record = RecordFactory(submitted_by=body, status="published", review_note="请核对金额")
    assert "请核对金额" in text_of(browse(clerk, "record-detail", record.pk))
    assert "请核对金额" not in text_of(browse(MemberFactory(role="clerk"), "record-detail", record.pk))


def test_who_did_what_is_for_the_body_and_the_lead_office(
    browse, body, clerk, reviewer, penalty, entity, draft
):
    record = records.save_draft(by=clerk, body=body, entity=entity, record_type=penalty, draft=draft)
    records.send_to_review(by=clerk, record_id=record.pk)
    records.approve_record(by=reviewer, record_id=record.pk)
    seen = {
        name: f"{clerk} drafted the record" in text_of(browse(reader, "record-detail", record.pk))
        for name, reader in {
            "colleague": MemberFactory(body=body),
            "lead office": MemberFactory(role="lead"),
            "another department": MemberFactory(),
            "the entity": AgentFactory(entity=entity).user,
        }.items()
    }
    assert seen == {"colleague": True, "lead office": True, "another department": False, "the entity": False}


def test_a_record_shows_its_dates_and_the_rule_behind_them(browse, body, penalty):
    rule = PublicityRuleFactory(
        record_types=[penalty], article="art. 9", conditions_en="All duties performed."
    )
    record = RecordFactory(submitted_by=body, record_type=penalty, decided_on=date(2026, 5, 6))
    shown = text_of(browse(MemberFactory(body=body), "record-detail", record.pk))
    for words in (str(rule.instrument), "art. 9", "All duties performed.", "6 Aug 2026", "6 May 2027"):
        assert words in shown


def test_coded_details_are_shown_in_words(browse, body, penalty):
    penalty.versions.update(
        extra_fields=[
            {"name": "level", "type": "code", "label_zh": "级别", "label_en": "Level",
             "choices": [{"code": "city", "label_zh": "市级", "label_en": "City level"}]}
        ]
    )  # fmt: skip
    record = RecordFactory(submitted_by=body, record_type=penalty, details={"level": "city"})
    assert "City level" in text_of(browse(MemberFactory(body=body), "record-detail", record.pk))


def test_a_draft_is_sent_approved_and_stands_in_the_registry(send, body):
    record = RecordFactory(submitted_by=body, status="draft")
    assert send(MemberFactory(body=body), "record-send", record.pk).status_code == 302
    answer = send(MemberFactory(body=body, role="reviewer"), "record-approve", record.pk)
    assert answer.url == reverse("entities:record-detail", args=(record.pk,))
    record.refresh_from_db()
    assert record.status == Status.PUBLISHED


def test_approving_twice_says_that_it_is_done(send, body):
    record, reviewer = (
        RecordFactory(submitted_by=body, status="waiting"),
        MemberFactory(body=body, role="reviewer"),
    )
    send(reviewer, "record-approve", record.pk)
    answer = send(reviewer, "record-approve", record.pk)
    assert answer.status_code == 409
    assert "does not wait for review" in text_of(answer)


@pytest.mark.parametrize(
    ("name", "status", "role", "data", "after"),
    [
        ("record-withdraw", "published", "clerk", {"because": "Annulled."}, "withdrawn"),
        ("record-return", "waiting", "reviewer", {"note": "Name the article."}, "returned"),
    ],
)
def test_what_cannot_be_undone_asks_first_and_wants_a_reason(
    browse, send, body, name, status, role, data, after
):
    record, person = RecordFactory(submitted_by=body, status=status), MemberFactory(body=body, role=role)
    assert record.title in text_of(browse(person, name, record.pk))
    without_reason = send(person, name, record.pk)
    assert without_reason.status_code == 422
    assert "This field is required" in text_of(without_reason)
    assert send(person, name, record.pk, **data).status_code == 302
    record.refresh_from_db()
    assert record.status == after


def test_a_draft_is_thrown_away_after_a_question(browse, send, body):
    record, clerk = RecordFactory(submitted_by=body, status="draft"), MemberFactory(body=body)
    assert "Nothing has been published" in text_of(browse(clerk, "record-discard", record.pk))
    assert send(clerk, "record-discard", record.pk).status_code == 302
    assert not CreditRecord.objects.exists()


def correction(record, **changes):
    fields = {
        "decided_on": record.decided_on.isoformat(), "title": record.title, "facts": record.facts,
        "legal_basis": record.legal_basis, "authority": record.authority, "severity_class": record.severity_class,
        "penalty_kinds": record.penalty_kinds, "because": "Mistyped.",
    }  # fmt: skip
    return fields | changes


def test_a_correction_is_typed_over_what_is_there_and_goes_to_review(browse, send, body):
    record, clerk = RecordFactory(submitted_by=body), MemberFactory(body=body)
    assert record.facts in text_of(browse(clerk, "record-correct", record.pk))
    answer = send(clerk, "record-correct", record.pk, **correction(record, title="罚款8000元"))
    newer = CreditRecord.objects.get(status=Status.WAITING)
    assert answer.url == reverse("entities:record-detail", args=(newer.pk,))
    assert (newer.title, newer.replaces, newer.correction_reason) == ("罚款8000元", record, "Mistyped.")


def test_a_wrong_correction_keeps_what_was_typed_and_says_what_is_wrong(send, body):
    record, clerk = RecordFactory(submitted_by=body), MemberFactory(body=body)
    answer = send(
        clerk, "record-correct", record.pk, **correction(record, title="改过的标题", decided_on="2999-01-01")
    )
    assert answer.status_code == 422
    assert "改过的标题" in text_of(answer)
    assert "has not come yet" in text_of(answer)


def test_a_correction_shows_the_fields_of_its_own_department(browse, body, penalty):
    penalty.versions.update(
        extra_fields=[
            {"name": "ours", "type": "text", "label_zh": "甲", "label_en": "Ours", "bodies": [body.code]},
            {"name": "theirs", "type": "text", "label_zh": "乙", "label_en": "Theirs", "bodies": ["tax"]},
        ]
    )
    record = RecordFactory(submitted_by=body, record_type=penalty)
    shown = text_of(browse(MemberFactory(body=body), "record-correct", record.pk))
    assert "Ours" in shown
    assert "Theirs" not in shown


def test_the_page_of_a_record_stays_within_its_query_budget(browse, body, query_budget):
    record, clerk = RecordFactory(submitted_by=body), MemberFactory(body=body)
    with query_budget("record page"):
        browse(clerk, "record-detail", record.pk)


# One's own records


def test_the_list_holds_the_records_of_one_s_own_bodies(browse, body):
    own = RecordFactory(submitted_by=body, status="draft")
    RecordFactory()
    answer = browse(MemberFactory(body=body), "record-list")
    assert [row.record for row in answer.context["rows"]] == [own]


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ({"q": "〔2026〕二"}, {"二"}),
        ({"status": "draft"}, {"一"}),
        ({"severity_class": "serious"}, {"三"}),
        ({"year": "2024"}, {"三"}),
        ({"status": "no such state"}, {"一", "二", "三"}),
    ],
)
def test_the_list_is_narrowed_by_its_address(browse, body, penalty, query, found):
    common = {"submitted_by": body, "record_type": penalty, "entered_by": MemberFactory(body=body)}
    RecordFactory(document_number="〔2026〕一", status="draft", **common)
    RecordFactory(document_number="〔2026〕二", **common)
    RecordFactory(
        document_number="〔2024〕三", severity_class="serious", decided_on=date(2024, 5, 6), **common
    )
    answer = browse(MemberFactory(body=body), "record-list", **query)
    assert {row.record.document_number[-1] for row in answer.context["rows"]} == found


def test_the_list_is_sorted_by_its_address_and_not_by_anything_else(browse, body):
    early = RecordFactory(submitted_by=body, decided_on=date(2025, 1, 1))
    late = RecordFactory(submitted_by=body, decided_on=date(2026, 1, 1))
    clerk = MemberFactory(body=body)

    def order(sort):
        return [row.record for row in browse(clerk, "record-list", sort=sort).context["rows"]]

    assert order("decided_on") == [early, late]
    assert order("-decided_on") == [late, early]
    assert order("entered_by__password") == [late, early]


def test_the_pages_of_the_list_neither_repeat_nor_lose_a_record(browse, body, penalty):
    clerk = MemberFactory(body=body)
    RecordFactory.create_batch(
        30, submitted_by=body, record_type=penalty, entered_by=clerk, decided_on=date(2026, 1, 1)
    )
    seen = [
        row.record.pk
        for number in (1, 2)
        for row in browse(clerk, "record-list", sort="decided_on", page=number).context["rows"]
    ]
    assert len(seen) == len(set(seen)) == 30


def test_the_list_stays_within_its_query_budget(browse, body, query_budget):
    RecordFactory.create_batch(6, submitted_by=body)
    clerk = MemberFactory(body=body)
    with query_budget("our records"):
        browse(clerk, "record-list")


# The inbox


@pytest.fixture
def told(body):
    return Notice.objects.create(kind="test", template="Something happened.", body=body)


def test_the_inbox_shows_what_nobody_has_noted_yet(browse, send, body, told):
    clerk = MemberFactory(body=body)
    assert "Something happened." in text_of(browse(clerk, "inbox"))
    assert send(clerk, "inbox-acknowledge", told.pk).url == reverse("entities:inbox")
    assert "Something happened." not in text_of(browse(clerk, "inbox"))
    assert f"{clerk}" in text_of(browse(clerk, "inbox", show="all"))


def test_with_scripts_only_the_row_is_drawn_again(send, body, told):
    answer = send(MemberFactory(body=body), "inbox-acknowledge", told.pk, headers={"HX-Request": "true"})
    assert answer.status_code == 200
    assert text_of(answer).strip().startswith(f'<tr id="notice-{told.pk}"')


def test_what_was_written_to_others_is_not_there(browse, send, told):
    stranger = MemberFactory(body=BodyFactory())
    assert "Something happened." not in text_of(browse(stranger, "inbox"))
    assert send(stranger, "inbox-acknowledge", told.pk).status_code == 404


def test_the_inbox_stays_within_its_query_budget(browse, body, query_budget):
    for number in range(6):
        Notice.objects.create(kind="test", template=f"Number {number}.", body=body)
    clerk = MemberFactory(body=body)
    with query_budget("inbox"):
        browse(clerk, "inbox")


def test_a_record_that_is_over_has_left_the_pages_of_others(browse):
    record = RecordFactory(publish_until=timezone.localdate() - timedelta(days=1))
    assert browse(MemberFactory(), "record-detail", record.pk).status_code == 404


def test_a_type_that_is_the_body_s_own_is_nobody_else_s(browse):
    record = RecordFactory(record_type=RecordTypeFactory(version__disclosure="own"))
    assert browse(MemberFactory(), "record-detail", record.pk).status_code == 404
    assert browse(AgentFactory(entity=record.entity).user, "record-detail", record.pk).status_code == 404
