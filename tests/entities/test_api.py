"""The registry's REST interface."""

import json
from datetime import date
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from entities.intake import formats, plausibility
from entities.intake.checks import Context, Row
from entities.intake.doubts import doubts_about
from entities.models import CreditRecord, Entity, RecordType
from tests.factories import (
    AgentFactory,
    BodyFactory,
    EntityFactory,
    MemberFactory,
    RecordFactory,
    RecordTypeFactory,
    UserFactory,
    merged_away,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def body():
    return BodyFactory()


@pytest.fixture
def clerk(body):
    return MemberFactory(body=body)


@pytest.fixture
def sent(body):
    """A record as another system sends it."""
    return {
        "body": body.code,
        "entity": EntityFactory().credit_code,
        "record_type": RecordTypeFactory(submitters=[body]).code,
        "document_number": "云市监罚〔2026〕0412号",
        "title": "罚款32000元",
        "decided_on": "2026-05-06",
        "legal_basis": "《食品安全法》第一百二十六条",
        "severity_class": "general",
        "penalty_kinds": ["fine"],
        "amount": "32000.00",
    }


def post(client, user, data):
    client.force_login(user)
    return client.post("/api/v1/records/", data, content_type="application/json")


def test_a_record_that_is_sent_waits_for_review(client, clerk, sent):
    answer = post(client, clerk, sent)
    assert answer.status_code == 201, answer.json()
    assert answer.json()["status"] == "waiting"
    assert CreditRecord.objects.get().amount == 32000


def test_sending_the_same_again_answers_with_what_is_there(client, clerk, sent):
    first, again = post(client, clerk, sent), post(client, clerk, sent)
    assert again.status_code == 201
    assert first.json()["id"] == again.json()["id"]


def test_of_several_records_all_are_taken_or_none(client, clerk, sent):
    answer = post(client, clerk, [sent, sent | {"document_number": "二", "decided_on": "2999-01-01"}])
    assert answer.status_code == 422
    assert set(answer.json()) == {"code", "message", "problems"}
    assert list(answer.json()["problems"]) == ["1.decided_on"]
    assert not CreditRecord.objects.exists()


def test_several_records_are_answered_in_their_order(client, clerk, sent):
    answer = post(client, clerk, [sent, sent | {"document_number": "二"}])
    assert [record["document_number"] for record in answer.json()] == [sent["document_number"], "二"]


def test_codes_that_stand_for_nothing_are_named(client, clerk, sent):
    answer = post(client, clerk, sent | {"entity": "nobody", "record_type": "gossip"})
    assert set(answer.json()["problems"]) == {"entity", "record_type"}


def test_nobody_submits_for_a_body_that_is_not_theirs(client, sent):
    answer = post(client, MemberFactory(), sent)
    assert (answer.status_code, answer.json()["code"]) == (403, "not_permitted")


def test_too_many_at_once_are_sent_as_a_file_instead(client, clerk, sent):
    assert post(client, clerk, [sent] * 201).status_code == 422


def test_a_shape_that_is_wrong_is_told_by_field(client, clerk, sent):
    answer = post(client, clerk, sent | {"decided_on": "yesterday"})
    assert answer.status_code == 400
    assert answer.json()["code"] == "invalid"
    [sentence] = answer.json()["problems"]["decided_on"]
    assert answer.json()["message"] == sentence


def test_of_several_a_wrong_shape_is_told_with_its_number(client, clerk, sent):
    answer = post(client, clerk, [sent, sent | {"title": "", "details": {"due": None}}])
    assert answer.status_code == 400
    assert set(answer.json()["problems"]) == {"1.title", "1.details.due"}


def test_a_field_that_nobody_knows_is_not_lost_without_a_word(client, clerk, sent):
    answer = post(client, clerk, sent | {"ammount": "5", "title": ""})
    assert answer.status_code == 400
    assert set(answer.json()["problems"]) == {"ammount", "title"}
    assert post(client, clerk, sent | {"ammount": "5"}).status_code == 400
    assert not CreditRecord.objects.exists()


@pytest.mark.parametrize("headers", [{}, {"Idempotency-Key": "k-1"}])
def test_half_of_a_character_is_refused_and_not_stumbled_over(client, clerk, sent, headers):
    client.force_login(clerk)
    for broken in ({"title": "a\ud800b"}, {"details": {"x\ud800": "1"}}):
        answer = client.post(
            "/api/v1/records/", json.dumps(sent | broken), content_type="application/json", headers=headers
        )
        assert (answer.status_code, answer.json()["code"]) == (400, "invalid")


def test_more_than_a_request_may_hold_is_said_as_json(client, clerk, sent, settings):
    settings.DATA_UPLOAD_MAX_MEMORY_SIZE = 1_000
    answer = post(client, clerk, sent | {"facts": "事" * 1_000})
    assert (answer.status_code, answer.json()["code"]) == (413, "too_large")


def test_the_list_and_the_record_follow_one_scope(client):
    hidden = RecordFactory(status="waiting")
    seen = RecordFactory()
    client.force_login(MemberFactory())
    assert [record["id"] for record in client.get("/api/v1/records/").json()["results"]] == [seen.pk]
    assert client.get(f"/api/v1/records/{seen.pk}/").status_code == 200
    refused = client.get(f"/api/v1/records/{hidden.pk}/")
    assert (refused.status_code, set(refused.json())) == (404, {"code", "message"})


def test_records_can_be_narrowed_by_type_and_day(client):
    old, new = RecordFactory(decided_on=date(2024, 1, 1)), RecordFactory(decided_on=date(2026, 1, 1))
    client.force_login(MemberFactory())
    found = client.get("/api/v1/records/", {"decided_from": "2025-01-01"}).json()["results"]
    assert [record["id"] for record in found] == [new.pk]
    found = client.get("/api/v1/records/", {"record_type": old.record_type.code}).json()["results"]
    assert [record["id"] for record in found] == [old.pk]


def test_an_agent_gets_its_own_entity_and_no_other(client):
    agency, other = AgentFactory(), EntityFactory()
    client.force_login(agency.user)
    assert client.get(f"/api/v1/entities/{agency.entity.credit_code}/").status_code == 200
    assert client.get(f"/api/v1/entities/{other.credit_code}/").status_code == 404


def test_an_entity_is_found_by_its_code(client):
    entity = EntityFactory()
    client.force_login(MemberFactory())
    found = client.get("/api/v1/entities/", {"q": entity.credit_code}).json()
    assert [row["credit_code"] for row in found["results"]] == [entity.credit_code]


def test_a_stranger_with_an_account_gets_empty_lists(client):
    RecordFactory()
    client.force_login(UserFactory())
    assert client.get("/api/v1/records/").json()["results"] == []
    assert client.get("/api/v1/entities/").json()["results"] == []


def test_without_signing_in_there_is_nothing(client):
    answer = client.get("/api/v1/records/")
    assert (answer.status_code, set(answer.json())) == (403, {"code", "message"})


def test_the_records_list_stays_within_its_query_budget(client, query_budget):
    body = BodyFactory()
    RecordFactory.create_batch(5, submitted_by=body)
    client.force_login(MemberFactory(body=body))
    with query_budget("api: records list"):
        assert len(client.get("/api/v1/records/").json()["results"]) == 5


# What is doubted


@pytest.fixture
def penalty(body, sent):
    """A penalty of the shipped type, whose content is one of its extra fields."""
    extra = [
        {"name": "penalty_content", "type": "text"},
        {"name": "confiscated", "type": "money"},
        {"name": "valid_from", "type": "date"},
        {"name": "valid_until", "type": "date"},
    ]
    RecordTypeFactory(code="administrative-penalty", submitters=[body], version__extra_fields=extra)
    return sent | {"record_type": "administrative-penalty"}


def warned(answer) -> dict[str, str]:
    assert answer.status_code == 201, answer.json()
    return {one["field"]: one["message"] for one in answer.json()["warnings"]}


def test_an_ordinary_record_comes_back_without_a_warning(client, clerk, sent):
    assert post(client, clerk, sent).json()["warnings"] == []


@pytest.mark.parametrize(
    ("said", "field", "words"),
    [
        ({"decided_on": "2009-05-06"}, "decided_on", "This day is more than ten years ago."),
        ({"amount": "20.00"}, "amount", "this is 20 yuan. Was 20 meant in 10,000 yuan?"),
        ({"details": {"confiscated": "3"}}, "details.confiscated", "this is 3 yuan. Was 3 meant"),
        (
            {"details": {"valid_until": "2026-05-05"}},
            "details.valid_until",
            "before 2026-05-06, when it began",
        ),
        (
            {"details": {"valid_from": "2027-01-01", "valid_until": "2026-06-01"}},
            "details.valid_until",
            "before 2027-01-01, when it began",
        ),
        ({"amount": None}, "amount", "A fine is among the kinds of penalty, but its amount is missing."),
    ],
)
def test_what_a_file_would_warn_of_is_taken_and_told(client, clerk, penalty, said, field, words):
    told = warned(post(client, clerk, penalty | said))
    assert list(told) == [field]
    assert words in told[field]


def test_a_fine_that_its_text_contradicts_is_refused_with_all_else_that_is_wrong_for_nobody_can_be_asked(
    client, clerk, penalty
):
    wrong = penalty | {
        "details": {"penalty_content": "罚款3.2元"},
        "title": " x ",
        "decided_on": "2999-01-01",
    }
    answer = post(client, clerk, wrong)
    assert answer.status_code == 422
    assert answer.json()["problems"]["amount"] == [
        "The content names 3.2 yuan, but 32,000 yuan stand here. Put right whichever of the two is wrong."
    ]
    assert list(answer.json()["problems"]) == ["amount", "decided_on"]
    assert not CreditRecord.objects.exists()


def test_a_difference_that_somebody_confirmed_stays_confirmed_for_the_same_amount_and_text(
    client, clerk, penalty, body
):
    said = penalty | {"details": {"penalty_content": "罚款3.2元"}}
    kind = RecordType.objects.get(code="administrative-penalty")
    # As a form saves it, once its reader has said that the amount is right.
    confirmed = RecordFactory(
        entity=Entity.objects.get(credit_code=said["entity"]),
        submitted_by=body,
        record_type=kind,
        **{name: said[name] for name in ("document_number", "title", "severity_class", "penalty_kinds")},
        **{name: said.get(name, "") for name in ("facts", "legal_basis", "authority")},
        amount=Decimal(said["amount"]),
        decided_on=date.fromisoformat(said["decided_on"]),
        details=said["details"],
    )
    answer = post(client, clerk, said)
    assert (answer.status_code, answer.json()["id"]) == (201, confirmed.pk)
    assert "names 3.2 yuan, but 32,000 yuan stand here" in warned(answer)["amount"]
    # Another amount, another text, another number: nobody has confirmed that.
    for other in (
        {"amount": "64000"},
        {"details": {"penalty_content": "罚款6.4元"}},
        {"document_number": "另一份"},
    ):
        refused = post(client, clerk, said | other)
        assert refused.status_code == 422
        assert "names" in refused.json()["problems"]["amount"][0]
    assert CreditRecord.objects.count() == 1


def test_a_file_says_it_in_the_same_words(client, clerk, sent):
    fmt = formats.get("financial-penalties")
    row = Row(2, [], {"amount": "20"}, cleaned={"amount": Decimal(20)}, is_read=True)
    context = Context(fmt=fmt, form=fmt.row_form(), today=date(2026, 11, 20))
    [of_file] = plausibility.amount_in_its_unit(row, context)
    assert warned(post(client, clerk, sent | {"amount": "20"})) == {"amount": of_file.text}


def test_a_warning_is_told_in_the_language_of_the_request(client, clerk, sent):
    client.force_login(clerk)
    answer = client.post(
        "/api/v1/records/", sent | {"amount": "20"}, content_type="application/json",
        headers={"Accept-Language": "zh-hans"},
    )  # fmt: skip
    assert "万元" in warned(answer)["amount"]


def test_of_two_that_say_the_same_under_two_numbers_the_later_one_is_pointed_out(client, clerk, sent):
    second = sent | {"document_number": "二"}
    other_day = sent | {"document_number": "三", "decided_on": "2026-05-07"}
    first, twin, third = post(client, clerk, [sent, second, other_day]).json()
    assert not first["warnings"] and not third["warnings"]
    [warning] = twin["warnings"]
    assert warning["field"] == "document_number"
    assert f"under the number {sent['document_number']}" in warning["message"]
    # And again, and of what is in the registry since.
    assert post(client, clerk, second).json()["warnings"] == [warning]


def test_how_many_are_sent_makes_no_more_questions_about_doubts():
    saved = [RecordFactory() for _ in range(3)]
    asked = []
    for some in (saved[:1], saved):
        with CaptureQueriesContext(connection) as queries:
            doubts_about(some)
        asked.append(len(queries))
    assert asked[0] == asked[1] == 1


# Which entity is meant


def test_a_code_is_understood_as_people_write_it(client, clerk, sent):
    code = sent["entity"]
    answer = post(client, clerk, sent | {"entity": f"{code[:8].lower()}-{code[8:]} "})
    assert (answer.status_code, answer.json()["entity"]) == (201, code)


def test_the_code_of_a_merged_entity_leads_to_the_one_that_stays(client, clerk, sent):
    gone, stays = EntityFactory(), EntityFactory()
    merged_away(gone, stays)
    answer = post(client, clerk, sent | {"entity": gone.credit_code})
    assert (answer.status_code, answer.json()["entity"]) == (201, stays.credit_code)


@pytest.mark.parametrize(
    "number",
    [
        "云市监罚（2026）0412号",
        "云市监罚〔2026〕 0412号",
        "云市监罚〔2026〕\n0412号",
        "云市监罚〔２０２６〕\xa0０４１２号",
    ],
)
def test_a_number_in_another_way_of_writing_makes_no_other_record(client, clerk, sent, number):
    first = post(client, clerk, sent).json()
    again = post(client, clerk, sent | {"document_number": number})
    assert (again.status_code, again.json()["id"]) == (201, first["id"])
    assert again.json()["document_number"] == sent["document_number"]
    assert CreditRecord.objects.count() == 1


def test_signs_that_nobody_sees_make_no_other_record(client, clerk, sent):
    first = post(client, clerk, sent).json()
    strange = {"document_number": f"\x07{sent['document_number']}\x1b", "entity": f"\x02{sent['entity']}"}
    again = post(client, clerk, sent | strange)
    assert (again.status_code, again.json()["id"]) == (201, first["id"])
