"""Every address that Stockroom answers, but for the senders': those are webhooks.middleware's."""

from django.contrib import admin
from django.urls import include, path

urlpatterns = [
    path("admin/", admin.site.urls),
    path("api/v1/", include("inventory.api.urls")),
    path("", include("inventory.urls")),
]
