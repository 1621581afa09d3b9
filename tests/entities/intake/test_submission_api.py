"""Files over REST: the same policies and checks as on the pages."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from entities.models import CreditRecord, Submission
from entities.services import submissions
from tests.entities.intake.conftest import HEADER, OFFICE
from tests.factories import EntityFactory, MemberFactory, UserFactory, invented_code

pytestmark = pytest.mark.django_db
URL = "/api/v1/submissions/"


@pytest.fixture
def api(client, tax):
    client.force_login(tax.clerk)
    return client


def sent(rows: str, **other) -> dict:
    content = f"{HEADER}\n{rows}".encode()
    return {
        "body": "tax",
        "format": "tax-credit-a-list",
        "file": SimpleUploadedFile("a.csv", content),
    } | other


def test_a_file_is_handed_in_followed_and_confirmed(api):
    entity = EntityFactory(name_zh="禾谷食品")
    created = api.post(URL, sent(f"{entity.credit_code},禾谷食品,2025,{OFFICE}\n1,甲,2025,{OFFICE}\n"))
    assert created.status_code == 201
    assert created.json()["state"] == "checking"
    key = created.json()["id"]
    submissions.check_submission(submission_id=key)
    found = api.get(f"{URL}{key}/").json()
    assert found["state"] == "ready"
    assert found["counts"] == {"new": 1, "changed": 0, "unchanged": 0, "asked": 0, "refused": 1, "saved": 0}
    (row,) = api.get(f"{URL}{key}/problems/", {"outcome": "refused"}).json()["results"]
    assert row["row"] == 3
    assert {problem["column"] for problem in row["problems"]} == {"纳税人识别号"}
    assert api.post(f"{URL}{key}/confirm/").json()["state"] == "saving"
    submissions.save_submission(submission_id=key)
    assert api.get(f"{URL}{key}/").json()["counts"]["saved"] == 1
    assert CreditRecord.objects.count() == 1


def test_problems_are_told_in_the_language_of_the_request(api):
    created = api.post(URL, sent(f"1,甲,2025,{OFFICE}\n")).json()
    submissions.check_submission(submission_id=created["id"])
    row = Submission.objects.get().rows.get()
    row.problems[0] |= {"zh": "中文原因"}
    row.save()
    told = api.get(f"{URL}{created['id']}/problems/", HTTP_ACCEPT_LANGUAGE="zh-hans").json()
    assert told["results"][0]["problems"][0]["message"] == "中文原因"


def test_a_file_that_is_none_is_refused_with_the_field(api):
    answer = api.post(URL, sent("", file=SimpleUploadedFile("a.csv", b"\x89PNG\r\n\x1a\n" + bytes(99))))
    assert answer.status_code == 422
    assert set(answer.json()["problems"]) == {"file"}


@pytest.mark.parametrize("wrong", [{"format": "customs-status"}, {"format": "none"}])
def test_a_format_of_another_body_is_refused(api, wrong):
    answer = api.post(URL, sent("", **wrong))
    assert answer.status_code == 422
    assert set(answer.json()["problems"]) == {"format"}


def test_nobody_sends_for_a_body_they_do_not_enter_for(client, tax):
    for other in (UserFactory(), MemberFactory(), MemberFactory(body=tax.body, role="reviewer")):
        client.force_login(other)
        assert client.post(URL, sent("")).status_code == 403
    assert not Submission.objects.exists()


def test_other_bodies_files_are_not_there(client, tax):
    submission = tax.send_rows((invented_code(900_001), "甲"))
    client.force_login(MemberFactory())
    assert client.get(URL).json()["count"] == 0
    for path in ("", "problems/"):
        assert client.get(f"{URL}{submission.pk}/{path}").status_code == 404
    assert client.post(f"{URL}{submission.pk}/confirm/").status_code == 404


def test_what_is_not_ready_is_not_confirmed(api, tax):
    submission = tax.upload(HEADER)
    answer = api.post(f"{URL}{submission.pk}/confirm/")
    assert (answer.status_code, answer.json()["code"]) == (409, "wrong_state")


def test_an_outcome_that_does_not_exist_is_refused(api, tax):
    submission = tax.send_rows(("1", "甲"))
    assert api.get(f"{URL}{submission.pk}/problems/", {"outcome": "x"}).status_code == 422


def test_who_is_not_signed_in_gets_nothing(client):
    assert client.get(URL).status_code == 403
