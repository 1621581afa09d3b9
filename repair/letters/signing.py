"""Ed25519 signatures under letters and certificates (RFC 8032), which anybody can check without this platform.

The private key is in a file that `SIGNING_KEY_FILE` names (PEM, PKCS #8) and in no database. To change it, name
another file and start again: what was signed before stays to be checked with the public keys that are kept.
"""

import base64
import hashlib
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from django.conf import settings
from django.core.checks import Error, register
from django.core.exceptions import ImproperlyConfigured

from repair.letters.models import SigningKey


@dataclass(frozen=True, slots=True)
class Key:
    """A private key with the code and the public key under which others know it."""

    private: Ed25519PrivateKey
    code: str
    public_pem: str

    def sign(self, statement: bytes) -> str:
        """The signature in base64: 64 bytes over exactly these bytes."""
        return base64.b64encode(self.private.sign(statement)).decode()


def current_key() -> Key:
    """The key that signs now.

    Raises:
        ImproperlyConfigured: the file is not there or holds no Ed25519 key.
    """
    path = settings.SIGNING_KEY_FILE
    if not path:
        return _derived(settings.SECRET_KEY)
    try:
        content = Path(path).read_bytes()
    except OSError as problem:
        raise ImproperlyConfigured(f"SIGNING_KEY_FILE cannot be read: {problem}") from problem
    return _read(content)


@lru_cache(maxsize=2)
def _read(content: bytes) -> Key:
    try:
        private = serialization.load_pem_private_key(content, password=None)
    except ValueError as problem:
        raise ImproperlyConfigured(
            "SIGNING_KEY_FILE holds no private key in PEM; this makes one: openssl genpkey -algorithm ed25519"
        ) from problem
    if not isinstance(private, Ed25519PrivateKey):
        raise ImproperlyConfigured("The key in SIGNING_KEY_FILE is none of Ed25519.")
    return _known_by(private)


@lru_cache(maxsize=2)
def _derived(secret: str) -> Key:
    """For a platform that is only tried out: the same key as long as its secret stays. Production refuses it."""
    seed = hashlib.sha256(f"letters:{secret}".encode()).digest()
    return _known_by(Ed25519PrivateKey.from_private_bytes(seed))


def _known_by(private: Ed25519PrivateKey) -> Key:
    public = private.public_key()
    raw = public.public_bytes_raw()
    pem = public.public_bytes(
        serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
    ).decode()
    return Key(private, hashlib.sha256(raw).hexdigest()[:16], pem)


def kept(key: Key) -> SigningKey:
    """The row of the key, written the first time that it signs."""
    row, _new = SigningKey.objects.get_or_create(code=key.code, defaults={"public_pem": key.public_pem})
    return row


@register()
def check_signing_key(app_configs, **kwargs) -> list[Error]:
    """A key that cannot sign is told of at the start, not with the first letter."""
    if not settings.SIGNING_KEY_FILE:
        return []
    try:
        current_key()
    except ImproperlyConfigured as problem:
        return [Error(str(problem), id="letters.E001")]
    return []
