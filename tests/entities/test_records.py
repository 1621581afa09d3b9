"""What is done to one record: preparing, reviewing, correcting, withdrawing, objecting, repairing."""

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from agencies import lanes
from credit_platform.audit.models import AuditEvent
from credit_platform.common.errors import InvalidInput, Missing, NotPermitted, WrongState
from entities import two_persons
from entities.drafts import content_digest
from entities.models import CreditRecord, Notice, RecordTypeVersion
from entities.services import records
from entities.systems import services as systems
from entities.systems.models import ConnectedSystem
from tests.factories import (
    AgentFactory,
    BodyFactory,
    EntityFactory,
    MemberFactory,
    PublicityRuleFactory,
    RecordFactory,
    RecordTypeFactory,
    RecordTypeVersionFactory,
    SubmissionFactory,
    UserFactory,
)

pytestmark = pytest.mark.django_db
Status = CreditRecord.Status


@pytest.fixture
def save(body, clerk, penalty, entity, draft):
    """Save the draft, with single things changed: `save(title="…")`, `save(by=…)`."""

    def save_it(*, by=clerk, record_id=None, entity=entity, record_type=penalty, **fields):
        return records.save_draft(
            by=by, body=body, entity=entity, record_type=record_type, draft=replace(draft, **fields),
            record_id=record_id,
        )  # fmt: skip

    return save_it


@pytest.fixture
def waiting(save, clerk):
    return records.send_to_review(by=clerk, record_id=save().pk)


@pytest.fixture
def published(waiting, reviewer):
    return records.approve_record(by=reviewer, record_id=waiting.pk)


def deeds(record) -> list[str]:
    """The verbs that the log has on the record, in order."""
    events = AuditEvent.objects.filter(target_type="entities.creditrecord", target_id=str(record.pk))
    return [
        verb.removeprefix("entities.record.") for verb in events.order_by("pk").values_list("verb", flat=True)
    ]


def problems(call) -> dict:
    with pytest.raises(InvalidInput) as refused:
        call()
    return refused.value.problems


# Preparing


def test_a_record_goes_from_draft_to_review_into_the_registry(save, clerk, reviewer, changes):
    record = save()
    assert record.status == Status.DRAFT
    records.send_to_review(by=clerk, record_id=record.pk)
    assert changes == []
    record = records.approve_record(by=reviewer, record_id=record.pk)
    assert (record.status, record.published_on) == (Status.PUBLISHED, timezone.localdate())
    assert changes == [{record.entity_id}]
    assert deeds(record) == ["drafted", "sent_to_review", "approved"]


def test_a_draft_follows_the_catalogue_s_version_of_its_day(save, penalty):
    old = penalty.versions.get()
    RecordTypeVersion.objects.filter(pk=old.pk).update(valid_to=date(2025, 12, 31))
    new = RecordTypeVersionFactory(record_type=penalty, valid_from=date(2026, 1, 1))
    new.submitters.set(old.submitters.all())
    assert save(document_number="一", decided_on=date(2025, 12, 31)).type_version == old
    assert save(document_number="二", decided_on=date(2026, 1, 1)).type_version == new


def test_saving_the_same_draft_again_changes_nothing(save):
    first, again = save(), save()
    assert again == first
    assert deeds(first) == ["drafted"]


def test_a_draft_can_be_changed(save):
    record = save()
    assert save(record_id=record.pk, title="罚款8000元").title == "罚款8000元"
    assert deeds(record) == ["drafted", "changed"]


def test_everything_wrong_with_a_draft_is_told_at_once(save):
    found = problems(
        lambda: save(
            document_number=" ", title="", legal_basis="", decided_on=date(2999, 1, 1), severity_class="worst",
            penalty_kinds=("fine", "whipping"), amount=Decimal(-1), details={"colour": "red"},
        )
    )  # fmt: skip
    assert set(found) == {
        "document_number", "title", "legal_basis", "decided_on", "severity_class", "penalty_kinds", "amount",
        "details.colour",
    }  # fmt: skip


def test_extra_fields_are_checked_by_the_catalogue(save, penalty):
    penalty.versions.update(
        extra_fields=[
            {"name": "served_on", "type": "date", "label_zh": "送达", "label_en": "Served on", "required": True},
            {"name": "confiscated", "type": "money", "label_zh": "没收", "label_en": "Confiscated"},
            {"name": "procedure", "type": "code", "label_zh": "程序", "label_en": "Procedure",
             "choices": [{"code": "ordinary", "label_zh": "普通", "label_en": "Ordinary"}]},
        ]
    )  # fmt: skip
    wrong = {"confiscated": "many", "procedure": "swift", "colour": "red"}
    assert set(problems(lambda: save(details=wrong))) == {
        "details.served_on", "details.confiscated", "details.procedure", "details.colour",
    }  # fmt: skip
    right = {"served_on": "2026-05-07", "confiscated": "12.50", "procedure": "ordinary"}
    assert save(details=right).details == right


def test_what_the_catalogue_did_not_know_on_the_day_is_not_collected(save, penalty):
    penalty.versions.update(valid_from=date(2026, 5, 7))
    assert "decided_on" in problems(save)


def test_a_violation_needs_a_class_where_the_rules_ask_for_one(save, penalty):
    PublicityRuleFactory(record_types=[penalty], severity_class="general")
    assert "severity_class" in problems(lambda: save(severity_class=""))


def test_a_commendation_has_no_class_and_needs_no_legal_basis(save, body):
    commendation = RecordTypeFactory(submitters=[body], polarity="positive")
    assert "severity_class" in problems(lambda: save(record_type=commendation))
    assert save(record_type=commendation, severity_class="", legal_basis="").pk


@pytest.mark.parametrize("field", ["document_number", "title", "facts", "legal_basis", "authority"])
def test_the_identity_number_of_a_person_is_not_taken_in(save, field):
    assert problems(lambda: save(**{field: "法定代表人11010519491231002X"})).keys() == {field}


def test_signs_that_nobody_sees_make_no_other_number_and_hide_no_identity_number(save):
    assert (
        save(document_number="\ufeff沪市监罚\u200b〔2025〕7号\u202c").document_number == "沪市监罚〔2025〕7号"
    )
    assert problems(lambda: save(facts="110105\u200b19491231002X")).keys() == {"facts"}
    assert problems(lambda: save(document_number="\u200b")).keys() == {"document_number"}


def test_nor_is_it_in_a_field_of_the_catalogue(save, penalty):
    penalty.versions.update(extra_fields=[{"name": "content", "zh": "内容", "en": "Content", "type": "text"}])
    assert problems(lambda: save(details={"content": "罚张某（11010519491231002x）"})).keys() == {
        "details.content"
    }
    assert save(details={"content": "证书编号11010519491231002"}).details


def test_a_number_that_is_in_force_is_corrected_and_not_entered_again(save, published):
    assert "document_number" in problems(lambda: save(title="另一件事"))


def test_sending_a_form_again_after_approval_gives_the_record_in_force(save, published):
    assert save() == published


def test_a_number_that_is_being_prepared_is_not_begun_twice(save):
    save()
    assert "document_number" in problems(lambda: save(title="另一件事"))


ENDED = {Status.REPAIRED: "repaired on", Status.WITHDRAWN: "withdrawn on", Status.EXPIRED: "ended on"}


@pytest.fixture
def end(published):
    def end_it(status):
        CreditRecord.objects.filter(pk=published.pk).update(status=status, ended_on=date(2026, 6, 3))

    return end_it


@pytest.mark.parametrize("status", ENDED)
@pytest.mark.parametrize("title", [None, "另一件事"])
def test_what_has_ended_does_not_come_back_under_its_number(save, end, status, title):
    end(status)
    (sentence,) = problems(lambda: save(**({"title": title} if title else {})))["document_number"]
    assert ENDED[status] in sentence
    assert "2026" in sentence
    assert CreditRecord.objects.count() == 1


@pytest.mark.parametrize("status", ENDED)
def test_what_has_ended_is_not_approved_anew(published, end, reviewer, status):
    again = RecordFactory(
        submitted_by=published.submitted_by, record_type=published.record_type, status="waiting",
        document_number=published.document_number, entity=published.entity,
        type_version=published.type_version,
    )  # fmt: skip
    end(status)
    with pytest.raises(WrongState, match=ENDED[status]):
        records.approve_record(by=reviewer, record_id=again.pk)


def test_what_was_withdrawn_from_the_wrong_entity_is_entered_for_the_right_one(save, end):
    end(Status.WITHDRAWN)
    assert save(entity=EntityFactory()).status == Status.DRAFT


def test_what_was_repaired_does_not_come_back_for_another_entity_either(save, end):
    end(Status.REPAIRED)
    assert "document_number" in problems(lambda: save(entity=EntityFactory()))


def test_nobody_enters_for_a_body_they_do_not_act_for(save):
    with pytest.raises(NotPermitted, match="on behalf of"):
        save(by=MemberFactory())
    with pytest.raises(NotPermitted, match="on behalf of"):
        save(by=UserFactory())


def test_a_reviewer_does_not_enter(save, reviewer):
    with pytest.raises(NotPermitted):
        save(by=reviewer)


def test_a_body_submits_only_what_the_catalogue_lets_it(save):
    with pytest.raises(NotPermitted, match="catalogue"):
        save(record_type=RecordTypeFactory())


def test_a_body_that_is_gone_submits_nothing(save, body):
    body.successor, body.is_active = BodyFactory(), False
    body.save()
    with pytest.raises(NotPermitted, match="no longer"):
        save()


def test_what_waits_for_review_is_not_edited(save, waiting):
    with pytest.raises(WrongState, match="can no longer be edited"):
        save(record_id=waiting.pk, title="另一件事")


def test_the_draft_of_another_body_is_not_changed(save, draft, entity, penalty):
    record, stranger_body = save(), BodyFactory()
    penalty.versions.get().submitters.add(stranger_body)
    with pytest.raises(NotPermitted):
        records.save_draft(
            by=MemberFactory(body=stranger_body), body=stranger_body, entity=entity, record_type=penalty,
            draft=draft, record_id=record.pk,
        )  # fmt: skip


def test_a_draft_can_be_thrown_away_and_the_log_remembers(save, clerk):
    record = save()
    key = record.pk
    records.discard_draft(by=clerk, record_id=key)
    assert not CreditRecord.objects.exists()
    assert AuditEvent.objects.filter(target_id=str(key), verb="entities.record.discarded").exists()


def test_what_a_reviewer_has_is_not_thrown_away(waiting, clerk):
    with pytest.raises(WrongState):
        records.discard_draft(by=clerk, record_id=waiting.pk)


def test_a_record_that_is_not_there_is_missing(clerk):
    with pytest.raises(Missing):
        records.send_to_review(by=clerk, record_id=0)


def test_sending_to_review_twice_changes_nothing(waiting, clerk):
    assert records.send_to_review(by=clerk, record_id=waiting.pk).status == Status.WAITING
    assert deeds(waiting) == ["drafted", "sent_to_review"]


# Four eyes


def test_nobody_approves_what_they_entered_themselves(body, save):
    both = MemberFactory(body=body)
    both.memberships.create(body=body, role="reviewer")
    record = save(by=both)
    records.send_to_review(by=both, record_id=record.pk)
    with pytest.raises(NotPermitted, match="yourself"):
        records.approve_record(by=both, record_id=record.pk)
    with pytest.raises(NotPermitted, match="yourself"):
        records.return_record(by=both, record_id=record.pk, note="again")


def test_the_last_to_change_a_draft_is_its_author(body, save, clerk):
    both = MemberFactory(body=body)
    both.memberships.create(body=body, role="reviewer")
    record = save()
    save(by=both, record_id=record.pk, title="罚款8000元")
    records.send_to_review(by=clerk, record_id=record.pk)
    with pytest.raises(NotPermitted, match="yourself"):
        records.approve_record(by=both, record_id=record.pk)


@pytest.mark.parametrize("hand", ["uploaded_by", "confirmed_by"])
def test_who_handed_in_the_file_does_not_review_its_records(body, reviewer, hand):
    submission = SubmissionFactory(body=body, **{hand: reviewer})
    record = RecordFactory(submitted_by=body, status="waiting", submission=submission, row_number=2)
    with pytest.raises(NotPermitted, match="handed in the file"):
        records.approve_record(by=reviewer, record_id=record.pk)
    colleague = MemberFactory(body=body, role="reviewer")
    assert records.approve_record(by=colleague, record_id=record.pk).status == Status.PUBLISHED


def test_who_wrote_a_record_before_somebody_else_changed_it_does_not_review_it(body, save, clerk):
    both = MemberFactory(body=body)
    both.memberships.create(body=body, role="reviewer")
    record = save(by=both)
    save(record_id=record.pk, title="罚款8000元")
    records.send_to_review(by=clerk, record_id=record.pk)
    for decide in (
        lambda: records.approve_record(by=both, record_id=record.pk),
        lambda: records.return_record(by=both, record_id=record.pk, note="Once more."),
    ):
        with pytest.raises(NotPermitted, match="had a part in writing"):
            decide()


def test_what_was_changed_since_it_was_shown_is_not_approved(save, waiting, reviewer, clerk):
    seen = content_digest(waiting)
    records.return_record(by=reviewer, record_id=waiting.pk, note="Once more.")
    save(record_id=waiting.pk, title="罚款8000元")
    records.send_to_review(by=clerk, record_id=waiting.pk)
    with pytest.raises(WrongState, match="read it again"):
        records.approve_record(by=reviewer, record_id=waiting.pk, seen=seen)
    done, refused = records.approve_records(by=reviewer, record_ids=[waiting.pk], seen={waiting.pk: seen})
    assert done == []
    assert "read it again" in refused[0][1]
    waiting.refresh_from_db()
    approved = records.approve_record(by=reviewer, record_id=waiting.pk, seen=content_digest(waiting))
    assert approved.status == Status.PUBLISHED


def test_the_mark_of_a_record_is_of_all_that_it_says_and_of_whom(waiting):
    mark = content_digest(waiting)
    waiting.refresh_from_db()
    assert content_digest(waiting) == mark
    waiting.amount += 1
    assert content_digest(waiting) != mark
    waiting.refresh_from_db()
    waiting.entity = EntityFactory()
    assert content_digest(waiting) != mark


def test_the_database_itself_refuses_one_pair_of_eyes(published):
    with pytest.raises(IntegrityError, match="nobody_reviews_their_own_record"), transaction.atomic():
        CreditRecord.objects.filter(pk=published.pk).update(reviewed_by=published.entered_by)


@pytest.mark.parametrize("role", ["clerk", "lead", "officer"])
def test_only_reviewers_and_supervisors_of_the_body_decide(waiting, body, role):
    with pytest.raises(NotPermitted, match="Only a reviewer"):
        records.approve_record(by=MemberFactory(body=body, role=role), record_id=waiting.pk)


def test_the_reviewer_of_another_body_decides_nothing(waiting):
    with pytest.raises(NotPermitted):
        records.approve_record(by=MemberFactory(role="reviewer"), record_id=waiting.pk)


def test_a_supervisor_may_review_too(waiting, body):
    supervisor = MemberFactory(body=body, role="supervisor")
    assert records.approve_record(by=supervisor, record_id=waiting.pk).status == Status.PUBLISHED


def test_a_returned_record_tells_its_author_what_to_change(waiting, reviewer, clerk, save):
    record = records.return_record(by=reviewer, record_id=waiting.pk, note="Name the article.")
    assert (record.status, record.review_note) == (Status.RETURNED, "Name the article.")
    assert "Name the article." in Notice.objects.get(user=clerk).text
    again = save(record_id=record.pk, legal_basis="《食品安全法》第一百二十六条第一款")
    assert again.status == Status.DRAFT
    records.send_to_review(by=clerk, record_id=record.pk)
    assert records.approve_record(by=reviewer, record_id=record.pk).status == Status.PUBLISHED


def test_the_title_of_a_returned_record_does_not_go_to_who_has_left_the_body(waiting, reviewer, clerk, body):
    clerk.memberships.all().delete()
    records.return_record(by=reviewer, record_id=waiting.pk, note="The amount is missing.")
    notice = Notice.objects.get(kind="entities.record-returned")
    assert (notice.user, notice.body) == (None, body)


def test_of_a_returned_record_that_a_system_sent_its_body_hears(waiting, reviewer, clerk, body):
    systems.connect_system(
        by=MemberFactory(body=body, role="supervisor"), body=body, name="s", scopes=["records:read"]
    )
    system = ConnectedSystem.objects.get()
    type(waiting).objects.filter(pk=waiting.pk).update(entered_by=system.user)
    records.return_record(by=reviewer, record_id=waiting.pk, note="The amount is missing.")
    assert Notice.objects.get(kind="entities.record-returned").body == body


def test_a_return_says_what_is_to_be_changed(waiting, reviewer):
    assert "note" in problems(lambda: records.return_record(by=reviewer, record_id=waiting.pk, note=" "))


@pytest.mark.parametrize("status", [status for status in Status if status != Status.WAITING])
def test_only_what_waits_is_approved_or_returned(body, reviewer, status):
    record = RecordFactory(submitted_by=body, status=status)
    with pytest.raises(WrongState):
        records.approve_record(by=reviewer, record_id=record.pk)
    with pytest.raises(WrongState):
        records.return_record(by=reviewer, record_id=record.pk, note="why")


def test_a_catalogue_that_moved_on_sends_a_record_back(waiting, reviewer, penalty):
    RecordTypeVersionFactory(record_type=penalty, valid_from=date(2026, 5, 1))
    with pytest.raises(WrongState, match="catalogue has changed"):
        records.approve_record(by=reviewer, record_id=waiting.pk)


def test_of_many_each_is_decided_on_its_own(body, reviewer):
    good = RecordFactory.create_batch(2, submitted_by=body, status="waiting")
    own = RecordFactory(submitted_by=body, status="waiting", entered_by=reviewer)
    foreign = RecordFactory(status="waiting")
    done, refused = records.approve_records(by=reviewer, record_ids=[r.pk for r in (*good, own, foreign)])
    assert done == good
    assert [(record, "yourself" in reason) for record, reason in refused] == [(own, True)]
    foreign.refresh_from_db()
    assert foreign.status == Status.WAITING


def test_many_are_returned_with_one_note(body, reviewer):
    waiting = RecordFactory.create_batch(2, submitted_by=body, status="waiting")
    done, refused = records.return_records(by=reviewer, record_ids=[r.pk for r in waiting], note="Once more.")
    assert (done, refused) == (waiting, [])
    assert {record.review_note for record in done} == {"Once more."}


# Publicity at the door


def test_approval_sets_the_last_day_and_the_rule_that_gave_it(waiting, reviewer, penalty):
    rule = PublicityRuleFactory(record_types=[penalty], max_months=12)
    record = records.approve_record(by=reviewer, record_id=waiting.pk)
    assert (record.publish_until, record.publicity_rule) == (date(2027, 5, 6), rule)


def test_a_record_whose_time_was_over_before_it_came_is_kept_but_not_shown(save, clerk, reviewer, penalty):
    PublicityRuleFactory(record_types=[penalty], max_months=12)
    record = save(decided_on=date(2016, 3, 23))
    records.send_to_review(by=clerk, record_id=record.pk)
    record = records.approve_record(by=reviewer, record_id=record.pk)
    assert (record.status, record.publish_until) == (Status.EXPIRED, date(2017, 3, 23))
    assert not CreditRecord.objects.public_on(timezone.localdate()).exists()
    assert not Notice.objects.exists()


def test_a_rule_may_keep_a_record_from_the_public(waiting, reviewer, penalty):
    PublicityRuleFactory(record_types=[penalty], withholds=True)
    record = records.approve_record(by=reviewer, record_id=waiting.pk)
    today = timezone.localdate()
    assert record.withheld
    assert not CreditRecord.objects.public_on(today).exists()
    assert CreditRecord.objects.counting_on(today).exists()


@pytest.mark.parametrize(("grade", "withheld"), [("A", False), ("D", True)])
def test_of_graded_facts_only_the_announced_grades_are_public(
    save, clerk, reviewer, penalty, grade, withheld
):
    penalty.versions.update(
        extra_fields=[
            {"name": "grade", "type": "text", "label_zh": "级别", "label_en": "Grade", "public_values": ["A"]}
        ]
    )
    record = save(details={"grade": grade})
    records.send_to_review(by=clerk, record_id=record.pk)
    assert records.approve_record(by=reviewer, record_id=record.pk).withheld is withheld


def test_the_entity_s_agent_hears_that_a_record_was_published(waiting, reviewer, entity):
    AgentFactory(entity=entity)
    records.approve_record(by=reviewer, record_id=waiting.pk)
    assert waiting.title in Notice.objects.get(entity=entity).text


def test_nobody_is_told_where_nobody_acts_for_the_entity(waiting, reviewer):
    records.approve_record(by=reviewer, record_id=waiting.pk)
    assert not Notice.objects.exists()


# Correcting


def correct(published, clerk, draft, **fields):
    return records.correct_record(
        by=clerk, record_id=published.pk, draft=replace(draft, **fields), because="Amount mistyped."
    )


def test_a_correction_replaces_once_a_colleague_approves(published, clerk, reviewer, draft, changes):
    newer = correct(published, clerk, draft, amount=Decimal(8000))
    published.refresh_from_db()
    assert (newer.status, published.status) == (Status.WAITING, Status.PUBLISHED)
    newer = records.approve_record(by=reviewer, record_id=newer.pk)
    published.refresh_from_db()
    assert (newer.status, published.status) == (Status.PUBLISHED, Status.REPLACED)
    assert published.ended_because == "Amount mistyped."
    assert newer.replaces == published
    assert changes[-1] == {published.entity_id}
    assert deeds(newer) == ["corrected", "approved"]
    assert deeds(published)[-1] == "replaced"


def test_a_correction_does_not_start_the_publicity_again(published, clerk, reviewer, draft, penalty):
    PublicityRuleFactory(record_types=[penalty], start="publicity", max_months=12)
    first_day = date(2026, 5, 20)
    CreditRecord.objects.filter(pk=published.pk).update(published_on=first_day, objected=True)
    newer = records.approve_record(
        by=reviewer, record_id=correct(published, clerk, draft, title="罚款8000元").pk
    )
    assert (newer.published_on, newer.publish_until) == (first_day, date(2027, 5, 20))
    assert newer.objected


def test_the_same_correction_sent_twice_waits_once(published, clerk, draft):
    assert correct(published, clerk, draft, title="改") == correct(published, clerk, draft, title="改")


def test_another_correction_waits_for_the_first(published, clerk, draft):
    correct(published, clerk, draft, title="改")
    with pytest.raises(WrongState, match="already being prepared"):
        correct(published, clerk, draft, title="再改")


def test_a_correction_that_changes_nothing_is_refused(published, clerk, draft):
    assert "" in problems(lambda: correct(published, clerk, draft))


def test_a_correction_keeps_the_number(published, clerk, draft):
    assert "document_number" in problems(lambda: correct(published, clerk, draft, document_number="二"))


def test_a_correction_of_what_was_withdrawn_meanwhile_is_not_approved(published, clerk, reviewer, draft):
    newer = correct(published, clerk, draft, title="改")
    withdraw(published, clerk, reviewer, because="Annulled.")
    with pytest.raises(WrongState, match="no longer in force"):
        records.approve_record(by=reviewer, record_id=newer.pk)


def test_a_returned_correction_can_be_changed_and_sent_again(published, clerk, reviewer, draft, save):
    newer = correct(published, clerk, draft, title="改")
    records.return_record(by=reviewer, record_id=newer.pk, note="Once more.")
    save(record_id=newer.pk, title="再改")
    records.send_to_review(by=clerk, record_id=newer.pk)
    assert records.approve_record(by=reviewer, record_id=newer.pk).replaces == published


@pytest.mark.parametrize("status", [status for status in Status if status != Status.PUBLISHED])
def test_only_what_is_in_force_is_corrected_or_withdrawn(body, clerk, draft, status):
    record = RecordFactory(submitted_by=body, status=status)
    with pytest.raises(WrongState):
        records.correct_record(by=clerk, record_id=record.pk, draft=draft, because="why")
    with pytest.raises(WrongState):
        records.withdraw_record(by=clerk, record_id=record.pk, because="why")


# Withdrawing, objecting, repairing


def withdraw(record, clerk, reviewer, because) -> CreditRecord:
    """As what was reviewed is withdrawn: the clerk asks, the reviewer agrees."""
    records.ask_for_withdrawal(by=clerk, record_id=record.pk, because=because)
    return records.withdraw_record(by=reviewer, record_id=record.pk, because=because)


def test_a_body_withdraws_its_record_with_a_reason(published, clerk, reviewer, entity, changes):
    AgentFactory(entity=entity)
    changes.clear()
    record = withdraw(published, clerk, reviewer, because="Annulled by the court.")
    assert (record.status, record.ended_on) == (Status.WITHDRAWN, timezone.localdate())
    assert changes == [{entity.pk}]
    assert "Annulled by the court." in Notice.objects.get(entity=entity).text


def test_a_withdrawal_needs_a_reason(published, clerk):
    assert "because" in problems(
        lambda: records.ask_for_withdrawal(by=clerk, record_id=published.pk, because="")
    )
    alone = RecordFactory(submitted_by=clerk.memberships.get().body)
    assert "because" in problems(lambda: records.withdraw_record(by=clerk, record_id=alone.pk, because=""))


def test_what_a_second_person_let_in_goes_out_only_with_a_second_person(published, clerk, reviewer, body):
    for person in (clerk, reviewer):
        with pytest.raises(NotPermitted):
            records.withdraw_record(by=person, record_id=published.pk, because="It was a mistake.")
    records.ask_for_withdrawal(by=reviewer, record_id=published.pk, because="It was a mistake.")
    with pytest.raises(NotPermitted, match="You asked for the withdrawal yourself"):
        records.withdraw_record(by=reviewer, record_id=published.pk, because="It was a mistake.")
    with pytest.raises(NotPermitted, match="Only a reviewer"):
        records.withdraw_record(by=clerk, record_id=published.pk, because="It was a mistake.")
    published.refresh_from_db()
    assert published.status == Status.PUBLISHED
    other = MemberFactory(body=body, role="reviewer")
    gone = records.withdraw_record(by=other, record_id=published.pk, because="It was a mistake.")
    assert gone.status == Status.WITHDRAWN
    assert deeds(gone)[-2:] == ["withdrawal_asked", "withdrawn"]
    with pytest.raises(WrongState):
        records.withdraw_record(by=other, record_id=gone.pk, because="Once more.")


def test_what_is_asked_for_waits_for_every_reviewer_but_who_asked(published, clerk, reviewer, body):
    assert not two_persons.to_agree(reviewer).exists()
    records.ask_for_withdrawal(by=clerk, record_id=published.pk, because="It was a mistake.")
    agent = MemberFactory(body=body, role="reviewer")
    AgentFactory(entity=published.entity, user=agent)
    for person in (clerk, agent, MemberFactory(role="reviewer")):
        assert not two_persons.to_agree(person).exists()
    waiting = two_persons.to_agree(reviewer).get()
    assert (waiting, waiting.because) == (published, "It was a mistake.")
    (row,) = lanes.withdrawal_rows(reviewer)
    assert (row.detail, row.reference) == ("It was a mistake.", published.document_number)

    records.keep_in_force(by=reviewer, record_id=published.pk, because="It is right.")
    assert not two_persons.to_agree(reviewer).exists()
    records.ask_for_withdrawal(by=reviewer, record_id=published.pk, because="It is not.")
    assert not two_persons.to_agree(reviewer).exists()
    other = MemberFactory(body=body, role="reviewer")
    assert two_persons.to_agree(other).get() == published
    records.withdraw_record(by=other, record_id=published.pk, because="It is not.")
    assert not two_persons.to_agree(other).exists()


@pytest.mark.parametrize("stranger", [UserFactory, MemberFactory, lambda: MemberFactory(role="lead")])
def test_nobody_else_corrects_or_withdraws(published, draft, stranger):
    person = stranger()
    with pytest.raises(NotPermitted):
        records.withdraw_record(by=person, record_id=published.pk, because="why")
    with pytest.raises(NotPermitted):
        records.correct_record(by=person, record_id=published.pk, draft=draft, because="why")


def test_an_objection_is_marked_and_lifted_and_the_record_stays_in_force(
    published, entity, reviewer, changes
):
    changes.clear()
    agent = AgentFactory(entity=entity).user
    assert records.mark_objection(by=agent, record_id=published.pk).objected
    assert records.mark_objection(by=agent, record_id=published.pk).status == Status.PUBLISHED
    assert not records.lift_objection(by=reviewer, record_id=published.pk).objected
    assert changes == [{entity.pk}, {entity.pk}]
    assert deeds(published)[-2:] == ["objected", "objection_lifted"]


def test_a_stranger_marks_no_objection(published):
    with pytest.raises(NotPermitted):
        records.mark_objection(by=AgentFactory().user, record_id=published.pk)


@pytest.mark.parametrize("role", ["reviewer", "supervisor"])
def test_a_repair_ends_the_record_and_may_be_carried_out_twice(published, body, role, changes):
    changes.clear()
    decider = MemberFactory(body=body, role=role)
    record = records.end_by_repair(by=decider, record_id=published.pk, because="XF-2026-0001")
    again = records.end_by_repair(by=decider, record_id=published.pk, because="XF-2026-0001")
    assert (record.status, again.status) == (Status.REPAIRED, Status.REPAIRED)
    assert changes == [{published.entity_id}]
    assert deeds(published).count("repaired") == 1


def test_the_lead_office_repairs_on_appeal_and_a_clerk_does_not(published, clerk):
    with pytest.raises(NotPermitted):
        records.end_by_repair(by=clerk, record_id=published.pk, because="XF-2026-0001")
    lead = MemberFactory(role="lead")
    assert records.end_by_repair(by=lead, record_id=published.pk, because="SS-1").status == Status.REPAIRED


# The end of publicity


def test_the_day_after_the_last_a_record_ends_by_itself(penalty, body, entity, changes):
    AgentFactory(entity=entity)
    today = timezone.localdate()
    rule = PublicityRuleFactory(record_types=[penalty], min_months=None, max_months=3)
    dated = {"submitted_by": body, "record_type": penalty, "publicity_rule": rule}
    over = RecordFactory(
        entity=entity,
        decided_on=today - timedelta(days=100),
        publish_until=today - timedelta(days=1),
        **dated,
    )
    last_day = RecordFactory(decided_on=today - timedelta(days=80), publish_until=today, **dated)
    assert records.end_publicity(as_of=today) == 1
    over.refresh_from_db()
    last_day.refresh_from_db()
    assert (over.status, over.ended_on) == (Status.EXPIRED, today)
    assert last_day.status == Status.PUBLISHED
    assert changes == [{entity.pk}]
    assert "is over" in Notice.objects.get(entity=entity).text
    assert AuditEvent.objects.get(verb="entities.record.expired").actor_name == "system"
    assert records.end_publicity(as_of=today) == 0


def test_a_new_law_moves_the_dates_of_what_is_already_here(penalty, body, changes):
    """A penalty of November 2025: three years under Order 58, one year under Order 36."""
    old = PublicityRuleFactory(record_types=[penalty], max_months=36, valid_to=date(2026, 3, 31))
    new = PublicityRuleFactory(record_types=[penalty], max_months=12, valid_from=date(2026, 4, 1))
    record = RecordFactory(
        submitted_by=body, record_type=penalty, decided_on=date(2025, 11, 3), publicity_rule=old,
        publish_until=date(2028, 11, 3),
    )  # fmt: skip
    records.end_publicity(as_of=date(2026, 3, 31))
    record.refresh_from_db()
    assert record.publicity_rule == old
    records.end_publicity(as_of=date(2026, 4, 1))
    record.refresh_from_db()
    assert (record.publicity_rule, record.publish_until) == (new, date(2026, 11, 3))
    event = AuditEvent.objects.get(verb="entities.record.dated_anew")
    assert (event.detail["was"], event.detail["now"]) == ("2028-11-03", "2026-11-03")
    assert changes == [{record.entity_id}]
    records.end_publicity(as_of=date(2026, 4, 2))
    assert len(changes) == 1


@pytest.fixture
def dated_by_a_rule(penalty, body):
    """A penalty in force, dated by a rule."""
    rule = PublicityRuleFactory(record_types=[penalty])
    record = RecordFactory(submitted_by=body, record_type=penalty, publicity_rule=rule)
    CreditRecord.objects.update(publish_until=timezone.localdate() + timedelta(days=300))
    return record


def _withheld_after_a_night(record: CreditRecord, day: date) -> bool:
    records.end_publicity(as_of=day)
    record.refresh_from_db()
    return record.withheld


def test_a_rule_that_only_withholds_takes_what_is_already_here_out_of_the_public_eye(
    dated_by_a_rule, penalty, changes
):
    today = timezone.localdate()
    PublicityRuleFactory(
        record_types=[penalty], withholds=True, min_months=None, max_months=None, valid_from=today,
        valid_to=today,
    )  # fmt: skip
    assert _withheld_after_a_night(dated_by_a_rule, today)
    event = AuditEvent.objects.get(verb="entities.record.dated_anew")
    assert (event.detail["was_withheld"], event.detail["withheld"]) == (False, True)
    assert _withheld_after_a_night(dated_by_a_rule, today)
    assert changes == [{dated_by_a_rule.entity_id}]
    assert not _withheld_after_a_night(dated_by_a_rule, today + timedelta(days=1))
    assert len(changes) == 2


@pytest.mark.parametrize(
    ("details", "required", "withheld"),
    [
        ({"grade": "A"}, False, False),
        ({"grade": "D"}, False, True),
        ({"grade": ""}, False, False),
        ({}, False, False),
        ({}, True, True),
    ],
)
def test_what_a_record_keeps_back_itself_is_not_shown_when_no_rule_withholds_it(
    dated_by_a_rule, changes, details, required, withheld
):
    version = dated_by_a_rule.type_version
    version.extra_fields = [{"name": "grade", "public_values": ["A"], "required": required}]
    version.save()
    CreditRecord.objects.update(details=details, withheld=True)
    assert _withheld_after_a_night(dated_by_a_rule, timezone.localdate()) is withheld
    assert len(changes) == (not withheld)


def test_approving_stays_within_its_query_budget(body, reviewer, query_budget):
    record = RecordFactory(submitted_by=body, status="waiting")
    with query_budget("approve a record"):
        records.approve_record(by=reviewer, record_id=record.pk)


def test_approving_many_takes_as_many_queries_as_approving_few(body, reviewer, penalty, query_budget):
    """Five hundred, half of them corrections, some of them refused: one by one it would be thousands of queries."""
    model = RecordFactory(submitted_by=body, record_type=penalty, status="waiting")
    agent = AgentFactory(entity=model.entity).user
    fields = {
        field.attname: getattr(model, field.attname)
        for field in CreditRecord._meta.concrete_fields
        if field.attname not in {"id", "document_number"}
    }
    in_force = CreditRecord.objects.bulk_create(
        CreditRecord(
            **fields | {"status": "published", "published_on": timezone.localdate()},
            document_number=f"第{n}号",
        )
        for n in range(250)
    )
    waiting = CreditRecord.objects.bulk_create(
        CreditRecord(
            **fields | {"replaces_id": in_force[n].pk if n < 250 else None, "title": "罚款3200元"},
            document_number=f"第{n}号",
        )
        for n in range(500)
    )
    own = waiting[-1]
    CreditRecord.objects.filter(pk=own.pk).update(entered_by=reviewer)
    with query_budget("approve many records"):
        done, refused = records.approve_records(by=reviewer, record_ids=[one.pk for one in waiting])
    assert len(done) == 499
    assert [record.pk for record, _reason in refused] == [own.pk]
    assert CreditRecord.objects.filter(status="published").count() == 499
    assert CreditRecord.objects.filter(status="replaced").count() == 250
    approved = AuditEvent.objects.filter(verb="entities.record.approved")
    assert (approved.count(), AuditEvent.objects.filter(verb="entities.record.replaced").count()) == (
        499,
        250,
    )
    assert Notice.objects.visible_to(agent).count() == 499


def test_a_draft_for_several_entities_is_one_each(save):
    assert save(document_number="一", entity=EntityFactory()).entity != save(document_number="二").entity
