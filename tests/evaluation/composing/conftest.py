"""A lead office of two, a small city with a variety of records, and drafts of its scheme."""

import copy
from datetime import timedelta

import pytest
from django.utils import timezone

from entities.models import Membership
from evaluation.composing import services
from evaluation.composing.models import Simulation
from evaluation.composing.simulating import work_on
from tests.factories import BodyFactory, EntityFactory, MemberFactory

CODE = "city-comprehensive"


@pytest.fixture
def office(db):
    """Two people of the lead office, who publish what the other wrote."""
    body = BodyFactory(kind="lead")
    return [MemberFactory(body=body, role=Membership.Role.LEAD) for _ in range(2)]


@pytest.fixture
def city(record):
    """Entities of two districts and several sizes, from the best to the worst."""
    today = timezone.localdate()

    def entity(district: str, size: str, *penalties: str, months: int = 1, **facts):
        one = EntityFactory(district=district, size=size, industry_code="C1411", **facts)
        record(one, "commendation")
        for number, severity in enumerate(penalties):
            record(one, severity_class=severity, decided_on=today - timedelta(days=31 * months + number))
        return one

    return [
        entity("汀东区", "large"),
        entity("汀东区", "large", "minor", registered_on=today - timedelta(days=200)),
        entity("汀东区", "small", "general", registered_on=today - timedelta(days=800)),
        entity("汀西区", "small", "general", "general", months=8),
        entity("汀西区", "micro", "serious", "general", months=14),
        entity("汀西区", "", "serious", "serious", "serious"),
        EntityFactory(district="汀西区"),
    ]


@pytest.fixture
def draft(schemes, office):
    """A draft of the comprehensive scheme that says what the version in force says."""
    return services.begin_draft(by=office[0], code=CODE)


@pytest.fixture
def change(office):
    """Change a draft: `change(draft, lambda document: …, reason=…)`."""

    def changed(draft, how, by=None, **said):
        document = copy.deepcopy(draft.document)
        how(document)
        head = {name: getattr(draft, name) for name in ("name_zh", "name_en", "effective_from", "reason")}
        return services.save_draft(
            by=by or office[0], draft_id=draft.pk, document=document, **{**head, "reason": "new law", **said}
        )

    return changed


@pytest.fixture
def harsher(draft, change):
    """The draft with general penalties at twice their points."""

    def harsh(document):
        document["components"][0]["each"]["add"][0]["gives"]["general"] = "-20"

    return change(draft, harsh)


@pytest.fixture
def simulate(office):
    """Simulate a draft to its end; returns the simulation."""

    def simulated(draft, **said) -> Simulation:
        simulation = services.start_simulation(by=office[0], draft_id=draft.pk, **said)
        work_on(simulation.pk)
        simulation.refresh_from_db()
        return simulation

    return simulated
