"""Taking back a file as a whole, as long as nothing has been built on it; and stopping one that is being saved.

What waited for review goes, as a draft goes that is thrown away. What was in force is withdrawn with the reason, what
it had corrected is in force again, and the document numbers are free for the file as it should have been. Entities
that were registered from its rows stay: they are facts of the register and not of the file.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice

import structlog
from celery import signature
from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _, gettext_lazy

from credit_platform.audit import services as audit
from credit_platform.common.errors import InvalidInput, Missing, WrongState
from credit_platform.common.queueing import enqueue_on_commit
from entities import policies, two_persons
from entities.intake import formats
from entities.intake.running import running
from entities.intake.sentences import for_reader, said
from entities.models import CreditRecord, Submission, SubmittingBody
from entities.services import feedback, publishing
from entities.signals import records_changed

log = structlog.get_logger(__name__)
State, Status = Submission.State, CreditRecord.Status
LONGEST_REASON = Submission._meta.get_field("taken_back_because").max_length
BATCH = 1_000
#: After so many attempts that did not come to an end a person is asked to look.
MOST_ATTEMPTS = 5


@dataclass(frozen=True, slots=True)
class Outlook:
    """What taking a file back would do, and what stands in its way.

    Args:
        withdrawn: records in force that would be withdrawn.
        removed: records that wait for review and would go.
        restored: records that the file corrected and that would be in force again.
        entities: entities whose ratings may follow.
        registered: entities that were registered from its rows and stay.
        obstacles: sentences in each language, empty when it can be taken back.
    """

    withdrawn: int = 0
    removed: int = 0
    restored: int = 0
    entities: int = 0
    registered: int = 0
    obstacles: tuple[dict[str, str], ...] = ()


#: What has been built on a record once such rows exist, and the sentence that says so.
OBSTACLES: tuple[tuple[Q, object], ...] = (
    (
        Q(reviewed_by__isnull=False) | Q(status=Status.RETURNED),
        gettext_lazy("A reviewer has decided on %(count)s of its records already."),
    ),
    (
        # A correction that was itself taken back has left nothing: what it had replaced is in force again.
        Q(status=Status.REPLACED) | Q(replaced_by__status__in=CreditRecord.UNDER_PREPARATION),
        gettext_lazy("%(count)s of its records have been corrected since, or a correction waits."),
    ),
    (Q(objected=True), gettext_lazy("%(count)s of its records are under objection.")),
    (
        Q(status__in=(Status.REPAIRED, Status.WITHDRAWN, Status.ANNULLED, Status.DRAFT)),
        gettext_lazy("%(count)s of its records were repaired, withdrawn or changed by hand since."),
    ),
)
TAKEN_FURTHER = gettext_lazy("%(count)s of its records have been taken further: %(what)s.")


def outlook_of(submission: Submission) -> Outlook:
    """For the page and for the act itself: what taking the file back does now."""
    fmt = formats.get(submission.format_code)
    if not fmt.record_type:
        return Outlook(
            obstacles=(said(gettext_lazy("Files of this kind change lists that are kept elsewhere.")),)
        )
    records = CreditRecord.objects.filter(submission=submission)
    return Outlook(
        withdrawn=_in_force(records).count(),
        removed=records.filter(status=Status.WAITING).count(),
        restored=_corrected(records).count(),
        entities=records.values("entity").distinct().count(),
        registered=submission.rows.filter(register_entity=True, is_saved=True)
        .values("entity")
        .distinct()
        .count(),
        obstacles=tuple(_obstacles(submission, records)),
    )


def _obstacles(submission: Submission, records: QuerySet[CreditRecord]) -> Iterator[dict[str, str]]:
    found = [(records.filter(condition).distinct().count(), sentence) for condition, sentence in OBSTACLES]
    found.append(
        (
            _rewritten(submission, records).count(),
            gettext_lazy(
                "%(count)s of its records were being prepared before, and the file wrote over them."
            ),
        )
    )
    for count, sentence in found:
        if count:
            yield said(sentence, count=f"{count:,}")
    for what, count in _taken_further(records):
        if count:
            yield said(TAKEN_FURTHER, count=f"{count:,}", what=what)


def _rewritten(submission: Submission, records: QuerySet[CreditRecord]) -> QuerySet[CreditRecord]:
    return records.filter(entered_at__lt=submission.confirmed_at)


def _taken_further(records: QuerySet[CreditRecord]) -> Iterator[tuple[object, int]]:
    """What the apps above have made of records, such as cases, and of how many.

    What stands beside a record within the registry, as an entity's own words do, is not built on it.
    """
    for relation in CreditRecord._meta.related_objects:
        if not relation.related_model.__module__.startswith("entities."):
            further = records.filter(**{f"{relation.field.related_query_name()}__isnull": False})
            yield relation.related_model._meta.verbose_name, further.distinct().count()


def _in_force(records: QuerySet[CreditRecord]) -> QuerySet[CreditRecord]:
    # A record whose period was over before it came is kept, and goes as the others do.
    return records.filter(status__in=(Status.PUBLISHED, Status.EXPIRED))


def _corrected(records: QuerySet[CreditRecord]) -> QuerySet[CreditRecord]:
    """What the file's records in force have replaced."""
    return CreditRecord.objects.filter(
        pk__in=_in_force(records).exclude(replaces=None).values("replaces"), status=Status.REPLACED
    )


@transaction.atomic
def ask_to_take_back(*, by, submission_id: int, because: str) -> Submission:
    """Have all that was saved of a file taken back by a worker. Asking again while it is under way changes nothing.

    Where the type takes two persons, the first one asks for it so, and a reviewer who is another person agrees so; the
    reason is that of the first.

    Raises:
        WrongState: nothing was saved of it, or something has been built on it; the sentence says what.
    """
    submission = _locked(by, submission_id)
    policies.may_take_back(by, submission).require()
    if submission.state in (State.TAKING, State.TAKEN_BACK):
        return submission
    asked = two_persons.asked_of_file(submission)
    because = _reason(asked.because if asked else because)
    if submission.state != State.DONE:
        raise WrongState(_("Only a file that was saved is taken back."))
    _require_nothing_built(outlook_of(submission))
    if two_persons.file_needs_two(submission):
        if asked is None:
            _propose(by, submission, because)
            return submission
        if asked.person == by.pk:
            return submission
        two_persons.agreeing(by, submission, asked).require()
    submission.state, submission.problem = State.TAKING, {}
    submission.taken_back_by, submission.taken_back_because = by, because
    submission.attempts, submission.rows_worked = 0, 0
    submission.step_started_at, submission.heartbeat_at = timezone.now(), None
    submission.save()
    audit.record(actor=by, verb="entities.submission.take_back_asked", target=submission, because=because)
    enqueue_on_commit(signature("entities.tasks.take_submission_back"), submission.pk)
    return submission


def _propose(by, submission: Submission, because: str) -> None:
    audit.record(actor=by, verb=two_persons.TAKE_BACK_PROPOSED, target=submission, because=because)
    feedback.notify(
        kind="entities.file-take-back-asked",
        body=submission.body,
        params=two_persons.file_params(submission, by) | {"because": because},
        url=two_persons.file_url(submission),
    )


def _reason(because: str) -> str:
    because = because.strip()
    if not because:
        raise InvalidInput({"because": [_("Say why the file is taken back.")]})
    if len(because) > LONGEST_REASON:
        raise InvalidInput({"because": [_("At most %(most)d characters.") % {"most": LONGEST_REASON}]})
    return because


def _require_nothing_built(outlook: Outlook) -> None:
    if outlook.obstacles:
        raise WrongState(" ".join(for_reader(one) for one in outlook.obstacles))
    if not (outlook.withdrawn or outlook.removed):
        raise WrongState(_("Nothing of this file is in the registry."))


def take_back(*, submission_id: int) -> None:
    """Take back what was asked for, as a whole or not at all. For workers; may run twice."""
    with running(submission_id) as mine:
        if mine and _begin(submission_id):
            _take_back(submission_id)


@transaction.atomic
def _begin(submission_id: int) -> bool:
    """Count an attempt before it is made, for whoever dies in it tells nobody; after `MOST_ATTEMPTS` the file is left."""
    submission = _being_taken(submission_id)
    if submission is None:
        return False
    if submission.attempts >= MOST_ATTEMPTS:
        log.error("submission.given_up", submission=submission_id, state=submission.state)
        _leave(
            submission,
            said(
                gettext_lazy(
                    "The platform failed to take the file back, %(times)s times; all of it is still in the registry. "
                    "This is not your mistake; tell whoever runs the platform, with the number %(number)s."
                ),
                times=MOST_ATTEMPTS,
                number=submission_id,
            ),
        )
        return False
    submission.attempts += 1
    submission.heartbeat_at = timezone.now()
    submission.save(update_fields=("attempts", "heartbeat_at"))
    return True


def _being_taken(submission_id: int) -> Submission | None:
    return (
        Submission.objects.select_for_update(of=("self",))
        .select_related("body", "taken_back_by", "document")
        .filter(pk=submission_id, state=State.TAKING)
        .first()
    )


def _leave(submission: Submission, problem: dict[str, str]) -> None:
    """The file stays saved, and says why."""
    submission.state, submission.problem, submission.attempts = State.DONE, problem, 0
    submission.save(update_fields=("state", "problem", "attempts"))
    audit.record(
        actor=submission.taken_back_by,
        verb="entities.submission.take_back_refused",
        target=submission,
        because=problem["zh"],
    )


@transaction.atomic
def _take_back(submission_id: int) -> None:
    submission = _being_taken(submission_id)
    if submission is None:
        return
    # Reviews, corrections and other files of the body wait until it is decided.
    SubmittingBody.objects.select_for_update(no_key=True).get(pk=submission.body_id)
    records = CreditRecord.objects.filter(submission=submission)
    # And so does whoever would repair, withdraw or object to one of the records: what is found now holds to the end.
    for _key in records.select_for_update().order_by("pk").values_list("pk", flat=True).iterator():
        pass
    outlook = outlook_of(submission)
    if outlook.obstacles:
        _leave(submission, _told(outlook))
        return
    restored = list(_corrected(records).values_list("pk", flat=True))
    _each(records.filter(status=Status.WAITING), lambda batch: _remove(submission, batch))
    _each(_in_force(records), lambda batch: _withdraw(submission, batch))
    for start in range(0, len(restored), BATCH):
        _restore(submission, restored[start : start + BATCH])
    submission.state, submission.finished_at = State.TAKEN_BACK, timezone.now()
    submission.save(update_fields=("state", "finished_at"))
    audit.record(
        actor=submission.taken_back_by,
        verb="entities.submission.taken_back",
        target=submission,
        because=submission.taken_back_because,
        withdrawn=outlook.withdrawn,
        removed=outlook.removed,
        restored=outlook.restored,
    )


def _told(outlook: Outlook) -> dict[str, str]:
    return {short: " ".join(one[short] for one in outlook.obstacles) for short in ("en", "zh")}


def _each(records: QuerySet[CreditRecord], step: Callable[[Sequence[CreditRecord]], None]) -> None:
    whole = records.select_related("entity", "record_type", "type_version", "submitted_by")
    rows = whole.order_by("pk").iterator(chunk_size=BATCH)
    while batch := list(islice(rows, BATCH)):
        step(batch)


def _remove(submission: Submission, records: Sequence[CreditRecord]) -> None:
    publishing.write_events(
        submission.taken_back_by,
        "entities.record.discarded",
        records,
        lambda record: {"entity": record.entity.credit_code, "submission": submission.pk},
    )
    CreditRecord.objects.filter(pk__in=[record.pk for record in records]).delete()


def _withdraw(submission: Submission, records: Sequence[CreditRecord]) -> None:
    because = submission.taken_back_because
    CreditRecord.objects.filter(pk__in=[record.pk for record in records]).update(
        status=Status.WITHDRAWN, ended_on=timezone.localdate(), ended_because=because
    )
    publishing.write_events(
        submission.taken_back_by,
        "entities.record.withdrawn",
        records,
        lambda record: {"because": because, "submission": submission.pk},
    )
    publishing.tell_agents("entities.record-withdrawn", records, because=because)
    records_changed.send(sender=CreditRecord, entity_ids={record.entity_id for record in records})


def _restore(submission: Submission, keys: Sequence[int]) -> None:
    """What the file had corrected is in force again, with the dates of today's rules, as far as they are not over."""
    records = list(CreditRecord.objects.filter(pk__in=keys).select_related("record_type", "type_version"))
    publishing.bring_back(records, on=timezone.localdate())
    publishing.write_events(
        submission.taken_back_by,
        "entities.record.restored",
        records,
        lambda _record: {"submission": submission.pk},
    )
    records_changed.send(sender=CreditRecord, entity_ids={record.entity_id for record in records})


# Stopping


@transaction.atomic
def stop_saving(*, by, submission_id: int) -> Submission:
    """Stop a file that is being saved. What was saved stays; the rest waits, to be confirmed again or closed."""
    submission = _locked(by, submission_id)
    policies.may_enter_records(by, submission.body).require()
    if submission.state == State.READY:
        return submission
    if submission.state != State.SAVING:
        raise WrongState(_("This file is not being saved."))
    # Its worker sees after the batch that it has in hand that the file is no longer its own.
    Submission.objects.filter(pk=submission.pk).update(
        state=State.READY,
        attempts=0,
        heartbeat_at=timezone.now(),
        problem=said(gettext_lazy("%(person)s stopped the saving. What was saved before stays."), person=by),
    )
    audit.record(actor=by, verb="entities.submission.stopped", target=submission, rows=submission.rows_worked)
    submission.refresh_from_db()
    return submission


def _locked(by, submission_id: int) -> Submission:
    submission = (
        Submission.objects.visible_to(by)
        .select_for_update(of=("self",))
        .select_related("body", "document")
        .filter(pk=submission_id)
        .first()
    )
    if submission is None:
        raise Missing
    return submission
