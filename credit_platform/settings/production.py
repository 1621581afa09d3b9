"""Settings of a served platform. It refuses to start where a secret or an address is left to chance."""

import os
from urllib.parse import parse_qs, unquote, urlsplit

from django.core.exceptions import ImproperlyConfigured

REQUIRED = ("SECRET_KEY", "DATABASE_URL", "REDIS_URL", "ALLOWED_HOSTS", "PLATFORM_URL", "SIGNING_KEY_FILE")
SHORTEST_SECRET = 50
FEWEST_DIFFERENT_CHARACTERS = 10

_missing = [name for name in REQUIRED if not os.environ.get(name)]
if _missing:
    raise ImproperlyConfigured(f"Set {', '.join(_missing)} in the environment: production assumes nothing.")

from credit_platform.settings.base import *

if len(SECRET_KEY) < SHORTEST_SECRET or len(set(SECRET_KEY)) < FEWEST_DIFFERENT_CHARACTERS:
    raise ImproperlyConfigured(
        f"SECRET_KEY must be {SHORTEST_SECRET} random characters or more; this makes one: "
        "python -c 'import secrets; print(secrets.token_urlsafe(50))'"
    )
if "*" in ALLOWED_HOSTS:
    raise ImproperlyConfigured("ALLOWED_HOSTS names the platform's own host names; “*” lets in every other.")

if not PLATFORM_URL.startswith("https://"):
    raise ImproperlyConfigured(
        "PLATFORM_URL is where people reach the platform, for example https://credit.example."
    )

# TLS ends at the reverse proxy, which alone can reach this process and sets this header itself.
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
# How many proxies each add their visitor's address; one more or less and anybody can feign theirs.
ALLAUTH_TRUSTED_PROXY_COUNT = int(os.environ.get("TRUSTED_PROXY_COUNT", "1"))
SECURE_SSL_REDIRECT = True
SECURE_HSTS_SECONDS = 365 * 24 * 3600
SECURE_HSTS_INCLUDE_SUBDOMAINS = True
SECURE_HSTS_PRELOAD = True
SESSION_COOKIE_SECURE = True
CSRF_COOKIE_SECURE = True
LANGUAGE_COOKIE_SECURE = True

STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"},
}

# smtp://user:password@mail.example:587/?security=tls (or ssl); without it a mail server on this host is used.
_mail = urlsplit(os.environ.get("EMAIL_URL", "smtp://localhost:25"))
_security = parse_qs(_mail.query).get("security", [""])[0]
EMAIL_HOST, EMAIL_PORT = _mail.hostname, _mail.port or 25
EMAIL_HOST_USER, EMAIL_HOST_PASSWORD = unquote(_mail.username or ""), unquote(_mail.password or "")
EMAIL_USE_TLS, EMAIL_USE_SSL = _security == "tls", _security == "ssl"
EMAIL_TIMEOUT = 10
