"""What a search engine sees of the public pages: addresses in each language, what a page is about as data, and a map.

No record stands in any of it, so that nothing outlives its publicity in another's index: of an entity its registration
alone is told, and of a household, which bears its owner's name, nothing at all.
"""

import gzip
import json
from datetime import date
from typing import Any

from django.conf import settings
from django.core.cache import cache
from django.db.models import Max
from django.http import HttpRequest
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import get_language, gettext as _

from associations.courses.selectors import coming_courses
from credit_platform.common.errors import Missing
from credit_platform.common.exporting import CONTENT_TYPES
from credit_platform.portal import open_data, policies, selectors
from credit_platform.portal.stories.models import Story
from credit_platform.portal.stories.selectors import public_stories
from credit_platform.ui import navigation
from entities import codes
from entities.cataloguing.views import SECTIONS as CATALOGUE
from entities.commitments.selectors import wordings_in_force
from entities.models import Entity, LegalInstrument

#: Names the language in an address; what a reader chose is kept in a cookie instead.
LANGUAGE = "hl"
SAID_AS = {"en": "en", "zh-hans": "zh-Hans"}
#: May be listed by their names, and nothing of their pages may be shown or kept elsewhere.
LISTED, NOT_LISTED = "nosnippet, noarchive", "noindex, noarchive"
#: How many keys a part of the map spans; the standard allows 50 000 addresses in one.
IN_A_PART = 20_000
MAP_KEPT_FOR = 6 * 3600
#: Pages of the map that are no entity's.
PAGES = (
    "portal:home", "portal:lists", "portal:announcements", "portal:open-data", "portal:cases", "portal:methods",
    "portal:consequences", "portal:promises", "portal:verify-home", "stories:list", "integrity_calendar:month", "integrity_calendar:coming",
    "courses:coming", "entities:catalogue", "evaluation:scales", "public_reports:write", "credit_reports:home",
)  # fmt: skip
SCHEMA = "https://schema.org"
#: Signs that could end a script element or begin a comment in it.
ESCAPED = {ord("<"): "\\u003C", ord(">"): "\\u003E", ord("&"): "\\u0026"}


def root(request: HttpRequest) -> str:
    """Where the platform stands, without a slash at the end."""
    return settings.PLATFORM_URL or f"{request.scheme}://{request.get_host()}"


def robots_for(credit_code: str) -> str:
    """What search engines may do with the page of an entity: list its name, but no household."""
    return NOT_LISTED if codes.is_self_employed(credit_code.strip().upper()) else LISTED


def addresses(request: HttpRequest) -> dict[str, str]:
    """The page in each language by its tag, and without one under `x-default`."""
    plain = root(request) + request.path
    named = {SAID_AS[code]: f"{plain}?{LANGUAGE}={code}" for code in SAID_AS}
    return named | {"x-default": plain}


def canonical(request: HttpRequest) -> str:
    """The one address under which a search engine keeps the page in the language in which it is read."""
    return addresses(request)[SAID_AS.get(get_language() or "", "x-default")]


def as_script(data: dict[str, Any]) -> str:
    """The data as it stands in a script element, which nothing in it can end."""
    return json.dumps({"@context": SCHEMA} | data, ensure_ascii=False).translate(ESCAPED)


def about_platform(request: HttpRequest) -> dict[str, Any]:
    """The platform and its look-up."""
    here = root(request)
    return {
        "@type": "WebSite",
        "name": navigation.brand(),
        "url": here + reverse("portal:home"),
        "inLanguage": list(SAID_AS.values()),
        "potentialAction": {
            "@type": "SearchAction",
            "target": here + reverse("portal:search") + "?q={query}",
            "query-input": "required name=query",
        },
    }


def about_entity(request: HttpRequest, entity: Entity) -> dict[str, Any]:
    """The registration of an organisation; empty for a household."""
    if codes.is_self_employed(entity.credit_code):
        return {}
    names = [name for name in (entity.name_zh, entity.name_en) if name and name != entity.name]
    told = {
        "@type": "Organization",
        "name": entity.name,
        "alternateName": names,
        "url": root(request) + reverse("portal:entity", args=(entity.credit_code,)),
        "identifier": {
            "@type": "PropertyValue",
            "propertyID": "统一社会信用代码",
            "name": _("Unified social credit code"),
            "value": entity.credit_code,
        },
        "foundingDate": entity.registered_on.isoformat() if entity.registered_on else "",
        "address": entity.address,
    }
    return {name: value for name, value in told.items() if value}


def about_story(request: HttpRequest, story: Story) -> dict[str, Any]:
    """A story: its headline, of whom it tells, and until when it may be shown."""
    return {
        "@type": "Article",
        "headline": story.title,
        "url": root(request) + reverse("stories:story", args=(story.number,)),
        "inLanguage": SAID_AS.get(get_language() or "", ""),
        "datePublished": story.published_on.isoformat(),
        "expires": story.shown_until.isoformat(),
        "publisher": {"@type": "Organization", "name": navigation.brand(), "url": root(request)},
        "about": about_entity(request, story.entity),
    }


def about_lists(request: HttpRequest, lists: list) -> dict[str, Any]:
    """The public lists, each by its name and address."""
    return {
        "@type": "ItemList",
        "itemListElement": [
            {
                "@type": "ListItem",
                "position": place,
                "name": str(one.record_type),
                "url": root(request) + reverse("portal:list", args=(one.record_type.code,)),
            }
            for place, one in enumerate(lists, start=1)
        ],
    }


def about_data(request: HttpRequest, day: date, datasets: list[open_data.Dataset]) -> dict[str, Any]:
    """The open data as a catalogue: each kind of records with its files and the terms on which they are used."""
    terms = open_data.terms()
    return {
        "@type": "DataCatalog",
        "name": _("Open data"),
        "url": root(request) + reverse("portal:open-data"),
        "dataset": [_dataset(request, one, day, terms) for one in datasets],
    }


def _dataset(
    request: HttpRequest, one: open_data.Dataset, day: date, terms: open_data.Terms | None
) -> dict[str, Any]:
    told = {
        "@type": "Dataset",
        "name": str(one.kind.title),
        "description": _("All public records of this kind, as of today: %(kind)s.")
        % {"kind": one.kind.title},
        "dateModified": day.isoformat(),
        "license": terms.url if terms else "",
        "isAccessibleForFree": True,
        "creator": {"@type": "Organization", "name": navigation.brand(), "url": root(request)},
        "distribution": [
            {
                "@type": "DataDownload",
                "encodingFormat": CONTENT_TYPES[file_format],
                "contentUrl": root(request) + reverse("portal:dataset", args=(one.kind.code, file_format)),
            }
            for file_format in open_data.FORMATS
        ],
    }
    return {name: value for name, value in told.items() if value}


def catalogue(request: HttpRequest, day: date) -> dict[str, Any]:
    """The open data in the words of DCAT, for the portals that gather such catalogues."""
    terms = open_data.terms()
    return {
        "@context": {"dcat": "http://www.w3.org/ns/dcat#", "dct": "http://purl.org/dc/terms/"},
        "@id": root(request) + reverse("portal:open-data"),
        "@type": "dcat:Catalog",
        "dct:title": _("Open data"),
        "dct:publisher": navigation.brand(),
        "dcat:service": {
            "@type": "dcat:DataService",
            "dct:title": _("What has changed and what has left the files"),
            "dcat:endpointURL": {"@id": root(request) + reverse("api-public-changes")},
        },
        "dcat:dataset": [
            {
                "@type": "dcat:Dataset",
                "dct:identifier": one.kind.code,
                "dct:title": str(one.kind.title),
                "dct:modified": day.isoformat(),
                **({"dct:license": {"@id": terms.url}} if terms and terms.url else {}),
                "dcat:distribution": [
                    {
                        "@type": "dcat:Distribution",
                        "dcat:downloadURL": {
                            "@id": root(request)
                            + reverse("portal:dataset", args=(one.kind.code, file_format))
                        },
                        "dcat:mediaType": CONTENT_TYPES[file_format],
                    }
                    for file_format in open_data.FORMATS
                ],
            }
            for one in open_data.datasets(day)
        ],
    }


# The map


def map_of_maps(request: HttpRequest) -> str:
    """The parts of the map: the pages, and the entities by ranges of their keys, so that nothing is counted."""
    last = cache.get_or_set("sitemap:last", _last_key, MAP_KEPT_FOR)
    parts = range(last // IN_A_PART + 1) if last else ()
    here = root(request)
    addresses = [here + reverse("portal:sitemap-pages")]
    addresses += [here + reverse("portal:sitemap-entities", args=(part,)) for part in parts]
    return render_to_string("portal/sitemap_index.xml", {"addresses": addresses})


def _last_key() -> int:
    return Entity.objects.aggregate(last=Max("pk"))["last"] or 0


def map_of_pages(request: HttpRequest) -> str:
    """The pages of the portal that are no entity's: what each day's stories, promises, methods, texts and courses are."""
    here, today = root(request), timezone.localdate()
    wordings = wordings_in_force(today).filter(is_public=True)
    told: list[tuple[str, ...]] = [
        *((page,) for page in PAGES),
        *(("stories:story", number) for number in public_stories(today).values_list("number", flat=True)),
        *(("portal:promise", str(key)) for key in wordings.values_list("pk", flat=True)),
        *(("evaluation:scheme", one.in_force.scheme.code) for one in selectors.public_schemes(today)),
        *(("entities:catalogue-section", section) for section in CATALOGUE),
        *(
            ("entities:catalogue-entry", "instruments", code)
            for code in LegalInstrument.objects.order_by("code").values_list("code", flat=True)
        ),
        *(("courses:course", str(key)) for key in coming_courses().values_list("pk", flat=True)),
    ]
    return _map([here + reverse(route, args=key) for route, *key in told])


def map_of_entities(request: HttpRequest, part: int) -> bytes:
    """A part of the entities' addresses, packed, as it stood at most six hours ago; households are in none.

    Raises:
        Missing: there is no such part.
    """
    if part > cache.get_or_set("sitemap:last", _last_key, MAP_KEPT_FOR) // IN_A_PART:
        raise Missing
    return cache.get_or_set(
        f"sitemap:{root(request)}:{part}",
        lambda: gzip.compress(_entities(request, part).encode()),
        MAP_KEPT_FOR,
    )


def _entities(request: HttpRequest, part: int) -> str:
    found = Entity.objects.filter(
        policies.entities_anybody_may_search(), pk__gte=part * IN_A_PART, pk__lt=(part + 1) * IN_A_PART
    )
    here = root(request)
    return _map(
        [
            here + reverse("portal:entity", args=(code,))
            for code in found.order_by("pk").values_list("credit_code", flat=True)
        ]
    )


def _map(addresses: list[str]) -> str:
    return render_to_string("portal/sitemap.xml", {"addresses": addresses})
