"""Entities that stand here twice: found by comparing all names and numbers at once, offered to the lead office.

Nothing is merged by itself. That two entities are not the same is remembered, and they are not offered again.
"""

import re
from collections.abc import Iterator

from django.db import connection, transaction
from django.db.models import Case, IntegerField, QuerySet, Value, When
from django.utils import timezone

from credit_platform.audit import services as audit
from credit_platform.common.errors import Missing
from entities import policies
from entities.models import Entity, FormerName, NearDuplicate
from entities.search import simplified

Reason = NearDuplicate.Reason
BATCH = 50_000
#: More of one name are no pairs but a common name.
MOST_OF_A_NAME = 6
#: A shorter name, without its legal form, is borne by many.
SHORTEST = 4
LEGAL_FORM = re.compile(
    "(?:股份有限责任公司|有限责任公司|股份有限公司|股份公司|有限公司|公司)$", re.MULTILINE
)
SIGNS = re.compile(r"[()\"'·.,\-]")


def loose_keys(keys: list[str]) -> list[str]:
    """Names as they are compared here: simplified, without legal form and signs; keys as of `naming.name_keys`."""
    text = simplified("\n".join(keys))
    return LEGAL_FORM.sub("", SIGNS.sub("", text)).split("\n")


@transaction.atomic
def find_near_duplicates() -> int:
    """Compare all entities with all others; returns how many pairs are offered now. Safe to run again.

    A pair that somebody decided on stays as it is; one that is no longer alike and not decided on is dropped.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [0x2117])
        cursor.execute(
            "CREATE TEMP TABLE likeness (entity_id bigint, place text, key text, name_key text, former boolean)"
            " ON COMMIT DROP"
        )
        for batch in _names():
            # A batch is read before its COPY begins, for within it the database answers nothing else.
            with cursor.copy("COPY likeness FROM STDIN") as copy:
                for row in batch:
                    copy.write_row(row)
        cursor.execute("CREATE INDEX ON likeness (key, place)")
        cursor.execute("ANALYZE likeness")
        cursor.execute(FOUND, {"most": MOST_OF_A_NAME})
        cursor.execute(
            "INSERT INTO entities_nearduplicate (first_id, second_id, reasons, found_at, different)"
            " SELECT first, second, reasons, now(), false FROM alike"
            " ON CONFLICT (first_id, second_id) DO UPDATE SET reasons = excluded.reasons"
            " WHERE entities_nearduplicate.reasons <> excluded.reasons"
        )
        cursor.execute(
            "DELETE FROM entities_nearduplicate d WHERE NOT different"
            " AND NOT EXISTS (SELECT FROM alike a WHERE (a.first, a.second) = (d.first_id, d.second_id))"
        )
        cursor.execute("DROP TABLE alike, likeness")
    return NearDuplicate.objects.filter(different=False).count()


def _names() -> Iterator[list[tuple]]:
    """Current and former names of all entities, with their loose keys; those too short to tell anything left out."""
    sources = (
        (Entity.objects.values_list("pk", "region_code", "name_key"), False),
        (
            FormerName.objects.filter(entity__merged_into=None).values_list(
                "entity_id", "entity__region_code", "name_key"
            ),
            True,
        ),
    )
    for rows, former in sources:
        batch: list[tuple] = []
        for row in rows.order_by("pk").iterator(chunk_size=BATCH):
            batch.append(row)
            if len(batch) == BATCH:
                yield _keyed(batch, former)
                batch = []
        yield _keyed(batch, former)


def _keyed(rows: list[tuple], former: bool) -> list[tuple]:
    keys = loose_keys([row[2] for row in rows]) if rows else []
    return [
        (entity, region[:4], key, name_key, former)
        for (entity, region, name_key), key in zip(rows, keys, strict=True)
        if len(key) >= SHORTEST
    ]


#: Pairs with all their reasons. Names are compared within one city: elsewhere the same name is another's.
FOUND = f"""
CREATE TEMP TABLE alike ON COMMIT DROP AS
WITH named AS (
    SELECT key, place FROM likeness GROUP BY key, place
    HAVING count(DISTINCT entity_id) BETWEEN 2 AND %(most)s
), numbers AS (
    SELECT i.entity_id, right(i.value, 9) AS inner_code
    FROM entities_entityidentifier i JOIN entities_entity e ON e.id = i.entity_id AND e.merged_into_id IS NULL
    WHERE (i.kind = 'organisation' AND length(i.value) = 9) OR (i.kind = 'tax' AND length(i.value) = 15)
), pairs AS (
    SELECT a.entity_id AS one, b.entity_id AS other,
        CASE WHEN a.name_key = b.name_key THEN '{Reason.SAME_NAME}' ELSE '{Reason.SPELLING}' END AS reason
    FROM named JOIN likeness a USING (key, place) JOIN likeness b USING (key, place)
    WHERE a.entity_id < b.entity_id AND NOT a.former AND NOT b.former
    UNION
    SELECT a.entity_id, b.entity_id, '{Reason.RENAMED}'
    FROM named JOIN likeness a USING (key, place) JOIN likeness b USING (key, place)
    WHERE a.former AND NOT b.former AND a.entity_id <> b.entity_id
    UNION
    SELECT a.id, b.id, '{Reason.ORGANISATION_CODE}'
    FROM entities_entity a JOIN entities_entity b USING (organisation_code)
    WHERE a.id < b.id AND a.merged_into_id IS NULL AND b.merged_into_id IS NULL
    UNION
    SELECT n.entity_id, e.id, '{Reason.OLD_NUMBER}'
    FROM numbers n JOIN entities_entity e ON e.organisation_code = n.inner_code
    WHERE e.id <> n.entity_id AND e.merged_into_id IS NULL
)
SELECT least(one, other) AS first, greatest(one, other) AS second,
    array_agg(DISTINCT reason::varchar(20) ORDER BY reason::varchar(20)) AS reasons
FROM pairs GROUP BY 1, 2
"""


def pairs(*, different: bool) -> QuerySet[NearDuplicate]:
    """Pairs that nobody has decided on, those of the same organisation code first; or those said to differ."""
    codes_first = Case(
        When(reasons__overlap=[Reason.ORGANISATION_CODE, Reason.OLD_NUMBER], then=Value(0)),
        default=Value(1),
        output_field=IntegerField(),
    )
    return (
        NearDuplicate.objects.filter(different=different, first__merged_into=None, second__merged_into=None)
        .select_related("first", "second", "decided_by")
        .order_by(codes_first, "pk")
    )


@transaction.atomic
def say_different(*, by, pair_id: int) -> NearDuplicate:
    """Remember that two entities are not the same. Saying it again changes nothing."""
    return _decide(by, pair_id, different=True, verb="entities.likeness.different")


@transaction.atomic
def ask_again(*, by, pair_id: int) -> NearDuplicate:
    """Take back that two entities are not the same; the pair is offered again."""
    return _decide(by, pair_id, different=False, verb="entities.likeness.again")


def _decide(by, pair_id: int, *, different: bool, verb: str) -> NearDuplicate:
    policies.may_move_entities(by).require()
    pair = NearDuplicate.objects.select_for_update(of=("self",)).select_related("first", "second")
    found = pair.filter(pk=pair_id).first()
    if found is None:
        raise Missing
    if found.different != different:
        found.different = different
        found.decided_by, found.decided_at = (by, timezone.now()) if different else (None, None)
        found.save()
        audit.record(actor=by, verb=verb, target=found.first, other=found.second.credit_code)
    return found
