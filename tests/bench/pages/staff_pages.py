"""The pages on which staff browse: as they open, by each tab, searched, and turned to their end."""

from collections.abc import Iterator

from django.db.models import QuerySet
from django.urls import reverse

from inventory.keyset import Order
from inventory.models import Batch, Count, Listing, Location, Movement, Product, Site, Source, StockEvent
from inventory.reports import batch, location, product
from inventory.reports.count import NEWEST as NEWEST_MOVEMENTS
from inventory.views import batches as batch_pages
from inventory.views import products as product_pages
from inventory.views.asked import PAGE
from tests.bench.pages.questions import Kind, Question, address

GROUP = "pages"
NOTHING = "no such thing"


def staff_questions() -> Iterator[Question]:
    """The overview, every list, and one of everything that has a page."""
    yield _page("overview", "home")
    yield _page("proof", "proof_list")
    yield _page("sites", "site_list")
    yield from _products()
    yield from _batches()
    yield from _locations()
    yield from _details()


def _page(name: str, route: str, *numbers: int, **asked: object) -> Question:
    return Question(group=GROUP, name=name, path=address(reverse(route, args=numbers), **asked))


def _found(noun: str, route: str, frequent: str, rare: str) -> Iterator[Question]:
    path = reverse(route)
    yield Question(group=GROUP, name=f"{noun}: frequent", path=address(path, q=frequent))
    for name, text in (("rare", rare), ("nothing found", NOTHING)):
        yield Question(group=GROUP, name=f"{noun}: {name}", path=address(path, q=text), kind=Kind.RARE)


def _end(
    noun: str,
    path: str,
    order: Order,
    rows: QuerySet[Product] | QuerySet[Batch] | QuerySet[Location] | QuerySet[Count] | QuerySet[Movement],
    **asked: object,
) -> Iterator[Question]:
    """The last page, where there is more than one."""
    back = rows.order_by(*(name if order.descending else f"-{name}" for name, _ in order.columns))
    before_it = list(back[PAGE : PAGE + 1])
    if before_it:
        last = address(path, **asked, after=order.mark(before_it[0]))
        yield Question(group=GROUP, name=f"{noun}, last page", path=last, kind=Kind.DEEP, first=noun)


def _products() -> Iterator[Question]:
    path = reverse("product_list")
    for tab in product_pages.TABS:
        yield _page(f"products, {tab}", "product_list", tab=tab)
    yield from _end("products, all", path, product.BY_NAME, Product.objects.all(), tab="all")
    yield from _found("products", "product_list", "Goods", Product.objects.latest("pk").name)
    scanned = Listing.objects.filter(source__provider="square").order_by("-pk")[:1]
    for listing in scanned:
        yield Question(
            group=GROUP, name="products: an identifier", path=address(path, q=listing.external_id), kind=Kind.RARE
        )


def _batches() -> Iterator[Question]:
    path = reverse("batch_list")
    for tab in batch_pages.TABS:
        yield _page(f"batches, {tab}", "batch_list", tab=tab)
    yield from _end("batches, all", path, batch.NEWEST, Batch.objects.all(), tab="all")
    yield from _found("batches", "batch_list", "Batch 1", Batch.objects.latest("pk").label or NOTHING)


def _locations() -> Iterator[Question]:
    path = reverse("location_list")
    yield _page("locations", "location_list")
    yield from _end("locations", path, location.BY_NAME, Location.objects.all())
    yield from _found("locations", "location_list", "MBENCH", Location.objects.latest("pk").name or NOTHING)


def _details() -> Iterator[Question]:
    for source in Source.objects.filter(provider__in=["square", "tracktile", "treez"], name__endswith="of the bench"):
        told = f"of {source.provider}"
        count = Count.objects.filter(source=source).order_by("pk")[0]
        yield _page(f"a product {told}", "product_detail", count.listing.product_id)
        yield _page(f"a count {told}", "count_detail", count.pk)
        if count.batch_id:
            yield _page(f"a batch {told}", "batch_detail", count.batch_id)
        yield _page(f"a location {told}", "location_detail", count.location_id or 0)
    busiest = StockEvent.objects.filter(kind="adjustment").order_by("pk")[0]
    count = Count.objects.filter(stream=busiest.stream_id).order_by("pk")[0]
    name = "a count that moves often"
    path = reverse("count_detail", args=[count.pk])
    yield Question(group=GROUP, name=name, path=path)
    yield from _end(name, path, NEWEST_MOVEMENTS, Movement.objects.filter(count=count))
    site = Site.objects.order_by("pk")[0]
    yield _page("a site", "site_detail", site.pk)
    yield _page("the locations of a site", "site_locations", site.pk)
