"""Answers a browser's requests with Django itself, in the thread and the transaction of the test."""

from collections.abc import Callable
from contextvars import copy_context
from urllib.parse import urlsplit

from django.conf import settings
from django.contrib.staticfiles import finders
from django.core.signals import request_finished
from django.db import close_old_connections, transaction
from django.test import Client
from playwright.sync_api import Request, Route

#: Playwright says these itself.
NOT_PASSED_ON = ("content-length", "cookie", "connection", "host")


def answering(client: Client) -> Callable[[Route, Request], None]:
    """For `page.route`: the client's reader gets what the platform answers, static files included.

    Playwright calls it with a context of its own, in which the test's connection is not; so Django works in
    the context of the caller.
    """
    here = copy_context()

    def answer(route: Route, request: Request) -> None:
        parts = urlsplit(request.url)
        if parts.path.startswith(settings.STATIC_URL):
            path = finders.find(parts.path.removeprefix(settings.STATIC_URL))
            route.fulfill(**{"path": path} if path else {"status": 404})
            return
        headers = {
            name: value for name, value in request.headers.items() if name.lower() not in NOT_PASSED_ON
        }
        status, said, body = here.run(
            _ask, client, request.method, f"{parts.path}?{parts.query}", request.post_data_buffer, headers
        )
        route.fulfill(status=status, headers=said, body=body)

    return answer


def _ask(client: Client, method: str, path: str, data: bytes | None, headers: dict[str, str]):
    kind = headers.pop("content-type", "application/octet-stream")
    with transaction.atomic():
        response = client.generic(method, path, data or b"", kind, headers=headers)
        body = response.getvalue()
        # Closing an answer closes the connection too, in whose transaction all this happens.
        request_finished.disconnect(close_old_connections)
        response.close()
        request_finished.connect(close_old_connections)
    return response.status_code, dict(response.items()), body
