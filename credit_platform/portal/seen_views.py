"""What search engines and gatherers of open data ask for: robots, the map of the site, the catalogue of files."""

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone

from credit_platform.portal import limits, seen
from credit_platform.portal.views import public_page

XML = "application/xml"


@public_page(limits.PAGES)
def robots(request: HttpRequest) -> HttpResponse:
    """What search engines need not ask for, and where the map is."""
    context = {"sitemap": seen.root(request) + reverse("portal:sitemap")}
    return render(request, "portal/robots.txt", context, content_type="text/plain; charset=utf-8")


@public_page(limits.PAGES)
def sitemap(request: HttpRequest) -> HttpResponse:
    """The parts of the map."""
    return HttpResponse(seen.map_of_maps(request), content_type=XML)


@public_page(limits.PAGES)
def sitemap_pages(request: HttpRequest) -> HttpResponse:
    """The map of the portal's own pages."""
    return HttpResponse(seen.map_of_pages(request), content_type=XML)


@public_page(limits.PAGES)
def sitemap_entities(request: HttpRequest, part: int) -> HttpResponse:
    """A part of the map of entities, as a packed file."""
    return HttpResponse(seen.map_of_entities(request, part), content_type="application/gzip")


@public_page(limits.PAGES)
def catalogue(request: HttpRequest) -> JsonResponse:
    """The open data as DCAT."""
    told = seen.catalogue(request, timezone.localdate())
    return JsonResponse(told, content_type="application/ld+json", json_dumps_params={"ensure_ascii": False})
