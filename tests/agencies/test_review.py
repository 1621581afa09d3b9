"""The review queue: four eyes, many at once, and two reviewers at the same time."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta

import pytest
from django.contrib.messages import get_messages
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from agencies import selectors, services
from credit_platform.audit import services as audit
from credit_platform.audit.models import AuditEvent
from credit_platform.common.errors import InvalidInput, WrongState
from credit_platform.ui import navigation
from entities.drafts import draft_of
from entities.models import CreditRecord, Notice
from entities.services import records as registry
from tests.agencies.typed import penalty
from tests.factories import EntityFactory, MemberFactory, MembershipFactory, RecordFactory, SubmissionFactory

pytestmark = pytest.mark.django_db
QUEUE, DECIDE = reverse("agencies:review"), reverse("agencies:review-decide")


@pytest.fixture
def waiting(city, market):
    """Makes a penalty that waits for a reviewer of market supervision."""
    kind = city.types["administrative-penalty"]

    def make(**record) -> CreditRecord:
        return RecordFactory(
            **{
                "submitted_by": market,
                "record_type": kind,
                "status": "waiting",
                "type_version": kind.versions.last(),
            }
            | record
        )

    return make


def decide(client, records, decision="approve", note=""):
    chosen = [record.pk for record in records]
    return client.post(DECIDE, {"chosen": chosen, "decision": decision, "note": note})


def said(answer) -> str:
    return " ".join(str(message) for message in get_messages(answer.wsgi_request))


def states(*records) -> list[str]:
    for record in records:
        record.refresh_from_db()
    return [record.status for record in records]


def test_many_records_are_approved_at_once(reviewer, waiting, sign_in):
    records = [waiting() for _ in range(3)]
    answer = decide(sign_in(reviewer), records)
    assert answer.url == QUEUE
    assert "3 records approved" in said(answer)
    assert states(*records) == ["published"] * 3


def test_the_bar_counts_what_waits_once_a_page_and_no_further_than_it_says(
    reviewer, waiting, sign_in, monkeypatch
):
    monkeypatch.setattr(navigation, "MOST_COUNTED", 2)
    for _number in range(4):
        waiting()
    with CaptureQueriesContext(connection) as queries:
        page = sign_in(reviewer).get(QUEUE).content.decode()
    assert page.count('<span class="count">2+</span>') == 2
    of_the_bar = [one["sql"] for one in queries.captured_queries if "LIMIT 3)" in one["sql"]]
    assert len(of_the_bar) == 1
    assert "entities_creditrecord" in of_the_bar[0]


def test_many_records_are_returned_with_one_note_that_each_clerk_gets(reviewer, waiting, sign_in):
    records = [waiting(), waiting()]
    decide(sign_in(reviewer), records, "return", "  请核对金额单位  ")
    assert states(*records) == ["returned"] * 2
    assert {record.review_note for record in records} == {"请核对金额单位"}
    assert set(Notice.objects.values_list("user", flat=True)) == {record.entered_by_id for record in records}


def test_nothing_is_returned_without_a_note_and_the_choice_is_kept(reviewer, waiting, sign_in):
    record = waiting()
    answer = decide(sign_in(reviewer), [record], "return", "   ")
    assert answer.status_code == 422
    assert answer.context["rows"][0]["chosen"]
    assert states(record) == ["waiting"]


def test_nothing_chosen_is_said_and_not_an_error_page(reviewer, waiting, sign_in):
    waiting()
    answer = decide(sign_in(reviewer), [])
    assert answer.status_code == 422
    assert "at least one" in answer.content.decode()


def test_too_many_at_once_are_refused_whole(reviewer, waiting, monkeypatch):
    monkeypatch.setattr(services, "MOST_AT_ONCE", 1)
    records = [waiting(), waiting()]
    with pytest.raises(InvalidInput, match="At most 1"):
        services.decide_records(by=reviewer, record_ids={record.pk for record in records}, approve=True)
    assert states(*records) == ["waiting"] * 2


def test_own_entries_are_shown_with_the_reason_and_cannot_be_decided(market, waiting, sign_in):
    both = MemberFactory(body=market, role="reviewer")
    MembershipFactory(user=both, body=market, role="clerk")
    own, other = waiting(entered_by=both), waiting()
    client = sign_in(both)
    page = client.get(QUEUE)
    rows = {row["record"].pk: row for row in page.context["rows"]}
    assert not rows[own.pk]["decision"]
    assert "colleague must review" in page.content.decode()
    assert f'name="chosen" value="{own.pk}"' not in page.content.decode()
    answer = decide(client, [own, other])
    assert states(own, other) == ["waiting", "published"]
    assert own.document_number in said(answer)
    one = client.post(reverse("agencies:review-decide-one", args=(own.pk,)), {"decision": "approve"})
    assert one.status_code == 403
    assert states(own) == ["waiting"]


@pytest.mark.parametrize("hand", ["entered", "uploaded", "confirmed", "changed"])
def test_what_one_had_a_hand_in_is_counted_as_ones_own_and_is_not_asked_for(market, waiting, sign_in, hand):
    both = MemberFactory(body=market, role="reviewer")
    other = waiting()
    file = {"uploaded": {"uploaded_by": both}, "confirmed": {"confirmed_by": both}}.get(hand)
    own = waiting(
        **({"submission": SubmissionFactory(body=market, **file)} if file else {}),
        **({"entered_by": both} if hand == "entered" else {}),
    )
    if hand == "changed":
        audit.record(actor=both, verb="entities.record.changed", target=own)
    page = sign_in(both).get(QUEUE)
    decisions = {row["record"].pk: bool(row["decision"]) for row in page.context["rows"]}
    assert decisions == {own.pk: False, other.pk: True}
    assert page.context["own"] == 1
    assert list(selectors.to_review(both)) == [other]


def test_a_page_that_is_out_of_date_approves_nothing_and_shows_the_record_anew(reviewer, waiting, sign_in):
    record, client = waiting(), sign_in(reviewer)
    one = reverse("agencies:review-decide-one", args=(record.pk,))
    old = client.get(reverse("agencies:review-record", args=(record.pk,)))
    seen = old.context["seen"]
    assert f'name="seen" value="{seen}"' in old.content.decode()
    CreditRecord.objects.filter(pk=record.pk).update(title="罚款80000元")
    answer = client.post(one, {"decision": "approve", "seen": seen})
    assert "read it again" in answer.content.decode()
    assert "罚款80000元" in answer.content.decode()
    assert states(record) == ["waiting"]
    client.post(one, {"decision": "approve", "seen": answer.context["seen"]})
    assert states(record) == ["published"]


def test_of_many_chosen_only_what_still_says_what_was_shown_is_approved(reviewer, waiting, sign_in):
    same, changed, client = waiting(), waiting(), sign_in(reviewer)
    page = client.get(QUEUE)
    seen = {f"seen-{row['record'].pk}": row["seen"] for row in page.context["rows"]}
    assert all(f'name="{name}" value="{mark}"' in page.content.decode() for name, mark in seen.items())
    CreditRecord.objects.filter(pk=changed.pk).update(title="罚款80000元")
    answer = client.post(DECIDE, {"chosen": [same.pk, changed.pk], "decision": "approve"} | seen)
    assert states(same, changed) == ["published", "waiting"]
    assert "read it again" in said(answer)


def test_a_form_entered_by_a_clerk_reaches_the_registry_only_through_a_colleague(clerk, reviewer, sign_in):
    typed = penalty(EntityFactory()) | {"action": "send"}
    sign_in(clerk).post(reverse("agencies:enter", args=("administrative-penalty",)), typed)
    record = CreditRecord.objects.get()
    assert sign_in(clerk).get(QUEUE).status_code == 403
    sign_in(reviewer).post(reverse("agencies:review-decide-one", args=(record.pk,)), {"decision": "approve"})
    record.refresh_from_db()
    assert (record.status, record.reviewed_by) == ("published", reviewer)
    assert record.publish_until is not None


@pytest.mark.parametrize("other", ["tax", "customs", "financial-supervision"])
def test_a_reviewer_of_another_department_sees_and_decides_nothing(city, waiting, sign_in, other):
    record = waiting()
    client = sign_in(MemberFactory(body=city.bodies[other], role="reviewer"))
    assert client.get(QUEUE).context["page"].paginator.count == 0
    assert client.get(reverse("agencies:review-record", args=(record.pk,))).status_code == 404
    one = client.post(reverse("agencies:review-decide-one", args=(record.pk,)), {"decision": "approve"})
    assert one.status_code == 404
    decide(client, [record])
    assert states(record) == ["waiting"]


def test_the_second_reviewer_is_told_what_the_first_one_did(market, reviewer, waiting, sign_in):
    first = MemberFactory(body=market, role="supervisor", name_en="Lin Zhaoyi")
    approved, returned, open_one = waiting(), waiting(), waiting()
    services.decide_record(by=first, record_id=approved.pk, approve=True)
    services.decide_record(by=first, record_id=returned.pk, approve=False, note="日期有误")
    answer = decide(sign_in(reviewer), [approved, returned, open_one])
    text = said(answer)
    assert "1 record approved" in text
    assert "Lin Zhaoyi approved it" in text
    assert "Lin Zhaoyi returned it" in text
    assert "日期有误" in text
    assert states(open_one) == ["published"]


def test_on_the_page_of_one_record_the_second_reviewer_is_told_too(market, reviewer, waiting, sign_in):
    first, record = MemberFactory(body=market, role="reviewer", name_en="Lin Zhaoyi"), waiting()
    services.decide_record(by=first, record_id=record.pk, approve=True)
    url = reverse("agencies:review-decide-one", args=(record.pk,))
    answer = sign_in(reviewer).post(url, {"decision": "return", "note": "请改"})
    assert answer.status_code == 409
    assert "Lin Zhaoyi approved it" in answer.content.decode()
    assert states(record) == ["published"]
    assert (
        "Lin Zhaoyi approved it"
        in sign_in(reviewer).get(reverse("agencies:review-record", args=(record.pk,))).content.decode()
    )


@pytest.mark.django_db(transaction=True)
def test_of_two_reviewers_at_once_exactly_one_decides(market, waiting):
    record = waiting()
    reviewers = [MemberFactory(body=market, role="reviewer") for _ in range(2)]

    def try_to(user, approve):
        try:
            services.decide_record(by=user, record_id=record.pk, approve=approve, note="请改")
        except WrongState as refusal:
            return str(refusal)
        finally:
            connection.close()
        return ""

    with ThreadPoolExecutor(2) as pool:
        answers = list(pool.map(try_to, reviewers, (True, False)))
    assert sorted(bool(answer) for answer in answers) == [False, True]
    winner = reviewers[answers.index("")]
    record.refresh_from_db()
    assert record.reviewed_by == winner
    assert str(winner) in "".join(answers)
    verbs = ("entities.record.approved", "entities.record.returned")
    assert AuditEvent.objects.filter(verb__in=verbs, target_id=str(record.pk)).count() == 1


@pytest.mark.django_db(transaction=True)
def test_a_double_click_on_a_new_form_makes_one_record(clerk, sign_in):
    typed = penalty(EntityFactory()) | {"action": "send"}
    url = reverse("agencies:enter", args=("administrative-penalty",))
    clients = [sign_in(clerk), sign_in(clerk)]

    def click(client):
        try:
            return client.post(url, typed).status_code
        finally:
            connection.close()

    with ThreadPoolExecutor(2) as pool:
        assert list(pool.map(click, clients)) == [302, 302]
    assert CreditRecord.objects.get().status == "waiting"
    assert AuditEvent.objects.filter(verb="entities.record.drafted").count() == 1


def test_the_page_of_one_record_shows_everything_that_approving_starts(reviewer, waiting, sign_in):
    record = waiting(
        details={"penalty_content": "罚款32000元", "procedure": "summary"},
        penalty_kinds=["fine"],
        amount=32000,
    )
    page = sign_in(reviewer).get(reverse("agencies:review-record", args=(record.pk,)))
    text = page.content.decode()
    assert page.context["preview"].last_day is not None
    for fact in (
        record.facts,
        record.legal_basis,
        record.authority,
        "罚款32000元",
        "Summary procedure",
        "3,000 yuan",
    ):
        assert fact in text


def test_a_correction_shows_what_it_changes(clerk, reviewer, waiting, sign_in):
    record = waiting(status="published", title="旧标题", penalty_kinds=["fine"], amount=32000)
    draft = replace(draft_of(record), title="新标题", amount=16000)
    newer = registry.correct_record(by=clerk, record_id=record.pk, draft=draft, because="金额录入有误")
    page = sign_in(reviewer).get(reverse("agencies:review-record", args=(newer.pk,)))
    assert [(d.was, d.now) for d in page.context["differences"]] == [
        ("旧标题", "新标题"),
        ("32,000 yuan", "16,000 yuan"),
    ]
    assert "金额录入有误" in page.content.decode()


def test_after_a_decision_the_next_of_the_filtered_queue_comes_up(city, reviewer, waiting, sign_in):
    first, second = waiting(title="未记录进货"), waiting(title="未记录进货")
    waiting(title="别的事")
    client = sign_in(reviewer)
    url = reverse("agencies:review-decide-one", args=(first.pk,)) + "?q=未记录进货"
    answer = client.post(url, {"decision": "approve"})
    assert answer.url.startswith(reverse("agencies:review-record", args=(second.pk,)))
    page = client.get(answer.url)
    assert (page.context["place"].number, page.context["place"].total) == (1, 1)
    last = client.post(
        reverse("agencies:review-decide-one", args=(second.pk,)) + "?q=未记录进货", {"decision": "approve"}
    )
    assert last.url.startswith(QUEUE + "?q=")


def test_the_queue_is_narrowed_by_words_type_source_and_clerk(
    city, market, reviewer, clerk, waiting, sign_in
):
    submission = SubmissionFactory(body=market)
    typed = waiting(entered_by=clerk, title="手工录入")
    from_file = waiting(submission=submission, row_number=2)
    praise = waiting(
        record_type=city.types["commendation"], type_version=city.types["commendation"].versions.last()
    )
    client = sign_in(reviewer)

    def found(**query):
        return {row["record"] for row in client.get(QUEUE, query).context["rows"]}

    assert found() == {typed, from_file, praise}
    assert found(q="手工") == {typed}
    assert found(q=typed.entity.credit_code) == {typed}
    assert found(q=typed.entity.name_zh) == {typed}
    assert found(record_type="commendation") == {praise}
    assert found(source="form") == {typed, praise}
    assert found(source=submission.pk) == {from_file}
    assert found(entered_by=clerk.pk) == {typed}
    assert found(record_type="no-such-type") == {typed, from_file, praise}


def test_what_is_due_first_stands_first(waiting, reviewer, sign_in):
    today = timezone.localdate()
    late, fresh = waiting(decided_on=today - timedelta(days=30)), waiting(decided_on=today)
    rows = sign_in(reviewer).get(QUEUE).context["rows"]
    assert [row["record"] for row in rows] == [late, fresh]
    assert rows[0]["days_left"] < 0


@pytest.mark.parametrize("url", [QUEUE, reverse("agencies:desk"), reverse("agencies:enter-choose")])
def test_a_stranger_is_told_who_may_be_here(db, sign_in, url):
    answer = sign_in(MemberFactory(role="officer")).get(url)
    assert answer.status_code == 403


def test_the_queue_costs_the_same_with_many_rows(reviewer, waiting, sign_in, query_budget):
    for _ in range(30):
        waiting()
    client = sign_in(reviewer)
    with query_budget("review queue"):
        assert len(client.get(QUEUE).context["rows"]) == 30


def test_one_record_under_review_keeps_to_its_queries(reviewer, waiting, sign_in, query_budget):
    records = [waiting() for _ in range(3)]
    client = sign_in(reviewer)
    with query_budget("record under review"):
        assert client.get(reverse("agencies:review-record", args=(records[1].pk,))).status_code == 200
