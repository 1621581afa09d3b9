"""Large files: rows about which there is nothing to say are kept together, and everything else is as with small ones."""

import csv
import io
import threading
import time
from itertools import pairwise

import pytest
from django.urls import reverse
from structlog.testing import capture_logs

from agencies.double_publicity import LICENCE_COLUMNS, PENALTY_COLUMNS
from credit_platform.audit import services as audit
from credit_platform.audit.models import AuditEvent
from entities import policies, selectors, submission_selectors
from entities.file_rows import FileRows, rows_between
from entities.intake import second_hand
from entities.models import (
    CreditRecord,
    Entity,
    Notice,
    RecordType,
    RecordTypeVersion,
    Submission,
    SubmissionBlock,
    SubmissionRow,
)
from entities.services import check_batches, row_store, submissions
from tests.entities.intake.conftest import sentences
from tests.factories import (
    AgentFactory,
    EntityFactory,
    MemberFactory,
    RecordFactory,
    invented_code,
    merged_away,
)

pytestmark = pytest.mark.django_db
State, Outcome, Status = Submission.State, SubmissionRow.Outcome, CreditRecord.Status
GOOD = {column.field: column.example for column in PENALTY_COLUMNS}
LICENCE = {column.field: column.example for column in LICENCE_COLUMNS}


@pytest.fixture(autouse=True)
def large_files_are_small(monkeypatch):
    """Batches of four rows, of which two plain ones are a block."""
    monkeypatch.setattr(submissions, "BATCH", 4)
    monkeypatch.setattr(submissions, "SMALL_FILE", 0)
    monkeypatch.setattr(submissions, "COMPACT_FROM", 2)
    monkeypatch.setattr(check_batches, "LARGEST_BATCH", 4)


@pytest.fixture
def entities(catalogue):
    return [
        EntityFactory(credit_code=invented_code(700_000 + n), name_zh=f"云汀第{n}号公司") for n in range(10)
    ]


@pytest.fixture
def penalties(desk, entities):
    return desk("market-supervision", "market-penalties")


@pytest.fixture
def licences(desk, entities):
    return desk("market-supervision", "market-licences")


def penalty(number: int, **changes) -> dict[str, str]:
    entity = {
        "credit_code": invented_code(700_000 + number % 10),
        "entity_name": f"云汀第{number % 10}号公司",
    }
    return {**GOOD, **entity, "document_number": f"云{number}号", **changes}


def file_of(*rows: dict[str, str], columns=PENALTY_COLUMNS) -> str:
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow([column.zh for column in columns])
    writer.writerows([row[column.field] for column in columns] for row in rows)
    return text.getvalue()


def in_blocks(submission) -> int:
    return sum(block.new + block.unchanged for block in submission.blocks.all())


def test_good_rows_are_kept_together_and_saved_like_any_other(penalties, entities):
    submission = penalties.send(file_of(*(penalty(n) for n in range(9)), penalty(9, decided_on="2026-02-30")))

    counts = submission_selectors.counts_of(submission)
    assert (counts.new, counts.refused) == (9, 1)
    assert in_blocks(submission) == 8
    # The last batch has one good row, which is not worth a block.
    assert list(submission.rows.order_by("number").values_list("number", "outcome")) == [
        (10, "new"),
        (11, "refused"),
    ]
    penalties.save(submission)
    assert (submission.state, submission.rows_worked) == (State.DONE, 10)
    records = list(CreditRecord.objects.order_by("row_number"))
    assert [record.row_number for record in records] == list(range(2, 11))
    one, last = records[0], records[-1]
    told = ("title", "facts", "legal_basis", "authority", "severity_class", "penalty_kinds", "amount", "decided_on",
            "details", "status", "type_version", "submitted_by", "entered_by", "submission", "withheld", "replaces")  # fmt: skip
    assert {name: getattr(one, name) for name in told} == {name: getattr(last, name) for name in told}
    assert one.entity == entities[0]
    assert one.entered_at


def test_each_record_knows_who_brought_it_in_though_the_log_has_one_entry_for_all(penalties):
    penalties.save(penalties.send(file_of(*(penalty(n) for n in range(8)))))

    assert AuditEvent.objects.filter(verb="entities.record.submitted").count() == 2
    reviewer = MemberFactory(body=penalties.body, role="reviewer")
    for record in CreditRecord.objects.all():
        (deed,) = selectors.deeds_about(user=reviewer, record=record)
        assert deed.actor_name == str(penalties.clerk)
        assert policies.authors_of([record]) == {record.pk: frozenset({penalties.clerk.pk})}
    CreditRecord.objects.update(submission=None, entered_by=MemberFactory(body=penalties.body))
    assert CreditRecord.objects.filter(policies.written_by(penalties.clerk)).count() == 8
    assert not CreditRecord.objects.filter(policies.written_by(reviewer)).exists()


def test_keys_that_do_not_follow_each_other_are_noted_by_the_run(catalogue, clerk_of_nobody):
    keys = [3, 4, 5, 9, 11, 10]
    audit.record_spans(
        actor=clerk_of_nobody, verb="entities.record.submitted", model=CreditRecord, keys=keys, label="x"
    )
    assert sorted(AuditEvent.objects.values_list("target_id", flat=True)) == ["3-5", "9-11"]
    found = {key for key in range(15) if AuditEvent.objects.filter(audit.about(CreditRecord, key)).exists()}
    assert found == set(keys)


@pytest.fixture
def clerk_of_nobody(db):
    return MemberFactory()


def test_a_file_sent_again_is_unchanged_and_saves_nothing(penalties):
    rows = [penalty(n) for n in range(8)]
    penalties.save(penalties.send(file_of(*rows)))
    again = penalties.send(file_of(*rows) + "\n")

    assert submission_selectors.counts_of(again).unchanged == 8
    assert in_blocks(again) == 8
    with pytest.raises(submissions.WrongState):
        submissions.confirm_submission(by=penalties.clerk, submission_id=again.pk)
    assert CreditRecord.objects.count() == 8


def test_a_changed_row_of_a_large_file_corrects_what_is_there(penalties):
    penalties.save(penalties.send(file_of(*(penalty(n) for n in range(8)))))
    again = penalties.send(file_of(*(penalty(n) for n in range(7)), penalty(7, facts="改")))

    counts = submission_selectors.counts_of(again)
    assert (counts.unchanged, counts.changed) == (7, 1)
    penalties.save(again)
    assert CreditRecord.objects.count() == 8
    assert CreditRecord.objects.get(document_number="云7号").facts == "改"


@pytest.mark.parametrize("at_once", [row_store.KEYS_AT_ONCE, 2])
def test_rows_that_repeat_are_told_so_wherever_they_are_kept(penalties, monkeypatch, at_once):
    monkeypatch.setattr(row_store, "KEYS_AT_ONCE", at_once)
    rows = [penalty(n) for n in range(8)]
    submission = penalties.send(
        file_of(*rows, penalty(1, facts="again"), penalty(2, decided_on="x"), penalty(8))
    )

    counts = submission_selectors.counts_of(submission)
    assert (counts.new, counts.refused) == (9, 2)
    refused = submission.rows.get(number=10)
    assert "Row 3 of this file" in sentences(refused)
    # Its twin has become a row of its own, the others stay together.
    assert set(submission.rows.values_list("number", flat=True)) == {3, 10, 11}
    penalties.save(submission)
    assert CreditRecord.objects.count() == 9


@pytest.mark.parametrize("written", ["云 1号", "云１号", "云1\n号", "云\u30001号"])
def test_a_number_in_another_way_of_writing_repeats_wherever_its_rows_are_kept(penalties, written):
    rows = [penalty(n) for n in range(8)]
    once = penalties.send(file_of(*rows, penalty(1, document_number=written, facts="again")))
    assert "Row 3 of this file" in sentences(once.rows.get(number=10))
    apart = penalties.send(file_of(penalty(9, facts=""), penalty(1), penalty(1, document_number=written)))
    assert "Row 3 of this file" in sentences(apart.rows.get(number=4))


@pytest.mark.parametrize("written", ["云 {}号", "云（{}）号", "云\u3000{}\n号"])
def test_a_file_sent_again_in_another_way_of_writing_is_unchanged(penalties, written):
    rows = [penalty(n, document_number=f"云({n})号" if "（" in written else f"云{n}号") for n in range(8)]
    penalties.save(penalties.send(file_of(*rows)))
    again = penalties.send(
        file_of(*(row | {"document_number": written.format(n)} for n, row in enumerate(rows)))
    )
    counts = submission_selectors.counts_of(again)
    assert (counts.new, counts.changed, counts.unchanged, counts.refused) == (0, 0, 8, 0)


def test_of_rows_that_repeat_the_one_that_is_on_file_stands(penalties):
    rows = [penalty(n) for n in range(4)]
    penalties.save(penalties.send(file_of(*rows)))
    submission = penalties.send(file_of(*(penalty(n) for n in range(4, 8)), *rows, penalty(0, facts="改")))

    counts = submission_selectors.counts_of(submission)
    assert (counts.new, counts.unchanged, counts.refused) == (4, 4, 1)
    assert submission.rows.get(outcome=Outcome.REFUSED).number == 10


def test_a_number_that_came_in_meanwhile_is_not_saved_twice(penalties, entities):
    submission = penalties.send(file_of(*(penalty(n) for n in range(8))))
    block = submission.blocks.first()
    RecordFactory(
        entity=entities[2], submitted_by=penalties.body, status="waiting", document_number="云2号",
        record_type=RecordType.objects.get(code="administrative-penalty"),
    )  # fmt: skip
    penalties.save(submission)

    assert submission.state == State.DONE
    assert CreditRecord.objects.filter(document_number="云2号").count() == 1
    assert CreditRecord.objects.count() == 8
    assert submission.rows.get(number=4).outcome == Outcome.CHANGED
    assert block.new - submission.blocks.get(pk=block.pk).new == 1


def test_an_entity_that_was_merged_meanwhile_gets_no_record(penalties, entities):
    submission = penalties.send(file_of(*(penalty(n) for n in range(8))))
    Entity.objects.filter(pk=entities[2].pk).update(merged_into=entities[9])
    penalties.save(submission)

    assert CreditRecord.objects.count() == 7
    assert not CreditRecord.objects.filter(entity_id=entities[2].pk).exists()
    # What becomes of its row is asked, as for any row whose entity is not certain.
    assert submission.rows.get(number=4).outcome in (Outcome.ASKED, Outcome.REFUSED)
    again = penalties.send(file_of(*(penalty(n) for n in range(8))) + "\n")
    assert submission_selectors.counts_of(again).unchanged == 7


def test_a_row_of_an_entity_merged_meanwhile_goes_to_the_one_that_stays(penalties, entities):
    submission = penalties.send(file_of(*(penalty(n) for n in range(8))))
    merged_away(entities[2], entities[9])
    penalties.save(submission)

    assert submission.state == State.DONE
    assert CreditRecord.objects.get(document_number="云2号").entity == entities[9]
    assert CreditRecord.objects.count() == 8


def test_rows_of_an_entity_that_was_merged_later_name_the_one_that_stays(client, penalties, entities):
    submission = penalties.save(penalties.send(file_of(*(penalty(n) for n in range(8)))))
    merged_away(entities[2], entities[8])
    merged_away(entities[8], entities[9])
    named = {row.number: row.entity for row in submission_selectors.saved_rows(submission)[0:8]}
    assert (named[4], named[5]) == (entities[9], entities[3])
    client.force_login(penalties.clerk)
    page = client.get(reverse("entities:submission-detail", args=(submission.pk,)))
    assert entities[9].credit_code in page.content.decode()


def test_what_the_catalogue_no_longer_takes_is_refused_with_its_reason(penalties):
    submission = penalties.send(file_of(*(penalty(n) for n in range(8))))
    for version in RecordTypeVersion.objects.filter(record_type__code="administrative-penalty"):
        version.extra_fields = [
            *version.extra_fields,
            {"name": "seal", "type": "text", "required": True, "label_zh": "印", "label_en": "Seal"},
        ]
        version.save()
    penalties.save(submission)

    assert CreditRecord.objects.count() == 0
    assert submission.rows.filter(outcome=Outcome.REFUSED).count() == 8
    refused = submission.rows.first()
    assert "“Seal” is empty; the catalogue asks for it. Fill it in." in sentences(refused)
    assert "“印”" in refused.problems[0]["zh"]


@pytest.mark.parametrize("killed_after", [0, 1, 2])
def test_a_save_that_breaks_off_goes_on_and_saves_nothing_twice(penalties, monkeypatch, killed_after):
    submission = penalties.send(file_of(*(penalty(n) for n in range(9)), penalty(9, credit_code="")))
    submissions.confirm_submission(by=penalties.clerk, submission_id=submission.pk)
    real, calls = submissions._move_on, []

    def dies(*args):
        if len(calls) == killed_after:
            raise KeyboardInterrupt
        calls.append(1)
        return real(*args)

    with monkeypatch.context() as patch:
        patch.setattr(submissions, "_move_on", dies)
        with pytest.raises(KeyboardInterrupt):
            submissions.save_submission(submission_id=submission.pk)
    submission.refresh_from_db()
    assert CreditRecord.objects.count() == submission.rows_worked == 4 * killed_after
    submissions.save_submission(submission_id=submission.pk)
    assert sorted(CreditRecord.objects.values_list("row_number", flat=True)) == list(range(2, 11))


@pytest.mark.parametrize("killed_after", [1, 2])
def test_a_check_that_breaks_off_goes_on_below_the_last_block(penalties, monkeypatch, killed_after):
    submission = penalties.upload(file_of(*(penalty(n) for n in range(9))))
    real, calls = submissions._check_batch, []

    def dies(*args):
        if len(calls) == killed_after:
            raise KeyboardInterrupt
        calls.append(1)
        return real(*args)

    with monkeypatch.context() as patch:
        patch.setattr(submissions, "_check_batch", dies)
        with pytest.raises(KeyboardInterrupt):
            submissions.check_submission(submission_id=submission.pk)
    submissions.check_submission(submission_id=submission.pk)
    submission.refresh_from_db()
    assert (submission.state, submission.rows_worked) == (State.READY, 9)
    assert submission_selectors.counts_of(submission).new == 9
    assert all(one.last < other.first for one, other in pairwise(submission.blocks.order_by("first")))


def test_an_official_list_is_published_as_it_would_be_row_by_row(licences, entities, monkeypatch, changes):
    rows = [
        {**LICENCE, "credit_code": invented_code(700_000 + n), "entity_name": f"云汀第{n}号公司",
         "document_number": f"许{n}号", "decided_on": day}
        for n, day in enumerate(("2026-05-06", "2024-05-06", "2026-05-06", "2025-01-02"))
    ]  # fmt: skip
    AgentFactory(entity=entities[1])
    licences.save(licences.send(file_of(*rows, columns=LICENCE_COLUMNS)))
    together = list(CreditRecord.objects.order_by("row_number"))
    assert SubmissionBlock.objects.filter(is_saved=True).count() == 1
    assert changes == [{record.entity_id for record in together}]
    assert Notice.objects.filter(kind="entities.record-published").count() == 1
    monkeypatch.setattr(submissions, "COMPACT_FROM", 100)
    licences.save(
        licences.send(
            file_of(
                *({**row, "document_number": f"{row['document_number']}乙"} for row in rows),
                columns=LICENCE_COLUMNS,
            )
        )
    )
    alone = list(CreditRecord.objects.filter(document_number__endswith="乙").order_by("row_number"))
    left_out = {"id", "document_number", "number_key", "submission_id", "entered_at"}
    names = {field.attname for field in CreditRecord._meta.concrete_fields} - left_out
    for one, other in zip(together, alone, strict=True):
        assert {name: getattr(one, name) for name in names} == {name: getattr(other, name) for name in names}


def test_a_choice_does_not_take_what_a_row_in_a_block_speaks_of(tax, entities):
    known = [(entity.credit_code, entity.name_zh) for entity in entities[:4]]
    submission = tax.send_rows(*known, (invented_code(700_050), entities[1].name_zh))
    row = submission.rows.get(question="name_other_code")
    submissions.choose_entity(
        by=tax.clerk, submission_id=submission.pk, number=row.number, entity_id=entities[1].pk
    )
    row.refresh_from_db()
    assert row.outcome == Outcome.REFUSED
    assert "Row 3 of this file" in sentences(row)


@pytest.mark.parametrize("compact_from", [2, 1000])
def test_a_choice_takes_no_number_that_another_row_writes_in_another_way(
    penalties, entities, monkeypatch, compact_from
):
    monkeypatch.setattr(submissions, "COMPACT_FROM", compact_from)
    unknown = {"credit_code": invented_code(700_050), "entity_name": entities[1].name_zh}
    submission = penalties.send(file_of(*(penalty(n) for n in range(4)), penalty(4, **unknown)))
    row = submission.rows.get(question="name_other_code")
    row.cells = ["云 1 号" if cell == "云4号" else cell for cell in row.cells]
    row.save(update_fields=["cells"])
    submissions.choose_entity(
        by=penalties.clerk, submission_id=submission.pk, number=row.number, entity_id=entities[1].pk
    )
    row.refresh_from_db()
    assert row.outcome == Outcome.REFUSED
    assert "Row 3 of this file" in sentences(row)


def test_a_file_given_up_leaves_no_block(penalties):
    submission = penalties.send(file_of(*(penalty(n) for n in range(8))))
    submissions.cancel_submission(by=penalties.clerk, submission_id=submission.pk)
    assert not SubmissionBlock.objects.exists()


def test_a_file_is_listed_in_its_order_wherever_its_rows_are_kept(penalties, client):
    wrong = {2: "x", 9: "x", 13: "x"}
    submission = penalties.send(
        file_of(
            *(
                penalty(n, severity_class="", **({"decided_on": wrong[n]} if n in wrong else {}))
                for n in range(17)
            )
        )
    )
    rows = submission_selectors.rows_of_view(submission, submission_selectors.GOOD)
    numbers = [n for n in range(2, 19) if n - 2 not in wrong]
    assert len(rows) == 14
    assert [row.number for row in rows[:]] == numbers
    for start in range(15):
        for stop in range(start, 16):
            assert [row.number for row in rows[start:stop]] == numbers[start:stop]
    assert rows[5].entity.name_zh == rows[5].cells[0]
    assert rows[0].draft["document_number"] == "云0号"
    assert len(FileRows(submission, submission.rows.filter(outcome=Outcome.REFUSED), ())) == 3
    assert [row.number for row in rows_between(submission, 3, 6)] == [3, 4, 5, 6]
    client.force_login(penalties.clerk)
    url = reverse("entities:submission-detail", args=(submission.pk,))
    page = client.get(url, {"view": "good"})
    assert [one["row"].number for one in page.context["rows"]] == numbers
    penalties.save(submission)
    page = client.get(url)
    assert [one["row"].number for one in page.context["rows"]] == numbers
    assert all(one["record"].document_number == one["row"].key for one in page.context["rows"])


@pytest.fixture
def hands(monkeypatch) -> list[str]:
    """The threads in which blocks are saved, block by block."""
    real, hands = submissions._save_block, []

    def noted(*args):
        hands.append(threading.current_thread().name)
        return real(*args)

    monkeypatch.setattr(submissions, "_save_block", noted)
    return hands


@pytest.fixture
def sixteen_rows(penalties) -> Submission:
    """Four blocks, confirmed."""
    days = ("2026-05-06", "2026-04-07")
    submission = penalties.send(file_of(*(penalty(n, decided_on=days[n // 10]) for n in range(16))))
    assert submission.blocks.count() == 4
    submissions.confirm_submission(by=penalties.clerk, submission_id=submission.pk)
    submission.refresh_from_db()
    return submission


def assert_saved_once(submission: Submission) -> None:
    submission.refresh_from_db()
    assert (submission.state, submission.rows_worked) == (State.DONE, 16)
    assert sorted(CreditRecord.objects.values_list("row_number", flat=True)) == list(range(2, 18))


@pytest.mark.django_db(transaction=True)
def test_two_hands_save_two_blocks_at_once_and_each_block_is_one_run_in_the_trail(sixteen_rows, hands):
    submissions.save_submission(submission_id=sixteen_rows.pk)

    assert_saved_once(sixteen_rows)
    assert sorted(hands) == ["MainThread", "MainThread", "second-hand_0", "second-hand_0"]
    assert AuditEvent.objects.filter(verb="entities.record.submitted").count() == 4


@pytest.mark.django_db(transaction=True)
def test_what_the_second_hand_would_have_to_wait_for_is_left_to_the_first(sixteen_rows, hands, monkeypatch):
    monkeypatch.setattr(second_hand.SecondHand, "PATIENCE", 50)
    real, held = submissions._save_block, threading.Event()

    def holding(submission, fmt, job, block):
        """Who saves the first block holds the second one too, as somebody else might."""
        if threading.current_thread() is threading.main_thread() and not held.is_set():
            held.set()
            submission.blocks.select_for_update().get(first__gt=block.first, first__lte=block.last + 1)
            time.sleep(0.5)
        return real(submission, fmt, job, block)

    monkeypatch.setattr(submissions, "_save_block", holding)
    begin = second_hand.SecondHand.begin

    def late(self, work, *args):
        """It begins once the block is held."""
        return begin(self, lambda: held.wait(10) and work(*args))

    monkeypatch.setattr(second_hand.SecondHand, "begin", late)
    with capture_logs() as lines:
        submissions.save_submission(submission_id=sixteen_rows.pk)

    assert_saved_once(sixteen_rows)
    assert [line["event"] for line in lines if "second_hand" in line["event"]] == ["second_hand.left_undone"]
    assert hands.count("MainThread") > hands.count("second-hand_0")


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("which", ["MainThread", "second-hand_0"])
def test_a_save_that_breaks_off_in_either_hand_goes_on_and_saves_nothing_twice(
    sixteen_rows, monkeypatch, which
):
    real = submissions._move_on

    def dies(*args):
        if threading.current_thread().name == which:
            raise KeyboardInterrupt
        return real(*args)

    with monkeypatch.context() as patch:
        patch.setattr(submissions, "_move_on", dies)
        with pytest.raises(KeyboardInterrupt):
            submissions.save_submission(submission_id=sixteen_rows.pk)
    sixteen_rows.refresh_from_db()
    assert sixteen_rows.rows_worked == CreditRecord.objects.count()
    submissions.save_submission(submission_id=sixteen_rows.pk)
    assert_saved_once(sixteen_rows)


def test_what_others_hear_of_at_once_is_saved_by_one_hand(licences, entities, hands):
    rows = [
        {**LICENCE, "credit_code": invented_code(700_000 + n), "entity_name": f"云汀第{n}号公司",
         "document_number": f"许{n}号"}
        for n in range(8)
    ]  # fmt: skip
    licences.save(licences.send(file_of(*rows, columns=LICENCE_COLUMNS)))
    assert hands == ["MainThread", "MainThread"]
