"""The broker of the engine `celery`: whether everything that it needs is there, before anything starts."""

import importlib.util
from urllib.parse import urlsplit

from django.core.exceptions import ImproperlyConfigured


def check_broker(url: str, database_engine: str) -> None:
    """Raise ImproperlyConfigured, which never repeats `url`, where Celery cannot work with it and this database."""
    if any(importlib.util.find_spec(name) is None for name in ("celery", "redis")):
        raise ImproperlyConfigured(
            "ENGINE is 'celery', and Celery is not installed: `make run` installs it, or "
            "pip install --require-hashes -r requirements/runtime.txt -r requirements/celery.txt"
        )
    if database_engine != "django.db.backends.postgresql":
        raise ImproperlyConfigured(
            "ENGINE is 'celery', which needs PostgreSQL: an SQLite database takes one worker, so write ENGINE=worker"
        )
    if not url:
        raise ImproperlyConfigured("CELERY_BROKER_URL is not set; ENGINE is 'celery' and needs it")
    try:
        parts = urlsplit(url)
        is_redis = parts.scheme in {"redis", "rediss"} and bool(parts.hostname) and parts.port != 0
    except ValueError:
        # Without what caused it: that says which piece of the password was taken for a port.
        is_redis = False
    if not is_redis:
        raise ImproperlyConfigured("CELERY_BROKER_URL cannot be read; write redis://:password@host:port/number")
