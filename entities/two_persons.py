"""Which records in force are withdrawn by two persons: one asks for it, a reviewer of the body agrees.

What came in past two persons goes out past two persons: so a penalty does not vanish by one hand alone. Of what came
in by one, as from a department's own system, the apps that own a type say so when they are loaded; a file of such
records is saved by two, and taken back by two. Who asked, and why, stands in the log, as who wrote a record does:
nobody can change it there.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from django.db.models import BigIntegerField, BooleanField, Case, OuterRef, Q, QuerySet, Subquery, When
from django.db.models.functions import Cast
from django.urls import reverse

from credit_platform.audit import services as audit
from credit_platform.audit.models import AuditEvent
from credit_platform.common.decisions import Decision
from credit_platform.common.errors import Missing
from entities import policies
from entities.intake import formats
from entities.models import CreditRecord, Submission

ASKED = "entities.record.withdrawal_asked"
KEPT = "entities.record.withdrawal_declined"
#: Of a file: what is asked for, and that nothing comes of it.
SAVING_ASKED = "entities.submission.saving_asked"
TAKE_BACK_PROPOSED = "entities.submission.take_back_proposed"
DECLINED = "entities.submission.declined"
#: By the state of a file what somebody may have asked for, and what closes the question.
_OF_FILES: dict[str, tuple[str, tuple[str, ...]]] = {
    Submission.State.READY: (SAVING_ASKED, ("entities.submission.confirmed", DECLINED)),
    Submission.State.DONE: (TAKE_BACK_PROPOSED, ("entities.submission.take_back_asked", DECLINED)),
}

_types: set[str] = set()


def register(record_type: str) -> None:
    """Have records of this type withdrawn by two persons, also where nobody reviewed them, and their files saved and
    taken back by two."""
    _types.add(record_type)


def needs_two(record: CreditRecord) -> bool:
    """Whether two persons withdraw this record."""
    return record.reviewed_by_id is not None or type_needs_two(record.record_type.code)


def type_needs_two(record_type: str) -> bool:
    """Whether two persons withdraw every record of this type, and save and take back its files."""
    return record_type in _types


def file_needs_two(submission: Submission) -> bool:
    """Whether two persons save this file, and take it back."""
    try:
        return type_needs_two(formats.get(submission.format_code).record_type)
    except Missing:
        return False


@dataclass(frozen=True, slots=True)
class Asked:
    """Who asked for it, when and why. `person` is None where there is no such person any more."""

    person: int | None
    name: str
    at: datetime
    because: str


def asked_for(record: CreditRecord) -> Asked | None:
    """What is still open of the record: somebody asked, and nobody declined since. One query, none for other records."""
    if not needs_two(record):
        return None
    return _still_open(CreditRecord, record.pk, ASKED, (KEPT,))


def asked_of_file(submission: Submission) -> Asked | None:
    """The same of a file: that it be saved while it waits, that it be taken back once it is saved."""
    if submission.state not in _OF_FILES or not file_needs_two(submission):
        return None
    asked, closed = _OF_FILES[submission.state]
    return _still_open(Submission, submission.pk, asked, closed)


def _still_open(
    model: type[CreditRecord | Submission], key: int, asked: str, closed: tuple[str, ...]
) -> Asked | None:
    last = (
        AuditEvent.objects.filter(audit.about(model, key), verb__in=(asked, *closed))
        .select_related("actor")
        .order_by("-at", "-pk")
        .first()
    )
    if last is None or last.verb != asked:
        return None
    return Asked(
        last.actor_id, str(last.actor or last.actor_name), last.at, str(last.detail.get("because", ""))
    )


def to_agree(user) -> QuerySet:
    """The records whose withdrawal waits for this reviewer: a colleague asked for it, and nobody declined since."""
    ours = policies.bodies_of(user, policies.REVIEWING)
    asked = AuditEvent.objects.filter(verb=ASKED, target_type=CreditRecord._meta.label_lower)
    last = AuditEvent.objects.filter(
        audit.about(CreditRecord, OuterRef("pk")), verb__in=(ASKED, KEPT)
    ).order_by("-at", "-pk")
    return (
        CreditRecord.objects.filter(
            pk__in=asked.values(key=Cast("target_id", BigIntegerField())),
            status=CreditRecord.Status.PUBLISHED,
            submitted_by__in=ours,
        )
        .exclude(entity__in=policies.entities_of(user))
        .annotate(
            last_verb=Subquery(last.values("verb")[:1]),
            last_person=Subquery(last.values("actor")[:1]),
            asked_at=Subquery(last.values("at")[:1]),
            because=Subquery(last.values("detail__because")[:1]),
        )
        .filter(last_verb=ASKED)
        .exclude(last_person=user.pk)
        .order_by("asked_at", "pk")
    )


def agreeing(user, submission: Submission, asked: Asked) -> Decision:
    """Whether the user may agree to what is asked of a file."""
    own = policies.entities_of(user)
    return policies.may_agree_about_file(
        user, submission, asked_by=asked.person, names_own=bool(own) and _names_any(submission, own)
    )


def _names_any(submission: Submission, entity_ids: Collection[int]) -> bool:
    """Whether any of these entities stands in the file, or may: of rows that are kept together nobody asks which."""
    if submission.state == Submission.State.DONE:
        return submission.records.filter(entity__in=entity_ids).exists()
    return submission.rows.filter(entity__in=entity_ids).exists() or submission.blocks.exists()


def marking_files(files: QuerySet) -> QuerySet:
    """Each file with `waits_for_two`: whether it lies before a second person, to be saved or to be taken back."""
    of_two = formats.codes_where(lambda fmt: type_needs_two(fmt.record_type))
    waits = []
    for state, (asked, closed) in _OF_FILES.items():
        told = AuditEvent.objects.filter(audit.about(Submission, OuterRef("pk")), verb__in=(asked, *closed))
        # Asked of the files alone that take two persons: the conditions of a case are looked at in their order.
        files = files.alias(**{f"told_{state}": Subquery(told.order_by("-at", "-pk").values("verb")[:1])})
        waits.append(When(Q(state=state, format_code__in=of_two, **{f"told_{state}": asked}), then=True))
    return files.annotate(waits_for_two=Case(*waits, default=False, output_field=BooleanField()))


def files_to_agree(user) -> list[tuple[Submission, Asked]]:
    """The files that wait for this reviewer, each with who asked for what; what was asked first stands first."""
    ours = policies.bodies_of(user, policies.REVIEWING)
    files = marking_files(Submission.objects.filter(body__in=ours)).filter(waits_for_two=True)
    asked = [(one, asked_of_file(one)) for one in files.select_related("body", "document")]
    mine = [(one, said) for one, said in asked if said and agreeing(user, one, said)]
    return sorted(mine, key=lambda pair: pair[1].at)


def file_params(submission: Submission, person) -> dict:
    """What the notices about a file name."""
    return {"person": str(person), "file": submission.document.name}


def file_url(submission: Submission) -> str:
    return reverse("entities:submission-detail", args=(submission.pk,))
