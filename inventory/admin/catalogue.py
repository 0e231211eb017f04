"""Products, listings and barcodes in the admin."""

from collections.abc import Sequence

from django.contrib import admin
from django.db.models import Q
from django.http import HttpRequest
from django.urls import URLPattern, path, reverse
from django.utils.html import format_html

from inventory.admin.base import ReadOnlyAdmin, StaffEditedAdmin
from inventory.admin.display import (
    Table,
    Tool,
    json_block,
    list_link,
    list_url,
    moment_text,
    page_link,
    quantity_cell,
)
from inventory.admin.linking import link_listing, may_link
from inventory.models import Barcode, Batch, Count, Listing, Product, Source
from inventory.registry import Link

SHOWN = 50
FOUND_AT_MOST = 1000
LINK_WORDS = "Link to product…"


def identified(text: str) -> Q:
    """The listings with `text` for an identifier or a barcode; those of a barcode are looked up at once."""
    barcodes = Barcode.objects.filter(Q(code=text) | Q(gtin=text)).order_by()
    coded = list(barcodes.values_list("listing_id", flat=True)[:FOUND_AT_MOST])
    return Q(external_id=text) | Q(pk__among=coded)


def called(text: str) -> Q:
    """The listings that a search for `text` means."""
    return Q(name__istartswith=text) | identified(text)


def _link_url(listing: Listing) -> str:
    return reverse("admin:inventory_listing_link", args=[listing.pk])


@admin.register(Product)
class ProductAdmin(StaffEditedAdmin[Product]):
    list_display = ("name", "unit", "threshold_shown")
    ordering = ("name", "id")
    search_fields = ("name__istartswith",)
    search_help_text = "The beginning of a name, or a whole barcode or identifier of one of its listings."
    empty_list = "There is no product yet. Products appear with the listings that sources send."
    fields = ("name", "unit", "threshold", "created")
    readonly_fields = ("created",)

    def matching(self, text: str) -> Q:
        sold_as = Listing.objects.filter(identified(text)).order_by()
        products = list(sold_as.values_list("product_id", flat=True)[:FOUND_AT_MOST])
        return StaffEditedAdmin.matching(self, text) | Q(pk__among=products)

    def has_delete_permission(self, request: HttpRequest, obj: Product | None = None) -> bool:
        """Only a product that no listing is linked to: counts are found through listings."""
        allowed = request.user.has_perm("inventory.delete_product")
        return allowed and (obj is None or not obj.listings.exists())

    def tools(self, request: HttpRequest, obj: Product) -> tuple[Tool, ...]:  # noqa: ARG002
        return (Tool(text="Show page", url=reverse("product_detail", args=[obj.pk])),)

    def tables(self, request: HttpRequest, obj: Product) -> tuple[Table, ...]:  # noqa: ARG002
        listings = obj.listings.select_related("source").defer("description").order_by("id")[:SHOWN]
        return (
            Table(
                title="Listings",
                columns=("Listing", "Identifier", "Source", "Match", "Counts"),
                rows=tuple(
                    (
                        page_link(Listing, listing.pk, listing),
                        listing.external_id,
                        str(listing.source),
                        listing.get_match_display(),
                        list_link(Count, "counts", listing__id__exact=listing.pk),
                    )
                    for listing in listings
                ),
                empty="No source lists this product.",
                note=f"At most {SHOWN} are shown here.",
                more=(Link(text="All its listings", url=list_url(Listing, product__id__exact=obj.pk)),),
            ),
        )

    @admin.display(description="threshold")
    def threshold_shown(self, obj: Product) -> str:
        return quantity_cell(obj.threshold)

    @admin.display(description="created")
    def created(self, obj: Product) -> str:
        return moment_text(obj.created_at)


@admin.register(Listing)
class ListingAdmin(StaffEditedAdmin[Listing]):
    list_display = ("shown_name", "external_id", "source", "product", "match", "unit", "active")
    list_select_related = ("source", "product")
    list_filter = ("match", "active")
    linked_filters = ("source__id__exact", "product__id__exact")
    ordering = ("id",)
    search_fields = ("external_id__exact", "name__istartswith")
    search_help_text = "The beginning of a name, or a whole identifier or barcode."
    empty_list = "There is no listing yet. Listings appear when a source sends something about them."
    deferred = ("description",)
    readonly_fields = (
        "shown_name",
        "source_link",
        "tenant",
        "external_id",
        "match",
        "active",
        "described",
        "created",
    )
    fields = (
        "shown_name",
        "source_link",
        "tenant",
        "external_id",
        "product",
        "match",
        "unit",
        "unit_factor",
        "active",
        "described",
        "created",
    )
    autocomplete_fields = ("product",)

    def matching(self, text: str) -> Q:
        return called(text)

    def has_add_permission(self, request: HttpRequest) -> bool:  # noqa: ARG002
        """Only a source knows its listings."""
        return False

    def columns_to_save(self, obj: Listing, changed: Sequence[str]) -> list[str]:
        """A product that a person chose is no guess of ours any more."""
        if "product" not in changed:
            return list(changed)
        obj.match = Listing.Match.STAFF
        return [*changed, "match"]

    def get_urls(self) -> list[URLPattern]:
        link = path(
            "<int:pk>/link/",
            self.admin_site.admin_view(lambda request, pk: link_listing(self, request, pk)),
            name="inventory_listing_link",
        )
        return [link, *super().get_urls()]

    def get_list_display(self, request: HttpRequest) -> tuple[str, ...]:
        """The way to another product stands in each row, for those who may choose one."""
        return (*self.list_display, "link_to_product") if may_link(request) else self.list_display

    def tools(self, request: HttpRequest, obj: Listing) -> tuple[Tool, ...]:
        link = (Tool(text=LINK_WORDS, url=_link_url(obj)),) if may_link(request) else ()
        return (
            *link,
            Tool(text="Counts", url=list_url(Count, listing__id__exact=obj.pk)),
            Tool(text="Batches", url=list_url(Batch, listing__id__exact=obj.pk)),
            Tool(text="Barcodes", url=list_url(Barcode, listing__id__exact=obj.pk)),
        )

    @admin.display(description="name")
    def shown_name(self, obj: Listing) -> str:
        return str(obj)

    @admin.display(description="another product")
    def link_to_product(self, obj: Listing) -> str:
        return format_html('<a href="{}">{}</a>', _link_url(obj), LINK_WORDS)

    @admin.display(description="source")
    def source_link(self, obj: Listing) -> str:
        return page_link(Source, obj.source_id, obj.source)

    @admin.display(description="as the source describes it")
    def described(self, obj: Listing) -> str:
        return json_block(obj.description)

    @admin.display(description="created")
    def created(self, obj: Listing) -> str:
        return moment_text(obj.created_at)


@admin.register(Barcode)
class BarcodeAdmin(ReadOnlyAdmin[Barcode]):
    list_display = ("code", "gtin", "listing")
    list_select_related = ("listing",)
    linked_filters = ("listing__id__exact",)
    ordering = ("-id",)
    search_fields = ("code__exact", "gtin__exact")
    search_help_text = "A whole code, or the 14 digits of a GTIN."
    empty_list = "There is no barcode yet. Barcodes appear when a source sends them."
    fields = ("code", "gtin", "listing")
