"""An official has a list of entities checked: what each row means, and of each what the official may see."""

import csv
import io
from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from django.utils import timezone, translation

from credit_platform.audit.models import AccessEntry
from credit_platform.common.errors import InvalidInput, NotPermitted
from credit_platform.portal.credit_checks import facts, services
from credit_platform.portal.credit_checks.models import CheckedRow, CreditCheck
from entities.catalogue.rules import ABNORMAL_LIST, PENALTY
from tests.budgets import query_budget
from tests.factories import (
    AgentFactory,
    BodyFactory,
    CurrentRatingFactory,
    EntityFactory,
    MemberFactory,
    RecordFactory,
    RecordTypeFactory,
    install_shipped_schemes,
    invented_code,
)

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def store(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path


@pytest.fixture
def clerk():
    return MemberFactory(body=BodyFactory())


def listed(*rows: str, head: str = "名称,统一社会信用代码", encoding: str = "utf-8") -> SimpleUploadedFile:
    return SimpleUploadedFile("list.csv", "\n".join((head, *rows, "")).encode(encoding))


def checked(clerk, file: SimpleUploadedFile) -> CreditCheck:
    check = services.ask_for_check(by=clerk, purpose="tender 2026-17", upload=file)
    assert services.check_waiting() == 1
    check.refresh_from_db()
    return check


def outcomes(check: CreditCheck) -> list[str]:
    return list(check.rows.order_by("number").values_list("outcome", flat=True))


def test_a_row_is_found_by_its_code_or_ambiguous_by_its_name_or_not_found(clerk):
    there, namesake = EntityFactory(), EntityFactory(name_zh="云汀同名有限公司")
    check = checked(
        clerk,
        listed(
            f"{there.name_zh},{there.credit_code}",
            f"{namesake.name_zh},",
            "云汀没有公司,",
            f",{invented_code(999_999)}",
        ),
    )
    assert outcomes(check) == ["matched", "ambiguous", "unknown", "unknown"]
    assert (check.matched, check.ambiguous, check.unknown, check.rows_done) == (1, 1, 2, 4)
    rows = list(check.rows.order_by("number"))
    assert rows[0].found["code"] == there.credit_code
    assert rows[1].found["candidates"] == [[namesake.credit_code, namesake.name_zh]]
    with translation.override("en"):
        assert rows[1].get_outcome_display() == "Possible by its name"
    assert [row.number for row in rows] == [2, 3, 4, 5]


@pytest.mark.parametrize("encoding", ("utf-8-sig", "gb18030", "utf-16"))
def test_a_list_in_any_encoding_of_an_office_is_read(clerk, encoding):
    entity = EntityFactory()
    assert outcomes(checked(clerk, listed(f"{entity.name_zh},{entity.credit_code}", encoding=encoding))) == [
        "matched"
    ]


def test_grades_stand_family_by_family_and_lists_and_penalties_apart(clerk):
    entity = EntityFactory()
    schemes = install_shipped_schemes()
    CurrentRatingFactory(entity=entity, version=schemes["city-comprehensive"].version, grade="B")
    CurrentRatingFactory(entity=entity, version=schemes["risk-class"].version, grade="D")
    for code in (PENALTY, ABNORMAL_LIST, "other-violation"):
        RecordFactory(entity=entity, record_type=RecordTypeFactory(code=code, name_en=code))
    RecordFactory(entity=entity, status="expired", ended_on=timezone.localdate())
    found = checked(clerk, listed(f",{entity.credit_code}")).rows.get().found
    assert {family: [grade for _zh, _en, grade in grades] for family, grades in found["grades"].items()} == {
        "evaluation": ["B"],
        "risk": ["D"],
    }
    assert [en for _zh, en in found["lists"]] == [ABNORMAL_LIST]
    assert (found["penalties"], found["others"]) == (1, 1)


def test_what_another_body_keeps_to_itself_is_not_counted(clerk):
    entity = EntityFactory()
    penalty = RecordTypeFactory(code=PENALTY, version__disclosure="own")
    RecordFactory(entity=entity, record_type=penalty)
    assert checked(clerk, listed(f",{entity.credit_code}")).rows.get().found["penalties"] == 0


def test_each_entity_of_which_something_not_public_is_shown_can_read_it(clerk):
    open_one, hidden = RecordFactory(), RecordFactory(withheld=True)
    checked(clerk, listed(*(f",{record.entity.credit_code}" for record in (open_one, hidden))))
    entry = AccessEntry.objects.get()
    assert (entry.subject_id, entry.record_ids) == (hidden.entity_id, [hidden.pk])
    assert (entry.actor, entry.place) == (clerk, "credit-check")


def test_many_rows_take_as_few_queries_as_few(clerk):
    entities = [EntityFactory() for _number in range(30)]
    services.ask_for_check(by=clerk, purpose="x", upload=listed(*(f",{one.credit_code}" for one in entities)))
    with query_budget("credit check of a list, a batch"):
        services.check_waiting()
    assert CheckedRow.objects.filter(outcome="matched").count() == 30


def test_a_list_without_a_column_of_names_or_codes_is_refused_with_what_to_do(clerk):
    check = checked(clerk, listed("1,2", head="甲,乙"))
    assert check.state == CreditCheck.State.REFUSED
    assert "code" in check.problem["en"]


@pytest.mark.parametrize("content", (b"", b"PK\x03\x04 no archive", b"%PDF-1.7\n"))
def test_what_is_no_list_is_refused_before_anything_is_kept(clerk, content):
    with pytest.raises(InvalidInput):
        services.ask_for_check(by=clerk, purpose="x", upload=SimpleUploadedFile("list.xlsx", content))
    assert not CreditCheck.objects.exists()


def test_a_web_page_under_the_name_of_a_table_is_refused(clerk):
    check = checked(clerk, SimpleUploadedFile("list.xls", b"<html><table></table></html>"))
    assert check.state == CreditCheck.State.REFUSED


def test_a_list_that_is_too_long_is_refused_and_leaves_nothing(clerk, monkeypatch):
    monkeypatch.setattr(services, "BATCH", 2)
    monkeypatch.setattr(services, "MOST_ROWS", 3)
    check = checked(clerk, listed("a,", "b,", "c,", "d,"))
    assert check.state == CreditCheck.State.REFUSED
    assert not check.rows.exists()


def test_what_a_killed_worker_left_is_gone_on_with_and_no_row_twice(clerk, monkeypatch):
    monkeypatch.setattr(services, "BATCH", 2)
    batch, left = services._batch, [1]

    def dies(*args):
        if not left[0]:
            raise KeyboardInterrupt
        left[0] -= 1
        return batch(*args)

    check = services.ask_for_check(by=clerk, purpose="x", upload=listed("a,", "b,", "c,", "d,", "e,"))
    monkeypatch.setattr(services, "_batch", dies)
    with pytest.raises(KeyboardInterrupt):
        services.check_waiting()
    monkeypatch.setattr(services, "_batch", batch)
    assert services.check_waiting() == 0, "for a while it counts as being checked"
    CreditCheck.objects.update(next_attempt_at=timezone.now() - timedelta(seconds=1))
    assert services.check_waiting() == 1
    check.refresh_from_db()
    assert (check.rows_done, check.unknown) == (5, 5)
    assert list(check.rows.order_by("number").values_list("number", flat=True)) == [2, 3, 4, 5, 6]


def test_only_officials_have_lists_checked_and_only_who_asked_reads_the_answer(clerk, client: Client):
    for other in (AgentFactory().user, MemberFactory(body=BodyFactory(kind="association"), role="officer")):
        with pytest.raises(NotPermitted):
            services.ask_for_check(by=other, purpose="x", upload=listed("a,"))
    check = checked(clerk, listed("a,"))
    url = reverse("credit_checks:detail", args=(check.pk,))
    client.force_login(MemberFactory(body=clerk.memberships.get().body))
    assert client.get(url).status_code == 404
    client.force_login(clerk)
    assert client.get(url).status_code == 200


def test_when_its_days_are_over_only_that_there_was_a_check_is_left(clerk):
    check = checked(clerk, listed("a,"))
    CreditCheck.objects.update(expires_at=timezone.now())
    assert services.throw_away_old() == 1
    check.refresh_from_db()
    assert (check.state, check.document, check.purpose) == (CreditCheck.State.OVER, None, "tender 2026-17")
    assert not CheckedRow.objects.exists()


def test_the_pages_show_what_was_found_and_the_file_says_the_same(clerk, client: Client):
    record = RecordFactory(record_type=RecordTypeFactory(code=PENALTY))
    city = install_shipped_schemes()["city-comprehensive"].version
    CurrentRatingFactory(entity=record.entity, version=city, grade="C")
    client.force_login(clerk)
    url = reverse("credit_checks:list")
    assert "No list yet" in client.get(url).content.decode()
    assert client.post(url, {}).status_code == 422
    answer = client.post(url, {"purpose": "tender", "file": listed(f",{record.entity.credit_code}", "没有,")})
    services.check_waiting()
    with query_budget("credit check of a list"):
        page = client.get(answer.url).content.decode()
    assert record.entity.name_en in page
    only = client.get(f"{answer.url}?outcome=unknown").content.decode()
    assert record.entity.name_en not in only
    key = CreditCheck.objects.get().pk
    file = client.get(f"{reverse('sharing:export', args=('credit-check', 'csv'))}?check={key}").getvalue()
    rows = list(csv.DictReader(io.StringIO(file.decode("utf-8-sig"))))
    assert [row["Outcome"] for row in rows] == ["Found", "Not found"]
    assert rows[0]["Penalties in force"] == "1"
    assert rows[0]["Comprehensive public credit evaluation"].endswith(": C")
    assert client.get(reverse("credit_checks:progress", args=(key,))).headers["HX-Refresh"] == "true"


def test_facts_of_an_entity_that_is_not_there_are_none(clerk):
    assert facts.facts_about([], user=clerk, today=timezone.localdate()) == {}
