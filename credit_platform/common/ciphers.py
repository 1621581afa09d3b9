"""What is kept so that a copy of the database alone does not tell it."""

import base64
import hashlib
import hmac

from cryptography.fernet import Fernet, MultiFernet
from django.conf import settings


def cipher(purpose: str) -> MultiFernet:
    """Seals and opens what is kept for one purpose, with keys from the secret keys.

    The present key comes first: what was sealed stays readable while the secret key is being changed.
    """
    return MultiFernet(
        Fernet(base64.urlsafe_b64encode(hashlib.sha256(f"{purpose}:".encode() + str(key).encode()).digest()))
        for key in (settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS)
    )


def keyed_digest(purpose: str, said: str) -> bytes:
    """Thirty-two bytes by which the same is known again, and which only who has the secret key can work out."""
    return hmac.digest(str(settings.SECRET_KEY).encode(), f"{purpose}:{said}".encode(), hashlib.sha256)
