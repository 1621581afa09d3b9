"""What an entity's own agent reads: everything about the entity that others decide on, in one place."""

from dataclasses import dataclass
from datetime import date

from django.db.models import F
from django.utils.translation import ngettext

from agencies.measures.models import Measure
from agencies.measures.selectors import standing_for
from associations.forewarning.models import PriorNotice
from associations.forewarning.selectors import open_notices_of
from credit_platform.common.errors import Missing
from entities import looks
from entities.models import CreditRecord, Entity, Notice
from entities.policies import entities_of
from entities.statements.selectors import with_statement
from evaluation.plain import PlainGrade
from evaluation.selectors import grade_for_entity
from repair import before_filing, selectors as cases
from repair.before_filing import Prospects
from repair.selectors import CaseRow

MONTH = 30
DAYS_SAID_AS_DAYS = 60
NOTICES_SHOWN = 5
CASES_SHOWN = 5


def entities_of_agent(user) -> list[Entity]:
    """The entities that the user acts for, by name."""
    return list(Entity.objects.filter(pk__in=entities_of(user)).order_by("name_key"))


def own_entity(user, credit_code: str) -> Entity:
    """One of the user's own entities; `Missing` for any other."""
    entity = Entity.objects.filter(pk__in=entities_of(user), credit_code=credit_code).first()
    if entity is None:
        raise Missing
    return entity


@dataclass(frozen=True, slots=True)
class Standing:
    """A record that stands now, and how long it still does."""

    record: CreditRecord
    wait: str


@dataclass(frozen=True, slots=True)
class OwnCredit:
    """An entity's own page."""

    entity: Entity
    grade: PlainGrade | None
    records: list[Standing]
    measures: list[Measure]
    prospects: Prospects
    cases: list[CaseRow]
    notices: list[Notice]
    announced: list[PriorNotice]


def own_credit(*, user, entity: Entity, today: date) -> OwnCredit:
    """All that the page of one's own entity shows."""
    mine_in_force = CreditRecord.objects.visible_to(user).filter(entity=entity).counting_on(today)
    records = (
        with_statement(mine_in_force)
        .select_related("record_type", "submitted_by", "type_version")
        .order_by(F("publish_until").asc(nulls_last=True), "-decided_on", "-pk")
    )
    looks.note(records)
    mine = cases.cases_of_entity(user=user, credit_code=entity.credit_code)[:CASES_SHOWN]
    return OwnCredit(
        entity=entity,
        grade=grade_for_entity(user, entity, today),
        records=[Standing(record, wait_until(record.publish_until, today)) for record in records],
        measures=standing_for(user, entity),
        prospects=before_filing.prospects_of(user=user, entity_id=entity.pk),
        cases=cases.rows_of(mine, user=user),
        announced=open_notices_of(user=user, entity_id=entity.pk),
        notices=list(Notice.objects.visible_to(user).filter(entity=entity)[:NOTICES_SHOWN]),
    )


def wait_until(day: date | None, today: date) -> str:
    """How long it is until a day, in days or months: "in 5 months"; empty without a day."""
    if day is None:
        return ""
    days = (day - today).days
    if days < DAYS_SAID_AS_DAYS:
        return ngettext("in %(count)s day", "in %(count)s days", days) % {"count": days}
    months = days // MONTH
    return ngettext("in %(count)s month", "in %(count)s months", months) % {"count": months}
