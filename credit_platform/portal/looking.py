"""Looking at the public pages from within: what a reader who is not signed in is answered this moment.

For the proof that a record is gone. A look goes the whole way of a request, through middleware, view and template,
without leaving the process, so that it needs neither a network nor the platform's own certificate.
"""

import io
import sys
from contextvars import copy_context
from datetime import timedelta
from functools import cache
from http import HTTPStatus
from typing import cast
from urllib.parse import urlencode, urlsplit

from django.conf import settings
from django.core.handlers.base import BaseHandler
from django.core.handlers.wsgi import WSGIRequest
from django.http import HttpResponse
from django.http.request import validate_host
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.html import escape
from django.utils.translation import gettext_lazy as _

from credit_platform.common.limits import OWN_LOOK
from credit_platform.portal import browsing, selectors
from credit_platform.portal.stories.selectors import public_stories
from credit_platform.portal.views import KEPT_SECONDS
from entities.models import CreditRecord
from repair.proof import places
from repair.proof.places import Place

NOBODY_ELSE = "127.0.0.1"


def offer() -> None:
    """Name the public places; called once, when the apps are loaded."""
    places.register(Place("page", _("The public page of the entity, and its public interface"), _page_shows))
    places.register(Place("leaves", _("Public lists, announcements, feeds and files"), _leaves_show))
    places.register(Place("stories", _("Stories of honest entities"), _stories_show))
    places.register(Place("search", _("The public look-up"), _search_shows))
    places.register(
        Place(
            "copies",
            _("Copies of public pages that browsers keep for a minute"),
            lambda record: False,
            after=timedelta(seconds=KEPT_SECONDS + 1),
        )
    )


def _page_shows(record: CreditRecord) -> bool:
    """Whether the record is among what the page reads, or its number in what the pages say."""
    entity = record.entity
    public = selectors.public_records_of(entity, timezone.localdate())
    if public.filter(pk=record.pk).exists():
        return True
    if public.filter(document_number=record.document_number).exists():
        return False  # Its correction, or another decision under the same number, says the number rightly.
    kinds = [kind.code for kind in selectors.SECTIONS.values() if record.record_type.code in kind.types]
    paths = [
        reverse("portal:entity", args=(entity.credit_code,)),
        reverse("api-public-records", args=(entity.credit_code,)),
        *(reverse("portal:entity-records", args=(entity.credit_code, kind)) for kind in kinds),
    ]
    return any(_says(path, record.document_number) for path in paths)


def _leaves_show(record: CreditRecord) -> bool:
    """Pages, feeds and files of whole kinds all read what this lets through."""
    return (
        browsing.leafed_through(timezone.localdate(), (record.record_type.code,))
        .filter(pk=record.pk)
        .exists()
    )


def _stories_show(record: CreditRecord) -> bool:
    return public_stories(timezone.localdate()).filter(rests_on=record).exists()


def _search_shows(record: CreditRecord) -> bool:
    path = reverse("portal:search")
    return _says(f"{path}?{urlencode({'q': record.entity.name_zh})}", record.document_number)


def _says(path: str, words: str) -> bool:
    """Whether the page says these words; a page that cannot be had now has not been looked at, so it may."""
    status, text = ask(path)
    return (
        status not in {HTTPStatus.OK, HTTPStatus.NOT_FOUND, HTTPStatus.FOUND}
        or words in text
        or escape(words) in text
    )


def ask(path: str) -> tuple[int, str]:
    """Status and text of a page, as somebody who is not signed in gets it."""
    with translation.override(translation.get_language()):
        return copy_context().run(_ask, path)


def _ask(path: str) -> tuple[int, str]:
    host = urlsplit(settings.PLATFORM_URL).netloc
    if not host or not validate_host(host.partition(":")[0], settings.ALLOWED_HOSTS):
        host = next((name.lstrip(".") for name in settings.ALLOWED_HOSTS if name != "*"), "localhost")
    asked, _mark, query = path.partition("?")
    environ = {
        "REQUEST_METHOD": "GET",
        "PATH_INFO": asked,
        "QUERY_STRING": query,
        "SERVER_NAME": host.partition(":")[0],
        "SERVER_PORT": host.partition(":")[2] or "443",
        "SERVER_PROTOCOL": "HTTP/1.1",
        "HTTP_HOST": host,
        "HTTP_X_FORWARDED_PROTO": "https",
        "HTTP_X_FORWARDED_FOR": NOBODY_ELSE,
        "HTTP_CACHE_CONTROL": "no-cache",
        "REMOTE_ADDR": NOBODY_ELSE,
        "wsgi.url_scheme": "https",
        "wsgi.input": io.BytesIO(),
        "wsgi.errors": sys.stderr,
        "wsgi.version": (1, 0),
        "wsgi.multithread": True,
        "wsgi.multiprocess": True,
        "wsgi.run_once": False,
    }

    # Not through the application itself: it says that a request begins and ends, whereupon Django closes the
    # connection of the transaction in which this may be asked.
    request = WSGIRequest(environ)
    setattr(request, OWN_LOOK, True)
    response = cast("HttpResponse", _handler().get_response(request))
    return response.status_code, response.content.decode(errors="replace")


@cache
def _handler() -> BaseHandler:
    handler = BaseHandler()
    handler.load_middleware()
    return handler
