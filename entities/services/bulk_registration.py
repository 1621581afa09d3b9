"""Registering many entities at once, from the rows of a confirmed file."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.db import transaction

from credit_platform.audit import services as audit
from credit_platform.audit.models import AuditEvent
from entities import codes, naming, policies, regions
from entities.models import Entity, Submission


@dataclass(frozen=True, slots=True)
class NewEntity:
    """What a row tells about an entity that the registry does not have."""

    credit_code: str
    name_zh: str
    facts: Mapping[str, Any] = field(default_factory=dict)


@transaction.atomic
def register_many(*, by, entities: Sequence[NewEntity], submission: Submission) -> dict[str, int]:
    """The keys of these entities by code; those that the registry does not have yet are put into it.

    An entity that came in meanwhile stays as it is. Of several rows with one code the first tells its name.
    """
    policies.may_enter_records(by, submission.body).require()
    wanted = {one.credit_code: one for one in reversed(entities)}
    there = _keys(wanted)
    new = [one for code, one in wanted.items() if code not in there and codes.is_valid(code)]
    keys = naming.name_keys([one.name_zh for one in new])
    letters = naming.initials_of_keys(keys)
    Entity.objects.bulk_create(
        (
            Entity(
                credit_code=one.credit_code,
                name_zh=one.name_zh,
                name_key=key[: naming.MAX_LENGTH],
                initials=initials[: naming.MAX_LENGTH],
                **{
                    "region_code": one.credit_code[2:8],
                    "district": regions.district(one.credit_code[2:8]),
                    **one.facts,
                },
            )
            for one, key, initials in zip(new, keys, letters, strict=True)
        ),
        ignore_conflicts=True,
    )
    created = Entity.objects.filter(credit_code__in=[one.credit_code for one in new])
    AuditEvent.objects.bulk_create(
        audit.event_for(
            actor=by,
            verb="entities.entity.registered",
            target=entity,
            credit_code=entity.credit_code,
            submission=submission.pk,
        )
        for entity in created
    )
    return there | {entity.credit_code: entity.pk for entity in created}


def _keys(wanted) -> dict[str, int]:
    return dict(Entity.objects.filter(credit_code__in=wanted).values_list("credit_code", "pk"))
