"""Search engines find organisations by their names, in both languages, and no record stands in what they keep."""

import gzip
import json
import re

import pytest
from django.urls import reverse
from django.utils import timezone, translation

from credit_platform.portal import seen
from entities.commitments.models import CommitmentTemplate
from entities.models import Entity
from evaluation.models import Scheme
from tests.associations.factories import CourseFactory
from tests.factories import (
    BodyFactory,
    EntityFactory,
    PublicityRuleFactory,
    RecordFactory,
    RecordTypeFactory,
    install_shipped_schemes,
)

pytestmark = pytest.mark.django_db
HOUSEHOLD = "92999999MA00000A0X"


@pytest.fixture
def company():
    return EntityFactory(name_zh="云亭禾谷食品有限公司", name_en="Yunting Hegu Foods </script> Ltd")


@pytest.fixture
def household():
    entity = EntityFactory(name_zh="云亭裴记小吃店", name_en="")
    Entity.objects.filter(pk=entity.pk).update(credit_code=HOUSEHOLD)
    entity.refresh_from_db()
    return entity


def data_in(page: str) -> dict:
    found = re.findall(r'<script type="application/ld\+json">(.*?)</script>', page, re.DOTALL)
    return json.loads(found[0]) if found else {}


def head_of(page: str) -> str:
    return page.partition("</head>")[0]


def address_of(entity: Entity) -> str:
    return reverse("portal:entity", args=(entity.credit_code,))


def test_an_organisation_is_told_by_its_registration_and_nothing_can_end_the_script(client, company):
    page = client.get(address_of(company), headers={"accept-language": "en"}).text
    told = data_in(page)
    assert told["@type"] == "Organization"
    assert told["name"] == company.name_en
    assert told["alternateName"] == [company.name_zh]
    assert told["identifier"]["value"] == company.credit_code
    assert "</script> Ltd" not in head_of(page)


def test_no_record_stands_in_what_search_engines_keep(client, company):
    RecordFactory(
        entity=company,
        record_type=RecordTypeFactory(code="administrative-penalty"),
        title="Sold food past its date",
        document_number="云市监罚〔2026〕9号",
    )
    page = client.get(address_of(company)).text
    assert "Sold food past its date" in page
    assert "Sold food past its date" not in head_of(page)
    assert "云市监罚" not in head_of(page)


def test_a_household_is_listed_by_nobody(client, household, company):
    answer = client.get(address_of(household))
    assert answer["X-Robots-Tag"] == "noindex, noarchive"
    assert household.name_zh not in re.sub("<title>.*?</title>", "", head_of(answer.text), flags=re.DOTALL)
    assert data_in(answer.text) == {}
    assert client.get(address_of(company))["X-Robots-Tag"] == "nosnippet, noarchive"


def test_each_language_of_a_page_has_an_address_of_its_own(client, company):
    address = address_of(company)
    for code, lang in (("en", "en"), ("zh-hans", "zh-CN")):
        page = client.get(f"{address}?hl={code}", headers={"accept-language": "fr"}).text
        assert f'<html lang="{lang}"' in page
        assert f'<link rel="canonical" href="http://testserver{address}?hl={code}">' in page
        assert page.count('rel="alternate" hreflang=') == 3
    assert "hl" not in client.cookies


def test_a_language_that_there_is_not_is_not_spoken(client, company):
    page = client.get(f"{address_of(company)}?hl=tlh", headers={"accept-language": "en"}).text
    assert '<html lang="en"' in page


def test_the_map_leads_to_organisations_and_to_no_household(client, company, household):
    index = client.get(reverse("portal:sitemap")).text
    parts = re.findall(r"<loc>http://testserver(.*?)</loc>", index)
    assert parts[0] == reverse("portal:sitemap-pages")
    found = "".join(gzip.decompress(client.get(part).content).decode() for part in parts[1:])
    assert company.credit_code in found
    assert household.credit_code not in found
    assert client.get(reverse("portal:sitemap-entities", args=(10**6,))).status_code == 404


def pages_of_the_map(client) -> set[str]:
    told = client.get(reverse("portal:sitemap-pages")).text
    return set(re.findall(r"<loc>http://testserver(.*?)</loc>", told))


def test_each_page_of_the_map_is_there_and_has_an_address_in_each_language(client):
    scheme = install_shipped_schemes()["city-comprehensive"].scheme
    Scheme.objects.filter(pk=scheme.pk).update(is_public=True)
    wording = CommitmentTemplate.objects.create(
        code="safe-food", name_zh="食品安全承诺", matter_zh="食品经营", text_zh="本单位承诺依法经营。",
        checked_by=BodyFactory(), check_within_days=30, valid_from=timezone.localdate(),
    )  # fmt: skip
    expected = {
        reverse("portal:promise", args=(wording.pk,)),
        reverse("courses:course", args=(CourseFactory().pk,)),
        reverse("evaluation:scheme", args=(scheme.code,)),
        reverse("entities:catalogue-entry", args=("instruments", PublicityRuleFactory().instrument.code)),
        reverse("public_reports:write"),
    }
    pages = pages_of_the_map(client)
    assert expected <= pages
    for page in pages:
        answer = client.get(page, {"hl": "en"})
        assert answer.status_code == 200, page
        assert f'<link rel="canonical" href="http://testserver{page}?hl=en">' in answer.text, page
        assert answer.text.count('rel="alternate" hreflang=') == 3, page
    CommitmentTemplate.objects.update(is_public=False)
    Scheme.objects.update(is_public=False)
    hidden = {
        reverse("portal:promise", args=(wording.pk,)), reverse("evaluation:scheme", args=(scheme.code,)),
    }  # fmt: skip
    assert not pages_of_the_map(client) & hidden


def test_the_map_is_made_by_ranges_of_keys_and_kept(client, company, django_assert_num_queries):
    part = reverse("portal:sitemap-entities", args=(company.pk // seen.IN_A_PART,))
    client.get(part)
    with django_assert_num_queries(0):
        assert company.credit_code in gzip.decompress(client.get(part).content).decode()


def test_robots_are_told_where_the_map_is(client):
    told = client.get("/robots.txt")
    assert told["Content-Type"].startswith("text/plain")
    assert "Sitemap: http://testserver/sitemap.xml" in told.text


def test_the_open_data_is_told_as_a_catalogue_in_two_vocabularies(client, settings):
    settings.OPEN_DATA_LICENCE, settings.OPEN_DATA_LICENCE_URL = "CC BY 4.0", "https://example.org/by"
    RecordFactory(record_type=RecordTypeFactory(code="administrative-penalty"))
    (told,) = data_in(client.get(reverse("portal:open-data")).text)["dataset"]
    assert told["license"] == "https://example.org/by"
    (dcat,) = client.get(reverse("portal:data-catalogue")).json()["dcat:dataset"]
    assert dcat["dct:identifier"] == "penalties"
    assert len(dcat["dcat:distribution"]) == 3


def test_the_look_up_can_be_asked_from_a_search_engine(client):
    told = data_in(client.get("/").text)
    assert told["potentialAction"]["target"] == "http://testserver/search/?q={query}"


@pytest.mark.parametrize("language", ["en", "zh-hans"])
def test_the_address_of_the_platform_stands_in_every_link_where_it_is_set(
    client, settings, company, language
):
    settings.PLATFORM_URL = "https://credit.example"
    with translation.override(language):
        page = client.get(f"{address_of(company)}?hl={language}").text
    assert f'href="https://credit.example{address_of(company)}?hl={language}"' in page
