"""The style guide is the documentation of the components: none of them is missing from it."""

import pytest
from django.conf import settings
from django.urls import reverse

from tests.factories import UserFactory

COMPONENTS = settings.BASE_DIR / "templates" / "components"
#: What is not drawn by a tag of its own name.
SIGNATURES = {"form_fields": "{{ form }}"}
pytestmark = pytest.mark.django_db


def every_component() -> set[str]:
    return {str(path.relative_to(COMPONENTS.parent)) for path in COMPONENTS.rglob("*.html")}


@pytest.mark.parametrize("language", ["en", "zh-hans"])
def test_every_component_is_on_the_style_guide(client, language):
    client.cookies[settings.LANGUAGE_COOKIE_NAME] = language
    response = client.get(reverse("ui:styleguide"))
    drawn = {template.name for template in response.templates}
    assert every_component() - drawn == set()


def test_every_component_says_at_its_top_what_it_takes():
    silent = [
        path.name
        for path in COMPONENTS.glob("*.html")
        if not path.read_text(encoding="utf-8").startswith(
            f"{{# component: {SIGNATURES.get(path.stem, path.stem)} "
        )
    ]
    assert silent == []


def test_the_look_up_of_the_style_guide_finds_by_name_code_and_initials(client):
    for typed in ("hegu", "91339702MA7HG", "hgsp"):
        answer = client.get(reverse("ui:styleguide-lookup"), {"q": typed}).content.decode()
        assert 'data-value="91339702MA7HG4Q25H"' in answer


def test_a_look_up_that_finds_nothing_says_what_else_to_type(client):
    answer = client.get(reverse("ui:styleguide-lookup"), {"q": "zzz"}).content.decode()
    assert "another part of the name" in answer
    assert 'role="option"' not in answer


def test_the_job_panel_asks_for_itself_again(client):
    answer = client.get(reverse("ui:styleguide-job")).content.decode()
    assert f'hx-get="{reverse("ui:styleguide-job")}"' in answer
    assert "1,906 / 2,412" in answer


@pytest.mark.parametrize(
    ("language", "lang", "title"), [("en", "en", "Style guide"), ("zh-hans", "zh-CN", "样式指南")]
)
def test_the_page_speaks_the_language_of_its_reader(client, language, lang, title):
    client.cookies[settings.LANGUAGE_COOKIE_NAME] = language
    page = client.get(reverse("ui:styleguide")).content.decode()
    assert f'<html lang="{lang}"' in page
    assert f"<h1>{title}</h1>" in page


FILLED = {
    "entity": "91339702MA7HG4Q25H",
    "number": "1129",
    "decided_on": "2026-11-16",
    "category": "fine",
    "fine": "3.2",
    "facts": "x",
    "level": "2",
}


def test_whoever_is_not_signed_in_tries_nothing(client):
    answer = client.post(reverse("ui:styleguide-try"), FILLED)
    assert answer.status_code == 302
    assert answer["Location"].startswith(reverse("account_login"))


def test_a_tried_form_is_answered_as_a_real_one(client):
    client.force_login(UserFactory())
    assert client.post(reverse("ui:styleguide-try"), FILLED).status_code == 302
    refused = client.post(reverse("ui:styleguide-try"), FILLED | {"fine": "32000"})
    assert refused.status_code == 422
    assert "32,000 yuan is 3.2 in this unit." in refused.content.decode()


def test_a_script_that_sends_a_file_is_told_where_to_go_next(client):
    client.force_login(UserFactory())
    answer = client.post(reverse("ui:styleguide-try"), FILLED, headers={"X-Upload": "1"})
    assert answer.status_code == 204
    assert answer["X-Location"] == reverse("ui:styleguide")
    page = client.get(reverse("ui:styleguide"))
    assert "data-toast" in page.content.decode()
