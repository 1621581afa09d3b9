"""The pages of a joint filing, as both sides walk through them; without scripts, because every form works so."""

import pytest
from django.urls import reverse

from repair.joint import services
from repair.models import Case, JointFiling
from tests.factories import AgentFactory, MemberFactory, repairable_record
from tests.joint.filings import begin, complete, filed, records_of_two_bodies
from tests.repair.papers import pdf, program
from tests.repair.test_pages import signed_in, text_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def records():
    return records_of_two_bodies()


@pytest.fixture
def user(records):
    return AgentFactory(entity=records[0].entity).user


def at(filing: JointFiling, what: str = "detail") -> str:
    return reverse(f"joint:{what}", args=(filing.number,))


def typed(filing: JointFiling, **more) -> dict:
    filing.refresh_from_db()
    return {"version": filing.version, "statement": "Paid, all of it.", **more}


def test_an_agent_chooses_writes_files_and_follows(records, user):
    agent = signed_in(user)
    new = reverse("joint:new")
    assert new in text_of(agent.get(reverse("repair:prospects")))
    page = text_of(agent.get(new))
    assert all(record.title in page for record in records)
    answer = agent.post(new, {"record": [record.pk for record in records]})
    filing = JointFiling.objects.get()
    assert answer.url == at(filing)
    page = text_of(agent.get(at(filing)))
    assert all(record.document_number in page for record in records)
    assert "2 letters are written for you" in page
    assert "Papers to hand in" in page
    assert page.count("国家发展改革委令第36号 · Public source") == 3

    draft = at(filing, "draft")
    answer = agent.post(draft, typed(filing, do="save", proofs=[pdf()]), follow=True)
    assert "The draft is saved" in text_of(answer)
    assert "receipt.pdf" in text_of(answer)
    answer = agent.post(draft, typed(filing, do="submit"))
    assert answer.status_code == 422
    assert "Type your full name to sign" in text_of(answer)
    signed = typed(filing, do="submit", signature="Pei Huaijin", agreed="on")
    answer = agent.post(draft, signed, follow=True)
    assert "All of it is filed" in text_of(answer)
    assert "0 of 3 over and gone everywhere" in text_of(answer)
    assert agent.post(draft, signed).url == at(filing)
    assert Case.objects.filter(state="submitted").count() == 3


def test_of_one_record_there_is_nothing_to_choose(user, records):
    for record in records[1:]:
        record.status = "withdrawn"
        record.save()
    agent = signed_in(user)
    assert reverse("joint:new") not in text_of(agent.get(reverse("repair:prospects")))
    assert "There are not two records" in text_of(agent.get(reverse("joint:new")))


def test_what_stands_against_a_choice_is_said_and_the_ticks_stay(user, records):
    answer = signed_in(user).post(reverse("joint:new"), {"record": [records[0].pk]})
    assert answer.status_code == 422
    assert "Choose from 2 to 20 records" in text_of(answer)
    assert text_of(answer).count(" checked") == 1


def test_a_file_that_is_none_is_named_and_what_else_is_missing_told_with_it(user, records):
    filing = begin(user, records)
    answer = signed_in(user).post(
        at(filing, "draft"), typed(filing, do="submit", proofs=[program(), pdf("good.pdf")])
    )
    page = text_of(answer)
    assert answer.status_code == 422
    assert "receipt.pdf: By its content" in page
    assert "Type your full name to sign" in page
    assert "good.pdf" in page  # The good one stays.
    assert "Paid, all of it." in page
    assert not Case.objects.exclude(state="draft").exists()


def test_papers_are_taken_out_and_records_left_out(user, records):
    filing = begin(user, records)
    complete(filing, user)
    agent, case = signed_in(user), filing.cases.order_by("record").first()
    key = case.documents.get().document_id
    page = agent.post(at(filing, "draft"), typed(filing, do=f"remove:{key}"), follow=True)
    assert "receipt.pdf" not in text_of(page)
    page = agent.post(at(filing, "draft"), typed(filing, do=f"without:{case.number}"), follow=True)
    assert records[0].document_number not in text_of(page)
    assert filing.cases.filter(state="draft").count() == 2


def test_a_page_from_before_another_window_saved_shows_what_was_typed_over_the_newest(user, records):
    filing = begin(user, records)
    complete(filing, user)
    answer = signed_in(user).post(
        at(filing, "draft"), {"version": 0, "statement": "Typed elsewhere.", "do": "save"}
    )
    assert answer.status_code == 409
    assert "Typed elsewhere." in text_of(answer)
    assert f'name="version" value="{filing.version}"' in text_of(answer)


def test_the_draft_of_one_case_is_written_where_all_are(user, records):
    filing = begin(user, records)
    case = filing.cases.first()
    answer = signed_in(user).get(reverse("repair:case-detail", args=(case.number,)))
    assert answer.url == at(filing)


def test_all_of_it_is_withdrawn_after_a_question(user, records):
    filing, agent = filed(user, records), signed_in(user)
    assert at(filing, "withdraw") in text_of(agent.get(at(filing)))
    assert "Nobody decides any more" in text_of(agent.get(at(filing, "withdraw")))
    answer = agent.post(at(filing, "withdraw"), {"note": "Later."}, follow=True)
    assert "It is withdrawn" in text_of(answer)
    assert "3 of 3" in text_of(answer) or "Everything is over" in text_of(answer)
    assert {case.state for case in filing.cases.all()} == {"withdrawn"}


def test_a_draft_thrown_away_leads_back_to_what_can_be_repaired(user, records):
    filing, agent = begin(user, records), signed_in(user)
    answer = agent.post(at(filing, "withdraw"))
    assert answer.url == reverse("repair:prospects")
    assert "No record is left in this filing" in text_of(agent.get(at(filing)))


def test_an_official_reads_on_the_case_with_whom_the_others_are_and_no_more(user, records):
    filing = filed(user, records)
    first, second, third = filing.cases.order_by("record")
    clerk = signed_in(MemberFactory(body=first.deciding_body))
    page = text_of(clerk.get(reverse("repair:case-detail", args=(first.number,))))
    assert f"Filed together as {filing.number}" in page
    assert second.number in page
    assert third.number not in page
    assert third.deciding_body.name in page
    page = text_of(clerk.get(at(filing)))
    assert second.number in page
    assert third.number not in page
    assert records[2].document_number not in page


def test_the_list_names_the_filing_and_finds_its_cases_by_its_number(user, records):
    filing = filed(user, records)
    alone = repairable_record(entity=records[0].entity)
    services_case = signed_in(user).post(reverse("repair:case-new"), {"record": alone.pk})
    assert services_case.status_code == 302
    page = signed_in(user).get(f"{reverse('repair:case-list')}?q={filing.number}")
    assert text_of(page).count(f"with {filing.number}") == 3
    assert len(page.context["rows"]) == 3


def test_a_letter_of_another_body_is_no_paper_of_the_case(user, records):
    filing = filed(user, records)
    first, _second, third = filing.cases.order_by("record")
    key = third.documents.get(kind="commitment").document_id
    clerk = signed_in(MemberFactory(body=first.deciding_body))
    assert clerk.get(reverse("repair:case-document", args=(first.number, key))).status_code == 404
    assert clerk.get(reverse("repair:case-document", args=(third.number, key))).status_code == 404


def test_a_draft_keeps_itself_until_it_is_filed(user, records):
    filing, agent = begin(user, records), signed_in(user)
    assert 'data-keeps hx-post="' + at(filing, "draft") in text_of(agent.get(at(filing)))
    answer = agent.post(at(filing, "draft"), typed(filing, do="keep"))
    assert 'value="1" id="id_version" hx-swap-oob="true"' in text_of(answer)
    filing.refresh_from_db()
    assert (filing.statement, filing.version) == ("Paid, all of it.", 1)
    complete(filing, user)
    assert agent.post(at(filing, "draft"), typed(filing, do="submit", signature="Pei", agreed="on")).url
    answer = agent.post(at(filing, "draft"), typed(filing, do="keep"))
    assert "Not kept: The application is filed" in text_of(answer)


def test_a_filed_one_is_not_saved_any_more(user, records):
    filing = filed(user, records)
    answer = signed_in(user).post(at(filing, "draft"), typed(filing, do="save"), follow=True)
    assert "can no longer be changed" in text_of(answer)
    with pytest.raises(services.WrongState):
        services.remove_proof(by=user, number=filing.number, key="")
