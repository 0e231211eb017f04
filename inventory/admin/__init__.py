"""Django's admin for stock: staff's own data to edit, facts and what follows from them to read."""

from django.contrib import admin

from inventory.admin.batches import BatchAdmin, BatchLinkAdmin
from inventory.admin.catalogue import BarcodeAdmin, ListingAdmin, ProductAdmin
from inventory.admin.counts import CountAdmin
from inventory.admin.events import RestatementAdmin, RetractionAdmin, StockEventAdmin
from inventory.admin.ledger import CauseAdmin, MovementAdmin, StreamAdmin
from inventory.admin.login import LoginForm
from inventory.admin.people import StaffAdmin
from inventory.admin.places import LocationAdmin, SiteAdmin
from inventory.admin.proofs import ProofRunAdmin
from inventory.admin.source import SourceAdmin

admin.site.site_header = "Stockroom"
admin.site.site_title = "Stockroom"
admin.site.index_title = "Work"
admin.site.site_url = "/"
admin.site.login_form = LoginForm

__all__ = [
    "BarcodeAdmin",
    "BatchAdmin",
    "BatchLinkAdmin",
    "CauseAdmin",
    "CountAdmin",
    "ListingAdmin",
    "LocationAdmin",
    "MovementAdmin",
    "ProductAdmin",
    "ProofRunAdmin",
    "RestatementAdmin",
    "RetractionAdmin",
    "SiteAdmin",
    "SourceAdmin",
    "StaffAdmin",
    "StockEventAdmin",
    "StreamAdmin",
]
