"""An association's files: what saving a row does, and that saving again does nothing."""

from datetime import date

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from associations import formats, services
from associations.models import Member
from credit_platform.common.errors import NotPermitted
from entities.intake.formats import ReadyRow, formats_for
from entities.models import CreditRecord, Submission
from entities.services import submissions
from tests.associations.factories import AssociationFactory, MembershipOfEntityFactory, officer_of
from tests.factories import BodyFactory, EntityFactory, RecordTypeFactory, SubmissionFactory


@pytest.fixture
def association(db):
    return AssociationFactory()


@pytest.fixture
def officer(association):
    return officer_of(association)


@pytest.fixture
def submission(association, officer):
    return SubmissionFactory(body=association.body, uploaded_by=officer, format_code="members")


def member_row(number: int, entity, **cells) -> ReadyRow:
    form = formats.MemberRow()
    typed = {
        "entity_name": entity.name_zh,
        "credit_code": entity.credit_code,
        "joined_on": "2021/3/1",
        "basis": "协会章程",
        **cells,
    }
    assert form.read(typed), form.errors
    return ReadyRow(number, entity.pk, form.to_draft())


def save(officer, submission, *rows) -> dict:
    return dict(services.save_members(by=officer, submission=submission, rows=rows))


def test_only_associations_send_these_files(association, db):
    codes = {fmt.code for fmt in formats_for(association.body)}
    assert {"members", "member-records"} <= codes
    assert not {"members", "member-records"} & {fmt.code for fmt in formats_for(BodyFactory())}


def test_a_list_of_members_is_saved_and_sending_it_again_changes_nothing(officer, submission):
    rows = [
        member_row(2, EntityFactory()),
        member_row(3, EntityFactory(), member_number="A-1", basis="会员同意"),
    ]
    assert services.compare_members(body=submission.body, rows=rows) == {2: "new", 3: "new"}
    assert save(officer, submission, *rows) == {"new": 2, "changed": 0, "unchanged": 0}
    assert services.compare_members(body=submission.body, rows=rows) == {2: "unchanged", 3: "unchanged"}
    assert save(officer, submission, *rows) == {"new": 0, "changed": 0, "unchanged": 2}
    second = Member.objects.get(member_number="A-1")
    assert (second.joined_on, second.basis, second.submission) == (date(2021, 3, 1), "consent", submission)


def test_a_row_with_a_day_of_leaving_ends_the_membership(officer, submission, association):
    member = MembershipOfEntityFactory(association=association)
    row = member_row(2, member.entity, left_on="2025-01-31")
    assert save(officer, submission, row)["changed"] == 1
    member.refresh_from_db()
    assert member.left_on == date(2025, 1, 31)


def test_an_old_list_does_not_bring_back_who_has_left(officer, submission, association):
    member = MembershipOfEntityFactory(association=association, left_on=date(2025, 1, 31))
    assert save(officer, submission, member_row(2, member.entity))["unchanged"] == 1
    member.refresh_from_db()
    assert member.left_on == date(2025, 1, 31)


def test_who_left_and_joined_again_is_a_new_membership(officer, submission, association):
    member = MembershipOfEntityFactory(association=association, left_on=date(2025, 1, 31))
    assert save(officer, submission, member_row(2, member.entity, joined_on="2026-01-01"))["new"] == 1


def test_one_associations_list_does_not_touch_anothers_members(officer, submission):
    elsewhere = MembershipOfEntityFactory()
    save(officer, submission, member_row(2, elsewhere.entity, left_on="2025-01-31"))
    elsewhere.refresh_from_db()
    assert elsewhere.left_on is None


def test_nobody_else_saves_the_list(submission):
    with pytest.raises(NotPermitted):
        save(officer_of(AssociationFactory()), submission, member_row(2, EntityFactory()))


@pytest.mark.parametrize(
    ("cells", "column"),
    [
        ({"joined_on": "2099-01-01"}, "joined_on"),
        ({"left_on": "2020-01-01"}, "left_on"),
        ({"basis": "因为"}, "basis"),
        ({"joined_on": "三月"}, "joined_on"),
    ],
)
def test_what_is_wrong_with_a_row_is_told_at_its_column(cells, column):
    form = formats.MemberRow()
    typed = {"entity_name": "某店", "joined_on": "2021-03-01", "basis": "章程", **cells}
    assert not form.read(typed)
    assert column in form.errors


def test_an_entity_stands_once_in_a_list():
    form = formats.MemberRow()
    form.read(
        {
            "entity_name": "某店",
            "credit_code": "91339702MX90000000",
            "joined_on": "2021-03-01",
            "basis": "章程",
        }
    )
    assert form.key() == "91339702MX90000000"


# Member records


@pytest.fixture
def kinds(association):
    types = {}
    for code, polarity in (
        ("member-commendation", "positive"),
        ("member-warning", "negative"),
        ("member-rating", "neutral"),
    ):
        types[code] = RecordTypeFactory(
            code=code,
            polarity=polarity,
            family="market",
            submitters=[association.body],
            version__disclosure="shared",
            version__extra_fields=[
                {"name": "grade", "type": "text", "label_zh": "等级", "label_en": "Grade"}
            ],
        )
    return types


def record_row(number: int, entity, **cells) -> ReadyRow:
    form = formats.MemberRecordRow()
    typed = {
        "entity_name": entity.name_zh,
        "kind_of_record": "表彰",
        "document_number": f"云餐协〔2026〕{number}号",
        "title": "明厨亮灶示范单位",
        "decided_on": "2026-03-01",
        **cells,
    }
    assert form.read(typed), form.errors
    return ReadyRow(number, entity.pk, form.to_draft())


def test_commendations_and_ratings_stand_at_once_and_warnings_wait_for_a_second_person(
    officer, submission, kinds
):
    entity = EntityFactory()
    rows = [
        record_row(2, entity),
        record_row(3, entity, kind_of_record="评级", grade="A"),
        record_row(4, entity, kind_of_record="警示", legal_basis="《章程》第十一条"),
    ]
    assert set(formats.compare_records(body=submission.body, rows=rows).values()) == {"new"}
    assert formats.save_records(by=officer, submission=submission, rows=rows)["new"] == 3
    states = dict(CreditRecord.objects.values_list("record_type__code", "status"))
    assert states == {
        "member-commendation": "published",
        "member-rating": "published",
        "member-warning": "waiting",
    }
    again = formats.save_records(by=officer, submission=submission, rows=rows)
    assert (again["new"], again["unchanged"]) == (0, 3)


def test_member_records_are_market_information_and_not_public(officer, submission, kinds):
    rows = [record_row(2, EntityFactory())]
    formats.save_records(by=officer, submission=submission, rows=rows)
    assert not CreditRecord.objects.public_on(date(2026, 11, 22)).exists()


@pytest.mark.parametrize(
    ("kind", "column"), [("评级", "grade"), ("警示", "legal_basis"), ("开除", "kind_of_record")]
)
def test_what_a_member_record_lacks_is_told_at_its_column(kind, column):
    form = formats.MemberRecordRow()
    typed = {
        "entity_name": "某店",
        "kind_of_record": kind,
        "document_number": "1号",
        "title": "内容",
        "decided_on": "2026-03-01",
    }
    assert not form.read(typed)
    assert column in form.errors


# Through the whole intake


def taken_in(officer, association, format_code: str, text: str) -> Submission:
    upload = SimpleUploadedFile("file.csv", text.encode(), content_type="text/csv")
    submission = submissions.upload_submission(
        by=officer, body=association.body, format_code=format_code, upload=upload
    )
    submissions.check_submission(submission_id=submission.pk)
    return submission


def test_a_members_list_goes_through_the_whole_intake(officer, association, media):
    one, two = EntityFactory(), EntityFactory()
    submission = taken_in(
        officer,
        association,
        "members",
        f"统一社会信用代码,会员名称,入会日期,数据依据\n"
        f"{one.credit_code},{one.name_zh},2021-03-01,协会章程\n"
        f",{two.name_zh},2022年5月1日,会员同意\n"
        f"{one.credit_code},{one.name_zh},2023-01-01,协会章程\n",
    )
    outcomes = dict(submission.rows.values_list("number", "outcome"))
    assert outcomes[2] == "new"
    assert outcomes[3] == "asked", "found by its name only: proposed, not guessed"
    assert outcomes[4] == "refused", "an entity stands once in a list"
    submissions.choose_entity(by=officer, submission_id=submission.pk, number=3, entity_id=two.pk)
    submissions.confirm_submission(by=officer, submission_id=submission.pk)
    submissions.save_submission(submission_id=submission.pk)
    assert set(Member.objects.values_list("entity", flat=True)) == {one.pk, two.pk}


def test_a_record_about_somebody_who_is_no_member_is_refused_in_the_preview(
    officer, association, kinds, media
):
    member = MembershipOfEntityFactory(association=association, joined_on=date(2025, 1, 1))
    stranger = EntityFactory()
    row = "{code},{name},表彰,云餐协〔2026〕{n}号,明厨亮灶,{day}\n"
    submission = taken_in(
        officer,
        association,
        "member-records",
        "统一社会信用代码,会员名称,记录类别,文号,内容,作出日期\n"
        + row.format(code=member.entity.credit_code, name=member.entity.name_zh, n=1, day="2026-03-01")
        + row.format(code=member.entity.credit_code, name=member.entity.name_zh, n=2, day="2024-03-01")
        + row.format(code=stranger.credit_code, name=stranger.name_zh, n=3, day="2026-03-01"),
    )
    assert dict(submission.rows.values_list("number", "outcome")) == {2: "new", 3: "refused", 4: "refused"}
    problem = submission.rows.get(number=4).problems[0]
    assert "was not a member on 2026-03-01" in problem["en"]
    assert problem["column"] == "会员名称"
