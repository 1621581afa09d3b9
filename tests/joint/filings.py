"""Joint filings in each of their stages."""

from entities.models import CreditRecord
from repair import services as cases
from repair.joint import services
from repair.models import Case, JointFiling
from tests.factories import (
    BodyFactory,
    EntityFactory,
    MemberFactory,
    PublicityRuleFactory,
    RecordTypeFactory,
    repairable_record,
)
from tests.repair.papers import pdf


def records_of_two_bodies() -> list[CreditRecord]:
    """Two records of one body under one rule, and one of another body, about one entity; all repairable today."""
    entity, first, second = EntityFactory(), BodyFactory(), BodyFactory()
    kind = RecordTypeFactory(submitters=[first])
    PublicityRuleFactory(record_types=[kind])
    two = [repairable_record(entity=entity, submitted_by=first, record_type=kind) for _one in range(2)]
    other = repairable_record(
        entity=entity, submitted_by=second, record_type=RecordTypeFactory(submitters=[second])
    )
    return [*two, other]


def begin(by, records: list[CreditRecord]) -> JointFiling:
    return services.begin_filing(by=by, record_ids=[record.pk for record in records])


def complete(filing: JointFiling, by) -> None:
    """Say something of all of them and add one proof that they share."""
    saved = services.save_filing(
        by=by, number=filing.number, said=services.Said("Paid, all of it."), version=filing.version
    )
    filing.version = saved.version
    services.add_proof(by=by, number=filing.number, upload=pdf())


def file(filing: JointFiling, by, *, signature: str = "Pei Huaijin", agreed: bool = True) -> JointFiling:
    return services.file_filing(
        by=by, number=filing.number, version=filing.version, signature=signature, agreed=agreed
    )


def filed(by, records: list[CreditRecord]) -> JointFiling:
    filing = begin(by, records)
    complete(filing, by)
    return file(filing, by)


def decide(case: Case, action: str) -> Case:
    """Have a colleague of the department propose it and a supervisor decide it."""
    case.refresh_from_db()
    for person, step in (
        (MemberFactory(body=case.deciding_body), f"propose_{action}"),
        (MemberFactory(body=case.deciding_body, role="supervisor"), action),
    ):
        case = cases.act_on_case(
            by=person, number=case.number, action=step, version=case.version, note="So it is."
        )
    return case
