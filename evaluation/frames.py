"""Rows to columns: the one query that feeds every rating.

PostgreSQL does the counting of words and sends binary rows of one width (`COPY … (FORMAT binary)`), which
NumPy reads as they are: no Python object is made per record, whether it is one entity or a million.
"""

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
from django.contrib.postgres.fields import ArrayField
from django.db import connection
from django.db.models import (
    BooleanField,
    Case,
    CharField,
    DateField,
    Expression,
    F,
    Func,
    Q,
    QuerySet,
    SmallIntegerField,
    TextField,
    Value,
    When,
)
from django.db.models.fields.json import KeyTextTransform
from django.db.models.functions import Cast, Coalesce

from entities.models import CreditRecord, RecordType, RecordTypeVersion
from evaluation.columns import CLASSES, FOREVER, STANDINGS, Columns, Vocabulary

#: What stands before the rows of a binary COPY, and behind them.
HEADER, TRAILER = 19, 2
#: PostgreSQL counts days from here.
POSTGRES_EPOCH = np.datetime64("2000-01-01", "D")


@dataclass(frozen=True, slots=True)
class Column:
    """A column of the query: what PostgreSQL sends, and how NumPy reads it."""

    expression: Expression | F
    dtype: str


def records_that_may_count() -> QuerySet[CreditRecord]:
    """What the registry holds, ended records included.

    Left out are records under preparation, and those of types that only the submitting body may see: a
    grade that others see would tell of them.
    """
    return CreditRecord.objects.exclude(status__in=CreditRecord.UNDER_PREPARATION).exclude(
        type_version__disclosure=RecordTypeVersion.Disclosure.OWN
    )


def columns_of(entity_ids: Iterable[int], vocabulary: Vocabulary) -> Columns:
    """Columns of these entities, with every record that the registry holds about them, in one query."""
    ids = sorted(set(entity_ids))
    return _columns(records_that_may_count().filter(entity_id__in=ids), vocabulary, ids)


def columns_in_force(entity_ids: Iterable[int], vocabulary: Vocabulary) -> Columns:
    """The same without ended records, which no rating counts: all that a rating needs."""
    ids = sorted(set(entity_ids))
    return _columns(_in_force().filter(entity_id__in=ids), vocabulary, ids)


def columns_of_range(first: int, last: int, also: Iterable[int], vocabulary: Vocabulary) -> Columns:
    """Records in force of all entities whose key lies in the range; `also` are entities to rate without any."""
    return _columns(_in_force().filter(entity_id__gte=first, entity_id__lte=last), vocabulary, also)


def _in_force() -> QuerySet[CreditRecord]:
    return records_that_may_count().filter(status=CreditRecord.Status.PUBLISHED)


def _columns(records: QuerySet[CreditRecord], vocabulary: Vocabulary, ids: Iterable[int]) -> Columns:
    spec = _spec(vocabulary)
    rows = _copy(records, spec)
    kinds = np.zeros(len(rows), np.int64)
    for bit in range(len(vocabulary.penalty_kinds)):
        kinds |= rows[f"kind_{bit}"].astype(np.int64) << bit
    entity = rows["entity"].astype(np.int64)
    return Columns.of(
        np.union1d(np.fromiter(ids, np.int64), entity),
        vocabulary,
        entity=entity,
        values={
            name: rows[f"value_{place}"].astype(np.int64) for place, name in enumerate(vocabulary.fields)
        },
        record=rows["record"].astype(np.int64),
        type=rows["type"].astype(np.int64),
        market=rows["market"].astype(bool),
        severity=rows["severity"].astype(np.int64),
        penalty_kinds=kinds,
        **{
            name: POSTGRES_EPOCH + rows[name].astype(np.int64)
            for name in ("decided", "published", "until", "ended")
        },
        standing=rows["standing"].astype(np.int64),
        objected=rows["objected"].astype(bool),
    )


def _spec(vocabulary: Vocabulary) -> dict[str, Column]:
    small, date = "i2", "i4"
    return {
        "entity": Column(F("entity_id"), "i8"),
        "record": Column(F("pk"), "i8"),
        "type": Column(_word("record_type__code", vocabulary.types), small),
        "market": Column(_says(Q(record_type__family=RecordType.Family.MARKET)), "u1"),
        "severity": Column(_word("severity_class", CLASSES[1:]), small),
        "decided": Column(F("decided_on"), date),
        "until": Column(_day_or_forever("publish_until"), date),
        "published": Column(_day_or_forever("published_on"), date),
        "ended": Column(_day_or_forever("ended_on"), date),
        "standing": Column(_word("status", STANDINGS[1:]), small),
        "objected": Column(F("objected"), "u1"),
        **{
            f"kind_{bit}": Column(_says(Q(penalty_kinds__contains=[kind])), "u1")
            for bit, kind in enumerate(vocabulary.penalty_kinds)
        },
        **{
            f"value_{place}": Column(_word(KeyTextTransform(name, "details"), words), small)
            for place, (name, words) in enumerate(vocabulary.fields.items())
        },
    }


def _day_or_forever(field: str) -> Expression:
    return Coalesce(field, Cast(Value(FOREVER), DateField()))


def _word(text: str | Expression, words: tuple[str, ...]) -> Expression:
    """The number of a word: its place from 1, or 0 for any other."""
    known = Value(list(words), output_field=ArrayField(CharField()))
    place = Func(
        Cast(known, ArrayField(TextField())),
        Cast(text, TextField()),
        function="array_position",
        output_field=SmallIntegerField(),
    )
    return Cast(Coalesce(place, 0), SmallIntegerField())


def _says(condition: Q) -> Expression:
    return Case(When(condition, then=True), default=False, output_field=BooleanField())


def _copy(records: QuerySet, spec: dict[str, Column]) -> np.ndarray:
    """The rows of a query as a structured array. No column may be null, or the widths would differ."""
    query = records.order_by().values_list(*(column.expression for column in spec.values()))
    sql, params = query.query.get_compiler(connection=connection, elide_empty=False).as_sql()
    content = bytearray()
    with connection.cursor() as cursor:
        # Bound beforehand: Django's debugging cursor copies plain statements only.
        statement = cursor.mogrify(f"COPY ({sql}) TO STDOUT (FORMAT binary)", params)
        with cursor.copy(statement) as copy:
            for piece in copy:
                content += piece
    return np.frombuffer(content, _row_type(spec), offset=HEADER, count=_rows(len(content), spec))


def _row_type(spec: dict[str, Column]) -> np.dtype:
    """Each row: the number of its fields, then each field with its length before it."""
    fields = [("fields", ">i2")]
    for name, column in spec.items():
        fields += [(f"width_of_{name}", ">i4"), (name, f">{column.dtype}")]
    return np.dtype(fields)


def _rows(size: int, spec: dict[str, Column]) -> int:
    rows, rest = divmod(size - HEADER - TRAILER, _row_type(spec).itemsize)
    if rest:
        raise ValueError("The rows of the answer are not of one width.")
    return rows
