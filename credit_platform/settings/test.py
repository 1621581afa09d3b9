"""Settings of the tests: real PostgreSQL and Redis, quick password hashes, tasks run by real workers or by hand."""

from credit_platform.settings.base import *

SECRET_KEY = "tests only: this value guards nothing"
ALLOWED_HOSTS = ["testserver", "localhost", "127.0.0.1"]
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
LOGGING["root"]["level"] = "WARNING"
WHITENOISE_AUTOREFRESH = True
WHITENOISE_USE_FINDERS = True
