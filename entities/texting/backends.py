"""What carries a text message out of the platform; `SMS_BACKEND` names the one in use.

Each gets a key with every text, the same at every try. Whoever has a text under its key does not send it again: so a
worker that dies between the gateway's answer and its own note of it leads to no second message.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from django.conf import settings
from django.core import checks
from django.core.exceptions import ImproperlyConfigured
from django.utils import timezone
from django.utils.module_loading import import_string

from credit_platform.common.outgoing import NotSent


@dataclass(frozen=True, slots=True)
class Text:
    """One text message: whose number (+86…), what it says, and the key by which it is known again."""

    key: str
    number: str
    words: str


class Backend(Protocol):
    """What a class named by `SMS_BACKEND` has to have. It is made without arguments and keeps nothing between texts."""

    def send(self, text: Text) -> None:
        """Hand the text over, once for its key. Raises `NotSent` where that failed or is not certain."""


class FileBackend:
    """Writes each text into a file of `SMS_FILE_PATH`: for trying the platform out, where nothing may leave it."""

    def send(self, text: Text) -> None:
        folder = settings.SMS_FILE_PATH
        folder.mkdir(parents=True, exist_ok=True)
        (folder / f"{text.key}.txt").write_text(f"{text.number}\n\n{text.words}\n", encoding="utf-8")


class MemoryBackend:
    """Keeps texts in this process by their keys: for tests."""

    sent: dict[str, Text] = {}

    def send(self, text: Text) -> None:
        self.sent.setdefault(text.key, text)


class HttpBackend:
    """Posts each text to `SMS_GATEWAY_URL`, signed as Standard Webhooks has it with `SMS_GATEWAY_SECRET` (`whsec_…`).

    The body is `{"id", "to", "text"}`; `id`, also sent as `webhook-id` and `Idempotency-Key`, is the key. Any
    answer in the two hundreds means that the gateway has it; a text that it has already it acknowledges in the
    same way. A gateway in a private network is reached where `WEBHOOK_PRIVATE_NETWORKS` names that network.
    """

    def __init__(self) -> None:
        if not settings.SMS_GATEWAY_URL or not settings.SMS_GATEWAY_SECRET:
            raise ImproperlyConfigured("HttpBackend needs SMS_GATEWAY_URL and SMS_GATEWAY_SECRET.")

    def send(self, text: Text) -> None:
        # Here, because the models of what is shared are not there yet when apps begin.
        from entities.sharing import outbound, signing

        body = json.dumps({"id": text.key, "to": text.number, "text": text.words}, ensure_ascii=False)
        moment = int(timezone.now().timestamp())
        headers = {
            "content-type": "application/json",
            "user-agent": "credit-supervision-platform",
            "idempotency-key": text.key,
            "webhook-id": text.key,
            "webhook-timestamp": str(moment),
            "webhook-signature": signing.signature(settings.SMS_GATEWAY_SECRET, text.key, moment, body),
        }
        try:
            outbound.post(settings.SMS_GATEWAY_URL, body.encode(), headers)
        except (outbound.NotTaken, outbound.Refused) as problem:
            raise NotSent(str(problem)) from problem


def are_sent() -> bool:
    """Whether this platform sends text messages at all."""
    return bool(settings.SMS_BACKEND)


def backend() -> Backend:
    """The one in use. Raises `ImproperlyConfigured` or `ImportError` as `gateway_is_set_up` tells beforehand."""
    return import_string(settings.SMS_BACKEND)()


def gateway_is_set_up(app_configs: object, **kwargs) -> Sequence[checks.CheckMessage]:
    """Say when the platform starts, and not when the first person waits for a code, that no text can be sent."""
    if not are_sent():
        return []
    try:
        backend()
    except (ImportError, ImproperlyConfigured) as problem:
        return [
            checks.Error(
                f"Text messages cannot be sent: {problem}", hint="See SMS_BACKEND.", id="texting.E001"
            )
        ]
    return []
