"""Putting single entities into the registry and changing what is registered of them.

The import of a whole register is `manage.py import_entities`.
"""

import hashlib
import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from credit_platform.audit import services as audit
from credit_platform.common.errors import InvalidInput, Missing, NotPermitted, WrongState
from entities import codes, naming, policies, regions
from entities.contacts import is_email, masked_email
from entities.models import Entity, EntityIdentifier, FormerName
from entities.services.head_offices import hold_head_offices, is_above_or_same
from entities.signals import records_changed
from entities.words import visible

#: What may be told of an entity besides its code and Chinese name.
FACTS = frozenset(
    {
        "name_en", "status", "legal_form", "region_code", "district", "industry_code", "size", "registered_on",
        "registered_capital", "business_scope", "address", "head_office",
    }
)  # fmt: skip


@transaction.atomic
def register_entity(*, by, credit_code: str, name_zh: str, **facts) -> Entity:
    """Put an entity into the registry, or find it there under its code.

    An entity that is there already is returned as it stands: whoever registers from a row of a file does
    not overwrite what the register says. The code must pass its check character.

    Args:
        facts: further fields of `Entity`; an unknown one raises `TypeError`.
    """
    _require_may_register(by)
    code, fields = _checked(credit_code, name_zh, facts)
    if survivor := entity_of_former_code(code):
        return survivor
    entity, is_new = Entity.objects.get_or_create(credit_code=code, defaults=fields)
    if is_new:
        audit.record(actor=by, verb="entities.entity.registered", target=entity, credit_code=code)
    return entity


@transaction.atomic
def register_entities(*, by, entities: Iterable[Mapping]) -> list[Entity]:
    """Put many entities into the registry that are not there yet, in two queries; each as for `register_entity`.

    Raises `IntegrityError` where a code is there already or stands twice.
    """
    _require_may_register(by)
    new = []
    for told in entities:
        facts = {name: value for name, value in told.items() if name not in ("credit_code", "name_zh")}
        code, fields = _checked(told["credit_code"], told["name_zh"], facts)
        new.append(Entity(credit_code=code, **fields))
    saved = Entity.objects.bulk_create(new)
    audit.record_many(
        audit.event_for(
            actor=by, verb="entities.entity.registered", target=entity, credit_code=entity.credit_code
        )
        for entity in saved
    )
    return saved


def _require_may_register(by) -> None:
    if not policies.roles_of(by):
        raise NotPermitted(_("Only who acts for a body registers entities."))


def _checked(credit_code: str, name_zh: str, facts: Mapping) -> tuple[str, dict]:
    """The code as it is kept, and the fields beside it; raises for what cannot be registered."""
    if unknown := facts.keys() - FACTS:
        raise TypeError(f"An entity has no field {', '.join(sorted(unknown))} to register.")
    code, name = codes.normalise(visible(credit_code)), visible(name_zh)
    problems: dict[str, list[str]] = {}
    if errors := [str(problem) for problem in codes.problems_of(code) if problem.is_error]:
        problems["credit_code"] = errors
    if not name:
        problems["name_zh"] = [_("Type the registered name.")]
    if problems:
        raise InvalidInput(problems)
    return code, {
        "name_zh": name,
        "name_key": naming.name_key(name),
        "initials": naming.initials(name),
        "region_code": code[2:8],
        **facts,
    }


def entity_of_former_code(code: str) -> Entity | None:
    """The entity into which the one with that code was merged; None where nothing was."""
    number = EntityIdentifier.objects.filter(
        kind=EntityIdentifier.Kind.FORMER_CODE, value=code, entity__merged_into=None
    ).select_related("entity")
    found = number.first()
    return found.entity if found else None


#: What the body that keeps the register may change. The code is the key, and stays.
CHANGEABLE = (
    "name_zh", "name_en", "status", "legal_form", "region_code", "industry_code", "size", "registered_on",
    "registered_capital", "legal_representative", "business_scope", "address", "contact_email",
    "head_office",
)  # fmt: skip
#: What schemes can read of an entity, the district that follows its region included: only of a change of these do apps
#: that stand on the registry hear, by hand and from a file of the register, since grades may turn on them.
TELLING = frozenset(
    {
        "status", "legal_form", "region_code", "district", "industry_code", "size", "registered_on",
        "head_office",
    }
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class FormerNumber:
    """A number under which an office knew the entity before."""

    kind: str
    value: str
    valid_from: date | None = None
    valid_to: date | None = None


@transaction.atomic
def change_entity(
    *,
    by,
    credit_code: str,
    facts: Mapping[str, Any],
    because: str,
    seen: str | None = None,
    former_number: FormerNumber | None = None,
    former_name: str = "",
) -> Entity:
    """Change what is registered of an entity; a name that it loses is kept as a former name until today.

    The legal representative is masked before it is kept, and not kept at all of a self-employed household.

    Args:
        facts: any of `CHANGEABLE`; an unknown one raises `TypeError`. `head_office` is an entity or None.
        seen: the `facts_digest` of what the page showed; what has changed since is not written over.
        former_number: an older number to add, where there is one.
        former_name: an older name to add that the registry never knew as current.

    Raises:
        InvalidInput: with everything wrong, by field.
        WrongState: somebody has changed it since.
    """
    if unknown := facts.keys() - set(CHANGEABLE):
        raise TypeError(f"An entity has no field {', '.join(sorted(unknown))} to change.")
    if "head_office" in facts:
        hold_head_offices()
    entity = _locked_for_changing(by, credit_code, seen)
    said = {name: visible(value) if isinstance(value, str) else value for name, value in facts.items()}
    if "legal_representative" in said:
        said["legal_representative"] = masked(said["legal_representative"])
    problems = _problems_of_facts(entity, said, former_number)
    if not because.strip():
        problems["because"] = [_("Say by which registration or decision it is changed.")]
    if problems:
        raise InvalidInput(problems)
    changes = _write_facts(entity, said) | _add_former(entity, former_number, visible(former_name))
    if changes:
        audit.record(
            actor=by,
            verb="entities.entity.changed",
            target=entity,
            changes=changes,
            because=because.strip(),
        )
        if changes.keys() & TELLING:
            records_changed.send(sender=Entity, entity_ids={entity.pk})
    return entity


def _locked_for_changing(by, credit_code: str, seen: str | None) -> Entity:
    # Nobody who writes of the entity meanwhile, a record or a branch, has to wait: its key stays.
    entities = Entity.objects.select_for_update(of=("self",), no_key=True)
    entity = entities.filter(credit_code=credit_code).first()
    if entity is None:
        raise Missing
    policies.may_edit_entity(by, entity).require()
    if seen is not None and seen != facts_digest(entity):
        raise WrongState(_("Somebody has changed this entity since you opened it; look at it again."))
    return entity


def _write_facts(entity: Entity, said: Mapping[str, Any]) -> dict[str, list[str]]:
    """Keep what is said; returns what it said before and says now, for the fields in which that differs."""
    changes = {
        name: [_as_logged(name, getattr(entity, name)), _as_logged(name, value)]
        for name, value in said.items()
        if getattr(entity, name) != value
    }
    if "name_zh" in changes:
        _remember_name(entity, entity.name_zh, until=timezone.localdate())
    for name, value in said.items():
        setattr(entity, name, value)
    if "name_zh" in changes:
        entity.name_key = naming.name_key(entity.name_zh)[: naming.MAX_LENGTH]
        entity.initials = naming.initials(entity.name_zh)[: naming.MAX_LENGTH]
    if "region_code" in changes and entity.region_code:
        entity.district = regions.district(entity.region_code)
    entity.save()
    return changes


def _as_logged(name: str, value) -> str:
    """More people read the log than the contact of an entity."""
    return masked_email(value) if name == "contact_email" else _as_text(value)


def facts_digest(entity: Entity) -> str:
    """A short mark of all that may be changed of an entity; another mark, another content."""
    said = json.dumps([_as_text(getattr(entity, name)) for name in CHANGEABLE], ensure_ascii=False)
    return hashlib.sha256(said.encode()).hexdigest()[:16]


def masked(name: str) -> str:
    """A person's name as it is kept and shown: the first character, then asterisks. A masked name stays as it is."""
    name = name.strip()
    return name[:1] + "*" * min(len(name) - 1, 3) if len(name) > 1 else name


def _remember_name(entity: Entity, name: str, *, until: date | None) -> bool:
    """Keep a name that the entity bore; returns whether it was not kept yet."""
    _name, is_new = FormerName.objects.get_or_create(
        entity=entity, name_key=naming.name_key(name), defaults={"name": name, "until": until}
    )
    return is_new


def _add_former(entity: Entity, number: FormerNumber | None, name: str) -> dict[str, list[str]]:
    added: dict[str, list[str]] = {}
    if name and naming.name_key(name) != entity.name_key and _remember_name(entity, name, until=None):
        added["former_name"] = ["", name]
    if number:
        defaults = {"valid_from": number.valid_from, "valid_to": number.valid_to}
        kept, is_new = EntityIdentifier.objects.get_or_create(
            entity=entity, kind=number.kind, value=codes.normalise(visible(number.value)), defaults=defaults
        )
        if is_new:
            added["former_number"] = ["", str(kept)]
    return added


def _problems_of_facts(
    entity: Entity, said: Mapping[str, Any], number: FormerNumber | None
) -> dict[str, list[str]]:
    problems: dict[str, list[str]] = {}
    if "name_zh" in said and not said["name_zh"]:
        problems["name_zh"] = [_("Type the registered name.")]
    if said.get("legal_representative") and codes.is_self_employed(entity.credit_code):
        problems["legal_representative"] = [
            _("The name of the owner of a self-employed household is personal and is not kept.")
        ]
    if (contact := said.get("contact_email")) and not is_email(contact):
        problems["contact_email"] = [_("That is no e-mail address.")]
    if (region := said.get("region_code")) and not re.fullmatch(r"\d{6}", region):
        problems["region_code"] = [_("A region of GB/T 2260 has six digits.")]
    if (industry := said.get("industry_code")) and not re.fullmatch(r"[A-T]\d{0,4}", industry):
        problems["industry_code"] = [
            _("An industry of GB/T 4754 is a letter from A to T, with up to four digits: C1411.")
        ]
    head_office = said.get("head_office")
    if head_office and entity.pk in {head_office.pk, head_office.head_office_id}:
        problems["head_office"] = [_("An entity is not its own head office, nor that of its head office.")]
    elif head_office and is_above_or_same(entity.pk, head_office.pk):
        problems["head_office"] = [
            _("%(entity)s stands below this entity already, so it cannot be its head office.")
            % {"entity": head_office}
        ]
    if (registered := said.get("registered_on")) and registered > timezone.localdate():
        problems["registered_on"] = [_("This day has not come yet.")]
    if number and not codes.normalise(number.value):
        problems["number_value"] = [_("Type the number.")]
    if number and number.valid_from and number.valid_to and number.valid_to < number.valid_from:
        problems["number_valid_to"] = [_("The last day is not before the first.")]
    return problems


def _as_text(value) -> str:
    if isinstance(value, Entity):
        return value.credit_code
    return "" if value is None else str(value)
