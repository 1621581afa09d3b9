"""A granted case in a small world: who decides, and who else keeps the record."""

import pytest

from entities.sharing.services import watching
from entities.sharing.services.watching import ListDraft
from repair import services as cases
from tests.factories import BodyFactory, CaseFactory, MemberFactory


@pytest.fixture
def case(db):
    """An application that a supervisor is to decide on."""
    return CaseFactory(state="proposed")


@pytest.fixture
def supervisor(case):
    return MemberFactory(body=case.deciding_body, role="supervisor")


@pytest.fixture
def grant(case, supervisor):
    """Grant the case; gives its effect."""

    def granted(action: str = "grant"):
        done = cases.act_on_case(
            by=supervisor, number=case.number, action=action, version=case.version, note="All is done."
        )
        return done.effect

    return granted


@pytest.fixture
def tax():
    return BodyFactory(name_zh="云汀市税务局", name_en="Yunting Tax Bureau")


@pytest.fixture
def follow(case):
    """Let a body follow the entity of the case."""

    def followed(body, **facts):
        keeper = MemberFactory(body=body, role="supervisor")
        draft = ListDraft(name=f"Kitchens of {body.code}", kind="picked", **facts)
        watching.begin_list(by=keeper, body=body, draft=draft, credit_codes=[case.entity.credit_code])
        return keeper

    return followed


@pytest.fixture
def lead():
    return MemberFactory(body=BodyFactory(kind="lead_office"), role="lead")
