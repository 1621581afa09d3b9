"""What is public beside what may be public: the whole registry, once a day, in a few statements.

What is public is asked of the very condition that the public pages read (`CreditRecordQuerySet.public_on`). What may be
public is worked out here again from the cases, the catalogue and the periods, without it. Where the two differ
is a row, until a later day finds them agreed.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date

from django.db import connection, transaction
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.db.models.expressions import RawSQL
from django.utils import timezone

from entities.models import CreditRecord
from entities.models.catalogue import RecordTypeVersion, in_force_on
from entities.sharing.models import Change
from repair.models import Case
from repair.proof import notices
from repair.proof.models import Difference, Effect
from repair.proof.places import OVER

Kind = Difference.Kind
Status = CreditRecord.Status
ENDED_BY_CASE = (Status.REPAIRED, Status.WITHDRAWN, Status.ANNULLED, Status.REPLACED)
BATCH = 5_000
#: The advisory lock of whoever compares, so that it meets no other.
COMPARING = 0x2118
LONGER_THAN_ITS_RULE = """
    SELECT record.id FROM entities_creditrecord record
    JOIN entities_publicityrule rule ON rule.id = record.publicity_rule_id
    WHERE record.status = 'published' AND rule.max_months IS NOT NULL
      AND (record.publish_until IS NULL
           OR record.publish_until > make_interval(months => rule.max_months)
              + CASE rule.start WHEN 'publicity' THEN record.published_on ELSE record.decided_on END)
"""


@dataclass(frozen=True, slots=True)
class Comparison:
    """One way in which the public could see other than it may.

    Args:
        find: from a day to the keys of the records that differ.
    """

    kind: Difference.Kind
    find: Callable[[date], QuerySet]


def _keys(records: QuerySet[CreditRecord]) -> QuerySet:
    return records.order_by().values_list("pk", flat=True)


def _public(day: date) -> QuerySet[CreditRecord]:
    return CreditRecord.objects.public_on(day)


def _ended_by_a_case(day: date) -> QuerySet:
    """Public, although a case has ended just this record."""
    return _keys(_public(day).filter(Exists(Effect.objects.filter(record=OuterRef("pk")))))


def _replaced(day: date) -> QuerySet:
    """Public, although its correction is in force."""
    newer = CreditRecord.objects.filter(replaces=OuterRef("pk"), status=Status.PUBLISHED)
    return _keys(_public(day).filter(Exists(newer)))


def _past_its_day(day: date) -> QuerySet:
    """In force in the registry, although its last day is over: whoever forgets to ask for the day shows it."""
    return _keys(CreditRecord.objects.filter(status=Status.PUBLISHED, publish_until__lt=day))


def _longer_than_its_rule(day: date) -> QuerySet:
    """Public beyond what the rule named with it allows, reckoned anew by the database."""
    return _keys(_public(day).filter(pk__in=RawSQL(LONGER_THAN_ITS_RULE, ())))  # noqa: S611  (no part of it is typed by anybody)


def _not_open_today(day: date) -> QuerySet:
    """Public by the catalogue under which it came in, of a type that the catalogue of today does not open at all."""
    opened = RecordTypeVersion.objects.filter(
        in_force_on(day),
        record_type=OuterRef("record_type"),
        disclosure=RecordTypeVersion.Disclosure.PUBLIC,
    )
    return _keys(_public(day).filter(~Exists(opened)))


def _withheld_by_its_rule(day: date) -> QuerySet:
    """Public, although its own rule says that such a record is not published."""
    return _keys(_public(day).filter(publicity_rule__withholds=True))


def _unmarked(day: date) -> QuerySet:
    """Public without the mark, although an objection to it is being checked."""
    return _keys(_public(day).filter(Exists(_objections()), objected=False))


def _marked(day: date) -> QuerySet:
    """Public with the mark, although no objection to it is being checked: whoever reads it takes it for disputed."""
    return _keys(_public(day).filter(~Exists(_objections()), objected=True))


def _objections() -> QuerySet[Case]:
    """The objections to a record that are being checked, by the department or on appeal."""
    return Case.objects.open().filter(
        record=OuterRef("pk"), kind=Case.Kind.OBJECTION, submitted_at__isnull=False
    )


def _nobody_told(day: date) -> QuerySet:
    """Over by a case, and not in the list of changes: whoever follows it still shows the record."""
    told = Change.objects.filter(entity_id=OuterRef("entity_id"), record_id=OuterRef("pk"), kind__in=OVER)
    ended = CreditRecord.objects.filter(
        Exists(Effect.objects.filter(record=OuterRef("pk"))), status__in=ENDED_BY_CASE
    )
    return _keys(ended.filter(~Exists(told)))


def _missing(day: date) -> QuerySet:
    """In force, within its period and of a public type, and yet not public: what the public should see and does not.

    Suspended it may be while an objection is checked under a rule that says so, and no longer.
    """
    may = CreditRecord.objects.filter(
        Q(publish_until=None) | Q(publish_until__gte=day),
        Q(publicity_rule=None) | Q(publicity_rule__withholds=False),
        status=Status.PUBLISHED,
        decided_on__lte=day,
        record_type__family="public",
        type_version__disclosure=RecordTypeVersion.Disclosure.PUBLIC,
    )
    suspended = Q(Exists(_objections().exclude(suspended_by="")), suspended=True)
    return _keys(may.exclude(suspended).exclude(pk__in=_public(day).values("pk")))


COMPARISONS = (
    Comparison(Kind.ENDED_BY_CASE, _ended_by_a_case),
    Comparison(Kind.REPLACED, _replaced),
    Comparison(Kind.PAST_ITS_DAY, _past_its_day),
    Comparison(Kind.TOO_LONG, _longer_than_its_rule),
    Comparison(Kind.NOT_OPEN, _not_open_today),
    Comparison(Kind.WITHHELD, _withheld_by_its_rule),
    Comparison(Kind.UNMARKED, _unmarked),
    Comparison(Kind.MARKED, _marked),
    Comparison(Kind.NOBODY_TOLD, _nobody_told),
    Comparison(Kind.MISSING, _missing),
)


@transaction.atomic
def compare(*, day: date) -> int:
    """Write down every difference of the day and close those that are no more; returns how many stand open.

    Run again, or twice at once, it writes nothing twice. The lead office is told of new ones in one notice a run,
    with which they are written or not at all.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [COMPARING])
    new = sum(_compare(comparison, day) for comparison in COMPARISONS)
    standing = Difference.objects.filter(settled_on=None).count()
    if new:
        notices.differences(new)
    return standing


def _compare(comparison: Comparison, day: date) -> int:
    standing = Difference.objects.filter(kind=comparison.kind, settled_on=None)
    known = set(standing.values_list("record_id", flat=True))
    found = set(comparison.find(day))
    standing.filter(record__in=known - found).update(settled_on=day)
    standing.filter(record__in=known & found).update(seen_at=timezone.now())
    return len(_write(comparison.kind, found - known, day))


def _write(kind: Difference.Kind, keys: Iterable[int], day: date) -> list[Difference]:
    rows = [Difference(kind=kind, record_id=key, found_on=day) for key in sorted(keys)]
    return Difference.objects.bulk_create(rows, batch_size=BATCH)
