"""The pages of files, as a clerk and as others see them."""

import re
from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from django.utils import timezone

from entities.models import CreditRecord, Submission
from entities.services import submissions
from entities.submission_selectors import progress_of
from tests.entities.intake.conftest import HEADER, OFFICE, outcomes
from tests.factories import AgentFactory, EntityFactory, MemberFactory, UserFactory, invented_code

pytestmark = pytest.mark.django_db
State = Submission.State


@pytest.fixture
def page(client, tax):
    client.force_login(tax.clerk)
    return client


def address(name: str, submission: Submission, *args) -> str:
    return reverse(f"entities:submission-{name}", args=(submission.pk, *args))


def text(response) -> str:
    return response.content.decode()


def asked(tax) -> tuple[Submission, object]:
    entity = EntityFactory(name_zh="海晏贸易")
    return tax.send_rows((entity.credit_code, "海晏商贸")), entity


def test_a_file_is_handed_in_and_its_page_follows(page, tax):
    sent = {"kind": "tax:tax-credit-a-list", "file": SimpleUploadedFile("名单.csv", f"{HEADER}\n".encode())}
    response = page.post(reverse("entities:submission-new"), sent)
    submission = Submission.objects.get()
    assert response.url == address("detail", submission)
    shown = text(page.get(response.url))
    assert "名单.csv" in shown and "Give the file up" in shown and address("job", submission) in shown


def test_the_form_offers_the_formats_of_the_body_with_their_templates(page):
    shown = text(page.get(reverse("entities:submission-new")))
    assert "Taxpayers of credit grade A" in shown
    assert "纳税人识别号" in shown
    assert "Customs credit status" not in shown


@pytest.mark.parametrize(
    ("sent", "says"),
    [
        ({}, "Choose the file."),
        ({"kind": "tax:tax-credit-a-list", "file": SimpleUploadedFile("a.csv", b"\x89PNG\r\n\x1a\n" + bytes(99))}, "send one of these"),
        ({"kind": "tax:tax-credit-a-list", "file": SimpleUploadedFile("a.csv", b"")}, "The file is empty."),
        ({"kind": "customs:customs-status", "file": SimpleUploadedFile("a.csv", b"x")}, "Select a valid choice"),
    ],
)  # fmt: skip
def test_what_cannot_be_taken_is_said_at_the_field(page, sent, says):
    response = page.post(reverse("entities:submission-new"), sent)
    assert response.status_code == 422
    assert says in text(response)
    assert not Submission.objects.exists()


def test_a_template_has_the_column_names_and_an_example_that_passes(page, tax):
    response = page.get(reverse("entities:submission-template", args=("tax-credit-a-list",)))
    submission = tax.send(b"".join(response.streaming_content))
    assert outcomes(submission) == {2: "asked"}


def test_the_job_panel_tells_the_page_when_the_work_is_over(page, tax):
    submission = tax.upload(HEADER)
    response = page.get(address("job", submission))
    assert "HX-Refresh" not in response
    assert 'hx-trigger="every 2s"' in text(response)
    submissions.check_submission(submission_id=submission.pk)
    assert page.get(address("job", submission))["HX-Refresh"] == "true"


def test_the_job_panel_counts_rows_and_says_how_long_it_will_still_take(page, tax):
    """A quarter was done in a quarter of an hour, so what is left takes three of them; before the first row nobody knows."""
    submission = tax.upload(f"{HEADER}\n1,甲,2025,{OFFICE}\n")
    assert progress_of(submission).seconds_left is None
    Submission.objects.filter(pk=submission.pk).update(
        rows_total=4_000, rows_worked=1_000, step_started_at=timezone.now() - timedelta(minutes=15)
    )
    submission.refresh_from_db()
    progress = progress_of(submission)
    assert (progress.done, progress.total, progress.running) == (1_000, 4_000, True)
    assert 45 <= progress.seconds_left / 60 < 60
    panel = text(page.get(address("job", submission)))
    assert "1,000" in panel and "4,000" in panel


def test_a_file_that_could_not_be_read_says_why_and_what_to_do(page, tax):
    shown = text(page.get(address("detail", tax.send("甲,乙\n1,2\n"))))
    assert "These columns are missing" in shown and "Template with an example" in shown


def test_the_preview_shows_counts_problems_and_where_they_are(page, tax):
    entity = EntityFactory(name_zh="禾谷食品")
    submission = tax.send_rows((entity.credit_code, "禾谷食品"), ("1", "甲"))
    shown = text(page.get(address("detail", submission) + "?view=fix"))
    assert "Save 1 ready row" in shown
    assert "A3" in shown and "This has 1 places" in shown
    assert "Look it up" in shown


def test_what_is_said_of_one_cell_stands_in_one_line(page, tax):
    submission = tax.send_rows(("360206550875725", "甲"))
    shown = text(page.get(address("detail", submission), {"view": "fix"}))
    assert "An older number of 15 places" in shown and "The registry has neither this number" in shown
    assert shown.count(">A2<") == 1


def test_the_rows_of_one_question_are_shown_and_each_can_be_decided_on(page, tax):
    entity = EntityFactory(name_zh="海晏贸易")
    submission = tax.send_rows((entity.credit_code, "海晏商贸"), (invented_code(900_001), "甲"))
    shown = text(page.get(address("detail", submission), {"view": "decide", "question": "unregistered"}))
    assert ">A3<" in shown and ">A2<" not in shown
    assert "row=3#decide" in shown
    everything = text(page.get(address("detail", submission), {"view": "decide"}))
    assert "question=unregistered" in everything and "question=code_other_name" in everything


def test_after_a_proposal_comes_the_next_proposal_and_then_what_is_to_be_registered(page, tax):
    entities = [EntityFactory(name_zh=f"海晏{n}号") for n in range(2)]
    first, second = ((entity.credit_code, "海晏商贸") for entity in entities)
    submission = tax.send_rows(first, (invented_code(900_001), "甲"), second)
    after_first = page.post(address("decide", submission, 2), {"choice": str(entities[0].pk)})
    assert "row=4" in after_first.url
    after_second = page.post(address("decide", submission, 4), {"choice": str(entities[1].pk)})
    assert "row=3" in after_second.url
    assert page.post(address("decide", submission, 3), {"choice": "register"}).url == address(
        "detail", submission
    )


def test_the_form_names_each_other_name_of_a_column_once(page):
    for language in ("en", "zh-hans"):
        page.cookies["django_language"] = language
        # Without the marks by which a reading voice knows Chinese on an English page.
        shown = re.sub(r"</?span[^>]*>", "", text(page.get(reverse("entities:submission-new"))))
        assert ("统一社会信用代码、社会信用代码" in shown) == (language == "zh-hans")
        assert ("统一社会信用代码, 社会信用代码" in shown) == (language == "en")


def test_problems_can_be_narrowed_to_a_column(page, tax):
    submission = tax.send_rows(("1", "甲"), ("2", "乙", "25"))
    shown = text(page.get(address("detail", submission), {"view": "fix", "column": "评价年度"}))
    assert ">C3<" in shown and ">A2<" not in shown


def test_every_view_of_the_preview_opens(page, tax):
    entity = EntityFactory(name_zh="禾谷食品")
    tax.save(tax.send_rows((entity.credit_code, "禾谷食品")))
    submission = tax.send_rows(
        (entity.credit_code, "禾谷食品"), (entity.credit_code, "禾谷食品", "2024"), ("1", "甲")
    )
    for view in ("fix", "decide", "look", "good", "on-file", "nonsense"):
        assert (
            page.get(address("detail", submission), {"view": view, "page": "99", "row": "x"}).status_code
            == 200
        )


def test_a_proposal_is_confirmed_by_its_form_without_scripts(page, tax):
    submission, entity = asked(tax)
    shown = text(page.get(address("detail", submission)))
    assert (
        "Which entity is this?" in shown
        and entity.credit_code in shown
        and "same code, another name" in shown
    )
    response = page.post(address("decide", submission, 2), {"choice": str(entity.pk)})
    assert response.status_code == 302
    assert outcomes(submission) == {2: "new"}


def test_an_entity_is_looked_up_by_its_code(page, tax):
    submission, _entity = asked(tax)
    other = EntityFactory()
    page.post(address("decide", submission, 2), {"choice": "other", "other": other.credit_code.lower()})
    assert submission.rows.get().entity == other


@pytest.mark.parametrize(
    "sent",
    [
        {},
        {"choice": "other"},
        {"choice": "other", "other": "no such"},
        {"choice": "99999999"},
        {"choice": "x"},
    ],
)
def test_a_decision_that_names_nobody_is_asked_again(page, tax, sent):
    submission, _entity = asked(tax)
    response = page.post(address("decide", submission, 2), sent)
    assert response.status_code == 422
    assert "Not decided yet" in text(response)
    assert outcomes(submission) == {2: "asked"}


def test_a_row_is_left_out_or_registered_by_the_same_form(page, tax):
    submission = tax.send_rows((invented_code(900_001), "甲"), (invented_code(900_002), "乙"))
    page.post(address("decide", submission, 2), {"choice": "leave-out"})
    page.post(address("decide", submission, 3), {"choice": "register"})
    assert outcomes(submission) == {2: "refused", 3: "new"}


def test_all_new_entities_are_registered_with_one_button(page, tax):
    submission = tax.send_rows((invented_code(900_001), "甲"), (invented_code(900_002), "乙"))
    assert "Register all 2 from their rows" in text(page.get(address("detail", submission)))
    response = page.post(address("register", submission), follow=True)
    assert "Save 2 ready rows" in text(response)
    assert "with 2 new entities" in text(response)


def test_single_proposals_are_confirmed_with_one_button(page, tax):
    submission, _entity = asked(tax)
    assert "Confirm the one proposal" in text(page.get(address("detail", submission)))
    page.post(address("confirm-proposals", submission, "code_other_name"))
    assert outcomes(submission) == {2: "new"}


def test_a_confirmed_file_ends_in_a_page_with_its_records_and_the_rest(page, tax):
    entity = EntityFactory(name_zh="禾谷食品")
    submission = tax.send_rows((entity.credit_code, "禾谷食品"), ("1", "甲"))
    page.post(address("confirm", submission))
    submissions.save_submission(submission_id=submission.pk)
    shown = text(page.get(address("detail", submission)))
    record = CreditRecord.objects.get()
    assert reverse("entities:record-detail", args=(record.pk,)) in shown
    assert "The 1 row that was not taken" in shown
    rest = page.get(address("rest", submission))
    assert rest["Content-Disposition"].startswith("attachment")
    assert OFFICE in b"".join(rest.streaming_content).decode("utf-8-sig")


def test_confirming_again_by_the_back_button_shows_the_same_page(page, tax):
    submission = tax.send_rows((EntityFactory(name_zh="禾谷食品").credit_code, "禾谷食品"))
    for _time in range(2):
        assert page.post(address("confirm", submission)).status_code == 302
    submissions.save_submission(submission_id=submission.pk)
    assert page.post(address("confirm", submission)).url == address("detail", submission)
    assert CreditRecord.objects.count() == 1


def test_nothing_to_save_says_so(page, tax):
    submission = tax.send_rows(("1", "甲"))
    shown = text(page.get(address("detail", submission)))
    assert "Nothing to save" in shown and "send it again" in shown
    assert page.post(address("confirm", submission)).status_code == 409


def test_giving_up_is_asked_first_and_then_done(page, tax):
    submission = tax.upload(HEADER)
    assert "Nothing of it is saved" in text(page.get(address("cancel", submission)))
    page.post(address("cancel", submission))
    submission.refresh_from_db()
    assert submission.state == State.CANCELLED
    assert "given up" in text(page.get(address("detail", submission)))


def test_of_a_file_partly_saved_the_page_says_what_stays_and_offers_what_can_be_done(page, tax):
    submission = tax.send_rows(
        *((entity.credit_code, entity.name_zh, "2024") for entity in EntityFactory.create_batch(2))
    )
    here, cancel = address("detail", submission), address("cancel", submission)
    again = address("check-again", submission)
    assert again in text(page.get(here))
    assert "Nothing of it is saved" in text(page.get(cancel))
    submission.rows.filter(number=2).update(is_saved=True)
    shown, asked = text(page.get(here)), text(page.get(cancel))
    assert again not in shown
    assert "Save 1 ready row" in shown
    for one in (shown, asked):
        assert "1 row of it is saved already and stays" in one
        assert "Nothing of it is saved" not in one
    assert page.post(cancel).status_code == 302
    submission.refresh_from_db()
    assert submission.state == Submission.State.DONE


def test_the_list_shows_the_files_of_the_body_and_filters_them(page, tax):
    tax.send_rows(("1", "甲"))
    refused = tax.send("x\n1\n", "broken.csv")
    assert "broken.csv" in text(page.get(reverse("entities:submission-list")))
    shown = text(page.get(reverse("entities:submission-list"), {"state": "ready"}))
    assert "list.csv" in shown and refused.document.name not in shown


PAGES = ("detail", "job", "cancel", "rest")
DEEDS = (
    ("confirm", ()),
    ("cancel", ()),
    ("check-again", ()),
    ("register", ()),
    ("decide", (2,)),
    ("confirm-proposals", ("name",)),
)


def test_other_bodies_files_are_not_there(client, tax):
    submission = tax.send_rows((invented_code(900_001), "甲"))
    for stranger in (MemberFactory(), MemberFactory(role="supervisor"), UserFactory(), AgentFactory().user):
        client.force_login(stranger)
        for name in PAGES:
            assert client.get(address(name, submission)).status_code == 404, name
        for name, args in DEEDS:
            assert client.post(address(name, submission, *args), {"choice": "register"}).status_code == 404, (
                name
            )
    assert outcomes(submission) == {2: "asked"}


def test_a_reviewer_of_the_body_reads_the_preview_and_is_offered_nothing(client, tax):
    submission, _entity = asked(tax)
    client.force_login(MemberFactory(body=tax.body, role="reviewer"))
    shown = text(client.get(address("detail", submission)))
    assert "海晏商贸" in shown
    assert address("confirm", submission) not in shown and "Confirm, next" not in shown
    assert client.post(address("confirm", submission)).status_code == 403


def test_who_is_not_signed_in_is_sent_to_sign_in(client, tax):
    submission = tax.upload(HEADER)
    for url in (
        reverse("entities:submission-list"),
        reverse("entities:submission-new"),
        address("detail", submission),
    ):
        assert client.get(url).status_code == 302


def test_who_sends_no_files_has_no_page_for_it(client):
    client.force_login(AgentFactory().user)
    assert client.get(reverse("entities:submission-list")).status_code == 404
    assert client.get(reverse("entities:submission-new")).status_code == 404


def test_the_preview_stays_within_its_query_budget(page, tax, query_budget):
    entities = [EntityFactory(name_zh=f"海晏{n}号") for n in range(5)]
    submission = tax.send_rows(*((entity.credit_code, f"海晏商贸{n}") for n, entity in enumerate(entities)))
    page.get(address("detail", submission))
    with query_budget("preview of a file"):
        page.get(address("detail", submission))


def test_the_result_stays_within_its_query_budget(page, tax, query_budget):
    entities = [EntityFactory(name_zh=f"禾谷{n}号") for n in range(5)]
    submission = tax.save(tax.send_rows(*((entity.credit_code, entity.name_zh) for entity in entities)))
    with query_budget("result of a file"):
        page.get(address("detail", submission))


def test_checking_a_batch_stays_within_its_query_budget(tax, query_budget):
    submission = tax.upload(
        "\n".join([HEADER, *(f"{EntityFactory().credit_code},甲,2025,{OFFICE}" for _row in range(20))])
    )
    with query_budget("check a file of one batch"):
        submissions.check_submission(submission_id=submission.pk)


class TestWhatAChangedRowWouldDo:
    """The preview says of a row that differs which record it changes, and field by field what was and what would be."""

    @pytest.fixture
    def entity(self, catalogue):
        return EntityFactory(name_zh="禾谷食品")

    @pytest.fixture
    def on_file(self, tax, entity) -> CreditRecord:
        tax.save(tax.send_rows((entity.credit_code, "禾谷食品")))
        return CreditRecord.objects.get()

    def test_a_record_in_force_is_replaced_and_each_difference_is_shown(self, page, tax, entity, on_file):
        submission = tax.send_rows(
            (entity.credit_code, "禾谷食品", "2025", "国家税务总局云汀市税务局第二分局")
        )
        assert outcomes(submission) == {2: "changed"}
        response = page.get(address("detail", submission), {"view": "good"})
        (line,) = response.context["rows"]
        assert line["change"].record == on_file and line["change"].replaces
        assert [(one.was, one.now) for one in line["change"].differences] == [
            (OFFICE, "国家税务总局云汀市税务局第二分局")
        ]
        shown = text(response)
        assert "A correction takes the place of the record in force." in shown
        assert f"<del>{OFFICE}</del>" in shown and "<ins>国家税务总局云汀市税务局第二分局</ins>" in shown
        assert "0 new, 1 corrected, 1 of them in force now" in shown

    def test_what_is_only_being_prepared_is_changed_and_replaces_nothing(self, page, tax, entity, on_file):
        CreditRecord.objects.update(status="waiting", published_on=None)
        submission = tax.send_rows(
            (entity.credit_code, "禾谷食品", "2025", "国家税务总局云汀市税务局第二分局")
        )
        shown = text(page.get(address("detail", submission), {"view": "good"}))
        assert "What is being prepared is changed." in shown
        assert "in force now" not in shown

    def test_the_file_of_the_rows_says_it_too(self, page, tax, entity, on_file):
        submission = tax.send_rows(
            (entity.credit_code, "禾谷食品", "2025", "国家税务总局云汀市税务局第二分局")
        )
        answer = page.get(f"/export/submission-rows.jsonl?submission={submission.pk}&view=good")
        line = b"".join(answer.streaming_content).decode()
        assert OFFICE in line and "→ 国家税务总局云汀市税务局第二分局" in line

    def test_of_new_rows_nothing_is_asked_for(self, page, tax, entity):
        submission = tax.send_rows((entity.credit_code, "禾谷食品"))
        (line,) = page.get(address("detail", submission), {"view": "good"}).context["rows"]
        assert line["change"] is None
