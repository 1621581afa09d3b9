"""Signatures of messages as Standard Webhooks has them (standardwebhooks.com).

`webhook-signature: v1,<base64 of HMAC-SHA256 over "id.timestamp.body">`, one for each secret that is valid now.
"""

import base64
import hashlib
import hmac
from datetime import datetime

from django.conf import settings

from entities.sharing.models import Webhook

PREFIX = "whsec_"


def secret_of(webhook: Webhook, *, generation: int | None = None) -> str:
    """The secret that the receiver was given. It is derived, so that no copy of the database holds it."""
    generation = generation or webhook.generation
    meant = f"webhook:{webhook.pk}:{webhook.salt}:{generation}".encode()
    return (
        PREFIX + base64.b64encode(hmac.digest(settings.SECRET_KEY.encode(), meant, hashlib.sha256)).decode()
    )


def secrets_of(webhook: Webhook, at: datetime) -> list[str]:
    """Those valid at the moment: the present one, and for a while after a change the one before."""
    secrets = [secret_of(webhook)]
    if webhook.previous_until and webhook.previous_until > at and webhook.generation > 1:
        secrets.append(secret_of(webhook, generation=webhook.generation - 1))
    return secrets


def signature(secret: str, message_id: str, timestamp: int, body: str) -> str:
    key = base64.b64decode(secret.removeprefix(PREFIX))
    signed = hmac.digest(key, f"{message_id}.{timestamp}.{body}".encode(), hashlib.sha256)
    return f"v1,{base64.b64encode(signed).decode()}"


def headers_of(webhook: Webhook, message_id: str, body: str, at: datetime) -> dict[str, str]:
    """The headers of one try."""
    timestamp = int(at.timestamp())
    return {
        "content-type": "application/json",
        "user-agent": "credit-supervision-platform",
        "webhook-id": message_id,
        "webhook-timestamp": str(timestamp),
        "webhook-signature": " ".join(
            signature(secret, message_id, timestamp, body) for secret in secrets_of(webhook, at)
        ),
    }
