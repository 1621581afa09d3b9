"""What an official sees of many entities at once: grades family by family, lists, and violations in force."""

from collections.abc import Collection, Iterable
from datetime import date
from typing import Any

from django.db.models import Q

from credit_platform.audit import access
from entities.catalogue.rules import ABNORMAL_LIST, PENALTY, SERIOUS_LIST
from entities.models import CreditRecord, Entity, RecordType
from evaluation.models import CurrentRating

LISTS = (SERIOUS_LIST, ABNORMAL_LIST)
AGAINST = Q(record_type__polarity=RecordType.Polarity.NEGATIVE)


def facts_about(keys: Collection[int], *, user, today: date) -> dict[int, dict[str, Any]]:
    """By the key of the entity; three queries for however many. What is not public goes into the access log."""
    found = {entity.pk: _registered(entity) for entity in Entity.objects.filter(pk__in=keys)}
    ratings = CurrentRating.objects.visible_to(user).filter(entity__in=keys).exclude(grade="")
    for entity, family, zh, en, grade in ratings.order_by("scheme__code").values_list(
        "entity", "scheme__family", "scheme__name_zh", "scheme__name_en", "grade"
    ):
        found[entity]["grades"].setdefault(family, []).append([zh, en, grade])
    records = CreditRecord.objects.visible_to(user).counting_on(today).filter(AGAINST, entity__in=keys)
    rows = list(
        records.values_list(
            "pk", "entity", "record_type__code", "record_type__name_zh", "record_type__name_en"
        )
    )
    access.note(row[0] for row in rows)
    _count(found, rows)
    return found


def _registered(entity: Entity) -> dict[str, Any]:
    return {
        "code": entity.credit_code,
        "zh": entity.name_zh,
        "en": entity.name_en,
        "status": entity.status,
        "grades": {},
        "lists": [],
        "penalties": 0,
        "others": 0,
    }


def _count(found: dict[int, dict[str, Any]], rows: Iterable[tuple]) -> None:
    for _pk, entity, code, zh, en in rows:
        told = found[entity]
        if code in LISTS:
            if [zh, en] not in told["lists"]:
                told["lists"].append([zh, en])
        elif code == PENALTY:
            told["penalties"] += 1
        else:
            told["others"] += 1
