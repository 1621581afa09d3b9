"""Rows to columns: the one query that feeds every rating.

PostgreSQL does the counting of words and sends binary rows of one width (`COPY … (FORMAT binary)`), which
NumPy reads as they are: no Python object is made per record, whether it is one entity or a million.

A range of many entities is read from an index that holds all that a rating looks at. What a record says but for
its days takes few values in a city, so it comes as one number, and what that number stands for is asked once (`Kinds`).
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
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
    Bools,
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
    "head_office": F("head_office_id"),
}
#: What an entity is itself, by which others name it.
ITSELF = "entity"
FACT_DATES = ("registered_on",)


@dataclass(frozen=True, slots=True)
class Column:
    """A column of the query: what PostgreSQL sends, and how NumPy reads it."""

    expression: Expression | F
    dtype: str


def may_count(records: QuerySet) -> QuerySet:
    """What the registry holds, ended records included.

    Left out are records under preparation, those whose basis has fallen, which count in no grade of any day from
    the moment at which that is known, and those of types that only the submitting body may see: a grade that
    others see would tell of them.
    """
    left_out = (*CreditRecord.UNDER_PREPARATION, CreditRecord.Status.ANNULLED)
    return records.exclude(status__in=left_out).exclude(
        type_version__disclosure=RecordTypeVersion.Disclosure.OWN
    )


def records_that_may_count() -> QuerySet[CreditRecord]:
    """The records of today that may count."""
    return may_count(CreditRecord.objects.all())


def columns_of(entity_ids: Iterable[int], vocabulary: Vocabulary) -> Columns:
    """Columns of these entities, with every record that the registry holds about them, in one query."""
    ids = sorted(set(entity_ids))
    return _columns(records_that_may_count().filter(entity_id__in=ids), vocabulary, ids)


def columns_in_force(entity_ids: Iterable[int], vocabulary: Vocabulary) -> Columns:
    """All that a rating needs: the same without ended records, which no rating counts unless it looks back."""
    ids = sorted(set(entity_ids))
    records = records_that_may_count() if vocabulary.ended else _in_force()
    return _columns(records.filter(entity_id__in=ids), vocabulary, ids)


@dataclass(slots=True)
class Kinds:
    """What records in force say but for their keys, days and numbers, each different saying once.

    Kept by whoever reads range after range under one vocabulary: a range mostly says what those before it said.
    """

    vocabulary: Vocabulary
    #: Versions of types whose records only the submitting body may see.
    hidden: list[int] = field(
        default_factory=lambda: list(
            RecordTypeVersion.objects.filter(disclosure=RecordTypeVersion.Disclosure.OWN).values_list(
                "pk", flat=True
            )
        )
    )
    #: What stands for each saying, ascending.
    numbers: Ints = field(default_factory=lambda: np.zeros(0, np.int64))
    #: The sayings in the order of `numbers`.
    sayings: np.ndarray | None = None

    def places_of(self, numbers: Ints, records: Ints) -> Ints | None:
        """For each record the place of what it says. None where a record was changed meanwhile: read anew."""
        strange = self._strange(numbers)
        if strange.any():
            found, example = np.unique(numbers[strange], return_index=True)
            self._learn(records[strange][example])
            if self._strange(found).any():
                return None
        return np.searchsorted(self.numbers, numbers)

    def _strange(self, numbers: Ints) -> Bools:
        if not len(self.numbers):
            return np.ones(len(numbers), bool)
        place = np.minimum(np.searchsorted(self.numbers, numbers), len(self.numbers) - 1)
        return self.numbers[place] != numbers

    def _learn(self, examples: Ints) -> None:
        # The number is read with the words, so that none is ever noted for the other.
        spec = _said(self.vocabulary) | {"number": _number_said(self.vocabulary)}
        rows = copy_rows(CreditRecord.objects.filter(pk__in=examples.tolist()).order_by(), spec)
        together = rows if self.sayings is None else np.concatenate([self.sayings, rows])
        self.numbers, first = np.unique(together["number"].astype(np.int64), return_index=True)
        self.sayings = together[first]


def columns_of_range(first: int, last: int, also: Iterable[int], kinds: Kinds) -> Columns:
    """Records in force of all entities whose key lies in the range; `also` are entities to rate without any.

    Where a scheme looks back, those that have ended too.
    """
    vocabulary = kinds.vocabulary
    if vocabulary.ended:
        held = records_that_may_count().filter(entity_id__gte=first, entity_id__lte=last)
        return _columns(held, vocabulary, also)
    spec = _own(vocabulary) | {"number": _number_said(vocabulary)}
    records = CreditRecord.objects.filter(
        entity_id__gte=first, entity_id__lte=last, status=CreditRecord.Status.PUBLISHED
    )
    if kinds.hidden:
        records = records.exclude(type_version_id__in=kinds.hidden)
    place = None
    while place is None:
        rows = copy_rows(records.order_by("entity_id", "pk"), spec)
        place = kinds.places_of(rows["number"].astype(np.int64), rows["record"].astype(np.int64))
    said = {name: kinds.sayings[name][place] for name in _said(vocabulary)} if len(rows) else {}
    said = said or {name: np.zeros(0, column.dtype) for name, column in _said(vocabulary).items()}
    ended = {
        "ended": np.full(len(rows), np.datetime64(FOREVER) - POSTGRES_EPOCH, np.int64),
        "standing": np.zeros(len(rows), np.int64),
    }
    return _as_columns({name: rows[name] for name in spec} | said | ended, vocabulary, also)


def _in_force() -> QuerySet[CreditRecord]:
    return records_that_may_count().filter(status=CreditRecord.Status.PUBLISHED)


def _columns(records: QuerySet[CreditRecord], vocabulary: Vocabulary, ids: Iterable[int]) -> Columns:
    spec = _own(vocabulary) | _said(vocabulary) | _end()
    rows = copy_rows(records.order_by(), spec)
    return _as_columns({name: rows[name] for name in spec}, vocabulary, ids)


def columns_of_rows(
    records: Iterable[tuple[QuerySet, str]],
    entities: Iterable[tuple[QuerySet, str]],
    vocabulary: Vocabulary,
    ids: Iterable[int],
) -> Columns:
    """Columns from several tables of the same fields together, each with the name of the field that holds the key."""
    spec = _own(vocabulary) | _said(vocabulary) | _end()
    parts = [copy_rows(rows.order_by(), spec | {"record": Column(F(key), "i8")}) for rows, key in records]
    together = {name: np.concatenate([part[name] for part in parts]) for name in spec}
    return _as_columns(together, vocabulary, ids, entities)


def _as_columns(
    rows: Mapping[str, np.ndarray],
    vocabulary: Vocabulary,
    ids: Iterable[int],
    known: Iterable[tuple[QuerySet, str]] | None = None,
) -> Columns:
    kinds = np.zeros(len(rows["entity"]), np.int64)
    for bit in range(len(vocabulary.penalty_kinds)):
        kinds |= rows[f"kind_{bit}"].astype(np.int64) << bit
    entity = rows["entity"].astype(np.int64)
    entities = np.union1d(np.fromiter(ids, np.int64), _different(entity))
    return Columns.of(
        entities,
        vocabulary,
        entity=entity,
        facts=_facts(known or _of_today(entities), vocabulary) if vocabulary.asks_for_facts else None,
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


def _different(column: Ints) -> Ints:
    """The different values of a column, cheap where equal ones stand together."""
    return np.unique(column[np.append(True, column[1:] != column[:-1])] if len(column) else column)


def _of_today(entities: Ints) -> list[tuple[QuerySet, str]]:
    whole = len(entities) > IDS_AT_ONCE
    chosen = (
        Entity.objects.filter(pk__range=(entities[0], entities[-1]))
        if whole
        else Entity.objects.filter(pk__in=entities.tolist())
    )
    return [(chosen, "pk")]


def _facts(known: Iterable[tuple[QuerySet, str]], vocabulary: Vocabulary) -> tuple[Ints, Facts]:
    """What the registry knows of the entities themselves, in one query for each table that it stands in."""
    spec = {
        **{
            f"word_{place}": Column(place_in(FACT_WORDS[name], words), "i2")
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
    rows = np.concatenate(
        [copy_rows(chosen.order_by(), spec | _itself(key, vocabulary)) for chosen, key in known]
    )
    none = Facts.unknown(vocabulary, len(rows))
    for place, name in enumerate(vocabulary.facts):
        if f"word_{place}" in spec:
            none.words[name][:] = rows[f"word_{place}"]
    for place, name in enumerate(vocabulary.fact_dates):
        if f"date_{place}" in spec:
            none.dates[name][:] = _days(rows[f"date_{place}"])
    for place, name in enumerate(vocabulary.fact_keys):
        if f"key_{place}" in spec or name == ITSELF:
            none.keys[name][:] = rows[f"key_{place}"]
    return rows["entity"].astype(np.int64), none


def _itself(key: str, vocabulary: Vocabulary) -> dict[str, Column]:
    """The key of each entity, which a table of the past holds under another name than the registry, and as a fact of it."""
    own = {
        f"key_{place}": Column(_key(F(key)), "i8")
        for place, name in enumerate(vocabulary.fact_keys)
        if name == ITSELF
    }
    return {"entity": Column(F(key), "i8"), **own}


def _days(counted: Ints) -> Days:
    """Days as PostgreSQL counts them; `NO_DAY` where there is none."""
    days = POSTGRES_EPOCH + counted.astype(np.int64)
    return np.where(days == np.datetime64(NO_DATE), NO_DAY, days)


def _own(vocabulary: Vocabulary) -> dict[str, Column]:
    """What is each record's own: keys, days, numbers."""
    date = "i4"
    return {
        "entity": Column(F("entity_id"), "i8"),
        "record": Column(F("pk"), "i8"),
        "decided": Column(F("decided_on"), date),
        "until": Column(_day_or("publish_until", FOREVER), date),
        "published": Column(_day_or("published_on", FOREVER), date),
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


def _said(vocabulary: Vocabulary) -> dict[str, Column]:
    """What many records say alike: words and marks."""
    small = "i2"
    return {
        "type": Column(place_in("record_type__code", vocabulary.types), small),
        "market": Column(_says(Q(record_type__family=RecordType.Family.MARKET)), "u1"),
        "severity": Column(place_in("severity_class", CLASSES[1:]), small),
        "objected": Column(F("objected"), "u1"),
        **{
            f"kind_{bit}": Column(_says(Q(penalty_kinds__contains=[kind])), "u1")
            for bit, kind in enumerate(vocabulary.penalty_kinds)
        },
        **{
            f"value_{place}": Column(place_in(KeyTextTransform(name, "details"), words), small)
            for place, (name, words) in enumerate(vocabulary.fields.items())
        },
    }


def _end() -> dict[str, Column]:
    """How and when records ended."""
    return {
        "ended": Column(_day_or("ended_on", FOREVER), "i4"),
        "standing": Column(place_in("status", STANDINGS[1:]), "i2"),
    }


def _number_said(vocabulary: Vocabulary) -> Column:
    """A number that is the same for records that say the same, made of nothing that the index does not hold.

    What its short details do not tell a record says alone.
    """
    alone = Case(When(short_details=None, then=F("pk")), output_field=BigIntegerField())
    said: list[Expression | F] = [F("record_type_id"), F("severity_class"), F("penalty_kinds"), F("objected")]
    if vocabulary.fields:
        said += [KeyTextTransform(name, "short_details") for name in vocabulary.fields]
        said.append(alone)
    return Column(_Hash(*said), "i8")


class _Hash(Func):
    """One number for several values together."""

    template = "hash_record_extended(ROW(%(expressions)s), 0)"
    output_field = BigIntegerField()


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


def place_in(text: str | Expression, words: tuple[str, ...]) -> Expression:
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


def copy_rows(records: QuerySet, spec: dict[str, Column]) -> np.ndarray:
    """The rows of a query as a structured array. No column may be null, or the widths would differ."""
    query = records.values_list(*(column.expression for column in spec.values()))
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
