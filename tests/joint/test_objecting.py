"""Several records objected to in one sitting: one reason, every record marked at once, each body decides its part."""

import pytest
from django.urls import reverse

from credit_platform.common.errors import InvalidInput, NotPermitted
from entities.models import CreditRecord, Notice
from repair import services as cases
from repair.joint import services
from repair.models import Case, JointFiling
from tests.factories import AgentFactory, MemberFactory, RecordFactory, repairable_record
from tests.joint.filings import decide
from tests.repair.papers import pdf
from tests.repair.test_api import signed_in as system_of
from tests.repair.test_pages import signed_in, text_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def records() -> list[CreditRecord]:
    """Of two bodies, about one entity."""
    first = RecordFactory()
    return [first, RecordFactory(entity=first.entity)]


@pytest.fixture
def agent(records):
    return AgentFactory(entity=records[0].entity).user


@pytest.fixture
def filing(records, agent) -> JointFiling:
    return begin(agent, records)


def begin(by, records: list[CreditRecord]) -> JointFiling:
    keys = [record.pk for record in records]
    return services.begin_filing(by=by, record_ids=keys, kind=Case.Kind.OBJECTION)


def say(filing: JointFiling, by, **said) -> JointFiling:
    given = {"of_all": "We never had a shop there.", "ground": "wrong"} | said
    filing.refresh_from_db()
    return services.save_filing(
        by=by, number=filing.number, said=services.Said(**given), version=filing.version
    )


def file(filing: JointFiling, by) -> JointFiling:
    filing.refresh_from_db()
    return services.file_filing(by=by, number=filing.number, version=filing.version)


def test_filing_marks_every_record_at_once_and_each_body_has_its_part(filing, records, agent):
    one = filing.cases.get(record=records[1])
    say(filing, agent, of_one={one.number: "The address is that of another firm."})
    services.add_proof(by=agent, number=filing.number, upload=pdf())
    assert not CreditRecord.objects.filter(objected=True).exists()
    file(filing, agent)
    assert {record.pk for record in CreditRecord.objects.filter(objected=True)} == {one.pk for one in records}
    filed = list(filing.cases.order_by("record"))
    assert {(case.state, case.kind, case.ground) for case in filed} == {("submitted", "objection", "wrong")}
    assert [case.deciding_body for case in filed] == [record.submitted_by for record in records]
    assert filed[0].statement == "We never had a shop there."
    assert filed[1].statement.endswith("The address is that of another firm.")
    assert all(case.documents.get().document.name == "receipt.pdf" for case in filed)
    assert not any(case.commitment_signed_at for case in filed)


def test_the_entity_is_told_once_and_each_body_of_its_own_record(filing, records, agent):
    say(filing, agent)
    file(filing, agent)
    told = Notice.objects.filter(entity=records[0].entity).values_list("kind", flat=True)
    assert list(told) == ["joint.received"]
    bodies = Notice.objects.filter(kind="repair.objection_filed").values_list("body", flat=True)
    assert set(bodies) == {record.submitted_by_id for record in records}


def test_one_is_dismissed_and_one_withdrawn_and_each_mark_falls_with_its_own_case(filing, records, agent):
    say(filing, agent)
    file(filing, agent)
    decide(filing.cases.get(record=records[0]), "dismiss")
    assert [record.objected for record in CreditRecord.objects.order_by("pk")] == [False, True]
    services.withdraw_filing(by=agent, number=filing.number)
    assert not CreditRecord.objects.filter(objected=True).exists()
    assert set(filing.cases.values_list("state", flat=True)) == {"dismissed", "withdrawn"}


def test_without_ground_and_words_none_is_filed_and_none_marked(filing, agent):
    with pytest.raises(InvalidInput) as refusal:
        file(filing, agent)
    assert set(refusal.value.problems) == {"ground", "statement"}
    with pytest.raises(InvalidInput, match="no such ground"):
        say(filing, agent, ground="unfair")
    assert not CreditRecord.objects.filter(objected=True).exists()


def test_a_record_that_ended_meanwhile_keeps_the_others_from_being_filed(filing, records, agent):
    say(filing, agent)
    CreditRecord.objects.filter(pk=records[0].pk).update(status="expired")
    with pytest.raises(InvalidInput) as refusal:
        file(filing, agent)
    assert "Only a record in force" in refusal.value.problems[""][0]
    assert not CreditRecord.objects.filter(objected=True).exists()


def test_a_draft_that_was_begun_alone_brings_its_ground_and_words(records, agent):
    cases.open_objection(by=agent, record_id=records[1].pk, ground="expired", statement="It is over.")
    filing = begin(agent, records)
    assert filing.ground == "expired"
    assert filing.cases.get(record=records[1]).statement == "It is over."


def test_the_repair_of_the_same_records_is_a_filing_of_its_own(agent):
    first = repairable_record()
    AgentFactory(entity=first.entity, user=agent)
    records = [first, repairable_record(entity=first.entity)]
    filing = begin(agent, records)
    repairs = services.begin_filing(by=agent, record_ids=[record.pk for record in records])
    assert repairs != filing
    assert set(repairs.cases.values_list("kind", flat=True)) == {"repair"}
    assert begin(agent, records) == filing
    with pytest.raises(InvalidInput, match="Only repairs and objections"):
        services.begin_filing(by=agent, record_ids=[one.pk for one in records], kind="basis")


def test_nobody_objects_for_an_entity_for_which_they_do_not_act(records):
    with pytest.raises(NotPermitted):
        begin(MemberFactory(body=records[0].submitted_by), records)


def test_an_agent_chooses_writes_files_and_follows_on_the_pages(records, agent):
    person = signed_in(agent)
    new = f"{reverse('joint:new')}?kind=objection"
    assert new in text_of(person.get(reverse("repair:prospects")))
    page = text_of(person.get(f"{new}&record={records[0].pk}"))
    assert all(record.title in page for record in records)
    assert page.count(" checked") == 1
    keys = {"kind": "objection", "record": [record.pk for record in records]}
    person.post(reverse("joint:new"), keys)
    filing = JointFiling.objects.get()
    page = text_of(person.get(reverse("joint:detail", args=(filing.number,))))
    assert "Object to 2 records" in page
    assert "commitment" not in page.lower()
    draft = reverse("joint:draft", args=(filing.number,))
    answer = person.post(draft, {"version": 0, "do": "submit", "statement": "Not ours."})
    assert answer.status_code == 422
    assert "Choose what is the matter" in text_of(answer)
    filing.refresh_from_db()
    sent = {"version": filing.version, "do": "submit", "statement": "Not ours.", "ground": "wrong"}
    answer = person.post(draft, sent, follow=True)
    assert "every record marked" in text_of(answer)
    assert "Something in it is wrong" in text_of(answer)
    assert Case.objects.filter(kind="objection", state="submitted").count() == 2


def test_nothing_else_than_repairs_and_objections_is_chosen_together(agent):
    assert signed_in(agent).get(f"{reverse('joint:new')}?kind=basis").status_code == 404


def test_several_records_are_objected_to_through_the_interface(records, agent):
    system, place = system_of(agent), reverse("api-joint-list")
    sent = {"kind": "objection", "records": [record.pk for record in records]}
    answer = system.post(place, sent, format="json")
    assert (answer.status_code, answer.data["kind"]) == (201, "objection")
    number = answer.data["number"]
    said = {"statement": "Not ours.", "ground": "wrong", "version": 0}
    assert system.put(f"{place}{number}/draft/", said, format="json").data["ground"] == "wrong"
    answer = system.post(f"{place}{number}/filing/", {"version": 1}, format="json")
    assert [case["state"] for case in answer.data["cases"]] == ["submitted"] * 2
