"""Reading leaves: those that an entity gave, and those by which an officer acts."""

from dataclasses import dataclass

from django.db.models import QuerySet
from django.utils import timezone

from associations.models import Member
from credit_platform.common.decisions import Decision
from credit_platform.common.errors import Missing
from entities.models import CreditRecord, Entity, RecordType
from entities.policies import entities_of, shared_by_others
from entities.publicity import Outlook
from repair import policies as case_policies, rules
from repair.helping import policies
from repair.helping.models import Leave, Use
from repair.models import Case
from repair.outlook import outlooks


def own_entity(user, credit_code: str) -> Entity:
    """The entity for which the user acts; `Missing` for any other."""
    entity = Entity.objects.filter(pk__in=entities_of(user), credit_code=credit_code).first()
    if entity is None:
        raise Missing
    return entity


def memberships_of(entity: Entity) -> QuerySet[Member]:
    """The entity's memberships that hold today."""
    return (
        Member.objects.filter(entity=entity, association__body__is_active=True)
        .current_on(timezone.localdate())
        .select_related("association__body")
        .order_by("association__body__code")
    )


def records_to_help_with(entity: Entity) -> QuerySet[CreditRecord]:
    """The entity's records in force whose repair an association can file: those that are public, for it reads no others."""
    today = timezone.localdate()
    return (
        CreditRecord.objects.filter(shared_by_others(officials=False), entity=entity)
        .public_on(today)
        .filter(record_type__polarity=RecordType.Polarity.NEGATIVE)
        .select_related("record_type", "submitted_by", "entity", "type_version")
        .order_by("-decided_on", "-pk")
    )


def leaves_of(entity: Entity) -> QuerySet[Leave]:
    """All that the entity gave, the newest first."""
    return Leave.objects.filter(entity=entity).select_related(
        "member__association__body", "record", "record_type", "given_by", "entity"
    )


@dataclass(frozen=True, slots=True)
class OwnLeaves:
    """What an entity's page of leaves shows."""

    leaves: list[Leave]
    uses: list[Use]
    may_give: bool


def own_leaves(entity: Entity) -> OwnLeaves:
    """The leaves that the entity gave, what was done by them, and whether there is anybody to give one to."""
    uses = Use.objects.filter(leave__entity=entity).select_related(
        "case", "actor", "leave__member__association__body"
    )
    return OwnLeaves(list(leaves_of(entity)), list(uses), memberships_of(entity).exists())


@dataclass(frozen=True, slots=True)
class Asked:
    """A record of a member for which help was asked, and how its repair stands."""

    record: CreditRecord
    outlook: Outlook
    may_apply: Decision
    case: Case | None


@dataclass(frozen=True, slots=True)
class HeldLeave:
    """A leave by which the reader acts, with the records to which it reaches."""

    leave: Leave
    records: list[Asked]


def held_leaves(user) -> list[HeldLeave]:
    """The leaves by which the officer acts today, with what can be done by each; soonest over first."""
    if not policies.may_help(user):
        raise Missing
    leaves = list(
        Leave.objects.held_by(user)
        .select_related("member__association__body", "record", "record_type", "given_by", "entity")
        .order_by("expires_on", "pk")
    )
    records = {
        entity: list(records_to_help_with(entity)) for entity in dict.fromkeys(one.entity for one in leaves)
    }
    keys = [record.pk for found in records.values() for record in found]
    open_cases = {
        case.record_id: case
        for case in Case.objects.visible_to(user).open().filter(record__in=keys, kind=Case.Kind.REPAIR)
    }
    return [HeldLeave(leave, _asked(leave, records[leave.entity], open_cases)) for leave in leaves]


def _asked(leave: Leave, records: list[CreditRecord], open_cases: dict[int, Case]) -> list[Asked]:
    looking, found = outlooks(records, timezone.localdate()), []
    for record in records:
        if record.pk == leave.record_id or record.record_type_id == leave.record_type_id:
            outlook = looking.of(record)
            may_apply = rules.may_apply(outlook)
            found.append(Asked(record, outlook, may_apply, open_cases.get(record.pk)))
    return found


def helped_case(*, user, number: str) -> Case:
    """A case in which the user helps by the leave of its entity; `Missing` for any other."""
    case = (
        Case.objects.filter(case_policies.cases_helped_with(user), number=number)
        .select_related("record__record_type", "record__submitted_by", "entity")
        .first()
    )
    if case is None:
        raise Missing
    return case


def help_in(case: Case) -> Use | None:
    """By whose leave an association first acted in the case; None where nobody did."""
    uses = Use.objects.filter(case=case).select_related(
        "leave__member__association__body", "leave__given_by", "actor"
    )
    return uses.last()
