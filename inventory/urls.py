"""The addresses of the pages on which staff browse stock."""

from django.urls import path

from inventory.views import overview

urlpatterns = [
    path("", overview.overview, name="home"),
]
