"""Settings shared by every way of running the platform. The others differ from this by values only."""

import logging
import os
from pathlib import Path

import dj_database_url
import structlog
from csp.constants import NONE, SELF
from django.utils.translation import gettext_lazy as _

from credit_platform.schedule import BEAT_SCHEDULE

BASE_DIR = Path(__file__).resolve().parents[2]
VAR_DIR = Path(os.environ.get("VAR_DIR", BASE_DIR / "var"))

# Arrow's own allocator keeps what the blocks of a file took: a hundred megabytes more in each worker, and no faster.
os.environ.setdefault("ARROW_DEFAULT_MEMORY_POOL", "system")

SECRET_KEY = os.environ.get("SECRET_KEY", "")
DEBUG = False
ALLOWED_HOSTS = [host for host in os.environ.get("ALLOWED_HOSTS", "").split(",") if host]
CSRF_TRUSTED_ORIGINS = [origin for origin in os.environ.get("CSRF_TRUSTED_ORIGINS", "").split(",") if origin]

INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.postgres",
    "django.contrib.staticfiles",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "csp",
    "django_filters",
    "django_htmx",
    "django_prometheus",
    "django_structlog",
    "drf_spectacular",
    "drf_spectacular_sidecar",
    "guardian",
    "oauth2_provider",
    "pgtrigger",
    "rest_framework",
    "credit_platform.ui",
    "credit_platform.common",
    "credit_platform.accounts",
    "credit_platform.audit",
    "entities",
    "entities.systems",
    "entities.sharing",
    "entities.quality",
    "entities.statements",
    "entities.retention",
    "entities.commitments",
    "entities.texting",
    "entities.invitations",
    "entities.people",
    "evaluation",
    "evaluation.composing",
    "evaluation.boards",
    "agencies",
    "agencies.market_supervision",
    "agencies.tax",
    "agencies.customs",
    "agencies.financial_supervision",
    "agencies.measures",
    "agencies.supervision",
    "associations",
    "associations.courses",
    "associations.exchange",
    "associations.forewarning",
    "repair",
    "repair.proof",
    "repair.helping",
    "repair.letters",
    "repair.missing",
    "repair.joint",
    "repair.sections",
    "repair.wordings",
    "credit_platform.portal",
    "credit_platform.portal.credit_reports",
    "credit_platform.portal.held_data",
    "credit_platform.portal.credit_checks",
    "credit_platform.portal.public_reports",
    "credit_platform.portal.stories",
    "credit_platform.portal.integrity_calendar",
    "credit_platform.governance",
]

MIDDLEWARE = [
    "django_prometheus.middleware.PrometheusBeforeMiddleware",
    "credit_platform.portal.kept.KeptPages",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "credit_platform.ui.middleware.LanguageOfTheAddress",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "csp.middleware.CSPMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "credit_platform.ui.middleware.LargestRequest",
    "credit_platform.ui.middleware.UploadRedirects",
    "credit_platform.ui.middleware.CountsAfterActs",
    "django_structlog.middlewares.RequestMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "credit_platform.common.middleware.DomainErrorMiddleware",
    "credit_platform.audit.middleware.AccessLogMiddleware",
    "django_prometheus.middleware.PrometheusAfterMiddleware",
]

ROOT_URLCONF = "credit_platform.urls"
WSGI_APPLICATION = "credit_platform.wsgi.application"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.template.context_processors.i18n",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "credit_platform.ui.navigation.context",
            ],
        },
    }
]
FORM_RENDERER = "credit_platform.ui.forms.Renderer"

# Work needs transactions that end with the request's service, not with the request.
DATABASES = {
    "default": dj_database_url.config(
        default="postgresql:///credit",
        conn_max_age=60,
        conn_health_checks=True,
    )
}
# Without a number here psycopg prepares nothing, also where `common.prepared` asks for it.
DATABASES["default"].setdefault("OPTIONS", {}).setdefault("prepare_threshold", 0)
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

REDIS_URL = os.environ.get("REDIS_URL", "redis://localhost:6379/0")
CACHES = {
    "default": {
        "BACKEND": "credit_platform.common.cache.ForgivingRedisCache",
        "LOCATION": REDIS_URL,
        "KEY_PREFIX": "credit",
        "OPTIONS": {"socket_connect_timeout": 1, "socket_timeout": 2},
    },
    # Parts of pages that are the same for many readers, drawn once in a while by each process.
    "drawn": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache", "LOCATION": "drawn"},
}
#: For so many seconds a bar says again how much waits, unless its reader does something meanwhile.
BAR_COUNTS_KEPT = 20

AUTH_USER_MODEL = "accounts.User"
# allauth's is Django's own with sign-in by e-mail; Django's beside it would hash every password twice.
AUTHENTICATION_BACKENDS = [
    "allauth.account.auth_backends.AuthenticationBackend",
    "guardian.backends.ObjectPermissionBackend",
]
PASSWORD_HASHERS = [
    "django.contrib.auth.hashers.Argon2PasswordHasher",
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 12}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.NumericPasswordValidator"},
]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "home"
ACCOUNT_LOGIN_METHODS = {"username", "email"}
ACCOUNT_SIGNUP_FIELDS = ["username*", "password1*"]
ACCOUNT_ADAPTER = "credit_platform.accounts.adapter.AccountAdapter"
# Per account five wrong tries in five minutes; per address more, for a whole department signs in through one.
ACCOUNT_RATE_LIMITS = {"login": "300/m/ip", "login_failed": "60/m/ip,5/5m/key"}
ACCOUNT_EMAIL_VERIFICATION = "none"
#: A link for a new password works for a day; the mail says so.
PASSWORD_RESET_TIMEOUT = 24 * 3600
ACCOUNT_LOGOUT_ON_GET = False
ACCOUNT_SESSION_REMEMBER = False
ACCOUNT_LOGOUT_REDIRECT_URL = "account_login"
ACCOUNT_FORMS = {
    "login": "credit_platform.accounts.forms.SignInForm",
    "reauthenticate": "credit_platform.accounts.forms.ReauthenticateForm",
    "change_password": "credit_platform.accounts.forms.ChangePasswordForm",
}
MFA_ADAPTER = "credit_platform.accounts.adapter.MFAAdapter"
MFA_SUPPORTED_TYPES = ["totp", "recovery_codes"]
MFA_TOTP_ISSUER = "Credit supervision platform"
MFA_FORMS = {
    "authenticate": "credit_platform.accounts.forms.SecondFactorForm",
    "reauthenticate": "credit_platform.accounts.forms.ConfirmByCodeForm",
    "activate_totp": "credit_platform.accounts.forms.ActivateAppForm",
}
GUARDIAN_USER_OBJ_PERMS_MODEL = "guardian.UserObjectPermission"
ANONYMOUS_USER_NAME = None

LANGUAGE_CODE = "en"
LANGUAGES = [("en", _("English")), ("zh-hans", _("Simplified Chinese"))]
LOCALE_PATHS = [BASE_DIR / "locale"]
LANGUAGE_COOKIE_AGE = 365 * 24 * 3600
LANGUAGE_COOKIE_SAMESITE = "Lax"
TIME_ZONE = "Asia/Shanghai"
USE_I18N = True
USE_TZ = True

STATIC_URL = "static/"
STATIC_ROOT = VAR_DIR / "static"
STATICFILES_FINDERS = [
    "django.contrib.staticfiles.finders.AppDirectoriesFinder",
    "credit_platform.ui.vendor.VendorFinder",
]
MEDIA_ROOT = Path(os.environ.get("MEDIA_ROOT", VAR_DIR / "media"))
FILE_UPLOAD_MAX_MEMORY_SIZE = 2 * 1024 * 1024
DATA_UPLOAD_MAX_MEMORY_SIZE = 4 * 1024 * 1024
SUBMISSION_MAX_BYTES = 4 * 1024**3
#: The most that one request may bring, of which larger ones are refused unread: where files of records are handed in, with
#: the other fields of the form, and anywhere else. The proxy of docker-compose.yml lets both through.
LARGEST_SUBMISSION_REQUEST = SUBMISSION_MAX_BYTES + 1024**2
LARGEST_REQUEST = 256 * 1024**2
WHOLE_FILES_AT = {"/submissions/new/", "/api/v1/submissions/"}
EVIDENCE_MAX_BYTES = 20 * 1024 * 1024

# Terms of the platform's own procedure for cases: no law that was read sets them. The days to appeal are
# calendar days and few, so that the answer comes while the 60 days for reconsideration still run.
REPAIR_APPEAL_WITHIN_DAYS = int(os.environ.get("REPAIR_APPEAL_WITHIN_DAYS", "15"))

#: Private networks, as 10.1.0.0/16, into which changes may be sent: the systems of departments on the
#: government's own network. Every other private address is refused.
WEBHOOK_PRIVATE_NETWORKS = [
    network for network in os.environ.get("WEBHOOK_PRIVATE_NETWORKS", "").split(",") if network
]

#: The private key that signs letters and certificates (Ed25519, PEM). Without one, a key made from SECRET_KEY signs,
#: which is good enough to try the platform out.
SIGNING_KEY_FILE = os.environ.get("SIGNING_KEY_FILE", "")

#: On what terms the files of public records may be used, and where these are written down. Without it nothing is promised.
OPEN_DATA_LICENCE = os.environ.get("OPEN_DATA_LICENCE", "")
OPEN_DATA_LICENCE_URL = os.environ.get("OPEN_DATA_LICENCE_URL", "")
#: Lets a Prometheus on another machine read /metrics; without one only this machine may.
METRICS_TOKEN = os.environ.get("METRICS_TOKEN", "")

CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF],
        "style-src": [SELF],
        "img-src": [SELF, "data:"],
        "font-src": [SELF],
        "connect-src": [SELF],
        "form-action": [SELF],
        "base-uri": [NONE],
        "frame-ancestors": [NONE],
    }
}
# A working day: who comes back the next morning signs in again.
SESSION_COOKIE_AGE = 12 * 3600
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
CSRF_COOKIE_SAMESITE = "Lax"
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"

REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": [
        "rest_framework.authentication.SessionAuthentication",
        "entities.systems.authentication.SystemAuthentication",
    ],
    "DEFAULT_PERMISSION_CLASSES": [
        "rest_framework.permissions.IsAuthenticated",
        "credit_platform.common.tokens.TokenAllows",
    ],
    "DEFAULT_THROTTLE_CLASSES": ["entities.systems.throttling.SystemThrottle"],
    "DEFAULT_THROTTLE_RATES": {"systems": os.environ.get("SYSTEM_REQUESTS", "600/min")},
    "DEFAULT_PARSER_CLASSES": [
        "credit_platform.common.parsers.SoundJSONParser",
        "rest_framework.parsers.MultiPartParser",
    ],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_PAGINATION_CLASS": "credit_platform.common.api.Pages",
    "DEFAULT_FILTER_BACKENDS": ["django_filters.rest_framework.DjangoFilterBackend"],
    "DEFAULT_SCHEMA_CLASS": "drf_spectacular.openapi.AutoSchema",
    "EXCEPTION_HANDLER": "credit_platform.common.api.exception_handler",
    "DEFAULT_VERSIONING_CLASS": None,
}
# Other systems sign in with client credentials and nothing else: no page asks anybody to let them in.
OAUTH2_PROVIDER_APPLICATION_MODEL = "oauth2_provider.Application"
OAUTH2_PROVIDER = {
    "SCOPES_BACKEND_CLASS": "entities.systems.authentication.SystemScopes",
    "OAUTH2_BACKEND_CLASS": "entities.systems.authentication.TokensInHeaders",
    "ACCESS_TOKEN_EXPIRE_SECONDS": 3600,
    # What RFC 9700 (OAuth 2.0 Security BCP) asks for; of the grants only client credentials are used here.
    **{
        f"COMPLIANT_BCP_RFC9700_{what}": True
        for what in (
            "IMPLICIT_GRANT",
            "PASSWORD_GRANT",
            "PKCE_METHOD",
            "ACCESS_TOKEN_TRANSPORT",
            "AUTHZ_RESPONSE_ISS",
            "TOKEN_STORAGE",
            "REFRESH_TOKEN",
            "REDIRECT_URI_SCHEME",
        )
    },
    "REFRESH_TOKEN_REUSE_PROTECTION": True,
    "ALLOWED_REDIRECT_URI_SCHEMES": ["https"],
}
#: The table of GB/T 4754-2017, see `entities.industries`; without one pages name the section of an industry.
INDUSTRY_NAMES = os.environ.get("INDUSTRY_NAMES", "")
#: How often a client may ask for a token from one address in a minute.
TOKENS_PER_MINUTE = int(os.environ.get("TOKENS_PER_MINUTE", "30"))
SPECTACULAR_SETTINGS = {
    "TITLE": "Credit supervision platform",
    "VERSION": "1",
    "DESCRIPTION": (
        "The same rules as the pages: whoever calls sees and does what their role may see and do there. "
        "What one may not see is a 404. Every error is `{code, message}`, with `problems` by field where input "
        "was wrong.\n\n"
        "**Other systems** sign in with OAuth2 client credentials, which whoever answers for a body creates under "
        "“Systems”. A token lasts an hour and carries `records:read`, `records:write` or both:\n\n"
        "```\n"
        "curl -X POST https://…/o/token/ -d grant_type=client_credentials -d client_id=… -d client_secret=…\n"
        "curl -X POST https://…/api/v1/records/ -H 'Authorization: Bearer …' -H 'Idempotency-Key: 2026-11-22-1' \\\n"
        '     -H \'Content-Type: application/json\' -d \'{"body": "tax", "entity": "91339702MX90000157", '
        '"record_type": "tax-credit-grade", "document_number": "A-2025-91339702MX90000157", '
        '"title": "A", "decided_on": "2025-12-31"}\'\n'
        "curl -X POST https://…/api/v1/submissions/ -H 'Authorization: Bearer …' -F body=tax "
        "-F format=tax-credit-a-list -F file=@list.csv\n"
        "```\n\n"
        "A request with an `Idempotency-Key` is done once; sent again within two days it gets the same answer with "
        "`Idempotent-Replayed: true`, and the same key with another body is a 422. Too many requests are a 429."
    ),
    "SCHEMA_PATH_PREFIX": "/api/v1",
    "SERVE_INCLUDE_SCHEMA": False,
    "SWAGGER_UI_DIST": "SIDECAR",
    "REDOC_DIST": "SIDECAR",
    # Choices that fields of several names or several choices of one field name share: each has one name.
    "ENUM_NAME_OVERRIDES": {
        "CaseAction": "repair.workflow.Action",
        "CommitmentState": "entities.commitments.models.Commitment.State",
        "CaseKind": "repair.models.Case.Kind",
        "CaseState": "repair.models.Case.State",
        "DocumentKind": "repair.models.CaseDocument.Kind",
        "EntityStatus": "entities.models.Entity.Status",
        "SubmissionState": "entities.models.Submission.State",
        "JointKind": "repair.models.JointFiling.KINDS",
        "MissingAction": "repair.missing.workflow.Action",
        "MissingState": "repair.missing.models.MissingRecord.State",
        "RecordStatus": "entities.models.CreditRecord.Status",
    },
}

CELERY_BROKER_URL = REDIS_URL.replace("unix://", "redis+socket://").replace("?db=", "?virtual_host=")
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
# A broker that is away must not hold a page: the need is already a row, so give up at once.
CELERY_TASK_PUBLISH_RETRY = False
CELERY_BROKER_TRANSPORT_OPTIONS = {"visibility_timeout": 3600, "socket_connect_timeout": 2}
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_REJECT_ON_WORKER_LOST = True
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_TIMEZONE = TIME_ZONE
CELERY_BEAT_SCHEDULE = BEAT_SCHEDULE
CELERY_TASK_DEFAULT_QUEUE = "default"
CELERY_TASK_ROUTES = {
    # Not on the queue of the files themselves: it must come through while they are being worked on.
    "entities.tasks.resume_submissions": {"queue": "default"},
    "entities.tasks.*submission*": {"queue": "bulk"},
    # A city takes seconds to minutes: single ratings do not wait behind it.
    "evaluation.composing.tasks.*": {"queue": "bulk"},
    # It waits for other people's machines; ratings and the ends of publicity do not wait behind it.
    "entities.sharing.tasks.send_changes": {"queue": "bulk"},
    # Everything about somebody, their papers too: seconds to minutes.
    "credit_platform.portal.held_data.tasks.*": {"queue": "bulk"},
}
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
DJANGO_STRUCTLOG_CELERY_ENABLED = True

# One line a request: that of its end, which says all that the other one would.
DJANGO_STRUCTLOG_STATUS_START_LOG_LEVEL = logging.DEBUG
# Its own way believes what a visitor's header says; `accounts.logs` asks whoever counts visitors.
DJANGO_STRUCTLOG_IP_LOGGING_ENABLED = False
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {
        "json": {
            "()": structlog.stdlib.ProcessorFormatter,
            "processor": structlog.processors.JSONRenderer(ensure_ascii=False),
            "foreign_pre_chain": [
                structlog.contextvars.merge_contextvars,
                structlog.processors.TimeStamper(fmt="iso"),
                structlog.stdlib.add_logger_name,
                structlog.stdlib.add_log_level,
                structlog.processors.format_exc_info,
            ],
        }
    },
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "json"}},
    "root": {"handlers": ["console"], "level": os.environ.get("LOG_LEVEL", "INFO")},
}
structlog.configure(
    processors=[
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.filter_by_level,
        structlog.processors.TimeStamper(fmt="iso"),
        structlog.stdlib.add_logger_name,
        structlog.stdlib.add_log_level,
        structlog.processors.StackInfoRenderer(),
        structlog.processors.format_exc_info,
        structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
    ],
    logger_factory=structlog.stdlib.LoggerFactory(),
    cache_logger_on_first_use=True,
)

#: Where people reach the platform, for the links in e-mails; without it a link has no host name.
PLATFORM_URL = os.environ.get("PLATFORM_URL", "").rstrip("/")
DEFAULT_FROM_EMAIL = os.environ.get("DEFAULT_FROM_EMAIL", "credit@localhost")
EMAIL_BACKEND = os.environ.get("EMAIL_BACKEND", "django.core.mail.backends.smtp.EmailBackend")
#: What sends text messages: the dotted name of a class of `entities.texting.backends` or of another with the same
#: method; without one nobody is offered any. The gateway takes what `HttpBackend` sends, signed with the secret.
SMS_BACKEND = os.environ.get("SMS_BACKEND", "")
SMS_FILE_PATH = Path(os.environ.get("SMS_FILE_PATH", VAR_DIR / "texts"))
SMS_GATEWAY_URL = os.environ.get("SMS_GATEWAY_URL", "")
SMS_GATEWAY_SECRET = os.environ.get("SMS_GATEWAY_SECRET", "")
#: Whose texts they are, as they begin: the name under which the operator is registered with the carriers.
SMS_SIGNATURE = os.environ.get("SMS_SIGNATURE", "")
#: Whether invented entities and ready-made accounts may be loaded here.
DEMONSTRATION = False
SILENCED_SYSTEM_CHECKS: list[str] = []
