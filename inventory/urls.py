"""The addresses of the pages on which staff browse stock."""

from django.urls import path

from inventory.views import overview, sites

urlpatterns = [
    path("", overview.overview, name="home"),
    path("sites/", sites.site_list, name="site_list"),
    path("sites/add/", sites.site_add, name="site_add"),
    path("sites/<int:pk>/", sites.site_detail, name="site_detail"),
    path("sites/<int:pk>/edit/", sites.site_change, name="site_change"),
    path("sites/<int:pk>/locations/", sites.site_locations, name="site_locations"),
]
