"""Settings of the tests: real PostgreSQL and Redis, quick password hashes, tasks run by real workers or by hand."""

import os
import re

# Each process of a parallel run has a Redis database of its own, as pytest-django gives it a PostgreSQL one.
_process = int(os.environ.get("PYTEST_XDIST_WORKER", "gw0").removeprefix("gw"))
_redis = os.environ.get("REDIS_URL", "unix:///run/redis/redis.sock?db=0")
os.environ["REDIS_URL"] = re.sub(r"(?<=db=)\d+", lambda db: str(int(db[0]) + _process), _redis)
os.environ.setdefault("LOG_LEVEL", "WARNING")

from credit_platform.settings.base import *

SECRET_KEY = "tests only: this value guards nothing"
ALLOWED_HOSTS = ["testserver", "localhost", "127.0.0.1"]
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
# A test changes by services what a page then counts.
BAR_COUNTS_KEPT = 0
SMS_BACKEND = "entities.texting.backends.MemoryBackend"
WHITENOISE_AUTOREFRESH = True
WHITENOISE_USE_FINDERS = True
