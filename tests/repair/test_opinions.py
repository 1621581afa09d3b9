"""Opinions of the department and of the lead office stand apart from each other and from the decision."""

import pytest
from django.urls import reverse
from django.utils import timezone

from credit_platform.common.errors import InvalidInput, NotPermitted
from repair import policies, selectors, services
from repair.models import Case
from tests.factories import BodyFactory, CaseFactory, MemberFactory

pytestmark = pytest.mark.django_db


def say(case: Case, by, note: str = "The receipt covers both fines.") -> Case:
    case.refresh_from_db()
    return services.act_on_case(by=by, number=case.number, action="opinion", version=case.version, note=note)


def lead():
    return MemberFactory(body=BodyFactory(kind="lead_office"), role="lead")


def test_each_side_has_its_own_and_the_applicant_reads_neither(client):
    case = CaseFactory()
    clerk, officer = MemberFactory(body=case.deciding_body), lead()
    say(case, clerk, "Both fines are paid.")
    say(case, officer, "Other departments granted in such cases.")
    page = selectors.case_page(user=clerk, number=case.number)
    assert [(title, [step.note for step in given]) for title, given in page.opinions] == [
        ("Opinion of the department", ["Both fines are paid."]),
        ("Opinion of the lead office", ["Other departments granted in such cases."]),
    ]
    client.force_login(clerk)
    shown = client.get(reverse("repair:case-detail", args=(case.number,))).content.decode()
    assert "Opinion of the lead office" in shown
    client.force_login(case.opened_by)
    shown = client.get(reverse("repair:case-detail", args=(case.number,))).content.decode()
    assert "Both fines are paid." not in shown
    assert "Other departments granted" not in shown


def test_an_opinion_moves_nothing_makes_no_page_old_and_needs_words():
    case = CaseFactory()
    clerk = MemberFactory(body=case.deciding_body)
    before = case.version
    assert (say(case, clerk).state, case.version) == ("submitted", before)
    with pytest.raises(InvalidInput):
        say(case, clerk, " ")
    services.act_on_case(
        by=clerk, number=case.number, action="propose_grant", version=before, note="All is there."
    )


@pytest.mark.parametrize("kind", ["repair", "objection", "basis"])
def test_whoever_gave_an_opinion_does_not_decide_nor_hear_the_appeal(kind):
    deciding = {"repair": "grant", "objection": "uphold", "basis": "remove"}[kind]
    case = CaseFactory(kind=kind, state="proposed")
    supervisor, hearing = MemberFactory(body=case.deciding_body, role="supervisor"), lead()
    say(case, supervisor)
    say(case, hearing)
    with pytest.raises(NotPermitted, match="gave an opinion"):
        services.act_on_case(
            by=supervisor, number=case.number, action=deciding, version=case.version, note="Yes."
        )
    Case.objects.filter(pk=case.pk).update(
        state="appealed", decided_by=None, reasons="No.", appeal_statement="Yes."
    )
    case = selectors.case_for(user=hearing, number=case.number)
    assert "gave an opinion" in policies.may_decide_appeal(hearing, case).reason
    assert not Case.objects.filter(
        policies.cases_waiting_for(hearing, timezone.localdate()), pk=case.pk
    ).exists()
