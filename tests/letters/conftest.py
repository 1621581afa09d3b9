"""A case that is decided on, a file store of the test's own, and a platform with an address."""

import pytest

from evaluation.models import RatingRequest
from repair import services as cases
from repair.letters import papers
from repair.proof import services as proof
from repair.proof.models import Confirmation
from tests.factories import BodyFactory, CaseFactory, MemberFactory, repairable_record


@pytest.fixture(autouse=True)
def _files_and_address(media, settings):
    settings.PLATFORM_URL = "https://credit.example"


@pytest.fixture
def case(db):
    body = BodyFactory(name_zh="云汀市市场监督管理局", name_en="Yunting Market Supervision")
    return CaseFactory(state="proposed", record=repairable_record(submitted_by=body))


@pytest.fixture
def supervisor(case):
    return MemberFactory(body=case.deciding_body, role="supervisor")


@pytest.fixture
def grant(case, supervisor):
    """Grant the case and type what there is to type; gives its effect."""

    def granted():
        done = cases.act_on_case(
            by=supervisor,
            number=case.number,
            action="grant",
            version=case.version,
            note="All duties are done.",
        )
        papers.type_waiting()
        return done.effect

    return granted


@pytest.fixture
def confirmed():
    """Let every place of the platform confirm."""

    def looked():
        RatingRequest.objects.all().delete()
        Confirmation.objects.exclude(next_look_at=None).update(next_look_at="2020-01-01T00:00:00Z")
        proof.look_at_own_places()

    return looked
