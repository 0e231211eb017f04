"""Every setting of Stockroom, read from the environment; docs/operations.md explains each.

A `.env` file in the project's root is read when it is there, and the real environment wins over it. ENV_FILE names
another file or, empty, none. A setting that is missing or cannot be read stops the start with its name.
"""

import os
import re
from datetime import timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import environ
from csp.constants import NONE, SELF
from django.core.exceptions import ImproperlyConfigured

from config.broker import check_broker

BASE_DIR = Path(__file__).resolve().parent.parent

env = environ.Env()
_ENV_LINE = re.compile(r"(?:export )?[A-Za-z_0-9]+=.*|\s*(?:#.*)?")


def check_env_file(path: Path) -> None:
    """Raise ImproperlyConfigured at a line that sets nothing: django-environ would log it, with the secret in it."""
    for number, line in enumerate(path.read_text().splitlines() if path.is_file() else (), start=1):
        if not _ENV_LINE.fullmatch(line):
            raise ImproperlyConfigured(f"{path}, line {number}: write NAME=VALUE, without spaces around NAME")


_env_file = os.environ.get("ENV_FILE", str(BASE_DIR / ".env"))
if _env_file:
    check_env_file(Path(_env_file))
    environ.Env.read_env(_env_file, overwrite=False)


def flag(name: str, *, default: bool) -> bool:
    """A yes or no from the environment; django-environ reads any other word as False, which hides a typo."""
    text = os.environ.get(name, str(default)).strip().lower()
    if text not in {"true", "false", "1", "0", "yes", "no", "on", "off"}:
        raise ImproperlyConfigured(f"{name} is {text!r}; write true or false")
    return text in {"true", "1", "yes", "on"}


def word(name: str, allowed: set[str], *, default: str) -> str:
    """One of a few words from the environment."""
    text = os.environ.get(name, default)
    if text not in allowed:
        raise ImproperlyConfigured(f"{name} is {text!r}; write one of {', '.join(sorted(allowed))}")
    return text


def number(name: str, *, default: int) -> int:
    """A whole number above 0 from the environment."""
    text = os.environ.get(name, str(default))
    if not (text.isascii() and text.isdecimal() and int(text)):
        raise ImproperlyConfigured(f"{name} is {text!r}; write a whole number above 0")
    return int(text)


def hour_of_day(name: str, *, default: int) -> int:
    """An hour of the day from the environment, in UTC."""
    text = os.environ.get(name, str(default))
    if not (text.isascii() and text.isdecimal() and int(text) < 24):  # noqa: PLR2004  # a day has 24 hours
        raise ImproperlyConfigured(f"{name} is {text!r}; write an hour from 0 to 23")
    return int(text)


def plain(name: str, default: str | None = None) -> str:
    """Text from the environment as it stands: django-environ would read a leading `$` as a reference."""
    text = os.environ.get(name, default)
    if not text:
        raise ImproperlyConfigured(f"{name} is not set")
    return text


DEBUG = flag("DEBUG", default=False)
HTTPS = flag("HTTPS", default=True)
SECRET_KEY = plain("SECRET_KEY")
FIELD_KEYS = [key.strip() for key in plain("FIELD_KEYS").split(",") if key.strip()]
if not FIELD_KEYS:
    raise ImproperlyConfigured("FIELD_KEYS names no key")
PUBLIC_BASE_URL = plain("PUBLIC_BASE_URL", "http://127.0.0.1:8000").rstrip("/")
ALLOWED_HOSTS = [
    "localhost",
    "127.0.0.1",
    "[::1]",
    *env.list("ALLOWED_HOSTS", default=[]),
    *filter(None, [urlsplit(PUBLIC_BASE_URL).hostname]),
]
ENGINE = word("ENGINE", {"worker", "inline", "celery"}, default="worker")
LOG_LEVEL = word("LOG_LEVEL", {"DEBUG", "INFO", "WARNING", "ERROR"}, default="INFO")
# The web server may not keep a sender waiting; a command may.
PROCESS = word("PROCESS", {"web", "command"}, default="command")
DATABASE_WAIT_SECONDS = 3 if PROCESS == "web" else 20
PROOF_HOUR = hour_of_day("PROOF_HOUR", default=3)
WEB_THREADS = number("WEB_THREADS", default=64)
WORKER_BATCH = number("WORKER_BATCH", default=500)

INSTALLED_APPS = [
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.humanize",
    "axes",
    "csp",
    "rest_framework",
    "drf_spectacular",
    "inventory",
    "webhooks",
]

MIDDLEWARE = [
    "webhooks.middleware.HooksFirst",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "config.forms.PlainForms",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "axes.middleware.AxesMiddleware",
]

ROOT_URLCONF = "config.urls"
WSGI_APPLICATION = "config.wsgi.application"
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
                "inventory.navigation.navigation",
            ],
        },
    },
]


def _database(url: str) -> dict[str, Any]:
    try:
        settings: dict[str, Any] = dict(environ.Env.db_url_config(url))
    except ValueError:
        # Without what caused it: that says which piece of the password was taken for a port.
        raise ImproperlyConfigured(
            "DATABASE_URL cannot be read; in a password, write / ? # [ ] @ : and % as %2F %3F %23 %5B %5D %40 %3A %25"
        ) from None
    options: dict[str, Any] = settings.setdefault("OPTIONS", {})
    engine = settings.get("ENGINE")
    if engine == "django.db.backends.sqlite3":
        options |= {
            # A transaction that begins by reading cannot be made a writer later without failing at once.
            "transaction_mode": "IMMEDIATE",
            "timeout": DATABASE_WAIT_SECONDS,
            "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA recursive_triggers=ON;",
        }
        # A connection that is opened anew for each request reads the whole schema anew, and closing the last one
        # empties the write-ahead log.
        settings["CONN_MAX_AGE"] = None
        settings["TEST"] = {"NAME": str(BASE_DIR / "var" / "test.sqlite3")}
    elif engine == "django.db.backends.postgresql":
        # A server that vanished without a word is noticed as soon as one that refuses.
        options |= {"connect_timeout": 3, "tcp_user_timeout": DATABASE_WAIT_SECONDS * 1000}
        options.setdefault("options", f"-c lock_timeout={DATABASE_WAIT_SECONDS * 1000}")
        if PROCESS == "web":
            options["pool"] = {"min_size": 2, "max_size": 32, "timeout": DATABASE_WAIT_SECONDS}
        settings["CONN_HEALTH_CHECKS"] = True
    else:
        raise ImproperlyConfigured("DATABASE_URL names neither SQLite nor PostgreSQL")
    return settings


DATABASES = {"default": _database(os.environ.get("DATABASE_URL") or f"sqlite:///{BASE_DIR}/stockroom.sqlite3")}
CELERY_BROKER_URL = os.environ.get("CELERY_BROKER_URL", "")
if ENGINE == "celery":
    check_broker(CELERY_BROKER_URL, DATABASES["default"]["ENGINE"])
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

AUTHENTICATION_BACKENDS = ["axes.backends.AxesStandaloneBackend", "django.contrib.auth.backends.ModelBackend"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": f"django.contrib.auth.password_validation.{name}"}
    for name in (
        "UserAttributeSimilarityValidator",
        "MinimumLengthValidator",
        "CommonPasswordValidator",
        "NumericPasswordValidator",
    )
]
AXES_FAILURE_LIMIT = 10
AXES_COOLOFF_TIME = timedelta(minutes=15)
AXES_LOCKOUT_PARAMETERS = [["username", "ip_address"]]
AXES_RESET_ON_SUCCESS = True
AXES_CLIENT_IP_CALLABLE = "config.visitors.address_of"
AXES_VERBOSE = False
LOGIN_URL = "admin:login"
LOGIN_REDIRECT_URL = "home"

SESSION_ENGINE = "config.sessions"

LANGUAGE_CODE = "en"
TIME_ZONE = "UTC"
USE_TZ = True

STATIC_URL = "static/"
STATICFILES_DIRS: list[Path] = []
# Served straight from the apps: nothing to collect, nothing to forget at an update.
WHITENOISE_USE_FINDERS = True

CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [SELF],
        "base-uri": [NONE],
        "form-action": [SELF],
        "frame-ancestors": [NONE],
        "object-src": [NONE],
    }
}
X_FRAME_OPTIONS = "DENY"
SECURE_REFERRER_POLICY = "same-origin"
SECURE_SSL_REDIRECT = HTTPS
SESSION_COOKIE_SECURE = HTTPS
CSRF_COOKIE_SECURE = HTTPS
CSRF_TRUSTED_ORIGINS = [PUBLIC_BASE_URL]
if HTTPS:
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
    SECURE_HSTS_SECONDS = 31_536_000
    # The shop's other names below this one, and a browser's built-in list, are not ours to decide on.
    SILENCED_SYSTEM_CHECKS = ["security.W005", "security.W021"]

REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": ["inventory.api.access.StaffSession"],
    "DEFAULT_PERMISSION_CLASSES": ["inventory.api.access.StaffWhoMayView"],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_PARSER_CLASSES": ["rest_framework.parsers.JSONParser"],
    "DEFAULT_CONTENT_NEGOTIATION_CLASS": "inventory.api.negotiation.OneForm",
    "DEFAULT_SCHEMA_CLASS": "inventory.api.schema.Description",
    "DEFAULT_METADATA_CLASS": None,
    "EXCEPTION_HANDLER": "inventory.api.errors.answer_error",
    # There is one format; `?format=` is a parameter like any other, and unknown.
    "URL_FORMAT_OVERRIDE": None,
}
SPECTACULAR_SETTINGS = {
    "OAS_VERSION": "3.1.0",
    "TITLE": "Stockroom",
    "VERSION": "1",
    "DESCRIPTION": (
        "Stock, and where every number comes from. Read only, for staff. Quantities are decimals written as text, "
        "never floats; null is unknown, never zero; times are RFC 3339 in UTC with all their digits. A list answers "
        "one page and the address of the next."
    ),
    "SCHEMA_PATH_PREFIX": "/api/v1",
    "ENUM_NAME_OVERRIDES": {
        "Bucket": "inventory.api.counts.BUCKETS",
        "Quality": "inventory.api.counts.QUALITIES",
    },
    "ENUM_SUFFIX": "",
    "ENUM_GENERATE_CHOICE_DESCRIPTION": False,
}

DEFAULT_EXCEPTION_REPORTER_FILTER = "config.error_pages.NoValues"

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "{asctime} {levelname} {name} {message}", "style": "{"}},
    "filters": {
        "tracebacks_of_faults": {"()": "config.log_lines.TracebacksOfFaults"},
        "hide_tokens": {"()": "webhooks.redaction.HideTokens"},
    },
    "handlers": {
        "stderr": {
            "class": "logging.StreamHandler",
            "formatter": "line",
            "filters": ["tracebacks_of_faults", "hide_tokens"],
        }
    },
    "root": {"handlers": ["stderr"], "level": LOG_LEVEL},
    "loggers": {
        name: {"handlers": ["stderr"], "level": LOG_LEVEL, "propagate": False}
        # Django gives its development server a handler of its own, which would write URL tokens down.
        for name in ("django", "django.server")
    }
    | {
        # Of a variable that a template looks for in vain it writes all the others, at DEBUG: a secret that is shown
        # once is among them.
        "django.template": {
            "handlers": ["stderr"],
            "level": "INFO" if LOG_LEVEL == "DEBUG" else LOG_LEVEL,
            "propagate": False,
        },
    },
}
