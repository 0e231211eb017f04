"""The addresses of the pages on which staff browse stock."""

from django.urls import path

from inventory.views import batches, counts, locations, overview, products, proofs, sites

urlpatterns = [
    path("", overview.overview, name="home"),
    path("products/", products.product_list, name="product_list"),
    path("products/<int:pk>/", products.product_detail, name="product_detail"),
    path("batches/", batches.batch_list, name="batch_list"),
    path("batches/<int:pk>/", batches.batch_detail, name="batch_detail"),
    path("locations/", locations.location_list, name="location_list"),
    path("locations/<int:pk>/", locations.location_detail, name="location_detail"),
    path("counts/<int:pk>/", counts.count_detail, name="count_detail"),
    path("proof/", proofs.proof_list, name="proof_list"),
    path("proof/ask/", proofs.proof_ask, name="proof_ask"),
    path("sites/", sites.site_list, name="site_list"),
    path("sites/add/", sites.site_add, name="site_add"),
    path("sites/<int:pk>/", sites.site_detail, name="site_detail"),
    path("sites/<int:pk>/edit/", sites.site_change, name="site_change"),
    path("sites/<int:pk>/locations/", sites.site_locations, name="site_locations"),
]
