"""The life of a file: handed in, checked, previewed, decided on, confirmed, saved, taken back."""

import csv
import io

import pytest
from django.db.models import F
from django.urls import reverse
from django.utils import translation

from credit_platform.audit.models import AuditEvent
from credit_platform.common.errors import InvalidInput, Missing, NotPermitted, WrongState
from entities.intake import returning
from entities.intake.layout import REASON
from entities.intake.matching import How, Question
from entities.models import (
    CreditRecord,
    Document,
    Entity,
    EntityIdentifier,
    Membership,
    RecordTypeVersion,
    Submission,
)
from entities.services import submissions
from tests.entities.intake.conftest import HEADER, OFFICE, outcomes, row_of, sentences
from tests.factories import BodyFactory, EntityFactory, MemberFactory, UserFactory, invented_code, merged_away

pytestmark = pytest.mark.django_db
State = Submission.State


def entity_called(name: str) -> Entity:
    return EntityFactory(name_zh=name)


# Handing in


def test_a_file_is_kept_as_it_came_with_its_digest(tax):
    content = f"{HEADER}\n".encode("gb18030")
    submission = tax.upload(content, "名单.csv")
    assert submission.state == State.CHECKING
    with submission.document.file.open("rb") as kept:
        assert kept.read() == content
    assert (submission.document.name, submission.document.size) == ("名单.csv", len(content))
    assert (
        AuditEvent.objects.get(verb="entities.submission.uploaded").detail["sha256"]
        == submission.document.sha256
    )


def test_the_same_file_while_it_is_in_work_is_answered_with_the_one_there(tax):
    first, again = tax.upload(HEADER), tax.upload(HEADER, "copy.csv")
    assert again == first
    assert Document.objects.count() == 1


def test_a_file_that_was_given_up_may_be_sent_again(tax):
    first = tax.upload(HEADER)
    submissions.cancel_submission(by=tax.clerk, submission_id=first.pk)
    assert tax.upload(HEADER) != first


@pytest.mark.parametrize("role", ["reviewer", "supervisor"])
def test_only_who_enters_for_a_body_hands_files_in(tax, role):
    other = MemberFactory(body=tax.body, role=role)
    with pytest.raises(NotPermitted):
        submissions.upload_submission(by=other, body=tax.body, format_code=tax.format_code, upload=None)


@pytest.mark.parametrize("code", ["customs-status", "no-such-format"])
def test_a_body_sends_only_its_own_formats(tax, code):
    with pytest.raises(InvalidInput, match="does not send files of this kind"):
        submissions.upload_submission(by=tax.clerk, body=tax.body, format_code=code, upload=None)


def test_a_picture_is_refused_at_once_whatever_its_name(tax):
    with pytest.raises(InvalidInput, match="send one of these: CSV, XLSX"):
        tax.upload(b"\x89PNG\r\n\x1a\n" + bytes(200), "list.csv")
    assert not Submission.objects.exists()


# Checking


def test_a_file_without_the_columns_is_refused_with_their_names_in_both_languages(tax):
    submission = tax.send("纳税人名称,年份\n甲,2025\n")
    assert submission.state == State.REFUSED
    assert "纳税人识别号、评价年度、税务机关" in submission.problem["zh"]
    assert "Taxpayer number (纳税人识别号), Year evaluated (评价年度)" in submission.problem["en"]


def test_a_file_without_rows_is_refused(tax):
    submission = tax.send(HEADER)
    assert (submission.state, submission.problem["en"]) == (
        State.REFUSED, "The file has column names but no row below them.",
    )  # fmt: skip


def test_each_row_gets_its_outcome(tax):
    known, renamed = entity_called("禾谷食品"), entity_called("海晏贸易")
    submission = tax.send_rows(
        (known.credit_code, "禾谷食品"),
        (renamed.credit_code, "海晏商贸"),
        (invented_code(900_001), "新来公司"),
        ("339702000001234", "无人知晓"),
        (known.credit_code, "禾谷食品", "二〇二五"),
    )
    assert submission.state == State.READY
    assert outcomes(submission) == {2: "new", 3: "asked", 4: "asked", 5: "refused", 6: "refused"}
    assert [row_of(submission, number).question for number in range(2, 7)] == [
        "", Question.CODE_OTHER_NAME, Question.UNREGISTERED, Question.UNKNOWN, "",
    ]  # fmt: skip
    assert submission.rows_total == submission.rows_worked == 5


def test_all_that_is_wrong_with_a_row_is_told_at_once_and_where(tax):
    submission = tax.send_rows(("91350100M000100Y4Z", "", "25", ""))
    row = row_of(submission)
    assert {(one["column"], one["at"], one["value"]) for one in row.problems} == {
        ("纳税人识别号", 0, "91350100M000100Y4Z"),
        ("纳税人名称", 1, ""),
        ("评价年度", 2, "25"),
        ("税务机关", 3, ""),
    }
    assert "look whether it is 2" in sentences(row)


def test_problems_are_kept_in_both_languages(tax):
    with translation.override("zh-hans"):
        submission = tax.send_rows(("1", "甲"))
    for one in row_of(submission).problems:
        assert one["en"].isascii() or "“" in one["en"] or "–" in one["en"]
        assert one["zh"]


def test_a_row_that_is_torn_apart_is_refused_whole_and_comes_back_whole(tax):
    known = EntityFactory(name_zh="云汀合谷食品有限公司")
    good = f"{known.credit_code},{known.name_zh},2024,{OFFICE}"
    submission = tax.send(f"{HEADER}\n{known.credit_code},云汀合谷,食品有限公司,2025,{OFFICE}\n{good},,\n")
    assert outcomes(submission) == {2: "refused", 3: "new"}
    assert "Something stands beyond the last column name (1 more cells)" in sentences(row_of(submission))
    with translation.override("en"):
        rest = b"".join(returning.as_csv(submission)).decode("utf-8-sig").splitlines()
    assert rest[0] == f"{HEADER},{REASON}"
    assert rest[1].startswith(f"{known.credit_code},云汀合谷,食品有限公司,2025,")
    assert rest[1].endswith(f",{OFFICE}")
    again = tax.send("\n".join(rest), "rest.csv")
    assert "beyond the last column name" in sentences(row_of(again))


def test_a_person_is_refused_and_the_number_is_not_kept_in_the_row(tax):
    submission = tax.send_rows(("11010519491231002X", "张三"))
    row = row_of(submission)
    assert row.outcome == "refused"
    assert "identity number of a person" in sentences(row)
    assert "11010519491231002X" not in str(row.cells) + str(row.problems)


def test_formulas_and_damaged_characters_are_refused(tax):
    code = entity_called("甲").credit_code
    submission = tax.send(
        f'{HEADER}\n{code},"=HYPERLINK(""x"")",2025,{OFFICE}\n{code},甲\ufffd乙,2025,{OFFICE}\n'
    )
    assert "begins like a formula" in sentences(row_of(submission, 2))
    assert "damaged character" in sentences(row_of(submission, 3))


def test_what_the_registry_asks_of_a_typed_record_it_asks_of_a_row(tax):
    entity = entity_called("禾谷食品")
    submission = tax.send_rows((entity.credit_code, "禾谷食品", "2099"))
    assert "This day has not come yet" in sentences(row_of(submission))


def test_a_row_that_speaks_of_what_an_earlier_one_speaks_of_is_refused(tax):
    entity = entity_called("禾谷食品")
    submission = tax.send_rows(
        (entity.credit_code, "禾谷食品"), (entity.credit_code, "禾谷食品", "2025", "另一个税务局"),
        (entity.credit_code, "禾谷食品", "2024"),
    )  # fmt: skip
    assert outcomes(submission) == {2: "new", 3: "refused", 4: "new"}
    assert f"Row 2 of this file holds A-2025-{entity.credit_code} too" in sentences(row_of(submission, 3))


def test_two_numbers_of_one_entity_are_one_thing(tax):
    entity = entity_called("禾谷食品")
    submission = tax.send_rows(
        (entity.credit_code, "禾谷食品"), (f"339701{entity.credit_code[8:17]}", "禾谷食品")
    )
    assert outcomes(submission) == {2: "new", 3: "refused"}


# Saving


def test_confirmed_rows_become_records_and_the_others_come_back(tax):
    entity = entity_called("禾谷食品")
    submission = tax.save(tax.send_rows((entity.credit_code, "禾谷食品"), ("1", "甲")))
    assert submission.state == State.DONE
    record = CreditRecord.objects.get()
    assert (record.entity, record.status, record.row_number) == (entity, "published", 2)
    assert record.document_number == f"A-2025-{entity.credit_code}"
    assert str(record.decided_on) == "2025-12-31"
    assert record.details == {"year": "2025", "grade": "A"}
    assert list(returning.rest_of(submission).values_list("number", flat=True)) == [3]
    finished = AuditEvent.objects.get(verb="entities.submission.finished")
    assert finished.detail == {"new": 1}


def test_sending_the_same_file_again_changes_nothing(tax):
    rows = [(entity_called(f"禾谷{n}号").credit_code, f"禾谷{n}号") for n in range(3)] + [("1", "甲")]
    tax.save(tax.send_rows(*rows))
    events = AuditEvent.objects.filter(verb__startswith="entities.record").count()
    again = tax.send_rows(*rows)
    assert outcomes(again) == {2: "unchanged", 3: "unchanged", 4: "unchanged", 5: "refused"}
    with pytest.raises(WrongState, match="nothing new"):
        submissions.confirm_submission(by=tax.clerk, submission_id=again.pk)
    assert CreditRecord.objects.count() == 3
    assert AuditEvent.objects.filter(verb__startswith="entities.record").count() == events


def test_a_row_that_says_otherwise_corrects_what_is_there(tax):
    entity = entity_called("禾谷食品")
    tax.save(tax.send_rows((entity.credit_code, "禾谷食品")))
    submission = tax.send_rows((entity.credit_code, "禾谷食品", "2025", "另一个税务局"))
    assert outcomes(submission) == {2: "changed"}
    tax.save(submission)
    assert CreditRecord.objects.get(status="published").authority == "另一个税务局"
    assert CreditRecord.objects.filter(status="replaced").count() == 1


def test_of_two_rows_about_one_thing_the_one_on_file_stands(tax):
    entity = entity_called("禾谷食品")
    tax.save(tax.send_rows((entity.credit_code, "禾谷食品")))
    submission = tax.send_rows(
        (entity.credit_code, "禾谷食品", "2025", "另一个税务局"), (entity.credit_code, "禾谷食品")
    )
    assert outcomes(submission) == {2: "refused", 3: "unchanged"}


def test_confirming_twice_confirms_once(tax):
    submission = tax.send_rows((entity_called("禾谷食品").credit_code, "禾谷食品"))
    for _time in range(2):
        submissions.confirm_submission(by=tax.clerk, submission_id=submission.pk)
    assert AuditEvent.objects.filter(verb="entities.submission.confirmed").count() == 1


def test_saving_twice_saves_once(tax):
    submission = tax.save(tax.send_rows((entity_called("禾谷食品").credit_code, "禾谷食品")))
    submissions.save_submission(submission_id=submission.pk)
    assert CreditRecord.objects.count() == 1


def test_penalties_wait_for_a_reviewer(desk):
    finance = desk("financial-supervision", "financial-penalties")
    entity = entity_called("云汀银行")
    submission = finance.send(
        "party,credit_code,penalty_date,penalty_types,fine_and_confiscation_yuan,facts,authority,legal_basis\n"
        f'云汀银行,{entity.credit_code},2026-05-06,"警告,罚款",30000,内控不健全,云汀监管分局,《银行业监督管理法》\n'
    )
    assert outcomes(submission) == {2: "new"}
    finance.save(submission)
    record = CreditRecord.objects.get()
    assert (record.status, record.amount, record.penalty_kinds) == ("waiting", 30000, ["warning", "fine"])
    assert (record.severity_class, record.entered_by) == ("general", finance.clerk)
    assert record.document_number.startswith("云汀监管分局 2026-05-06 云汀银行 ")


def test_who_no_longer_enters_does_not_save_and_the_file_waits_for_a_colleague(tax):
    submission = tax.send_rows((entity_called("禾谷食品").credit_code, "禾谷食品"))
    submissions.confirm_submission(by=tax.clerk, submission_id=submission.pk)
    Membership.objects.filter(user=tax.clerk).delete()
    submissions.save_submission(submission_id=submission.pk)
    submission.refresh_from_db()
    assert submission.state == State.READY
    assert "do not enter records" in submission.problem["en"]
    assert not CreditRecord.objects.exists()


def test_a_row_that_the_registry_no_longer_takes_is_refused_and_the_others_are_saved(tax):
    rows = [(entity_called(f"禾谷{n}号").credit_code, f"禾谷{n}号") for n in range(3)]
    submission = tax.send_rows(*rows)
    row = row_of(submission, 3)
    row.draft["details"] = {"year": "2025", "grade": "X"}
    row.save()
    tax.save(submission)
    assert CreditRecord.objects.count() == 2
    assert row_of(submission, 3).outcome == "refused"
    assert "not among the choices" in sentences(row_of(submission, 3))


# Deciding on entities


def test_choosing_an_entity_makes_the_row_ready(tax):
    entity = entity_called("海晏贸易")
    submission = tax.send_rows((entity.credit_code, "海晏商贸"))
    row = submissions.choose_entity(by=tax.clerk, submission_id=submission.pk, number=2, entity_id=entity.pk)
    assert (row.outcome, row.match, row.entity, row.problems) == ("new", How.CHOSEN, entity, [])
    tax.save(submission)
    assert CreditRecord.objects.get().document_number == f"A-2025-{entity.credit_code}"


def test_a_choice_holds_for_all_rows_that_say_the_same(tax):
    entity = entity_called("海晏贸易")
    submission = tax.send_rows((entity.credit_code, "海晏商贸"), (entity.credit_code, "海晏商贸", "2024"))
    submissions.choose_entity(by=tax.clerk, submission_id=submission.pk, number=3, entity_id=entity.pk)
    assert outcomes(submission) == {2: "new", 3: "new"}


def test_a_choice_can_be_changed_until_the_file_is_confirmed(tax):
    entity, other = entity_called("海晏贸易"), entity_called("别家公司")
    submission = tax.send_rows((entity.credit_code, "海晏商贸"))
    for chosen in (entity, other):
        submissions.choose_entity(by=tax.clerk, submission_id=submission.pk, number=2, entity_id=chosen.pk)
    assert row_of(submission).entity == other
    tax.save(submission)
    assert CreditRecord.objects.get().entity == other
    with pytest.raises(WrongState, match="before it is confirmed"):
        submissions.choose_entity(by=tax.clerk, submission_id=submission.pk, number=2, entity_id=entity.pk)


def test_what_a_person_chose_is_remembered_when_the_file_comes_again(tax):
    entity = entity_called("海晏贸易")
    rows = [(entity.credit_code, "海晏商贸")]
    submission = tax.send_rows(*rows)
    submissions.choose_entity(by=tax.clerk, submission_id=submission.pk, number=2, entity_id=entity.pk)
    tax.save(submission)
    again = tax.send_rows(*rows)
    assert (row_of(again).outcome, row_of(again).match) == ("unchanged", How.REMEMBERED)


def test_an_old_number_that_was_confirmed_is_kept_with_its_entity(tax):
    entity = entity_called("海晏贸易")
    number = f"339701{entity.credit_code[8:17]}"
    submission = tax.send_rows((number, "海晏商贸"))
    submissions.choose_entity(by=tax.clerk, submission_id=submission.pk, number=2, entity_id=entity.pk)
    tax.save(submission)
    kept = EntityIdentifier.objects.get()
    assert (kept.entity, kept.kind, kept.value) == (entity, "tax", number)


def test_a_choice_that_makes_two_rows_one_thing_refuses_the_second(tax):
    entity = entity_called("海晏贸易")
    submission = tax.send_rows((entity.credit_code, "海晏贸易"), (entity.credit_code, "海晏商贸"))
    # The second one is refused as a repetition before anybody is asked about it.
    assert outcomes(submission) == {2: "new", 3: "refused"}
    submission = tax.send_rows((entity.credit_code, "海晏贸易"), ("339702000001234", "无人知晓"))
    submissions.choose_entity(by=tax.clerk, submission_id=submission.pk, number=3, entity_id=entity.pk)
    assert outcomes(submission) == {2: "new", 3: "refused"}
    assert "Row 2 of this file holds" in sentences(row_of(submission, 3))


def test_proposals_that_rest_on_one_candidate_are_confirmed_together(tax):
    entities = [entity_called(f"海晏{n}号") for n in range(3)]
    submission = tax.send_rows(*((entity.credit_code, f"海晏商贸{n}") for n, entity in enumerate(entities)))
    assert submissions.confirm_proposals(
        by=tax.clerk, submission_id=submission.pk, question=Question.CODE_OTHER_NAME
    ) == 3  # fmt: skip
    assert set(outcomes(submission).values()) == {"new"}


def test_a_proposal_that_was_merged_meanwhile_stands_for_the_one_that_stays(client, tax):
    gone, other, stays = (entity_called(f"海晏{n}号") for n in range(3))
    submission = tax.send_rows((gone.credit_code, "海晏商贸"), (other.credit_code, "海晏商行"))
    merged_away(gone, stays)
    merged_away(other, stays)
    client.force_login(tax.clerk)
    page = client.get(reverse("entities:submission-detail", args=(submission.pk,)), {"view": "decide"})
    assert stays.credit_code in page.content.decode()
    decide = reverse("entities:submission-decide", args=(submission.pk, 2))
    assert client.post(decide, {"choice": str(stays.pk)}).status_code == 302
    assert row_of(submission, 2).entity == stays
    confirmed = submissions.confirm_proposals(
        by=tax.clerk, submission_id=submission.pk, question=Question.CODE_OTHER_NAME
    )
    assert confirmed == 1
    assert row_of(submission, 3).entity == stays


def test_several_candidates_are_never_confirmed_together(desk):
    finance = desk("financial-supervision", "financial-penalties")
    for _one in range(2):
        entity_called("海晏银行")
    submission = finance.send(
        "party,penalty_date,penalty_types,facts,authority,legal_basis\n海晏银行,2026-05-06,罚款,事实,某局,某法\n"
    )
    assert row_of(submission).question == Question.NAME
    assert not submissions.confirm_proposals(
        by=finance.clerk, submission_id=submission.pk, question=Question.NAME
    )
    assert outcomes(submission) == {2: "asked"}


@pytest.mark.parametrize("question", [Question.HEAD_OFFICE, Question.NAME_OTHER_CODE, Question.UNREGISTERED])
def test_a_head_office_is_never_confirmed_for_many(tax, question):
    submission = tax.send_rows((invented_code(900_001), "甲"))
    with pytest.raises(WrongState, match="one by one"):
        submissions.confirm_proposals(by=tax.clerk, submission_id=submission.pk, question=question)


def test_entities_are_registered_from_their_rows_when_the_file_is_saved(tax):
    code, other = invented_code(900_001), invented_code(900_002)
    submission = tax.send_rows((code, "新来（云汀）公司"), (other, "又来公司"))
    assert submissions.register_entities_of_rows(by=tax.clerk, submission_id=submission.pk) == 2
    assert not Entity.objects.filter(credit_code=code).exists()
    tax.save(submission)
    entity = Entity.objects.get(credit_code=code)
    assert (entity.name_zh, entity.name_key, entity.initials) == (
        "新来（云汀）公司",
        "新来(云汀)公司",
        "xlytgs",
    )
    assert CreditRecord.objects.filter(entity=entity).count() == 1
    assert AuditEvent.objects.filter(verb="entities.entity.registered", actor=tax.clerk).count() == 2


def test_one_entity_in_several_rows_is_registered_once(tax):
    code = invented_code(900_001)
    submission = tax.send_rows((code, "新来公司"), (code, "新来公司", "2024"))
    submissions.register_entity_of_row(by=tax.clerk, submission_id=submission.pk, number=2)
    tax.save(submission)
    assert Entity.objects.filter(credit_code=code).count() == 1
    assert CreditRecord.objects.count() == 2


def test_a_row_without_a_good_code_registers_nobody(tax):
    submission = tax.send_rows(("339702000001234", "无人知晓"))
    with pytest.raises(WrongState, match="good code"):
        submissions.register_entity_of_row(by=tax.clerk, submission_id=submission.pk, number=2)


def test_a_row_may_be_left_out_and_comes_back_with_who_left_it(tax):
    entity = entity_called("海晏贸易")
    submission = tax.send_rows((entity.credit_code, "海晏商贸"))
    row = submissions.leave_row_out(by=tax.clerk, submission_id=submission.pk, number=2)
    assert (row.outcome, row.match) == ("refused", How.LEFT_OUT)
    assert f"Left out by {tax.clerk}" in sentences(row)
    row = submissions.choose_entity(by=tax.clerk, submission_id=submission.pk, number=2, entity_id=entity.pk)
    assert row.outcome == "new"


def test_rows_that_nobody_knows_can_be_looked_up(tax):
    entity = entity_called("海晏贸易")
    submission = tax.send_rows(("339702000001234", "无人知晓"))
    assert outcomes(submission) == {2: "refused"}
    submissions.choose_entity(by=tax.clerk, submission_id=submission.pk, number=2, entity_id=entity.pk)
    assert outcomes(submission) == {2: "new"}


def test_nothing_is_asked_about_a_sound_row(tax):
    entity = entity_called("海晏贸易")
    submission = tax.send_rows((entity.credit_code, "海晏贸易"))
    with pytest.raises(WrongState, match="Nothing is asked about row 2"):
        submissions.choose_entity(by=tax.clerk, submission_id=submission.pk, number=2, entity_id=entity.pk)
    with pytest.raises(Missing):
        submissions.choose_entity(by=tax.clerk, submission_id=submission.pk, number=99, entity_id=entity.pk)


def test_what_the_catalogue_does_not_let_in_any_more_is_not_checked_again(tax):
    submission = tax.send_rows((invented_code(1), "云汀第一公司"))
    versions = RecordTypeVersion.objects.filter(record_type__code="tax-credit-grade")
    for version in versions:
        version.submitters.set([BodyFactory()])
    with pytest.raises(NotPermitted, match="does not let"):
        submissions.check_again(by=tax.clerk, submission_id=submission.pk)
    versions.update(valid_to=F("valid_from"))
    with pytest.raises(NotPermitted, match="not in force"):
        submissions.check_again(by=tax.clerk, submission_id=submission.pk)
    assert submission.rows.exists()


def test_checking_again_sees_the_registry_as_it_is_now(tax):
    code = invented_code(900_001)
    submission = tax.send_rows((code, "新来公司"))
    EntityFactory(credit_code=code, name_zh="新来公司")
    submissions.check_again(by=tax.clerk, submission_id=submission.pk)
    submissions.check_submission(submission_id=submission.pk)
    assert outcomes(submission) == {2: "new"}


# Strangers and states


STEPS = {
    "confirm": lambda by, pk: submissions.confirm_submission(by=by, submission_id=pk),
    "cancel": lambda by, pk: submissions.cancel_submission(by=by, submission_id=pk),
    "check again": lambda by, pk: submissions.check_again(by=by, submission_id=pk),
    "choose": lambda by, pk: submissions.choose_entity(by=by, submission_id=pk, number=2, entity_id=1),
    "register one": lambda by, pk: submissions.register_entity_of_row(by=by, submission_id=pk, number=2),
    "register all": lambda by, pk: submissions.register_entities_of_rows(by=by, submission_id=pk),
    "leave out": lambda by, pk: submissions.leave_row_out(by=by, submission_id=pk, number=2),
    "confirm proposals": lambda by, pk: submissions.confirm_proposals(
        by=by, submission_id=pk, question="name"
    ),
}


@pytest.mark.parametrize("step", STEPS)
def test_another_bodys_file_is_not_there_for_any_step(tax, step):
    submission = tax.send_rows((invented_code(900_001), "甲"))
    for stranger in (MemberFactory(), UserFactory()):
        with pytest.raises(Missing):
            STEPS[step](stranger, submission.pk)
    submission.refresh_from_db()
    assert (submission.state, outcomes(submission)) == (State.READY, {2: "asked"})


@pytest.mark.parametrize("step", STEPS)
def test_a_reviewer_of_the_body_sees_the_file_but_decides_nothing(tax, step):
    submission = tax.send_rows((invented_code(900_001), "甲"))
    with pytest.raises(NotPermitted):
        STEPS[step](MemberFactory(body=tax.body, role="reviewer"), submission.pk)


#: State → the steps that it takes; every other one is refused.
TAKEN = {
    State.CHECKING: {"cancel"},
    State.READY: {"confirm", "cancel", "check again", "choose", "register one", "register all", "leave out", "confirm proposals"},
    State.SAVING: {"confirm"},
    State.DONE: {"confirm"},
    State.REFUSED: {"check again"},
    State.CANCELLED: {"cancel"},
    State.TAKING: set(),
    State.TAKEN_BACK: set(),
}  # fmt: skip


@pytest.mark.parametrize("step", STEPS)
@pytest.mark.parametrize("state", State)
def test_every_state_takes_its_own_steps_and_no_other(tax, state, step):
    entity = entity_called("海晏贸易")
    submission = tax.send_rows((entity.credit_code, "海晏贸易", "2024"), (invented_code(900_001), "甲"))
    Submission.objects.filter(pk=submission.pk).update(state=state)
    number = {"number": 3}

    def take():
        if step == "choose":
            submissions.choose_entity(
                by=tax.clerk, submission_id=submission.pk, entity_id=entity.pk, **number
            )
        elif step == "register one":
            submissions.register_entity_of_row(by=tax.clerk, submission_id=submission.pk, **number)
        elif step == "leave out":
            submissions.leave_row_out(by=tax.clerk, submission_id=submission.pk, **number)
        else:
            STEPS[step](tax.clerk, submission.pk)

    if step in TAKEN[state]:
        take()
    else:
        with pytest.raises(WrongState):
            take()


def test_giving_a_file_up_forgets_its_rows_and_keeps_the_trace(tax):
    submission = tax.send_rows((invented_code(900_001), "甲"))
    submissions.cancel_submission(by=tax.clerk, submission_id=submission.pk)
    assert not submission.rows.exists()
    assert AuditEvent.objects.filter(verb="entities.submission.cancelled").count() == 1


@pytest.fixture
def half_saved(tax):
    """A file of two good rows, of which one was saved before the saving had to stop."""
    submission = tax.send_rows(
        (entity_called("海晏贸易").credit_code, "海晏贸易", "2024"),
        (entity_called("云汀纺织").credit_code, "云汀纺织", "2024"),
    )
    submission.rows.filter(number=2).update(is_saved=True)
    return submission


def test_giving_up_a_file_of_which_a_part_is_saved_keeps_that_part(tax, half_saved):
    closed = submissions.cancel_submission(by=tax.clerk, submission_id=half_saved.pk)
    assert closed.state == State.DONE
    assert list(half_saved.rows.values_list("number", "is_saved").order_by("number")) == [
        (2, True),
        (3, False),
    ]
    assert not AuditEvent.objects.filter(verb="entities.submission.cancelled").exists()
    event = AuditEvent.objects.get(verb="entities.submission.finished")
    assert (event.actor, event.detail) == (tax.clerk, {"new": 1})


def test_a_file_of_which_a_part_is_saved_is_not_checked_anew(tax, half_saved):
    with pytest.raises(WrongState, match="saved already"):
        submissions.check_again(by=tax.clerk, submission_id=half_saved.pk)
    assert half_saved.rows.filter(is_saved=True).exists()


def test_only_the_rows_that_are_not_saved_are_confirmed_again(tax, half_saved):
    submissions.confirm_submission(by=tax.clerk, submission_id=half_saved.pk)
    assert AuditEvent.objects.get(verb="entities.submission.confirmed").detail == {"rows": 1}


def test_nothing_more_is_asked_about_a_row_that_is_saved(tax, half_saved):
    half_saved.rows.filter(number=2).update(question=Question.NAME)
    with pytest.raises(WrongState, match="Nothing is asked"):
        submissions.leave_row_out(by=tax.clerk, submission_id=half_saved.pk, number=2)


# What goes back


def test_the_rest_comes_back_in_the_same_encoding_and_format_with_reasons(tax):
    submission = tax.send(f"{HEADER};备注\n1;甲公司;2025;{OFFICE};x\n".replace(",", ";").encode("gb18030"))
    text = b"".join(returning.as_csv(submission)).decode("gb18030")
    head, row = csv.reader(io.StringIO(text), delimiter=";")
    assert head == [*HEADER.split(","), "备注", "原因 / Reason"]
    assert row[:5] == ["1", "甲公司", "2025", OFFICE, "x"]
    assert "18" in row[5]


def test_the_rest_can_be_sent_again_as_it_is(tax):
    entity = entity_called("海晏贸易")
    submission = tax.send_rows(("2", "海晏贸易"), ("1", "-甲"))
    text = b"".join(returning.as_csv(submission)).decode("utf-8-sig")
    assert "'-甲" in text
    again = tax.send(text.replace("2,海晏贸易", f"{entity.credit_code},海晏贸易"))
    assert outcomes(again) == {2: "new", 3: "refused"}
    assert row_of(again, 3).cells[1] == "-甲"


def test_reasons_are_in_the_language_of_whoever_downloads(tax):
    submission = tax.send_rows(("1", "甲"))
    row = row_of(submission)
    row.problems[0] |= {"en": "in English", "zh": "中文原因"}
    row.save()
    with translation.override("zh-hans"):
        assert "中文原因" in b"".join(returning.as_csv(submission)).decode()
    with translation.override("en"):
        assert "in English" in b"".join(returning.as_csv(submission)).decode()
