"""Every line of the log says which request or task it belongs to."""

import json
import time

import pytest
import structlog
from django.conf import settings
from structlog.testing import capture_logs

from credit_platform.audit.tasks import seal_audit_log
from tests.workers import running_worker


def test_the_lines_of_a_request_carry_its_id_and_its_user(client, clerk):
    client.force_login(clerk)
    with capture_logs(processors=[structlog.contextvars.merge_contextvars]) as lines:
        client.get("/readyz", HTTP_X_REQUEST_ID="chosen-by-a-stranger")
    started = next(line for line in lines if line["event"] == "request_started")
    finished = next(line for line in lines if line["event"] == "request_finished")
    assert finished["request_id"] == started["request_id"] != "chosen-by-a-stranger"
    assert finished["user_id"] == clerk.pk


@pytest.mark.parametrize(
    ("came_by", "said"), [({"HTTP_X_FORWARDED_FOR": "9.9.9.9"}, "127.0.0.1"), ({"REMOTE_ADDR": ""}, "")]
)
def test_the_lines_of_a_request_carry_the_address_that_limits_go_by(client, db, came_by, said):
    with capture_logs(processors=[structlog.contextvars.merge_contextvars]) as lines:
        client.get("/readyz", **came_by)
    assert {line["ip"] for line in lines if line["event"].startswith("request_")} == {said}


@pytest.fixture
def talking_worker(transactional_db, monkeypatch):
    monkeypatch.setenv("LOG_LEVEL", "INFO")
    with running_worker() as worker:
        yield worker


@pytest.mark.django_db(transaction=True)
def test_the_lines_of_a_task_carry_its_id_and_that_of_the_request_that_asked_for_it(talking_worker):
    log = settings.VAR_DIR / "log" / "test-workers.log"
    before = log.stat().st_size
    with structlog.contextvars.bound_contextvars(request_id="a-request"):
        sent = seal_audit_log.delay()
    deadline = time.monotonic() + 200
    while time.monotonic() < deadline:
        with log.open("rb") as file:
            file.seek(before)
            # Other workers write there too, and of the last line there may be only the beginning.
            written = [line for line in file if sent.id.encode() in line and line.endswith(b"\n")]
        lines = [json.loads(line) for line in written if line.startswith(b"{")]
        mine = [line for line in lines if line.get("task_id") == sent.id]
        if any(line["event"] == "task_succeeded" for line in mine):
            break
        time.sleep(0.1)
    assert {line["event"] for line in mine} >= {"task_started", "task_succeeded"}
    assert {line["request_id"] for line in mine} == {"a-request"}
