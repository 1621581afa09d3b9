"""What is too large is refused with a sentence, and before anything of it is read."""

import pytest
from django.conf import settings
from django.urls import reverse

from credit_platform.ui.middleware import LargestRequest
from tests.factories import AgentFactory

pytestmark = pytest.mark.django_db
GIB = 1 << 30


class Unread:
    """A body of which nobody may read a byte."""

    def read(self, *args):
        raise AssertionError("The body was read.")

    readline = read


def send(client, path: str, size: int, **headers: str):
    return client.generic(
        "POST",
        path,
        content_type="multipart/form-data; boundary=x",
        CONTENT_LENGTH=str(size),
        **{"wsgi.input": Unread()},
        **headers,
    )


@pytest.fixture
def person(client):
    client.force_login(AgentFactory().user)


def test_whole_files_are_taken_where_they_are_handed_in():
    names = ("entities:submission-new", "api-submission-list")
    assert {reverse(name) for name in names} == settings.WHOLE_FILES_AT


def test_more_than_the_largest_file_is_refused_unread_with_a_sentence(client, person):
    answer = send(client, "/submissions/new/", 10 * GIB)
    assert answer.status_code == 413
    assert "What was sent has 10.0 GB; at most 4.0 GB can be taken at once." in answer.content.decode()
    told = send(client, "/api/v1/submissions/", 10 * GIB)
    assert (told.status_code, told.json()["code"]) == (413, "too_large")
    assert "10.0 GB" in told.json()["message"]


@pytest.mark.parametrize("path", ["/accounts/login/", "/submissions/new/", "/api/v1/records/"])
def test_no_stranger_fills_the_disk(client, path):
    answer = send(client, path, 2 * GIB)
    assert answer.status_code == 413


def test_a_stranger_to_the_interface_is_asked_who_it_is_before_two_gigabytes_are_read(client):
    assert send(client, "/api/v1/submissions/", 2 * GIB).status_code == 403
    answer = send(client, "/api/v1/submissions/", 2 * GIB, HTTP_AUTHORIZATION="Bearer none-of-ours")
    assert (answer.status_code, answer.json()["code"]) == (401, "bad_token")


def test_two_gigabytes_from_a_person_are_read_where_files_are_handed_in_and_nowhere_else(rf):
    request_of = {
        path: rf.generic("POST", path, CONTENT_LENGTH=str(2 * GIB))
        for path in ("/submissions/new/", "/records/new/")
    }
    for request in request_of.values():
        request.user = AgentFactory.build().user
    answers = {path: LargestRequest(lambda request: "read")(request) for path, request in request_of.items()}
    assert answers["/submissions/new/"] == "read"
    assert answers["/records/new/"].status_code == 413


def test_what_is_sent_in_one_form_fits_into_a_request():
    assert settings.SUBMISSION_MAX_BYTES < settings.LARGEST_SUBMISSION_REQUEST
    assert settings.EVIDENCE_MAX_BYTES * 10 <= settings.LARGEST_REQUEST
