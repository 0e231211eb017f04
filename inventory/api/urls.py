"""The addresses of the API, below /api/v1/."""

from django.urls import URLPattern, URLResolver, path
from rest_framework.routers import SimpleRouter

from inventory.api.batches import BatchViewSet
from inventory.api.counts import CountViewSet
from inventory.api.documentation import documentation
from inventory.api.listings import ListingViewSet
from inventory.api.locations import LocationViewSet
from inventory.api.movements import MovementViewSet
from inventory.api.products import ProductViewSet
from inventory.api.schema import SchemaView
from inventory.api.sources import SourceViewSet
from inventory.api.views import Nothing

app_name = "api"

router = SimpleRouter(use_regex_path=False)
router.register("sources", SourceViewSet, basename="source")
router.register("products", ProductViewSet, basename="product")
router.register("listings", ListingViewSet, basename="listing")
router.register("locations", LocationViewSet, basename="location")
router.register("batches", BatchViewSet, basename="batch")
router.register("counts", CountViewSet, basename="count")
router.register("movements", MovementViewSet, basename="movement")

urlpatterns: list[URLPattern | URLResolver] = [
    path("schema/", SchemaView.as_view(), name="schema"),
    path("docs/", documentation, name="docs"),
    *router.urls,
    path("", Nothing.as_view()),
    # With its slash: an address that lacks only that is sent on to where it belongs.
    path("<path:rest>/", Nothing.as_view()),
]
