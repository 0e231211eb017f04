"""A receiver as it is usually written in Django: the endpoint by the ORM, the HMAC, the row by the ORM."""

import base64
import hashlib
import hmac
import json
import os
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
    INSTALLED_APPS=[],
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
)
django.setup()

from django.core.wsgi import get_wsgi_application  # noqa: E402  # Django has to be set up before its parts are loaded
from django.db import connection, models  # noqa: E402
from django.http import HttpRequest, HttpResponse  # noqa: E402
from django.shortcuts import get_object_or_404  # noqa: E402
from django.urls import path  # noqa: E402
from django.views.decorators.csrf import csrf_exempt  # noqa: E402
from django.views.decorators.http import require_POST  # noqa: E402


class Endpoint(models.Model):
    """Where a sender posts to."""

    token = models.CharField(max_length=64, unique=True)
    url = models.URLField()
    secret = models.CharField(max_length=255)
    active = models.BooleanField(default=True)

    class Meta:
        app_label = "orm"

    def __str__(self) -> str:
        return self.url


class Delivery(models.Model):
    """What it posted."""

    endpoint = models.ForeignKey(Endpoint, on_delete=models.PROTECT)
    received_at = models.DateTimeField(auto_now_add=True)
    event_id = models.CharField(max_length=255)
    headers = models.JSONField()
    body = models.BinaryField()

    class Meta:
        app_label = "orm"
        constraints = [models.UniqueConstraint(fields=["endpoint", "event_id"], name="each_event_once")]

    def __str__(self) -> str:
        return self.event_id


@csrf_exempt
@require_POST
def receive(request: HttpRequest, token: str) -> HttpResponse:
    """The view."""
    endpoint = get_object_or_404(Endpoint, token=token, active=True)
    mac = hmac.new(endpoint.secret.encode(), endpoint.url.encode() + request.body, hashlib.sha256)
    proof = base64.b64encode(mac.digest())
    if not hmac.compare_digest(proof, request.headers.get("X-Square-HmacSha256-Signature", "").encode()):
        return HttpResponse(status=401)
    event_id = json.loads(request.body)["event_id"]
    Delivery._default_manager.create(
        endpoint=endpoint, event_id=event_id, headers=dict(request.headers), body=request.body
    )
    return HttpResponse("stored")


urlpatterns = [path("hooks/<str:token>/", receive)]
application: WSGIApplication = get_wsgi_application()

if __name__ == "__main__":
    with connection.schema_editor() as editor:
        editor.create_model(Endpoint)
        editor.create_model(Delivery)
    Endpoint._default_manager.create(token="bench", url=os.environ["BENCH_URL"], secret=os.environ["BENCH_SECRET"])
