"""The pages of sections, without scripts; and the list of cases, which begins with the reader's own section."""

import pytest
from django.conf import settings
from django.urls import reverse
from django.utils import timezone

from repair.sections import selectors, services
from repair.sections.models import Section
from tests.budgets import query_budget
from tests.factories import CaseFactory, MemberFactory, repairable_record
from tests.repair.test_pages import open_page, signed_in, text_of
from tests.sections.test_routing import object_to, people, section_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def record():
    return repairable_record()


@pytest.fixture
def supervisor(record):
    return MemberFactory(body=record.submitted_by, role="supervisor")


def at(section: Section, what: str = "keep") -> str:
    return reverse(f"sections:{what}", args=(section.pk,))


def test_a_supervisor_opens_fills_and_closes_a_section_in_the_browser(record, supervisor):
    client, body = signed_in(supervisor), record.submitted_by
    clerk = MemberFactory(body=body)
    page = client.get(reverse("sections:list"))
    assert "No sections" in text_of(page)
    new = reverse("sections:new", args=(body.code,))
    assert new in text_of(page)
    answer = client.post(
        new, {"name_zh": "信用科", "name_en": "Credit", "superior": supervisor.pk}, follow=True
    )
    section = Section.objects.get()
    assert section.superior == supervisor
    assert "nobody yet" in text_of(answer)
    today = timezone.localdate().isoformat()
    client.post(at(section), {"do": "task", "case_kind": "objection", "record_type": "", "since": today})
    answer = client.post(at(section), {"do": "member", "user": clerk.username}, follow=True)
    assert "Objection" in text_of(answer)
    assert str(clerk) in text_of(answer)
    assert selectors.people_in(section) == [clerk]
    case = object_to(record)
    assert "1 open case" in text_of(client.get(at(section, "detail")))
    assert "Where it lies" in text_of(open_page(clerk, case))
    client.post(at(section), {"do": f"release:{clerk.pk}"})
    page = text_of(open_page(clerk, case))
    assert "With the whole body" in page
    assert "nobody works at present" in page
    client.post(at(section), {"do": f"end:{section.tasks.get().pk}"})
    client.post(at(section), {"do": "superior", "superior": ""})
    answer = client.post(at(section), {"do": "close", "closed_on": today, "successor": ""}, follow=True)
    assert "go to the whole body" in text_of(answer)
    section.refresh_from_db()
    assert (section.closed_on, section.superior) == (timezone.localdate(), None)


def test_what_is_refused_is_said_at_its_field_and_what_was_typed_stays(record, supervisor):
    section, client = section_of(supervisor), signed_in(supervisor)
    second = services.open_section(by=supervisor, body_id=section.body_id, name_zh="二科")
    today = timezone.localdate().isoformat()
    answer = client.post(at(second), {"do": "task", "case_kind": "", "record_type": "", "since": today})
    assert answer.status_code == 422
    assert "takes these already" in text_of(answer)
    answer = client.post(at(second), {"do": "close", "closed_on": "2020-01-01"})
    assert answer.status_code == 422
    assert "2020-01-01" in text_of(answer)
    assert client.post(at(second), {"do": "nothing"}).status_code == 422
    answer = client.post(reverse("sections:new", args=(section.body.code,)), {"name_zh": "二科"})
    assert answer.status_code == 422
    assert "of this name already" in text_of(answer)


def test_a_clerk_reads_of_the_sections_and_changes_nothing(record, supervisor):
    section = section_of(supervisor)
    clerk = signed_in(people(section)[0])
    page = text_of(clerk.get(reverse("sections:list")))
    assert section.name in page
    assert reverse("sections:new", args=(section.body.code,)) not in page
    assert "Let it take these" not in text_of(clerk.get(at(section, "detail")))
    assert clerk.post(at(section), {"do": "close"}).status_code == 403


def test_the_list_begins_with_the_own_section_and_the_whole_body_is_one_click_away(record, supervisor):
    section = section_of(supervisor)
    here = object_to(record)
    elsewhere = CaseFactory(record=repairable_record(submitted_by=record.submitted_by))
    clerk = signed_in(people(section)[0])
    page = clerk.get(reverse("repair:case-list"))
    assert [row.case for row in page.context["rows"]] == [here]
    assert "My section 1" in text_of(page)
    assert "Whole body 2" in text_of(page)
    page = clerk.get(f"{reverse('repair:case-list')}?section=all")
    assert {row.case for row in page.context["rows"]} == {here, elsewhere}
    page = signed_in(supervisor).get(reverse("repair:case-list"))
    assert len(page.context["rows"]) == 2
    assert "My section" not in text_of(page)


def test_an_empty_section_says_where_the_others_are(record, supervisor):
    section = section_of(supervisor)
    page = signed_in(people(section)[0]).get(reverse("repair:case-list"))
    assert "No case lies in your section" in text_of(page)


def test_the_applicant_does_not_read_where_in_the_department_it_lies(record, supervisor):
    section = section_of(supervisor)
    case = object_to(record)
    assert section.name not in text_of(open_page(case.opened_by, case))


def test_the_page_of_sections_stays_within_its_query_budget(record, supervisor):
    for number in range(4):
        section_of(supervisor, f"{number}科", case_kind=("repair", "objection", "basis", "")[number])
    client = signed_in(supervisor)
    client.get(reverse("sections:list"))
    with query_budget("sections"):
        client.get(reverse("sections:list"))


def test_a_day_that_is_proposed_stands_in_its_box_in_every_language(record, supervisor):
    """A browser's box for a day takes 2026-11-22 and leaves anything else out."""
    section, client = section_of(supervisor), signed_in(supervisor)
    client.cookies[settings.LANGUAGE_COOKIE_NAME] = "zh-hans"
    page = text_of(client.get(at(section, "detail")))
    assert page.count(f'value="{timezone.localdate().isoformat()}"') == 2
