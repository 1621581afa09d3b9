"""A file of results of nation or province: two persons save it, and two take it back."""

import pytest
import time_machine
from django.http import QueryDict
from django.utils.translation import override

from agencies import lanes
from credit_platform.accounts.models import SecretHolder
from credit_platform.audit.models import AuditEvent
from credit_platform.common.errors import InvalidInput, Missing, NotPermitted, WrongState
from entities import lists, two_persons
from entities.models import CreditRecord, Notice, Submission
from entities.services import submissions, taking_back
from entities.sharing.lists import submission_columns
from tests.entities.intake.conftest import catalogue, desk  # noqa: F401  (fixtures)
from tests.evaluation.test_imported import line
from tests.factories import AgentFactory, EntityFactory, MemberFactory

pytestmark = pytest.mark.django_db
State = Submission.State
BECAUSE = "名单发错了年度。"


@pytest.fixture(autouse=True)
def _today_in_english():
    with time_machine.travel("2026-11-22 10:00:00+08:00", tick=False), override("en"):
        yield


@pytest.fixture(params=["national-evaluations", "provincial-evaluations"])
def results(desk, request):  # noqa: F811
    return desk("lead-office", request.param)


@pytest.fixture
def entity(db):
    return EntityFactory()


@pytest.fixture
def checked(results, entity) -> Submission:
    return results.send(line(entity))


@pytest.fixture
def saved(results, checked) -> Submission:
    return results.save(checked)


@pytest.fixture
def reviewer(results):
    return MemberFactory(body=results.body, role="reviewer")


def confirm(by, submission: Submission) -> str:
    state = submissions.confirm_submission(by=by, submission_id=submission.pk).state
    if state == State.SAVING:
        submissions.save_submission(submission_id=submission.pk)
    return state


def take_back(by, submission: Submission, because: str = BECAUSE) -> str:
    return taking_back.ask_to_take_back(by=by, submission_id=submission.pk, because=because).state


def test_one_person_saves_nothing_however_often_they_confirm(results, checked):
    assert [confirm(results.clerk, checked) for _n in range(2)] == [State.READY, State.READY]
    assert not CreditRecord.objects.exists()
    assert AuditEvent.objects.filter(verb=two_persons.SAVING_ASKED).count() == 1
    (told,) = Notice.objects.filter(kind="entities.file-saving-asked")
    assert (told.body, told.params["file"], told.params["rows"]) == (results.body, "list.csv", 1)


def test_a_reviewer_who_is_another_person_saves_it(results, checked, reviewer):
    confirm(results.clerk, checked)
    assert confirm(reviewer, checked) == State.SAVING
    record = CreditRecord.objects.get()
    assert (record.status, record.entered_by) == ("published", results.clerk)
    checked.refresh_from_db()
    assert (checked.state, checked.confirmed_by) == (State.DONE, results.clerk)
    assert AuditEvent.objects.get(verb="entities.submission.confirmed").actor == reviewer


def test_a_reviewer_saves_nothing_that_nobody_put_before_them(checked, reviewer):
    with pytest.raises(NotPermitted, match="do not enter records"):
        confirm(reviewer, checked)


def test_neither_a_second_clerk_agrees_nor_who_handed_it_in_in_another_role(results, checked):
    confirm(MemberFactory(body=results.body), checked)
    with pytest.raises(NotPermitted, match="Only a reviewer"):
        confirm(MemberFactory(body=results.body), checked)
    results.clerk.memberships.create(body=results.body, role="reviewer")
    with pytest.raises(NotPermitted, match="You handed in this file"):
        confirm(type(results.clerk).objects.get(pk=results.clerk.pk), checked)


def test_whoever_holds_the_secret_of_the_system_that_sent_it_does_not_agree(results, checked, reviewer):
    confirm(results.clerk, checked)
    SecretHolder.objects.create(account=results.clerk, person=reviewer)
    with pytest.raises(NotPermitted, match="You handed in this file"):
        confirm(reviewer, checked)


def test_nobody_agrees_to_a_file_about_an_entity_for_which_they_act(results, checked, entity, reviewer):
    AgentFactory(entity=entity, user=reviewer)
    confirm(results.clerk, checked)
    with pytest.raises(NotPermitted, match="You act for entities yourself"):
        confirm(reviewer, checked)


def test_nobody_of_another_body_finds_the_file(results, checked):
    confirm(results.clerk, checked)
    for act in (confirm, take_back):
        with pytest.raises(Missing):
            act(MemberFactory(role="reviewer"), checked)


def test_what_lies_before_a_reviewer_is_not_changed_until_it_is_given_back(results, checked, reviewer):
    confirm(results.clerk, checked)
    for change in (
        lambda: submissions.check_again(by=results.clerk, submission_id=checked.pk),
        lambda: submissions.register_entities_of_rows(by=results.clerk, submission_id=checked.pk),
    ):
        with pytest.raises(WrongState, match="lies before a reviewer"):
            change()
    submissions.decline(by=reviewer, submission_id=checked.pk, because="缺少两家企业。")
    assert Notice.objects.get(kind="entities.file-declined").params["because"] == "缺少两家企业。"
    with pytest.raises(NotPermitted):
        confirm(reviewer, checked)
    assert submissions.check_again(by=results.clerk, submission_id=checked.pk).state == State.CHECKING


def test_one_person_takes_no_saved_file_back(results, saved):
    assert [take_back(results.clerk, saved) for _n in range(2)] == [State.DONE, State.DONE]
    taking_back.take_back(submission_id=saved.pk)
    assert CreditRecord.objects.get().status == "published"
    with pytest.raises(NotPermitted, match="Only a reviewer"):
        take_back(MemberFactory(body=results.body), saved)


def test_a_reviewer_agrees_and_the_reason_is_that_of_who_asked(results, saved, reviewer):
    take_back(results.clerk, saved)
    assert take_back(reviewer, saved, "another reason") == State.TAKING
    taking_back.take_back(submission_id=saved.pk)
    saved.refresh_from_db()
    assert (saved.state, saved.taken_back_by, saved.taken_back_because) == (
        State.TAKEN_BACK,
        reviewer,
        BECAUSE,
    )
    assert CreditRecord.objects.get().ended_because == BECAUSE
    verbs = AuditEvent.objects.filter(verb__contains="take_back").order_by("pk").values_list("verb", "actor")
    assert list(verbs) == [
        ("entities.submission.take_back_proposed", results.clerk.pk),
        ("entities.submission.take_back_asked", reviewer.pk),
    ]


def test_a_reviewer_who_asked_does_not_agree(saved, reviewer):
    take_back(reviewer, saved)
    assert take_back(reviewer, saved) == State.DONE


def test_after_it_was_declined_it_must_be_asked_for_anew(results, saved, reviewer):
    take_back(results.clerk, saved)
    with pytest.raises(InvalidInput):
        submissions.decline(by=reviewer, submission_id=saved.pk, because=" ")
    submissions.decline(by=reviewer, submission_id=saved.pk, because="名单是对的。")
    with pytest.raises(WrongState, match="Nobody asks"):
        submissions.decline(by=reviewer, submission_id=saved.pk, because="名单是对的。")
    # What the reviewer sends now is a question of their own.
    assert take_back(reviewer, saved) == State.DONE
    assert two_persons.asked_of_file(saved).person == reviewer.pk


def test_what_the_worker_could_not_take_back_must_be_asked_for_anew(results, saved, reviewer):
    take_back(results.clerk, saved)
    take_back(reviewer, saved)
    CreditRecord.objects.update(objected=True)
    taking_back.take_back(submission_id=saved.pk)
    saved.refresh_from_db()
    assert saved.state == State.DONE and "under objection" in saved.problem["en"]
    assert two_persons.asked_of_file(saved) is None


@pytest.mark.parametrize(
    ("language", "put", "agree", "lies"),
    [
        ("en", "Put 1 ready row before a reviewer", "Agree: save 1 ready row", "lies before a reviewer"),
        ("zh-hans", "提交 1 条可保存的行供审核", "同意：保存 1 条可保存的行", "已提交审核"),
    ],
)
def test_the_pages_offer_each_what_they_may_do(
    client, results, checked, reviewer, language, put, agree, lies
):
    address = f"/submissions/{checked.pk}/"
    head = {"accept-language": language}

    def shown(person, place: str = "") -> str:
        client.force_login(person)
        client.cookies["django_language"] = language
        return client.get(address + place, headers=head).content.decode()

    assert put in shown(results.clerk) and put not in shown(reviewer)
    client.force_login(results.clerk)
    assert client.post(f"{address}confirm/").status_code == 302
    mine, theirs = shown(results.clerk), shown(reviewer)
    assert lies in mine and lies in theirs
    assert agree in theirs and agree not in mine and put not in mine
    assert f"{address}decline/" in mine and f"{address}decline/" in theirs
    client.force_login(reviewer)
    assert client.post(f"{address}decline/", {"because": ""}).status_code == 422
    assert client.post(f"{address}confirm/").status_code == 302
    submissions.save_submission(submission_id=checked.pk)

    assert "take-back/" in shown(results.clerk)
    client.force_login(results.clerk)
    assert client.post(f"{address}take-back/", {"because": BECAUSE}).status_code == 302
    assert BECAUSE in shown(reviewer) and BECAUSE in shown(reviewer, "take-back/")
    client.force_login(results.clerk)
    assert client.get(f"{address}take-back/").status_code == 403
    client.force_login(reviewer)
    assert client.post(f"{address}take-back/").status_code == 302
    checked.refresh_from_db()
    assert checked.state == State.TAKING


def test_the_interface_says_who_asked_and_takes_the_second_person(results, checked, reviewer, client):
    address = f"/api/v1/submissions/{checked.pk}"
    client.force_login(results.clerk)
    first = client.post(f"{address}/confirm/").json()
    assert (first["state"], first["asked_by"]) == ("ready", str(results.clerk))
    client.force_login(reviewer)
    declined = client.post(f"{address}/decline/", {"because": BECAUSE}, "application/json").json()
    assert (declined["state"], declined["asked_by"]) == ("ready", "")
    client.force_login(results.clerk)
    client.post(f"{address}/confirm/")
    client.force_login(reviewer)
    assert client.post(f"{address}/confirm/").json()["state"] == "saving"


class TestWhereAFileLiesBeforeASecondPerson:
    """Who sent it sees that it waits for another; who may agree finds it among what to do."""

    def listed(self, client, person, **params) -> str:
        client.force_login(person)
        return client.get("/submissions/", params).content.decode()

    def test_the_list_marks_it_and_is_narrowed_to_it(self, client, results, checked, reviewer, entity):
        other = results.send(line(EntityFactory()), "other.csv")
        confirm(results.clerk, checked)
        shown = self.listed(client, results.clerk)
        assert shown.count("before a reviewer</span>") == 1
        narrowed = self.listed(client, results.clerk, state="before-a-reviewer")
        assert f"/submissions/{checked.pk}/" in narrowed and f"/submissions/{other.pk}/" not in narrowed
        confirm(reviewer, checked)
        assert "before a reviewer</span>" not in self.listed(client, results.clerk)

    def test_a_file_that_is_to_be_taken_back_is_marked_too_until_it_is_declined(
        self, client, results, saved, reviewer
    ):
        assert "before a reviewer</span>" not in self.listed(client, reviewer)
        take_back(results.clerk, saved)
        assert self.listed(client, reviewer).count("before a reviewer</span>") == 1
        submissions.decline(by=reviewer, submission_id=saved.pk, because="无误。")
        assert "before a reviewer</span>" not in self.listed(client, reviewer)

    def test_the_interface_and_the_exported_list_say_it(self, client, results, checked):
        def said() -> tuple:
            client.force_login(results.clerk)
            listed = client.get("/api/v1/submissions/").json()["results"][0]["before_a_reviewer"]
            one = client.get(f"/api/v1/submissions/{checked.pk}/").json()["before_a_reviewer"]
            (exported,) = lists.submissions(results.clerk, QueryDict())
            column = next(one for one in submission_columns() if one.name == "before_a_reviewer")
            return listed, one, column.value(exported)

        assert said() == (False, False, False)
        confirm(results.clerk, checked)
        assert said() == (True, True, True)

    def test_it_is_on_the_desk_of_who_may_agree_and_off_that_of_who_asked(
        self, results, checked, reviewer, entity
    ):
        def on_desk(person) -> list[str]:
            return [row.url for row in lanes.rows_to_agree(person)]

        assert [row.url for row in lanes.upload_rows(results.clerk)] == [f"/submissions/{checked.pk}/"]
        assert on_desk(reviewer) == []
        confirm(results.clerk, checked)
        assert on_desk(reviewer) == [f"/submissions/{checked.pk}/"]
        assert list(lanes.upload_rows(results.clerk)) == []
        results.clerk.memberships.create(body=results.body, role="reviewer")
        asked_it = type(results.clerk).objects.get(pk=results.clerk.pk)
        own = MemberFactory(body=results.body, role="reviewer")
        AgentFactory(entity=entity, user=own)
        for person in (asked_it, own, MemberFactory(role="reviewer"), MemberFactory(body=results.body)):
            assert on_desk(person) == []
        confirm(reviewer, checked)
        assert on_desk(reviewer) == []
        take_back(results.clerk, Submission.objects.get(pk=checked.pk))
        (row,) = lanes.rows_to_agree(reviewer)
        assert row.detail == BECAUSE
