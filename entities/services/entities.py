"""Putting single entities into the registry; the import of a whole register is `manage.py import_entities`."""

from collections.abc import Iterable, Mapping

from django.db import transaction
from django.utils.translation import gettext as _

from credit_platform.audit import services as audit
from credit_platform.common.errors import InvalidInput, NotPermitted
from entities import codes, naming, policies
from entities.models import Entity

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
    code, name = codes.normalise(credit_code), name_zh.strip()
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
