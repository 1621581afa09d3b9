"""A small city with the shipped catalogue and schemes, for walks in the browser. Everybody in it is invented."""

from dataclasses import dataclass, field
from datetime import date, timedelta

from django.core.management import call_command
from django.utils import timezone

from associations.models import Association
from credit_platform.accounts.models import User
from entities.models import CreditRecord, Entity, RecordType, SubmittingBody
from entities.services import records
from entities.services.records import RecordDraft
from tests import factories

OFFICES = ("market-supervision", "tax", "customs", "financial-supervision")


@dataclass
class City:
    """People by what they are ("tax clerk", "lead", "agent", …), bodies by code, and two businesses."""

    people: dict[str, User] = field(default_factory=dict)
    bodies: dict[str, SubmittingBody] = field(default_factory=dict)
    hegu: Entity = None
    leasing: Entity = None

    def record(self, body: str, record_type: str, entity: Entity, draft: RecordDraft) -> CreditRecord:
        """A record as it comes about: a clerk enters it, a reviewer of the department approves."""
        clerk = self.people[f"{body} clerk"]
        record = records.save_draft(
            by=clerk,
            body=self.bodies[body],
            entity=entity,
            record_type=RecordType.objects.get(code=record_type),
            draft=draft,
        )
        records.send_to_review(by=clerk, record_id=record.pk)
        return records.approve_record(by=self.people[f"{body} reviewer"], record_id=record.pk)


def build_city() -> City:
    call_command("seed_catalogue", verbosity=0)
    call_command("seed_schemes", verbosity=0)
    city = City(bodies={body.code: body for body in SubmittingBody.objects.all()})
    for office in OFFICES:
        for role in ("clerk", "reviewer", "supervisor"):
            city.people[f"{office} {role}"] = factories.MemberFactory(body=city.bodies[office], role=role)
        city.people[f"{office} colleague"] = factories.MemberFactory(body=city.bodies[office], role="clerk")
    city.people["lead"] = factories.MemberFactory(body=city.bodies["lead-office"], role="lead")
    association = city.bodies["catering-association"]
    Association.objects.get_or_create(body=association)
    city.people["officer"] = factories.MemberFactory(body=association, role="officer")
    city.hegu = factories.EntityFactory(
        name_zh="云汀市禾谷食品有限公司", name_en="Yunting Hegu Food Co., Ltd.", initials="ytshgspyxgs"
    )
    city.leasing = factories.EntityFactory(
        name_zh="云汀市松岚融资租赁有限公司",
        name_en="Yunting Songlan Leasing Co., Ltd.",
        initials="ytsslrzzlyxgs",
    )
    city.people["agent"] = factories.AgentFactory(entity=city.hegu).user
    return city


def fine(*, days_ago: int = 150, number: str = "云市监罚〔2026〕0412号") -> RecordDraft:
    """A general fine that may be repaired from the third month on."""
    day: date = timezone.localdate() - timedelta(days=days_ago)
    return RecordDraft(
        document_number=number,
        title="罚款32000元：未履行进货查验义务",
        decided_on=day,
        facts="采购食品原料未查验供货者资质。",
        legal_basis="《中华人民共和国食品安全法》第一百二十六条",
        severity_class="general",
        penalty_kinds=("fine",),
        amount=32000,
        details={"procedure": "ordinary", "penalty_content": "罚款32000元"},
    )
