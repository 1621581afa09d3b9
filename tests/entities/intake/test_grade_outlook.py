"""What a file would do to grades, told before anything is saved."""

import pytest
from django.urls import reverse

from credit_platform.audit.models import AuditEvent
from entities.models import CreditRecord
from entities.services import grade_outlook, submissions
from evaluation.models import RatingRequest
from tests.agencies.test_formats import CF, PENALTY
from tests.factories import EntityFactory, install_shipped_schemes

pytestmark = pytest.mark.django_db


@pytest.fixture
def market(desk):
    return desk("market-supervision", "market-penalties")


@pytest.fixture
def schemes(catalogue) -> None:
    install_shipped_schemes()


def heavy(*entities) -> str:
    lines = []
    for number, entity in enumerate(entities):
        told = PENALTY | {
            "CF_XDR_SHXYM": entity.credit_code, "CF_XDR_MC": entity.name_zh, "CF_WSH": f"重{number}",
            "CF_CFLB": "吊销许可证件", "CF_NR": "吊销许可证", "CF_NR_FK": "",
        }  # fmt: skip
        lines.append(",".join(f'"{told.get(name, "")}"' for name in CF.split(",")))
    return "\n".join([CF, *lines])


def test_how_many_grades_a_file_would_change_is_told_and_nothing_is_left_behind(market, schemes, client):
    submission = market.send(heavy(EntityFactory(), EntityFactory()))
    told = submission.grade_outlook
    assert (told["rows"], told["of"], told["entities"]) == (2, 2, 2)
    assert told["changed"] == 2
    assert not CreditRecord.objects.exists()
    assert not RatingRequest.objects.exists()
    assert not AuditEvent.objects.filter(verb="entities.record.submitted").exists()
    client.force_login(market.clerk)
    shown = client.get(reverse("entities:submission-detail", args=(submission.pk,))).content.decode()
    assert "2 of 2 entities would have another grade." in shown


def test_of_a_large_file_the_first_rows_are_looked_at_and_the_page_says_so(
    market, schemes, client, monkeypatch
):
    monkeypatch.setattr(grade_outlook, "MOST_ROWS", 2)
    submission = market.send(heavy(*(EntityFactory() for _one in range(3))))
    assert (submission.grade_outlook["rows"], submission.grade_outlook["of"]) == (2, 3)
    client.force_login(market.clerk)
    shown = client.get(reverse("entities:submission-detail", args=(submission.pk,))).content.decode()
    assert "Worked out for the first 2 of 3 ready rows." in shown


def test_rows_that_are_kept_together_are_looked_at_too(tax, schemes, monkeypatch):
    monkeypatch.setattr(submissions, "COMPACT_FROM", 1)
    monkeypatch.setattr(submissions, "SMALL_FILE", 0)
    submission = tax.send_rows(
        *((entity.credit_code, entity.name_zh) for entity in EntityFactory.create_batch(3))
    )
    assert not submission.rows.exists() and submission.blocks.exists()
    told = submission.grade_outlook
    assert (told["rows"], told["of"], told["entities"]) == (3, 3, 3)


def test_without_schemes_or_ready_rows_nothing_is_said(market):
    assert market.send(heavy(EntityFactory())).grade_outlook == {}
    assert market.send(f"{CF}\n").grade_outlook == {}


def test_a_file_is_checked_though_its_sender_no_longer_sends(market, schemes):
    submission = market.upload(heavy(EntityFactory()))
    market.clerk.memberships.all().delete()
    submissions.check_submission(submission_id=submission.pk)
    submission.refresh_from_db()
    assert (submission.state, submission.grade_outlook) == ("ready", {})
