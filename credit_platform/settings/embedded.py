"""Settings of `make up`: everything on this machine, over plain HTTP, with the demonstration city."""

import os

from credit_platform.embedded.places import here

_places = here()
os.environ.setdefault("DATABASE_URL", _places.database_url)
os.environ.setdefault("REDIS_URL", _places.redis_url)

from credit_platform.settings.base import *

SECRET_KEY = os.environ.get("SECRET_KEY") or _places.secret_key()
DEMONSTRATION = True
PLATFORM_URL = PLATFORM_URL or f"http://127.0.0.1:{os.environ.get('PORT') or 8000}"
# Whoever can reach the port is meant to: it is bound to this machine unless LISTEN says else.
ALLOWED_HOSTS = ["*"]
EMAIL_BACKEND = "django.core.mail.backends.filebased.EmailBackend"
EMAIL_FILE_PATH = _places.var / "mail"
SMS_BACKEND = "entities.texting.backends.FileBackend"
SMS_FILE_PATH = _places.var / "texts"
# Static files are served from where they are written, so that an edit shows at once and nothing is collected.
WHITENOISE_USE_FINDERS = True
WHITENOISE_AUTOREFRESH = True
