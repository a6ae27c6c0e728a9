"""Every setting, read from the environment; in production a missing secret stops the start.

DIGIFORMA_ENV is `development` (the default), `test` or `production`.
"""

import os
from datetime import date, timedelta
from decimal import Decimal, InvalidOperation
from pathlib import Path
from urllib.parse import unquote, urlsplit

from celery.schedules import crontab
from csp.constants import NONCE, NONE, SELF
from django.core.exceptions import ImproperlyConfigured

BASE_DIR = Path(__file__).resolve().parent.parent
ENVIRONMENT = os.environ.get("DIGIFORMA_ENV", "development")
if ENVIRONMENT not in {"development", "test", "production"}:
    raise ImproperlyConfigured(
        f"DIGIFORMA_ENV must be development, test or production, not {ENVIRONMENT!r}."
    )
PRODUCTION = ENVIRONMENT == "production"


def secret(name: str, *, development: str) -> str:
    """Return a value that production must set; elsewhere it has a harmless default."""
    value = os.environ.get(name, "")
    if value:
        return value
    if PRODUCTION:
        raise ImproperlyConfigured(f"{name} is missing: set it before starting in production.")
    return development


def positive_integer(name: str, default: int) -> int:
    """Return an integer of at least 1 from the environment."""
    text = os.environ.get(name, str(default))
    if not text.isascii() or not text.isdigit() or int(text) < 1:
        raise ImproperlyConfigured(f"{name} must be a whole number from 1, not {text!r}.")
    return int(text)


def dated_percents(name: str, default: str) -> tuple[tuple[date, Decimal], ...]:
    """Return yearly rates in percent, each from its day on: « 2026-01-01=15,2026-07-01=14.4 »."""
    try:
        pairs = [entry.split("=") for entry in os.environ.get(name, default).split(",")]
        rates = sorted((date.fromisoformat(day.strip()), Decimal(rate)) for day, rate in pairs)
    except (ValueError, InvalidOperation) as error:
        raise ImproperlyConfigured(f"{name} must look like 2026-01-01=15.00: {error}") from None
    if any(not rate.is_finite() or rate < 0 for _day, rate in rates):
        raise ImproperlyConfigured(f"{name} holds a rate that is no percentage.")
    return tuple(rates)


def database(url: str) -> dict:
    """Return Django's settings for `postgresql://user:password@host:port/name`."""
    parts = urlsplit(url)
    if parts.scheme not in {"postgres", "postgresql"} or not parts.path.strip("/"):
        raise ImproperlyConfigured(
            "DATABASE_URL must look like postgresql://user:password@host:5432/name."
        )
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": unquote(parts.path.strip("/")),
        "USER": unquote(parts.username or ""),
        "PASSWORD": unquote(parts.password or ""),
        "HOST": parts.hostname or "",
        "PORT": str(parts.port or 5432),
        "ATOMIC_REQUESTS": True,
        "CONN_MAX_AGE": 600,
        "CONN_HEALTH_CHECKS": True,
        # The login owns nothing: each connection takes the role that row-level security binds.
        "OPTIONS": {"assume_role": os.environ.get("DB_ROLE", "dg_app"), "connect_timeout": 5},
    }


SECRET_KEY = secret("SECRET_KEY", development="development-only-" + "not-a-secret-" * 4)
DEBUG = False
SITE_URL = secret("SITE_URL", development="http://127.0.0.1:8000").rstrip("/")
SITE_HOST = urlsplit(SITE_URL).hostname or ""
ALLOWED_HOSTS = [SITE_HOST] if PRODUCTION else ["127.0.0.1", "localhost", "testserver", SITE_HOST]
CSRF_TRUSTED_ORIGINS = [SITE_URL]

INSTALLED_APPS = [
    "digiforma",
    "options",
    "support",
    "subscriptions",
    "learners",
    "accounts",
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.messages",
    "django.contrib.postgres",
    "django.contrib.sessions",
    "django.contrib.staticfiles",
    "allauth",
    "allauth.account",
    "csp",
    "django_htmx",
    "drf_spectacular",
    "drf_spectacular_sidecar",
    "pgtrigger",
    "rest_framework",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.middleware.gzip.GZipMiddleware",
    "csp.middleware.CSPMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "accounts.middleware.TenantMiddleware",
    "allauth.account.middleware.AccountMiddleware",
]

ROOT_URLCONF = "digiforma.urls"
WSGI_APPLICATION = "digiforma.wsgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "digiforma.context.account_notice",
                "digiforma.learner_limit.learner_limit",
            ],
            "builtins": ["digiforma.templatetags.formats", "django.templatetags.i18n"],
        },
    }
]

DATABASES = {"default": database(secret("DATABASE_URL", development="postgresql:///digiforma"))}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

REDIS_URL = secret("REDIS_URL", development="redis://127.0.0.1:6379/0")
# The database, not Redis: login rate limits must hold when Redis is down.
CACHES = {
    "default": {
        "BACKEND": "django.core.cache.backends.db.DatabaseCache",
        "LOCATION": "digiforma_cache",
    },
    # How far an import is: told from inside its transaction, so not by the database.
    "progress": {
        "BACKEND": "django.core.cache.backends.redis.RedisCache",
        "LOCATION": REDIS_URL,
        "KEY_PREFIX": "progress",
        "OPTIONS": {"socket_connect_timeout": 0.5, "socket_timeout": 0.5},
    },
}

LANGUAGE_CODE = "fr"
LANGUAGES = [("fr", "Français")]
TIME_ZONE = "Europe/Paris"
USE_TZ = True

STATIC_URL = "/static/"
STATIC_ROOT = BASE_DIR / "staticfiles"
STATICFILES_DIRS = [BASE_DIR / "digiforma" / "static"]
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {
        "BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"
        if ENVIRONMENT == "test"
        else "whitenoise.storage.CompressedManifestStaticFilesStorage"
    },
}

# Who may enter
AUTH_USER_MODEL = "accounts.User"
AUTHENTICATION_BACKENDS = ["allauth.account.auth_backends.AuthenticationBackend"]
PASSWORD_HASHERS = [
    "django.contrib.auth.hashers.Argon2PasswordHasher",
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": f"django.contrib.auth.password_validation.{name}"}
    for name in (
        "UserAttributeSimilarityValidator",
        "MinimumLengthValidator",
        "CommonPasswordValidator",
        "NumericPasswordValidator",
    )
]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "home"
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*", "password2*"]
ACCOUNT_ADAPTER = "accounts.access.AccountAdapter"
ACCOUNT_FORMS = {
    "login": "accounts.forms.LoginForm",
    "reset_password": "accounts.forms.ResetPasswordForm",
    "reset_password_from_key": "accounts.forms.ResetPasswordKeyForm",
}
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_EMAIL_UNKNOWN_ACCOUNTS = False  # a stranger gets no mail from us
ACCOUNT_SESSION_REMEMBER = True
ACCOUNT_LOGOUT_REDIRECT_URL = "account_login"
# An address gets five wrong passwords in five minutes; a whole office may share one IP.
ACCOUNT_RATE_LIMITS = {
    "login": "300/m/ip",
    "login_failed": "60/m/ip,5/5m/key",
    "reset_password": "20/m/ip,5/m/key",
    "contact": "5/h/ip,5/h/key",
    "member_contact": "30/h/user",
}
SESSION_COOKIE_AGE = int(timedelta(days=14).total_seconds())
SESSION_COOKIE_SAMESITE = "Lax"
CSRF_COOKIE_HTTPONLY = True

# What a browser may do
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF, NONCE],
        "style-src": [SELF],
        "img-src": [SELF, "data:"],
        "font-src": [SELF],
        "connect-src": [SELF],
        "form-action": [SELF],
        "base-uri": [NONE],
        "object-src": [NONE],
        "frame-ancestors": [NONE],
    }
}
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
DATA_UPLOAD_MAX_MEMORY_SIZE = 12 * 1024 * 1024
if PRODUCTION:
    SESSION_COOKIE_NAME = "__Host-sessionid"
    CSRF_COOKIE_NAME = "__Host-csrftoken"
    SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = True
    SECURE_SSL_REDIRECT = True
    SECURE_HSTS_SECONDS = int(timedelta(days=365).total_seconds())
    SECURE_HSTS_INCLUDE_SUBDOMAINS = SECURE_HSTS_PRELOAD = True
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")

REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": ["rest_framework.authentication.SessionAuthentication"],
    "DEFAULT_PERMISSION_CLASSES": ["rest_framework.permissions.IsAuthenticated"],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_PARSER_CLASSES": ["digiforma.strict_json.StrictJSONParser"],
    "DEFAULT_SCHEMA_CLASS": "digiforma.problems.ProblemSchema",
    "EXCEPTION_HANDLER": "digiforma.problems.problem_response",
}
SPECTACULAR_SETTINGS = {
    "TITLE": "Digiforma Abonnements",
    "DESCRIPTION": "L’abonnement d’un organisme de formation : formule, apprenants, options.",
    "VERSION": "1",
    "SERVE_INCLUDE_SCHEMA": False,
    "ENUM_NAME_OVERRIDES": {
        "CommitmentEnum": "subscriptions.payloads.COMMITMENTS",
        "RequestKindEnum": "support.payloads.KINDS",
    },
    "SWAGGER_UI_DIST": "SIDECAR",
    "SWAGGER_UI_FAVICON_HREF": "SIDECAR",
}

# Mail: any provider of django-anymail by its backend's path; locally a folder that staff read.
OUTBOX_DIR = Path(os.environ.get("OUTBOX_DIR", BASE_DIR / "var" / "outbox"))
EMAIL_BACKEND = os.environ.get(
    "EMAIL_BACKEND",
    "django.core.mail.backends.smtp.EmailBackend"
    if PRODUCTION
    else "django.core.mail.backends.filebased.EmailBackend",
)
EMAIL_FILE_PATH = OUTBOX_DIR
EMAIL_HOST = os.environ.get("EMAIL_HOST", "localhost")
EMAIL_PORT = positive_integer("EMAIL_PORT", 25)
EMAIL_HOST_USER = os.environ.get("EMAIL_HOST_USER", "")
EMAIL_HOST_PASSWORD = os.environ.get("EMAIL_HOST_PASSWORD", "")
EMAIL_USE_TLS = os.environ.get("EMAIL_USE_TLS", "") == "1"
EMAIL_TIMEOUT = 10
ANYMAIL = {
    name.removeprefix("ANYMAIL_"): value
    for name, value in os.environ.items()
    if name.startswith("ANYMAIL_")
}
DEFAULT_FROM_EMAIL = os.environ.get(
    "DEFAULT_FROM_EMAIL", "Digiforma <abonnement@digiforma.example>"
)
SUPPORT_EMAIL = secret("SUPPORT_EMAIL", development="support@digiforma.example")
# What the desk owes by kind, in working minutes (9 h a day): a first reply, then the whole.
SUPPORT_TARGETS = {
    "plan_change": {"reply": 540, "done": 1620},
    "option_interest": {"reply": 540, "done": 1620},
    "contact": {"reply": 540, "done": 1620},
    "task": {"reply": None, "done": 1620},
}
SALES_EMAIL = os.environ.get("SALES_EMAIL") or SUPPORT_EMAIL
# Answers by mail: to reply+…@REPLY_DOMAIN, through the webhook of one provider of django-anymail.
# That door is shut without a provider or without ANYMAIL_WEBHOOK_SECRET, `user:password`.
REPLY_DOMAIN = os.environ.get("REPLY_DOMAIN", "")
INBOUND_PROVIDER = os.environ.get("INBOUND_PROVIDER", "")
if PRODUCTION and REPLY_DOMAIN and not (INBOUND_PROVIDER and ANYMAIL.get("WEBHOOK_SECRET")):
    raise ImproperlyConfigured("REPLY_DOMAIN needs INBOUND_PROVIDER and ANYMAIL_WEBHOOK_SECRET.")

# The seller on every invoice (french-invoices.md); the demonstration's company is invented.
SELLER = {
    "name": secret("SELLER_NAME", development="Digiforma Démonstration"),
    "legal_form": secret("SELLER_LEGAL_FORM", development="SAS"),
    "capital": secret("SELLER_CAPITAL", development="10 000 €"),
    "address": secret("SELLER_ADDRESS", development="1 rue de l’Exemple, 44000 Nantes"),
    "siren": secret("SELLER_SIREN", development="732 829 320"),
    "rcs": secret("SELLER_RCS", development="RCS Nantes 732 829 320"),
    "vat_number": secret("SELLER_VAT_NUMBER", development="FR44732829320"),
    "iban": secret("SELLER_IBAN", development="FR76 3000 6000 0112 3456 7890 189"),
    "bic": secret("SELLER_BIC", development="AGRIFRPP"),
    "vat_on_debits": os.environ.get("SELLER_VAT_ON_DEBITS", "") == "1",
}
# Yearly late-payment rate by first day (R16): what an invoice prints is the rate of its issue
# date. Add a day, never change one that invoices were issued under.
LATE_INTEREST_RATES = dated_percents("LATE_INTEREST_RATES", "2023-01-01=15.00")

# Above the learners of its plan, how long an organization still enrols (R20).
ENROLLMENT_GRACE_DAYS = positive_integer("ENROLLMENT_GRACE_DAYS", 30)

# What customer care takes off a plan's price on a quote; beyond it a manager does.
DISCOUNT_ALONE_PERCENT = positive_integer("DISCOUNT_ALONE_PERCENT", 10)

# Jobs. The rows are the queue: losing Redis loses nothing but a minute.
CELERY_BROKER_URL = REDIS_URL
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_BROKER_TRANSPORT_OPTIONS = {"visibility_timeout": 900, "unacked_restore_limit": 1}
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_REJECT_ON_WORKER_LOST = True
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_TASK_SOFT_TIME_LIMIT = 240
CELERY_TASK_TIME_LIMIT = 300
CELERY_TIMEZONE = TIME_ZONE
CELERY_BEAT_SCHEDULE_FILENAME = str(BASE_DIR / "var" / "beat-schedule")
# Nothing between 02:00 and 03:00: that hour is missing once a year and comes twice once a year.
CELERY_BEAT_SCHEDULE = {
    "recount-learners": {
        "task": "learners.tasks.recount_learners",
        "schedule": crontab(hour=4, minute=0),
    },
    "warn-over-limit": {
        "task": "subscriptions.tasks.warn_over_limit",
        "schedule": crontab(hour=4, minute=30),
    },
    "renew-due": {"task": "subscriptions.tasks.renew_due", "schedule": crontab(hour=5, minute=0)},
    "check-invariants": {
        "task": "subscriptions.tasks.check_invariants",
        "schedule": crontab(minute=20, hour="0-1,3-23"),
    },
    "measure-desk": {
        "task": "support.tasks.measure_desk",
        "schedule": crontab(hour=5, minute=30),
    },
    "expire-quotes": {
        "task": "support.tasks.expire_quotes",
        "schedule": crontab(hour=0, minute=10),
    },
    "remind-of-quotes": {
        "task": "support.tasks.remind_of_quotes",
        "schedule": crontab(hour=8, minute=0),
    },
    # A second time for a beat that was down: a day is told once.
    "tell-desk": {
        "task": "support.tasks.tell_desk",
        "schedule": crontab(hour=8, minute="30,45", day_of_week="1-5"),
    },
    "drain-notices": {
        "task": "support.tasks.drain_notices",
        "schedule": crontab(minute=40, hour="0-1,3-23"),
    },
    "close-answered-interests": {
        "task": "support.tasks.close_answered_interests",
        "schedule": crontab(minute="*/10", hour="0-1,3-23"),
    },
    "empty-old-imports": {
        "task": "learners.tasks.empty_old_files",
        "schedule": crontab(hour=3, minute=30),
    },
    "work-imports": {"task": "learners.tasks.work_imports", "schedule": 60.0},
    "send-mail": {"task": "accounts.tasks.send_mail", "schedule": 30.0},
}

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "%(asctime)s %(levelname)s %(name)s %(message)s"}},
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["console"], "level": os.environ.get("LOG_LEVEL", "INFO")},
}
SILENCED_SYSTEM_CHECKS: list[str] = []
