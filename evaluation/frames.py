"""Rows to columns: the one query that feeds every rating.

PostgreSQL does the counting of words and sends binary rows of one width (`COPY … (FORMAT binary)`), which
NumPy reads as they are: no Python object is made per record, whether it is one entity or a million.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

import numpy as np
from django.contrib.postgres.fields import ArrayField
from django.db import connection
from django.db.models import (
    BigIntegerField,
    BooleanField,
    Case,
    CharField,
    DateField,
    DecimalField,
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
from django.db.models.functions import Cast, Coalesce, Left

from entities.models import CreditRecord, Entity, RecordType, RecordTypeVersion
from evaluation.columns import (
    CLASSES,
    FOREVER,
    NO_DAY,
    NUMBER_PLACES,
    STANDINGS,
    UNKNOWN,
    Columns,
    Days,
    Facts,
    Ints,
    Vocabulary,
)

#: Beyond so many entities their facts are read by range of keys.
IDS_AT_ONCE = 10_000
#: What stands before the rows of a binary COPY, and behind them.
HEADER, TRAILER = 19, 2
#: PostgreSQL counts days from here.
POSTGRES_EPOCH = np.datetime64("2000-01-01", "D")
#: What stands for no day, where a column may not be null.
NO_DATE = date(1, 1, 1)
#: Numbers and days as people enter them; anything else in a field is none.
NUMBER_PATTERN = r"^\s*-?[0-9]{1,13}(\.[0-9]+)?\s*$"
DAY_PATTERN = r"^[0-9]{4}-[0-9]{2}-[0-9]{2}$"
#: Facts of entities that schemes may ask for, each as text; anything else is known of nobody.
FACT_WORDS: dict[str, Any] = {
    "status": F("status"),
    "legal_form": F("legal_form"),
    "region": F("region_code"),
    "district": F("district"),
    "industry": F("industry_code"),
    "division": Left("industry_code", 3),
    "section": Left("industry_code", 1),
    "size": F("size"),
}
FACT_DATES = ("registered_on",)


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
    entities = np.union1d(np.fromiter(ids, np.int64), entity)
    return Columns.of(
        entities,
        vocabulary,
        entity=entity,
        facts=_facts(entities, vocabulary) if vocabulary.asks_for_facts else None,
        values={
            name: rows[f"value_{place}"].astype(np.int64) for place, name in enumerate(vocabulary.fields)
        },
        numbers={
            name: rows[f"number_{place}"].astype(np.int64) for place, name in enumerate(vocabulary.numbers)
        },
        dates={name: _days(rows[f"date_{place}"]) for place, name in enumerate(vocabulary.dates)},
        keys={name: rows[f"key_{place}"].astype(np.int64) for place, name in enumerate(vocabulary.keys)},
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


def _facts(entities: Ints, vocabulary: Vocabulary) -> tuple[Ints, Facts]:
    """What the registry knows of the entities themselves, in one query."""
    spec = {
        "entity": Column(F("pk"), "i8"),
        **{
            f"word_{place}": Column(_word(FACT_WORDS[name], words), "i2")
            for place, (name, words) in enumerate(vocabulary.facts.items())
            if name in FACT_WORDS
        },
        **{
            f"date_{place}": Column(_day_or(name, NO_DATE), "i4")
            for place, name in enumerate(vocabulary.fact_dates)
            if name in FACT_DATES
        },
        **{
            f"key_{place}": Column(_key(FACT_WORDS[name]), "i8")
            for place, name in enumerate(vocabulary.fact_keys)
            if name in FACT_WORDS
        },
    }
    whole = len(entities) > IDS_AT_ONCE
    chosen = (
        Entity.objects.filter(pk__range=(entities[0], entities[-1]))
        if whole
        else Entity.objects.filter(pk__in=entities.tolist())
    )
    rows = _copy(chosen, spec)
    none = Facts.unknown(vocabulary, len(rows))
    for place, name in enumerate(vocabulary.facts):
        if f"word_{place}" in spec:
            none.words[name][:] = rows[f"word_{place}"]
    for place, name in enumerate(vocabulary.fact_dates):
        if f"date_{place}" in spec:
            none.dates[name][:] = _days(rows[f"date_{place}"])
    for place, name in enumerate(vocabulary.fact_keys):
        if f"key_{place}" in spec:
            none.keys[name][:] = rows[f"key_{place}"]
    return rows["entity"].astype(np.int64), none


def _days(counted: Ints) -> Days:
    """Days as PostgreSQL counts them; `NO_DAY` where there is none."""
    days = POSTGRES_EPOCH + counted.astype(np.int64)
    return np.where(days == np.datetime64(NO_DATE), NO_DAY, days)


def _spec(vocabulary: Vocabulary) -> dict[str, Column]:
    small, date = "i2", "i4"
    return {
        "entity": Column(F("entity_id"), "i8"),
        "record": Column(F("pk"), "i8"),
        "type": Column(_word("record_type__code", vocabulary.types), small),
        "market": Column(_says(Q(record_type__family=RecordType.Family.MARKET)), "u1"),
        "severity": Column(_word("severity_class", CLASSES[1:]), small),
        "decided": Column(F("decided_on"), date),
        "until": Column(_day_or("publish_until", FOREVER), date),
        "published": Column(_day_or("published_on", FOREVER), date),
        "ended": Column(_day_or("ended_on", FOREVER), date),
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
        **{f"number_{place}": Column(_number(name), "i8") for place, name in enumerate(vocabulary.numbers)},
        **{f"date_{place}": Column(_date(name), date) for place, name in enumerate(vocabulary.dates)},
        **{
            f"key_{place}": Column(
                _key(
                    F("document_number") if name == "document-number" else KeyTextTransform(name, "details")
                ),
                "i8",
            )
            for place, name in enumerate(vocabulary.keys)
        },
    }


def _day_or(field: str, otherwise: date) -> Expression:
    return Coalesce(field, Cast(Value(otherwise), DateField()))


def _number(name: str) -> Expression:
    """Units of `NUMBER_PLACES`, rounded half away from zero; `UNKNOWN` where the field holds no number."""
    text = Cast(F("amount") if name == "amount" else KeyTextTransform(name, "details"), TextField())
    units = Func(
        Cast(text, DecimalField(max_digits=40, decimal_places=20)) * 10**NUMBER_PLACES,
        function="round",
        output_field=DecimalField(max_digits=40, decimal_places=20),
    )
    # The database looks at a branch of CASE only where its condition holds.
    return Case(
        When(_RegexMatch(text, Value(NUMBER_PATTERN)), then=Cast(units, BigIntegerField())),
        default=Cast(Value(int(UNKNOWN)), BigIntegerField()),
        output_field=BigIntegerField(),
    )


def _date(name: str) -> Expression:
    text = Cast(KeyTextTransform(name, "details"), TextField())
    return Case(
        When(
            _RegexMatch(text, Value(DAY_PATTERN)) & _IsDate(text),
            then=Cast(text, DateField()),
        ),
        default=Cast(Value(NO_DATE), DateField()),
        output_field=DateField(),
    )


def _key(text: Expression | F) -> Expression:
    """A number that is the same for the same text, and 0 for none."""
    plain = Cast(text, TextField())
    hashed = Func(plain, Value(0), function="hashtextextended", output_field=BigIntegerField())
    return Coalesce(
        Case(
            When(_RegexMatch(plain, Value("^$")), then=Cast(Value(0), BigIntegerField())),
            default=hashed,
            output_field=BigIntegerField(),
        ),
        Cast(Value(0), BigIntegerField()),
    )


class _RegexMatch(Func):
    """Whether a text matches a pattern."""

    template = "(%(expressions)s)"
    arg_joiner = " ~ "
    output_field = BooleanField()
    conditional = True


class _IsDate(Func):
    """Whether a text is a day of the calendar."""

    template = "pg_input_is_valid(%(expressions)s, 'date')"
    output_field = BooleanField()
    conditional = True


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
