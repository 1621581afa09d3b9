"""The pages of a case, as each role walks through them; without scripts, because every form works so."""

import re
from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from agencies.desk import lanes_of
from entities.models import CreditRecord
from repair import services
from repair.models import Case, CaseDocument
from repair.selectors import count_waiting
from tests.budgets import query_budget
from tests.factories import (
    AgentFactory,
    BodyFactory,
    CaseFactory,
    EntityFactory,
    MemberFactory,
    PublicityRuleFactory,
    RecordFactory,
    UserFactory,
    repairable_record,
)
from tests.repair.papers import pdf, png, program

pytestmark = pytest.mark.django_db


def signed_in(user) -> Client:
    client = Client()
    client.force_login(user)
    return client


def text_of(response) -> str:
    return re.sub(r"\s+", " ", response.content.decode())


def open_page(user, case: Case):
    return signed_in(user).get(reverse("repair:case-detail", args=(case.number,)))


def act(user, case: Case, action: str, version: int | None = None, **data):
    version = Case.objects.get(pk=case.pk).version if version is None else version
    return signed_in(user).post(
        reverse("repair:case-act", args=(case.number,)), {"action": action, "version": version, **data}
    )


def lead():
    return MemberFactory(body=BodyFactory(kind="lead_office"), role="lead")


def paper(case: Case, upload: SimpleUploadedFile | None = None) -> CaseDocument:
    """A proof in a case that is filed already."""
    Case.objects.filter(pk=case.pk).update(state="draft")
    made = services.add_proof(by=case.opened_by, number=case.number, upload=upload or png())
    Case.objects.filter(pk=case.pk).update(state=case.state)
    return made


# The way of an application


def test_an_agent_applies_and_follows_the_case_to_its_grant():
    record = repairable_record()
    user = AgentFactory(entity=record.entity).user
    agent = signed_in(user)
    page = agent.get(reverse("repair:prospects"))
    assert record.title in text_of(page)
    new = f"{reverse('repair:case-new')}?record={record.pk}"
    assert new in text_of(page)
    assert "You can apply today" in text_of(agent.get(new))
    answer = agent.post(reverse("repair:case-new"), {"record": record.pk})
    case = Case.objects.get()
    assert answer.url == reverse("repair:case-detail", args=(case.number,))
    assert record.document_number in text_of(agent.get(answer.url))

    draft = reverse("repair:case-draft", args=(case.number,))
    form = {"version": 0, "statement": "Paid on 20 May.", "proofs": [pdf(), png()]}
    answer = agent.post(draft, {**form, "do": "save"}, follow=True)
    assert "The draft is saved" in text_of(answer)
    assert "receipt.pdf" in text_of(answer)
    answer = agent.post(draft, {"version": 1, "statement": "Paid on 20 May.", "do": "submit"})
    assert answer.status_code == 422
    assert "Sign the commitment letter" in text_of(answer)
    form = {"version": 1, "statement": "Paid.", "signature": "Pei Huaijin", "agreed": "on", "do": "submit"}
    answer = agent.post(draft, form, follow=True)
    assert "The application is filed" in text_of(answer)
    case.refresh_from_db()
    assert case.state == "submitted"

    clerk = MemberFactory(body=case.deciding_body)
    supervisor = MemberFactory(body=case.deciding_body, role="supervisor")
    assert act(clerk, case, "ask_material", note="The second page, please.").status_code == 302
    page = text_of(open_page(user, case))
    assert "The second page, please." in page
    assert "so that this is the last time" not in text_of(open_page(clerk, case))
    assert act(user, case, "supply_material", proofs=[pdf(text="page two")]).status_code == 302
    assert "so that this is the last time" in text_of(open_page(clerk, case))
    assert act(clerk, case, "propose_grant", note="Complete.").status_code == 302
    assert "Complete." not in text_of(open_page(user, case))
    page = text_of(open_page(supervisor, case))
    assert "What is proposed" in page
    assert "Complete." in page
    assert ">Conditions<" in page
    assert act(supervisor, case, "grant", note="Everything is paid.").status_code == 302
    assert ">Conditions<" not in text_of(open_page(supervisor, case))
    page = text_of(open_page(user, case))
    assert "Decision granting credit repair" in page
    assert "Everything is paid." in page
    record.refresh_from_db()
    assert record.status == CreditRecord.Status.REPAIRED


def test_everything_missing_is_listed_at_once_with_links_to_the_fields():
    case = CaseFactory(state="draft", statement="")
    answer = signed_in(case.opened_by).post(
        reverse("repair:case-draft", args=(case.number,)), {"version": 0, "statement": "", "do": "submit"}
    )
    page = text_of(answer)
    assert answer.status_code == 422
    for field in ("id_statement", "id_proofs", "id_signature"):
        assert f'href="#{field}"' in page


def test_a_bad_file_is_named_and_the_good_one_and_the_text_are_kept():
    case = CaseFactory(state="draft", statement="")
    answer = signed_in(case.opened_by).post(
        reverse("repair:case-draft", args=(case.number,)),
        {"version": 0, "statement": "Paid.", "proofs": [pdf(), program("virus.pdf")], "do": "save"},
    )
    assert answer.status_code == 422
    assert "virus.pdf: By its content this file is none of these" in text_of(answer)
    case.refresh_from_db()
    assert case.statement == "Paid."
    assert [one.document.name for one in case.documents.all()] == ["receipt.pdf"]


def test_a_proof_is_taken_out_by_its_button_and_what_was_typed_is_kept():
    case = CaseFactory(state="draft")
    proof = services.add_proof(by=case.opened_by, number=case.number, upload=pdf())
    signed_in(case.opened_by).post(
        reverse("repair:case-draft", args=(case.number,)),
        {"version": 0, "statement": "New words.", "do": f"remove:{proof.document_id}"},
    )
    case.refresh_from_db()
    assert not case.documents.exists()
    assert case.statement == "New words."


def test_a_draft_saved_in_another_window_is_shown_beside_what_was_typed():
    case = CaseFactory(state="draft", statement="")
    draft, agent = reverse("repair:case-draft", args=(case.number,)), signed_in(case.opened_by)
    agent.post(draft, {"version": 0, "statement": "First window.", "do": "save"})
    answer = agent.post(draft, {"version": 0, "statement": "Second window.", "do": "save"})
    assert answer.status_code == 409
    assert "another window" in text_of(answer)
    assert "Second window." in text_of(answer)
    assert 'name="version" value="1"' in text_of(answer)
    agent.post(draft, {"version": 1, "statement": "Second window.", "do": "save"})
    case.refresh_from_db()
    assert case.statement == "Second window."


def test_a_draft_that_keeps_itself_says_its_version_and_what_keeps_it_from_that():
    case = CaseFactory(state="draft", statement="")
    keep, agent = reverse("repair:case-draft", args=(case.number,)), signed_in(case.opened_by)
    answer = agent.post(keep, {"version": 0, "statement": "Paid.", "do": "keep"})
    assert 'value="1" id="id_version" hx-swap-oob="true"' in text_of(answer)
    case.refresh_from_db()
    assert (case.statement, case.state, case.version) == ("Paid.", "draft", 1)
    for typed, why in (
        ({"statement": "Other."}, "another window"),
        ({"statement": "x" * 5001}, "at most 5000"),
    ):
        answer = text_of(agent.post(keep, {"version": 0, "do": "keep"} | typed))
        assert "Not kept" in answer
        assert why in answer
    Case.objects.filter(pk=case.pk).update(state="submitted", submitted_at=timezone.now())
    assert "is filed" in text_of(agent.post(keep, {"version": 1, "statement": "Later.", "do": "keep"}))
    case.refresh_from_db()
    assert case.statement == "Paid."


def test_the_back_button_after_filing_leads_to_the_case():
    case = CaseFactory()
    agent, draft = signed_in(case.opened_by), reverse("repair:case-draft", args=(case.number,))
    form = {"version": 0, "statement": "Again."}
    assert agent.post(draft, {**form, "do": "submit"}).status_code == 302
    answer = agent.post(draft, {**form, "do": "save"})
    assert answer.status_code == 409
    assert "can no longer be changed" in text_of(answer)


def test_a_record_that_cannot_be_repaired_today_says_so_beforehand():
    record = RecordFactory(decided_on=timezone.localdate() - timedelta(days=5))
    PublicityRuleFactory(record_types=[record.record_type])
    agent = signed_in(AgentFactory(entity=record.entity).user)
    page = text_of(agent.get(f"{reverse('repair:case-new')}?record={record.pk}"))
    assert "You cannot apply today" in page
    assert "Begin the application" not in page
    assert agent.post(reverse("repair:case-new"), {"record": record.pk}).status_code == 409


@pytest.mark.parametrize("query", ["", "?record=", "?record=x", "?record=0"])
def test_an_application_about_nothing_is_not_found(query):
    agent = AgentFactory().user
    assert signed_in(agent).get(reverse("repair:case-new") + query).status_code == 404


def test_a_withdrawal_is_asked_for_once_more_on_a_page_of_its_own():
    case = CaseFactory()
    page = signed_in(case.opened_by).get(reverse("repair:case-confirm", args=(case.number, "withdraw")))
    assert "Withdraw this case?" in text_of(page)
    answer = act(case.opened_by, case, "withdraw", note="We move away.")
    assert answer.status_code == 302
    case.refresh_from_db()
    assert case.state == "withdrawn"


@pytest.mark.parametrize("action", ["grant", "nonsense", "take_up_again"])
def test_no_question_is_asked_for_a_step_that_is_not_open(action):
    case = CaseFactory()
    page = signed_in(case.opened_by).get(reverse("repair:case-confirm", args=(case.number, action)))
    assert page.status_code in {403, 404, 409}


# Deciding


def test_a_decision_without_reasons_is_refused_beside_its_field():
    case = CaseFactory(state="proposed", proposal_reasons="")
    supervisor = MemberFactory(body=case.deciding_body, role="supervisor")
    answer = act(supervisor, case, "refuse", note=" ")
    assert answer.status_code == 422
    assert "A decision needs its reasons" in text_of(answer)
    case.refresh_from_db()
    assert case.state == "proposed"


def test_the_page_tells_a_clerk_why_not_and_who_may():
    case = CaseFactory(state="proposed")
    supervisor = MemberFactory(body=case.deciding_body, role="supervisor", name_en="He Qing")
    page = text_of(open_page(case.proposed_by, case))
    assert "Why not you, and who may" in page
    assert str(supervisor) in page
    assert "Grant the repair" not in page
    assert "Grant the repair" in text_of(open_page(supervisor, case))


def test_an_old_page_shows_what_happened_and_keeps_the_words():
    case = CaseFactory(state="proposed")
    one, two = (MemberFactory(body=case.deciding_body, role="supervisor") for _ in range(2))
    act(one, case, "send_back", note="Look again.")
    act(case.proposed_by, case, "propose_grant", note="Looked.")
    answer = act(two, case, "refuse", version=0, note="My own long reasons.")
    assert answer.status_code == 409
    page = text_of(answer)
    assert "Meanwhile:" in page
    assert "My own long reasons." in page
    assert 'name="version" value="2"' in page


def test_pressing_twice_leads_to_the_decided_case_both_times():
    case = CaseFactory(state="proposed")
    supervisor = MemberFactory(body=case.deciding_body, role="supervisor")
    for _press in range(2):
        assert act(supervisor, case, "grant", version=0, note="Paid.").status_code == 302
    assert case.steps.count() == 1


@pytest.mark.parametrize(("language", "word"), [("en", "shortest publicity"), ("zh-hans", "")])
def test_a_text_to_start_from_is_put_behind_what_was_typed(language, word):
    case = CaseFactory()
    clerk = MemberFactory(body=case.deciding_body)
    answer = act(clerk, case, "text:propose", note="Mine first.", text=f"granted-all-conditions:{language}")
    page = text_of(answer)
    assert answer.status_code == 200
    assert "Mine first." in page
    assert case.record.document_number in page
    assert "〔…〕" in page
    assert word in page
    assert not case.steps.exists()


def test_a_text_that_does_not_exist_changes_nothing():
    case = CaseFactory()
    clerk = MemberFactory(body=case.deciding_body)
    assert "Mine." in text_of(act(clerk, case, "text:propose", note="Mine.", text="nothing:en"))
    assert act(clerk, case, "text:nothing", note="Mine.").status_code == 404


@pytest.mark.parametrize("state", Case.State.values)
@pytest.mark.parametrize("role", ["agent", "clerk", "reviewer", "supervisor", "lead"])
def test_every_role_can_open_every_state_that_it_may_see(state, role):
    case = CaseFactory(state=state)
    user = {"agent": case.opened_by, "lead": lead()}.get(role) or MemberFactory(
        body=case.deciding_body, role=role
    )
    answer = open_page(user, case)
    assert answer.status_code == (404 if state == "draft" and role != "agent" else 200)
    if answer.status_code == 200 and role == "agent":
        assert "All conditions are met." not in text_of(answer)


def test_the_appeal_is_offered_with_its_last_day_and_without_inventing_a_law():
    case = CaseFactory(state="refused")
    page = text_of(open_page(case.opened_by, case))
    assert "within 60 days" in page
    assert "procedure of this platform" in page
    assert act(case.opened_by, case, "appeal", note="Page two.").status_code == 302
    head = lead()
    assert "Why the applicant appeals" in text_of(open_page(head, case))
    assert act(head, case, "dismiss_appeal", note="It is another receipt.").status_code == 302
    assert "Decision on the appeal: appeal dismissed" in text_of(open_page(case.opened_by, case))


def test_after_its_days_the_appeal_is_no_longer_offered():
    case = CaseFactory(state="refused", decided_at=timezone.now() - timedelta(days=40))
    page = text_of(open_page(case.opened_by, case))
    assert "The time to appeal here ended" in page
    assert "Why the refusal is wrong" not in page


def test_beside_a_newer_case_the_page_says_why_the_older_is_not_appealed():
    case = CaseFactory(state="refused")
    newer = CaseFactory(state="submitted", record=case.record)
    page = text_of(open_page(case.opened_by, case))
    assert f"A newer case about the record is open: {newer.number}" in page
    assert "The time to appeal here ended" not in page


# Strangers


@pytest.mark.parametrize("who", ["nobody", "other agent", "other department", "association"])
def test_a_stranger_finds_no_case_no_document_and_no_step(who):
    case = CaseFactory()
    proof = paper(case)
    stranger = {
        "nobody": UserFactory,
        "other agent": lambda: AgentFactory().user,
        "other department": lambda: MemberFactory(role="supervisor"),
        "association": lambda: MemberFactory(body=BodyFactory(kind="association"), role="officer"),
    }[who]()
    client = signed_in(stranger)
    document = reverse("repair:case-document", args=(case.number, proof.document_id))
    assert open_page(stranger, case).status_code == 404
    assert client.get(document).status_code == 404
    assert act(stranger, case, "withdraw").status_code == 404
    assert client.post(reverse("repair:case-draft", args=(case.number,)), {"version": 0}).status_code == 404
    assert client.post(reverse("repair:case-lend", args=(case.number,)), {"username": "x"}).status_code == 404
    assert case.number not in text_of(client.get(reverse("repair:case-list")))


def test_whoever_is_not_signed_in_is_asked_to():
    case = CaseFactory()
    for name, args in (
        ("case-list", ()),
        ("case-detail", (case.number,)),
        ("prospects", ()),
        ("case-new", ()),
    ):
        answer = Client().get(reverse(f"repair:{name}", args=args))
        assert answer.status_code == 302
        assert "login" in answer.url


def test_proofs_are_handed_out_to_the_parties_and_only_as_downloads():
    case = CaseFactory()
    proof = paper(case)
    place = reverse("repair:case-document", args=(case.number, proof.document_id))
    for user in (case.opened_by, MemberFactory(body=case.deciding_body), lead()):
        answer = signed_in(user).get(place)
        assert b"".join(answer.streaming_content).startswith(b"\x89PNG")
        assert answer["Content-Disposition"].startswith("attachment")
        assert answer["X-Content-Type-Options"] == "nosniff"


def test_a_pdf_is_looked_at_in_a_frame_of_the_page_that_leads_nowhere_and_a_picture_as_it_is():
    case = CaseFactory()
    proof = paper(case, pdf())
    place = reverse("repair:case-document-shown", args=(case.number, proof.document_id))
    page = open_page(MemberFactory(body=case.deciding_body), case)
    assert f'<iframe class="w-100 border rounded" height="480" src="{place}#' in text_of(page)
    assert "frame-src 'self'" in page["Content-Security-Policy"]
    answer = signed_in(case.opened_by).get(place)
    assert b"".join(answer.streaming_content).startswith(b"%PDF-")
    assert answer["Content-Type"] == "application/pdf"
    assert answer["Content-Disposition"].startswith("inline")
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert answer["X-Frame-Options"] == "SAMEORIGIN"
    assert set(answer["Content-Security-Policy"].split("; ")) == {
        "default-src 'none'", "base-uri 'none'", "form-action 'none'", "frame-ancestors 'self'",
    }  # fmt: skip
    picture = paper(case)
    for key in (picture.document_id, paper(CaseFactory(), pdf()).document_id):
        address = reverse("repair:case-document-shown", args=(case.number, key))
        assert signed_in(case.opened_by).get(address).status_code == 404


def test_a_document_of_another_case_is_not_found_under_this_one():
    mine, other = CaseFactory(), CaseFactory()
    place = reverse("repair:case-document", args=(mine.number, paper(other).document_id))
    assert signed_in(mine.opened_by).get(place).status_code == 404


# Lists


def test_the_list_shows_what_is_overdue_first_and_what_is_closed_last():
    body, entity = BodyFactory(), EntityFactory()
    today = timezone.localdate()

    def case(state, due=None):
        return CaseFactory(
            state=state,
            record=repairable_record(submitted_by=body, entity=entity),
            **({"due_on": due} if due else {}),
        )

    closed = case("refused")
    waiting = case("more_material", today + timedelta(days=1))
    soon = case("submitted", today + timedelta(days=1))
    over = case("proposed", today - timedelta(days=3))
    case("draft")
    page = text_of(signed_in(MemberFactory(body=body)).get(reverse("repair:case-list")))
    places = [page.index(one.number) for one in (over, soon, waiting, closed)]
    assert places == sorted(places)
    assert "wd over" in page


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("standing=overdue", {"over"}),
        ("standing=decided", {"refused"}),
        ("standing=open", {"over", "new"}),
        ("standing=closed", {"gone"}),
        ("standing=mine", {"over", "new"}),
        ("state=refused", {"refused"}),
        ("q=nothing-like-it", set()),
        ("sort=-filed", {"over", "new", "refused", "gone"}),
        ("sort=nonsense", {"over", "new", "refused", "gone"}),
        ("page=99", {"over", "new", "refused", "gone"}),
    ],
)
def test_the_list_is_narrowed_and_sorted_by_its_address(query, found):
    body, today = BodyFactory(), timezone.localdate()

    def case(**more):
        return CaseFactory(record=repairable_record(submitted_by=body), **more)

    cases = {
        "over": case(due_on=today - timedelta(days=3)),
        "new": case(),
        "refused": case(state="refused"),
        "gone": case(state="withdrawn"),
    }
    page = text_of(signed_in(MemberFactory(body=body)).get(f"{reverse('repair:case-list')}?{query}"))
    assert {name for name, one in cases.items() if one.number in page} == found


def test_a_case_is_found_by_its_number_its_entity_and_its_document():
    case, other = CaseFactory(), CaseFactory()
    head = signed_in(lead())
    for words in (case.number, case.entity.credit_code, case.entity.name_zh, case.record.document_number):
        page = text_of(head.get(reverse("repair:case-list"), {"q": words}))
        assert case.number in page
        assert other.number not in page


def test_the_list_stays_within_its_query_budget_however_long():
    body = BodyFactory()
    for _one in range(6):
        CaseFactory(record=repairable_record(submitted_by=body))
    client = signed_in(MemberFactory(body=body))
    with query_budget("case list"):
        client.get(reverse("repair:case-list"))


def test_a_case_stays_within_its_query_budget():
    case = CaseFactory(state="proposed")
    supervisor = MemberFactory(body=case.deciding_body, role="supervisor")
    client = signed_in(supervisor)
    with query_budget("case page of a supervisor"):
        client.get(reverse("repair:case-detail", args=(case.number,)))


# What other pages show


def test_the_panel_on_the_entitys_page_is_scoped_like_the_cases():
    case = CaseFactory()
    place = reverse("repair:entity-panel", args=(case.entity.credit_code,))
    clerk = signed_in(MemberFactory(body=case.deciding_body))
    assert case.number in text_of(clerk.get(place))
    fragment = clerk.get(place, headers={"HX-Request": "true"})
    assert "<html" not in text_of(fragment)
    elsewhere = signed_in(MemberFactory())
    assert case.number not in text_of(elsewhere.get(place))
    assert signed_in(AgentFactory().user).get(place).status_code == 404


def record_panel(user, record: CreditRecord) -> str:
    return text_of(
        signed_in(user).get(reverse("repair:record-panel", args=(record.pk,)), headers={"HX-Request": "true"})
    )


def test_the_page_of_a_record_says_to_its_entity_that_it_can_be_repaired_and_leads_there():
    record = repairable_record()
    agent = AgentFactory(entity=record.entity).user
    panel = record_panel(agent, record)
    assert "Can be repaired now" in panel
    assert f"{reverse('repair:case-new')}?record={record.pk}" in panel
    assert record.publicity_rule is None
    assert "may be repaired since" in panel
    page = text_of(signed_in(agent).get(reverse("entities:record-detail", args=(record.pk,))))
    assert reverse("repair:record-panel", args=(record.pk,)) in page


def test_the_page_of_a_record_says_from_which_day_or_that_never_or_that_nothing_is_needed_and_by_which_article():
    today = timezone.localdate()
    later, never, good = RecordFactory(decided_on=today), RecordFactory(), RecordFactory()
    rule = PublicityRuleFactory(record_types=[later.record_type], article="第十六条")
    ban = PublicityRuleFactory(record_types=[never.record_type], never_early=True, article="第九条")
    good.record_type.polarity = "positive"
    good.record_type.save()
    for record, said in (
        (later, ("Can be repaired from", rule.article)),
        (never, ("Cannot be repaired early", ban.article)),
        (good, ("Needs no repair",)),
    ):
        panel = record_panel(AgentFactory(entity=record.entity).user, record)
        assert all(words in panel for words in said)
        assert reverse("repair:case-new") not in panel


def test_the_page_of_a_record_leads_to_its_open_case_whoever_sees_that():
    case = CaseFactory()
    address = reverse("repair:case-detail", args=(case.number,))
    assert "Follow the case" in record_panel(case.opened_by, case.record)
    assert address in record_panel(MemberFactory(body=case.deciding_body), case.record)
    elsewhere = record_panel(MemberFactory(), case.record)
    assert address not in elsewhere
    assert reverse("repair:case-new") not in elsewhere
    stranger = signed_in(AgentFactory().user)
    assert stranger.get(reverse("repair:record-panel", args=(case.record.pk,))).status_code == 404


def test_the_desk_has_the_cases_of_each_role():
    case, proposed = CaseFactory(), CaseFactory(state="proposed")
    clerk = MemberFactory(body=case.deciding_body)
    supervisor = MemberFactory(body=proposed.deciding_body, role="supervisor")
    appealed = CaseFactory(state="appealed")
    for user, wanted in (
        (clerk, case),
        (supervisor, proposed),
        (lead(), appealed),
        (proposed.proposed_by, None),
    ):
        lane = next(lane for lane in lanes_of(user) if lane.code == "cases")
        references = [row.reference for row in lane.rows(user)]
        assert references == ([wanted.number] if wanted else [])
        assert lane.count(user) == len(references)


def test_the_bar_counts_what_waits_for_the_reader():
    case = CaseFactory(state="more_material")
    assert count_waiting(case.opened_by) == 1
    assert count_waiting(UserFactory()) == 0
    page = text_of(signed_in(case.opened_by).get(reverse("repair:case-list")))
    assert "1 waits for you" in page


def test_a_case_is_lent_on_its_page():
    case = CaseFactory()
    supervisor, reader = (
        MemberFactory(body=case.deciding_body, role="supervisor"),
        MemberFactory(username="guqing"),
    )
    place, client = reverse("repair:case-lend", args=(case.number,)), signed_in(supervisor)
    assert client.post(place, {"username": "nobody-here"}).status_code == 422
    assert client.post(place, {"username": UserFactory().username}).status_code == 422
    assert client.post(place, {"username": "guqing"}).status_code == 302
    assert open_page(reader, case).status_code == 200
    assert "guqing" in text_of(open_page(supervisor, case))
    client.post(place, {"username": "guqing", "do": "take_back"})
    assert open_page(reader, case).status_code == 404


def test_whoever_lends_nothing_does_not_learn_who_has_an_account():
    case = CaseFactory()
    address = reverse("repair:case-lend", args=(case.number,))
    for name in (UserFactory().username, "nobody.at.all"):
        assert signed_in(case.opened_by).post(address, {"username": name}).status_code == 403


def test_a_reader_of_a_lent_case_sees_no_internal_notes():
    case, reader = CaseFactory(), MemberFactory()
    supervisor = MemberFactory(body=case.deciding_body, role="supervisor")
    act(supervisor, case, "note", note="Only among us.")
    services.lend_case(by=supervisor, number=case.number, reader=reader)
    assert "Only among us." not in text_of(open_page(reader, case))
    assert "Only among us." in text_of(open_page(supervisor, case))


def test_a_bad_file_does_not_hide_what_else_is_missing():
    case = CaseFactory(state="draft", statement="")
    answer = signed_in(case.opened_by).post(
        reverse("repair:case-draft", args=(case.number,)),
        {"version": 0, "statement": "", "proofs": [program("virus.pdf")], "do": "submit"},
    )
    page = text_of(answer)
    assert "virus.pdf: By its content this file is none of these" in page
    assert "Say what was corrected" in page
    assert "Sign the commitment letter" in page
