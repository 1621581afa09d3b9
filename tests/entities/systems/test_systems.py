"""Other systems: how they are connected, what they may, that they are answered once, and that all of it is on record."""

import base64
import json
import threading

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.urls import reverse
from django.utils import timezone
from oauth2_provider.models import AccessToken, Application

from credit_platform.audit.models import AuditEvent
from credit_platform.common.errors import InvalidInput, Missing, NotPermitted, WrongState
from entities import policies
from entities.models import CreditRecord, Submission
from entities.services import records
from entities.systems import services
from entities.systems.models import Answered, ConnectedSystem, Scope
from tests.factories import (
    BodyFactory,
    EntityFactory,
    MemberFactory,
    RecordFactory,
    RecordTypeFactory,
    UserFactory,
)

pytestmark = pytest.mark.django_db
RECORDS, TOKEN = "/api/v1/records/", "/o/token/"
BOTH = [Scope.READ, Scope.WRITE]


@pytest.fixture
def body(db):
    return BodyFactory(code="bureau")


@pytest.fixture
def supervisor(body):
    return MemberFactory(body=body, role="supervisor")


def connect(by, body, name="案件系统", scopes=BOTH) -> services.Credentials:
    return services.connect_system(by=by, body=body, name=name, scopes=scopes)


@pytest.fixture
def system(body, supervisor) -> services.Credentials:
    return connect(supervisor, body)


def ask_for_token(client, credentials, **other):
    sent = {
        "grant_type": "client_credentials",
        "client_id": credentials.client_id,
        "client_secret": credentials.secret,
    }
    return client.post(TOKEN, sent | other)


def bearer(client, credentials, **other) -> dict[str, str]:
    return {
        "HTTP_AUTHORIZATION": f"Bearer {ask_for_token(client, credentials, **other).json()['access_token']}"
    }


@pytest.fixture
def sent(body) -> dict:
    record_type = RecordTypeFactory(code="penalty", submitters=[body])
    return {
        "body": body.code,
        "entity": EntityFactory().credit_code,
        "record_type": record_type.code,
        "document_number": "云市监罚〔2026〕0412号",
        "title": "罚款32000元",
        "decided_on": "2026-05-06",
        "legal_basis": "《食品安全法》第一百二十六条",
        "severity_class": "general",
    }


def post(client, data, headers, key: str | None = None):
    more = {"HTTP_IDEMPOTENCY_KEY": key} if key is not None else {}
    return client.post(RECORDS, json.dumps(data), content_type="application/json", **headers, **more)


# Connecting


def test_a_system_is_an_account_of_its_own_in_its_body_without_a_password(system, body):
    user = system.system.user
    assert not user.has_usable_password()
    assert list(user.memberships.values_list("body", "role")) == [(body.pk, "clerk")]
    assert AuditEvent.objects.get(verb="systems.system.connected").detail["client"] == system.client_id


def test_the_secret_is_not_kept_but_its_digest(system):
    kept = Application.objects.get().client_secret
    assert system.secret not in kept
    assert len(system.secret) > 60


def test_only_who_answers_for_the_body_or_the_lead_office_connects_systems(body):
    lead = MemberFactory(body=BodyFactory(kind="lead_office"), role="lead")
    assert connect(lead, body).system.body == body
    for other in (
        MemberFactory(body=body), MemberFactory(body=body, role="reviewer"), MemberFactory(role="supervisor"), UserFactory(),
    ):  # fmt: skip
        with pytest.raises(NotPermitted):
            connect(other, body, name="x")


def test_a_system_does_not_connect_others(system, body):
    user = system.system.user
    user.memberships.create(body=body, role="supervisor")
    with pytest.raises(NotPermitted):
        connect(user, body, name="second")


@pytest.mark.parametrize(
    ("name", "scopes", "field"),
    [
        ("", BOTH, "name"),
        ("x" * 61, BOTH, "name"),
        ("案件系统", BOTH, "name"),
        ("x", [], "scopes"),
        ("x", ["all"], "scopes"),
    ],
)
def test_a_system_has_a_name_of_its_own_and_something_to_do(system, body, supervisor, name, scopes, field):
    with pytest.raises(InvalidInput) as refused:
        connect(supervisor, body, name=name, scopes=scopes)
    assert set(refused.value.problems) == {field}


def test_a_disconnected_system_ends_at_once_and_keeps_its_name_on_what_it_did(
    client, system, supervisor, sent
):
    headers = bearer(client, system)
    assert post(client, sent, headers).status_code == 201
    services.revoke_system(by=supervisor, system_id=system.system.pk)
    assert client.get(RECORDS, **headers).status_code == 401
    assert ask_for_token(client, system).status_code == 401
    assert CreditRecord.objects.get().entered_by.name_zh == "案件系统"
    with pytest.raises(WrongState):
        services.revoke_system(by=supervisor, system_id=system.system.pk)


def test_a_new_secret_ends_the_old_one_and_its_tokens(client, system, supervisor):
    headers = bearer(client, system)
    renewed = services.renew_secret(by=supervisor, system_id=system.system.pk)
    assert client.get(RECORDS, **headers).status_code == 401
    assert ask_for_token(client, system).status_code == 401
    assert ask_for_token(client, renewed).status_code == 200


def test_the_systems_of_another_body_are_not_there(system):
    other = MemberFactory(role="supervisor")
    for step in (services.revoke_system, services.renew_secret):
        with pytest.raises(Missing):
            step(by=other, system_id=system.system.pk)


# Signing in


def test_a_token_is_given_for_the_right_secret_only_and_lasts_an_hour(client, system):
    answer = ask_for_token(client, system)
    assert (answer.status_code, answer.json()["token_type"], answer.json()["expires_in"]) == (
        200,
        "Bearer",
        3600,
    )
    assert set(answer.json()["scope"].split()) == set(BOTH)
    assert answer["Cache-Control"] == "no-store"
    assert ask_for_token(client, system, client_secret="wrong").status_code == 401


@pytest.mark.parametrize(
    "grant",
    ["password", "authorization_code", "refresh_token", "urn:ietf:params:oauth:grant-type:device_code", ""],
)
def test_there_is_no_other_way_to_sign_in(client, system, grant):
    answer = ask_for_token(
        client, system, grant_type=grant, username="a", password="b", device_code="c", code="d"
    )
    assert (answer.status_code, answer.json()) == (400, {"error": "unsupported_grant_type"})


def test_a_token_does_not_carry_more_than_its_system_may(client, body, supervisor):
    reader = connect(supervisor, body, name="reader", scopes=[Scope.READ])
    assert ask_for_token(client, reader, scope="records:write").status_code == 400
    assert ask_for_token(client, reader).json()["scope"] == "records:read"


def test_tokens_are_not_asked_for_too_often(client, system, settings):
    settings.TOKENS_PER_MINUTE = 2
    assert [ask_for_token(client, system, client_secret="x").status_code for _try in range(3)] == [
        401,
        401,
        429,
    ]


def ask_by_basic(client, client_id, secret, **more):
    signed = base64.b64encode(f"{client_id}:{secret}".encode()).decode()
    headers = {"HTTP_AUTHORIZATION": f"Basic {signed}"}
    return client.post(TOKEN, {"grant_type": "client_credentials"}, **headers, **more)


def test_a_system_may_sign_in_by_http_basic_and_is_counted_by_itself(
    client, system, supervisor, body, settings
):
    settings.TOKENS_PER_MINUTE = 2
    tries = [ask_by_basic(client, system.client_id, "x").status_code for _try in range(3)]
    assert tries == [401, 401, 429]
    assert ask_for_token(client, system).status_code == 429
    neighbour = connect(supervisor, body, name="neighbour")
    assert ask_by_basic(client, neighbour.client_id, neighbour.secret).status_code == 200


def test_a_system_is_counted_by_its_own_address_and_not_by_the_proxy(client, system, settings):
    settings.TOKENS_PER_MINUTE, settings.ALLAUTH_TRUSTED_PROXY_COUNT = 1, 1
    there, elsewhere = {"HTTP_X_FORWARDED_FOR": "203.0.113.1"}, {"HTTP_X_FORWARDED_FOR": "203.0.113.2"}
    assert ask_by_basic(client, system.client_id, "x", **there).status_code == 401
    assert ask_by_basic(client, system.client_id, "x", **there).status_code == 429
    assert ask_by_basic(client, system.client_id, system.secret, **elsewhere).status_code == 200


@pytest.mark.parametrize("header", ["Basic", "Basic !!!", "Basic /w==", "Basic Og=="])
def test_an_unreadable_header_signs_nobody_in(client, header):
    answer = client.post(TOKEN, {"grant_type": "client_credentials"}, HTTP_AUTHORIZATION=header)
    assert answer.status_code == 401


@pytest.mark.parametrize("token", ["nonsense", "", "x" * 5000])
def test_a_token_that_is_none_is_told_apart_from_no_token(client, token):
    answer = client.get(RECORDS, HTTP_AUTHORIZATION=f"Bearer {token}")
    assert (answer.status_code, answer.json()["code"]) == (401, "bad_token")
    assert answer["WWW-Authenticate"].startswith("Bearer")
    assert client.get(RECORDS).status_code == 403


def test_a_token_that_has_expired_is_none(client, system):
    headers = bearer(client, system)
    AccessToken.objects.update(expires=timezone.now())
    assert client.get(RECORDS, **headers).status_code == 401


def test_the_account_of_a_system_opens_no_page(client, system):
    headers = bearer(client, system)
    assert client.get(reverse("entities:submission-list"), **headers).status_code == 302


# What it may


def test_a_system_sends_for_its_body_and_reads_what_its_body_reads(client, system, body, sent):
    RecordFactory(status="draft")
    headers = bearer(client, system)
    assert post(client, sent, headers).status_code == 201
    assert [one["submitted_by"] for one in client.get(RECORDS, **headers).json()["results"]] == [body.code]
    told = AuditEvent.objects.filter(target_type="entities.creditrecord")
    assert {event.actor for event in told} == {system.system.user}


def test_who_ever_read_a_secret_does_not_review_what_was_sent_with_it(client, system, body, supervisor, sent):
    renewer, reviewer = (MemberFactory(body=body, role=role) for role in ("supervisor", "reviewer"))
    renewed = services.renew_secret(by=renewer, system_id=system.system.pk)
    sent_one = post(client, sent, bearer(client, renewed)).json()
    record = CreditRecord.objects.get()
    assert record.status == "waiting", sent_one
    for person in (supervisor, renewer):
        with pytest.raises(NotPermitted, match="had a part in writing"):
            records.approve_record(by=person, record_id=record.pk)
        assert CreditRecord.objects.filter(policies.written_by(person)).exists()
    assert not CreditRecord.objects.filter(policies.written_by(reviewer)).exists()
    assert records.approve_record(by=reviewer, record_id=record.pk).status == "published"


def test_a_system_does_not_send_for_another_body(client, system, sent):
    other = BodyFactory(code="other")
    assert post(client, sent | {"body": other.code}, bearer(client, system)).status_code in (403, 422)
    assert not CreditRecord.objects.exists()


def test_a_scope_is_not_exceeded(client, system, sent):
    reading, writing = (
        bearer(client, system, scope="records:read"),
        bearer(client, system, scope="records:write"),
    )
    assert client.get(RECORDS, **reading).status_code == 200
    assert post(client, sent, reading).status_code == 403
    assert client.get(RECORDS, **writing).status_code == 403
    assert post(client, sent, writing).status_code == 201


@pytest.mark.parametrize(
    ("method", "address", "scope"),
    [
        ("post", "/api/v1/submissions/", "records:read"),
        ("get", "/api/v1/submissions/", "records:write"),
        ("get", "/api/v1/entities/", "records:write"),
        ("get", "/api/v1/changes/", "records:write"),
    ],
)
def test_a_scope_is_not_exceeded_at_any_other_door(client, system, method, address, scope):
    other = "records:write" if scope == "records:read" else "records:read"
    assert getattr(client, method)(address, **bearer(client, system, scope=scope)).status_code == 403
    assert getattr(client, method)(address, **bearer(client, system, scope=other)).status_code != 403


def test_a_system_of_a_body_that_is_gone_is_let_in_no_more(client, system, body, sent):
    headers = bearer(client, system)
    assert client.get(RECORDS, **headers).status_code == 200
    type(body).objects.filter(pk=body.pk).update(is_active=False, successor=BodyFactory())
    assert client.get(RECORDS, **headers).status_code == 401
    assert post(client, sent, headers).status_code == 401
    assert not CreditRecord.objects.exists()


@pytest.mark.parametrize("address", ["/api/v1/cases/", "/api/v1/ratings/"])
def test_what_is_not_opened_to_systems_is_closed_to_them(client, system, address):
    assert client.get(address, **bearer(client, system)).status_code == 403


def test_systems_are_not_asked_more_often_than_they_may(client, system, monkeypatch):
    from entities.systems.throttling import SystemThrottle

    monkeypatch.setattr(SystemThrottle, "THROTTLE_RATES", {"systems": "2/min"})
    headers = bearer(client, system)
    assert [client.get(RECORDS, **headers).status_code for _try in range(3)] == [200, 200, 429]


def test_a_system_hands_files_in(client, tax):
    credentials = connect(MemberFactory(body=tax.body, role="supervisor"), tax.body)
    sent = {"body": "tax", "format": tax.format_code, "file": SimpleUploadedFile("a.csv", b"a,b\n1,2\n")}
    answer = client.post("/api/v1/submissions/", sent, **bearer(client, credentials))
    assert answer.status_code == 201
    assert Submission.objects.get().uploaded_by == credentials.system.user


# Answered once


def test_a_request_that_comes_again_is_answered_with_what_was_answered(client, system, sent):
    headers = bearer(client, system)
    first, again = post(client, sent, headers, "k-1"), post(client, sent, headers, "k-1")
    assert (first.status_code, again.status_code) == (201, 201)
    assert first.json() == again.json()
    assert [answer["Idempotent-Replayed"] for answer in (first, again)] == ["false", "true"]
    assert CreditRecord.objects.count() == 1


def test_a_key_with_another_request_is_refused(client, system, sent):
    headers = bearer(client, system)
    post(client, sent, headers, "k-1")
    answer = post(client, sent | {"title": "另一"}, headers, "k-1")
    assert answer.status_code == 422
    assert set(answer.json()["problems"]) == {"Idempotency-Key"}


def test_a_refused_request_does_not_use_up_its_key(client, system, sent):
    headers = bearer(client, system)
    refused = post(client, sent | {"legal_basis": ""}, headers, "k-1")
    assert refused.status_code == 422 and not Answered.objects.exists()
    assert post(client, sent, headers, "k-1").status_code == 201


@pytest.mark.parametrize("key", ["", "x" * 201, "ключ", "a\tb"])
def test_a_key_is_short_and_plain(client, system, sent, key):
    assert post(client, sent, bearer(client, system), key).status_code in (400, 422)
    assert not CreditRecord.objects.exists()


def test_two_systems_may_use_one_key(client, system, body, supervisor, sent):
    second = connect(supervisor, body, name="second")
    post(client, sent, bearer(client, system), "k-1")
    other = post(client, sent | {"document_number": "2"}, bearer(client, second), "k-1")
    assert other.status_code == 201
    assert CreditRecord.objects.count() == 2


def test_many_records_are_taken_or_none_under_one_key(client, system, sent):
    headers = bearer(client, system)
    two = [sent, sent | {"document_number": "2"}]
    assert len(post(client, two, headers, "k-1").json()) == 2
    wrong = post(client, [sent, sent | {"document_number": "3", "legal_basis": ""}], headers, "k-2")
    assert set(wrong.json()["problems"]) == {"1.legal_basis"}
    assert len(post(client, [sent] * 201, headers, "k-3").json()["problems"]) == 1
    assert CreditRecord.objects.count() == 2


@pytest.mark.django_db(transaction=True)
def test_of_two_at_the_same_moment_one_is_done_and_both_get_its_answer():
    user = UserFactory()
    begun, done = threading.Barrier(2, timeout=100), []
    answers = []

    def work():
        done.append(1)
        return 201, {"number": len(done)}

    def send():
        try:
            begun.wait()
            answers.append(
                services.answer_once(by=user, key="k", request=("POST", RECORDS, b"{}"), answer=work)
            )
        finally:
            connection.close()

    threads = [threading.Thread(target=send) for _one in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(done) == 1
    assert sorted(answers) == [(201, {"number": 1}, False), (201, {"number": 1}, True)]


def test_old_answers_and_tokens_are_thrown_away(client, system, sent):
    post(client, sent, bearer(client, system), "k-1")
    AccessToken.objects.update(expires=timezone.now() - services.KEPT)
    Answered.objects.update(at=timezone.now() - services.KEPT * 2)
    services.clear_what_is_over()
    assert not AccessToken.objects.exists() and not Answered.objects.exists()


# The pages


def test_the_secret_is_shown_once(client, body, supervisor):
    client.force_login(supervisor)
    answer = client.post(reverse("systems:new"), {"body": body.pk, "name": "案件系统", "scopes": BOTH})
    shown = answer.content.decode()
    application = Application.objects.get()
    secret = shown.split('text-break">')[1].split("<")[0]
    assert len(secret) > 60 and application.client_id in shown
    assert "no-store" in answer["Cache-Control"]
    listed = client.get(reverse("systems:list")).content.decode()
    assert application.client_id in listed and secret not in listed


def test_a_system_is_renewed_and_disconnected_on_the_pages(client, system, supervisor):
    client.force_login(supervisor)
    assert (
        "Copy the secret now"
        in client.post(reverse("systems:renew", args=(system.system.pk,))).content.decode()
    )
    url = reverse("systems:revoke", args=(system.system.pk,))
    assert "Disconnect 案件系统?" in client.get(url).content.decode()
    assert client.post(url).url == reverse("systems:list")
    assert ConnectedSystem.objects.get().revoked_by == supervisor
    assert client.get(url).status_code == 404


def test_the_pages_are_for_who_manages_systems(client, body):
    for person, status in (
        (MemberFactory(body=body), 404),
        (MemberFactory(body=body, role="supervisor"), 200),
    ):
        client.force_login(person)
        assert client.get(reverse("systems:list")).status_code == status
        assert client.get(reverse("systems:new")).status_code == status


def test_what_is_missing_is_said_at_the_box(client, supervisor):
    client.force_login(supervisor)
    assert client.post(reverse("systems:new"), {}).status_code == 422
