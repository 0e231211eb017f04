"""Linking a listing to a product by hand: chosen by a search, or one of its own."""

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse

from inventory import matching
from inventory.admin.base import StockroomAdmin
from inventory.admin.display import admin_url
from inventory.models import Listing, Product

OFFERED = 20
SEARCH_LENGTH = 200


class LinkForm(forms.Form):
    """Which product; none stands for one of the listing's own."""

    product = forms.ModelChoiceField(queryset=Product.objects.all(), required=False)


def may_link(request: HttpRequest) -> bool:
    """Whether this person may say which product a listing is of."""
    return request.user.has_perms(("inventory.change_listing", "inventory.view_product"))


def link_listing(model_admin: StockroomAdmin[Listing], request: HttpRequest, pk: int) -> HttpResponse:
    """Offer the products that a search finds, and link the listing to the one that is chosen, or to its own."""
    if not may_link(request):
        raise PermissionDenied
    listing = model_admin.get_queryset(request).select_related("source", "product").filter(pk=pk).first()
    if listing is None:
        raise Http404
    form = LinkForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        return _link(model_admin, request, listing, form.cleaned_data["product"])
    text = request.GET.get("q", "").strip()[:SEARCH_LENGTH]
    found = _search(model_admin, request, listing, text) if text else []
    return TemplateResponse(
        request,
        "admin/inventory/listing/link.html",
        {
            **model_admin.admin_site.each_context(request),
            "title": f"Link {listing} to a product",
            "media": model_admin.media,
            "opts": model_admin.opts,
            "original": listing,
            "is_shared": Listing.objects.filter(product=listing.product_id).exclude(pk=listing.pk).exists(),
            "searched": text,
            "search_help": model_admin.admin_site.get_model_admin(Product).search_help_text,
            "products": found[:OFFERED],
            "has_more": len(found) > OFFERED,
            "is_unknown": form.is_bound,
        },
        status=400 if form.is_bound else 200,
    )


def _search(model_admin: StockroomAdmin[Listing], request: HttpRequest, listing: Listing, text: str) -> list[Product]:
    products = model_admin.admin_site.get_model_admin(Product)
    others = Product.objects.exclude(pk=listing.product_id)
    found, _ = products.get_search_results(request, others, text)
    return list(found.order_by("name", "id")[: OFFERED + 1])


def _link(
    model_admin: StockroomAdmin[Listing], request: HttpRequest, listing: Listing, product: Product | None
) -> HttpResponse:
    try:
        with transaction.atomic():
            if product is None:
                before, after = matching.link_to_own(listing.pk)
            else:
                before, after = matching.link(listing.pk, product.pk)
            done = (
                f"Kept at the product {after}, by staff's own word."
                if before.pk == after.pk
                else f"Linked to the product {after}; before, it was {before}."
            )
            model_admin.log_change(request, listing, done)
    except Product.DoesNotExist:
        model_admin.message_user(request, f"The product {product} is not there any more.", messages.ERROR)
    else:
        model_admin.message_user(request, done, messages.SUCCESS)
    return HttpResponseRedirect(admin_url(Listing, "change", listing.pk))
