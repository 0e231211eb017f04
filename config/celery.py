"""Where `celery --app config worker` finds the application of Celery's workers, which ENGINE=celery asks for."""

import os

import django
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
if settings.ENGINE != "celery":
    raise ImproperlyConfigured(f"ENGINE is {settings.ENGINE!r}; Celery's workers need ENGINE=celery")
django.setup()

from webhooks.celery_app import app  # noqa: E402  # its tasks need the models, which are there by now

__all__ = ["app"]
