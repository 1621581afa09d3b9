"""Comprehensive evaluations of the nation and the province: imported by file, shown apart, and changing no grade."""

from datetime import date

import pytest
import time_machine
from django.utils.translation import override

from credit_platform.common.errors import NotPermitted, WrongState
from entities.models import CreditRecord, Notice, RecordType, RecordTypeVersion
from entities.services.records import approve_record, ask_for_withdrawal, withdraw_record
from evaluation.imported import Level, imported_grades
from evaluation.models import CurrentRating
from tests.entities.intake.conftest import catalogue, desk, row_of, sentences  # noqa: F401  (fixtures)
from tests.factories import (
    AgentFactory,
    BodyFactory,
    EntityFactory,
    MemberFactory,
    RecordFactory,
    RecordTypeFactory,
    UserFactory,
)

pytestmark = pytest.mark.django_db
DAY = date(2026, 11, 22)
HEAD = "统一社会信用代码,企业名称,评价等级,评价日期,评价周期,评价单位"


@pytest.fixture(autouse=True)
def _today_in_english():
    with time_machine.travel("2026-11-22 10:00:00+08:00", tick=False), override("en"):
        yield


@pytest.fixture
def national(desk):  # noqa: F811
    return desk("lead-office", "national-evaluations")


def line(entity, grade: str = "A", day: str = "2026-09-30") -> str:
    return f"{HEAD}\n{entity.credit_code},{entity.name_zh},{grade},{day},2026,示例评价单位"


def bring_in(desk_of, entity, grade: str = "A", day: str = "2026-09-30") -> CreditRecord:
    desk_of.save(desk_of.send(line(entity, grade, day)))
    return CreditRecord.objects.filter(entity=entity, status="published").latest("pk")


def test_a_national_list_comes_in_by_file_and_stands_as_it_was_given(national):
    entity = EntityFactory()
    record = bring_in(national, entity, "b级")
    assert (record.record_type.code, record.status) == ("national-credit-evaluation", "published")
    assert (record.title, record.details) == ("全国公共信用综合评价：B", {"grade": "B", "period": "2026"})
    (one,) = imported_grades(national.clerk, entity, DAY)
    assert (one.level, one.called, one.others, one.means) == (Level.NATION, "B", "A · B · C · D", "")
    assert one.says == "Nation: grade B, imported"


def test_the_same_list_again_brings_nothing_new_and_another_grade_of_the_day_corrects_it(national):
    entity = EntityFactory()
    first = bring_in(national, entity, "B")
    assert row_of(national.send(line(entity, "B"))).outcome == "unchanged"
    second = bring_in(national, entity, "A")
    assert second.replaces == first
    assert [one.called for one in imported_grades(national.clerk, entity, DAY)] == ["A"]


@pytest.mark.parametrize(
    ("grade", "day", "refused"),
    [
        ("A", "2026-03-28", True),
        ("优", "2026-03-28", False),
        ("优", "2026-03-29", True),
        ("A", "2026-03-29", False),
        ("E", "2026-09-30", True),
        ("A", "2026-11-23", True),
    ],
)
def test_a_grade_is_one_of_the_scale_of_its_day(national, grade, day, refused):
    row = row_of(national.send(line(EntityFactory(), grade, day)))
    assert (row.outcome == "refused") == refused, sentences(row)


def test_a_grade_of_the_old_scale_says_what_it_means_on_todays(national):
    entity = EntityFactory()
    bring_in(national, entity, "良", "2025-06-30")
    (one,) = imported_grades(national.clerk, entity, DAY)
    assert (one.called, one.others, one.means, one.means_on.code) == (
        "良",
        "优 · 良 · 中 · 差",
        "B",
        "national-2026",
    )


def test_only_the_last_result_of_each_level_stands_there_and_the_earlier_are_counted(national, desk):  # noqa: F811
    entity = EntityFactory()
    bring_in(national, entity, "优", "2025-06-30")
    bring_in(national, entity, "C", "2026-09-30")
    province = desk("lead-office", "provincial-evaluations")
    head = f"{HEAD},等级由高到低"
    province.save(
        province.send(f"{head}\n{entity.credit_code},{entity.name_zh},A+,2026-07-01,,示例评价单位,A+ A B C")
    )
    nation, of_province = imported_grades(national.clerk, entity, DAY)
    assert (nation.called, nation.earlier) == ("C", 1)
    assert (of_province.called, of_province.others, of_province.scale) == ("A+", "A+ A B C", None)


def test_a_provincial_grade_is_among_those_that_its_row_names(desk):  # noqa: F811
    province = desk("lead-office", "provincial-evaluations")
    entity = EntityFactory()
    head = f"{HEAD},等级由高到低"
    row = row_of(
        province.send(f"{head}\n{entity.credit_code},{entity.name_zh},C,2026-07-01,,示例评价单位,A+、A、C-")
    )
    assert row.outcome == "refused"
    assert "not among those" in sentences(row)


def test_no_grade_that_is_worked_out_here_follows_from_an_imported_one(national, schemes, rated):
    entity = EntityFactory()
    RecordFactory(entity=entity)
    rated(entity)
    before = list(CurrentRating.objects.order_by("scheme").values_list("grade", "points", "records_counted"))
    bring_in(national, entity, "D")
    rated(entity)
    after = list(CurrentRating.objects.order_by("scheme").values_list("grade", "points", "records_counted"))
    assert after == before


def test_officials_and_the_entity_see_it_and_associations_do_not(national):
    entity = EntityFactory()
    bring_in(national, entity)
    official = MemberFactory()
    agent = AgentFactory(entity=entity).user
    officer = MemberFactory(body=BodyFactory(kind="association"), role="officer")
    seen = [len(imported_grades(one, entity, DAY)) for one in (official, agent, officer, UserFactory())]
    assert seen == [1, 1, 0, 0]


@pytest.mark.parametrize(
    ("language", "words"), [("en", "Evaluated by nation or province"), ("zh-hans", "国家或省级评价")]
)
def test_the_entitys_page_shows_it_on_a_card_of_its_own_without_a_seal(client, national, language, words):
    entity = EntityFactory()
    bring_in(national, entity)
    client.force_login(MemberFactory())
    page = client.get(
        f"/ratings/{entity.credit_code}/panel/", headers={"accept-language": language}
    ).content.decode()
    assert words in page
    card = page[page.index('id="imported"') :]
    assert 'class="given"' in card
    assert 'class="grade' not in card[: card.index("</section>")]


def test_the_rating_page_has_it_beside_the_other_grades_and_not_among_them(client, national, schemes, rated):
    entity = EntityFactory()
    RecordFactory(entity=entity)
    rated(entity)
    bring_in(national, entity)
    client.force_login(MemberFactory())
    page = client.get(f"/ratings/{entity.credit_code}/").context["page"]
    assert [one.called for one in page.imported] == ["A"]
    assert not any("综合评价" in other.says for other in page.others)


def test_the_portal_shows_it_only_where_the_catalogue_lets_it_be_public(client, national):
    entity = EntityFactory()
    bring_in(national, entity)
    address = f"/e/{entity.credit_code}/"
    assert "全国公共信用综合评价" not in client.get(address).content.decode()
    RecordTypeVersion.objects.filter(record_type__code=Level.NATION).update(
        disclosure=RecordTypeVersion.Disclosure.PUBLIC
    )
    sections = client.get(address).context["sections"]
    assert [(section.kind.code, section.total) for section in sections] == [("evaluations", 1)]


def test_nobody_but_the_lead_office_brings_it_in(catalogue):  # noqa: F811
    for code in Level:
        bodies = RecordType.objects.get(code=code).versions.values_list("submitters__code", flat=True)
        assert set(bodies) == {"lead-office"}


def correction(client, record, **typed):
    """What the page of a correction shows, sent back with some of it typed anew."""
    page = client.get(f"/records/{record.pk}/correct/")
    shown = {name: field for name, field in page.context["form"].initial.items() if field is not None}
    because = {"because": "上级更正了评价结果。"}
    return page, client.post(f"/records/{record.pk}/correct/", shown | because | typed)


@pytest.mark.parametrize(("language", "day"), [("en", "Day of the result"), ("zh-hans", "评价日期")])
def test_a_wrong_result_is_corrected_by_hand_with_four_eyes_and_the_old_one_stays_in_the_history(
    national, client, language, day
):
    entity = EntityFactory()
    wrong = bring_in(national, entity, "B")
    lead = wrong.submitted_by
    client.force_login(MemberFactory(body=lead, role="clerk"))
    client.cookies["django_language"] = language
    page, sent = correction(client, wrong, detail_grade="A")
    assert day in page.content.decode()
    assert not {"title", "facts", "legal_basis"} & set(page.context["form"].fields)
    assert sent.status_code == 302
    newer = CreditRecord.objects.get(replaces=wrong)
    assert (newer.status, newer.title, newer.details["grade"]) == ("waiting", "全国公共信用综合评价：A", "A")
    # Nobody approves what they entered.
    assert client.post(f"/records/{newer.pk}/approve/").status_code == 403
    assert [one.called for one in imported_grades(national.clerk, entity, DAY)] == ["B"]

    approve_record(by=MemberFactory(body=lead, role="reviewer"), record_id=newer.pk)

    (shown,) = imported_grades(national.clerk, entity, DAY)
    assert (shown.called, shown.earlier, shown.record) == ("A", 0, newer)
    wrong.refresh_from_db()
    assert (wrong.status, wrong.details["grade"]) == ("replaced", "B")
    assert "上级更正了评价结果。" in client.get(f"/records/{newer.pk}/").content.decode()


def test_a_correction_is_a_grade_of_its_scale(desk, client):  # noqa: F811
    province, entity = desk("lead-office", "provincial-evaluations"), EntityFactory()
    row = f"{entity.credit_code},{entity.name_zh},B,2026-07-01,,示例评价单位,A B C"
    province.save(province.send(f"{HEAD},等级由高到低\n{row}"))
    record = CreditRecord.objects.get()
    client.force_login(MemberFactory(body=record.submitted_by, role="clerk"))
    _page, refused = correction(client, record, detail_grade="E")
    assert refused.context["form"].errors == {
        "detail_grade": ["The grade is not among those that stand as its scale."]
    }
    assert correction(client, record, detail_grade="c级")[1].status_code == 302


def test_a_result_that_was_never_given_is_withdrawn_by_two_and_the_one_before_speaks_again(national, client):
    entity = EntityFactory()
    bring_in(national, entity, "优", "2025-06-30")
    wrong = bring_in(national, entity, "D")
    asker, other = (MemberFactory(body=wrong.submitted_by, role=role) for role in ("reviewer", "reviewer"))
    client.force_login(asker)
    page = client.get(f"/records/{wrong.pk}/").content.decode()
    assert "Ask for withdrawal" in page
    assert client.post(f"/records/{wrong.pk}/withdraw/", {"because": ""}).status_code == 422
    assert client.post(f"/records/{wrong.pk}/withdraw/", {"because": "名单中没有该企业。"}).status_code == 302
    # Nobody agrees to what they asked for, and it stays in force until somebody does.
    assert client.post(f"/records/{wrong.pk}/withdraw/").status_code == 403
    wrong.refresh_from_db()
    assert wrong.status == "published"
    assert [one.called for one in imported_grades(national.clerk, entity, DAY)] == ["D"]
    assert Notice.objects.get(kind="entities.withdrawal-asked").body == wrong.submitted_by

    client.force_login(MemberFactory(body=wrong.submitted_by, role="clerk"))
    assert client.post(f"/records/{wrong.pk}/withdraw/").status_code == 403

    client.force_login(other)
    assert "名单中没有该企业。" in client.get(f"/records/{wrong.pk}/").content.decode()
    assert "名单中没有该企业。" in client.get(f"/records/{wrong.pk}/withdraw/").content.decode()
    assert client.post(f"/records/{wrong.pk}/withdraw/").status_code == 302
    wrong.refresh_from_db()
    assert (wrong.status, wrong.ended_because) == ("withdrawn", "名单中没有该企业。")
    (shown,) = imported_grades(national.clerk, entity, DAY)
    assert (shown.called, shown.earlier) == ("优", 0)


def test_a_withdrawal_that_is_declined_or_taken_back_must_be_asked_for_anew(national, client):
    wrong = bring_in(national, EntityFactory(), "D")
    asker, other = (MemberFactory(body=wrong.submitted_by, role="reviewer") for _n in range(2))
    for who in (other, asker):
        ask_for_withdrawal(by=asker, record_id=wrong.pk, because="名单中没有该企业。")
        with pytest.raises(WrongState, match="asked already"):
            ask_for_withdrawal(by=other, record_id=wrong.pk, because="名单中没有该企业。")
        client.force_login(who)
        assert client.post(f"/records/{wrong.pk}/keep/", {"because": ""}).status_code == 422
        assert client.post(f"/records/{wrong.pk}/keep/", {"because": "名单中有该企业。"}).status_code == 302
        assert client.post(f"/records/{wrong.pk}/keep/", {"because": "again"}).status_code == 409
        with pytest.raises(NotPermitted, match="a colleague must ask for it first"):
            withdraw_record(by=other, record_id=wrong.pk, because="名单中没有该企业。")
    wrong.refresh_from_db()
    assert wrong.status == "published"


def test_records_of_other_types_are_withdrawn_by_one_person(record):
    penalty = record(EntityFactory())
    clerk = MemberFactory(body=penalty.submitted_by, role="clerk")
    with pytest.raises(WrongState, match="withdrawn by one person"):
        ask_for_withdrawal(by=clerk, record_id=penalty.pk, because="错误。")
    assert withdraw_record(by=clerk, record_id=penalty.pk, because="错误。").status == "withdrawn"


@pytest.mark.parametrize(
    ("written", "scale", "called"),
    [
        ("a级", "A B C D", "A"),
        ("ｂ", "A B C D", "B"),
        ("C 等", "A、B、C、D", "C"),
        ("aa级", "AA A B", "AA"),
        ("A", "A B C D", "A"),
        ("z级", "A B C D", "z级"),
        ("a级", "", "a级"),
    ],
)
def test_a_grade_written_otherwise_is_shown_as_its_scale_has_it_with_what_was_written(
    written, scale, called, client
):
    kind = RecordTypeFactory(code="provincial-credit-evaluation")
    entity = EntityFactory()
    RecordFactory(
        entity=entity, record_type=kind, details={"grade": written, "scale": scale}, severity_class=""
    )
    (one,) = imported_grades(MemberFactory(), entity, DAY)
    assert one.called == called
    assert one.written == ("" if called == written else written)


def test_the_page_says_what_was_written(client):
    kind = RecordTypeFactory(code="provincial-credit-evaluation")
    details = {"grade": "a级", "scale": "A B"}
    record = RecordFactory(record_type=kind, details=details, severity_class="")
    client.force_login(MemberFactory())
    shown = client.get(f"/ratings/{record.entity.credit_code}/panel/").content.decode()
    assert "written as “a级”" in shown
