"""dj-stripe's own webhook view in its leanest mode: the event is handed to a callback that does nothing.

It runs where dj-stripe is installed, and reaches no other server: its Stripe would be a port where nobody listens.
"""

import os
import sys
from typing import Any
from urllib.parse import urlsplit
from wsgiref.types import WSGIApplication

import django
from django.conf import settings

_url = urlsplit(os.environ["DATABASE_URL"])
settings.configure(
    SECRET_KEY=os.environ["SECRET_KEY"],
    ALLOWED_HOSTS=["stock.example.org"],
    ROOT_URLCONF=__name__,
    MIDDLEWARE=["django.middleware.security.SecurityMiddleware", "django.middleware.common.CommonMiddleware"],
    INSTALLED_APPS=["django.contrib.auth", "django.contrib.contenttypes", "djstripe"],
    USE_TZ=True,
    DATABASES={
        "default": {
            "ENGINE": "django.db.backends.postgresql",
            "NAME": _url.path.lstrip("/"),
            "USER": _url.username,
            "HOST": _url.hostname,
            "PORT": _url.port,
            "CONN_MAX_AGE": None,
        }
    },
    # Straight from the models: to go through their migrations takes minutes.
    MIGRATION_MODULES={"djstripe": None, "auth": None, "contenttypes": None},
    DEFAULT_AUTO_FIELD="django.db.models.BigAutoField",
    STRIPE_API_HOST="http://127.0.0.1:1",
    STRIPE_LIVE_MODE=False,
    STRIPE_TEST_SECRET_KEY="sk_test_of_the_benchmark",
    DJSTRIPE_FOREIGN_KEY_TO_FIELD="id",
    DJSTRIPE_WEBHOOK_VALIDATION="verify_signature",
    DJSTRIPE_WEBHOOK_EVENT_CALLBACK=f"{__name__ if __name__ != '__main__' else 'stripe_site'}.leave_it",
)


def leave_it(trigger: Any, **_: Any) -> None:
    """The callback."""


django.setup()

from django.core.management import call_command  # noqa: E402  # Django has to be set up before its parts are loaded
from django.core.wsgi import get_wsgi_application  # noqa: E402
from django.urls import include, path  # noqa: E402

urlpatterns = [path("stripe/", include("djstripe.urls", namespace="djstripe"))]
application: WSGIApplication = get_wsgi_application()

if __name__ == "__main__":
    from djstripe.models import WebhookEndpoint

    call_command("migrate", run_syncdb=True, verbosity=0)
    made = WebhookEndpoint.objects.create(
        id="we_bench",
        livemode=False,
        secret=os.environ["BENCH_SECRET"],
        url="https://stock.example.org/",
        enabled_events=["*"],
        status="enabled",
        djstripe_validation_method="verify_signature",
    )
    sys.stdout.write(str(made.djstripe_uuid))
