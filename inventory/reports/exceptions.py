"""What of stock needs a person. Each finder reads a bounded number of rows, by an index, however many there are."""

from collections.abc import Iterable
from datetime import datetime
from itertools import pairwise

from django.db.models import Count as Number
from django.db.models import QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from inventory.addresses import list_of
from inventory.events import HIDDEN
from inventory.models import Batch, Count, Location, ProofRun, Site, Source
from inventory.registry import Task, TaskFinder
from inventory.reports import batch, product
from inventory.reports.sites import sited_with_stock
from inventory.tasks import MOST, bounded, named
from inventory.totals import ON_HAND, ProductStock

LOOKED_THROUGH = (150, 1000)
"""How many batches are read in search of those that still have stock: at first, and where those have too few.

With all at once, and as many movements, the overview of a million counts took 1.24 x that of a thousand; now 1.07 x.
"""
THRESHOLDS = 500
"""How many products with a threshold are added up."""


def negative_counts(now: datetime) -> list[Task]:  # noqa: ARG001  # every finder is given the moment
    """Counts below zero: facts about a mistake somewhere."""
    number, is_at_least = bounded(product.negative_counts())
    if not number:
        return []
    return [
        Task(
            title=ngettext("count below zero", "counts below zero", number),
            number=number,
            is_at_least=is_at_least,
            detail=_("More went out than ever came in: something was not reported, or twice."),
            url=list_of("negative counts"),
            is_bad=True,
        )
    ]


def expiring_batches(now: datetime) -> list[Task]:
    """Batches with stock whose date has passed, and those whose date comes soon."""
    found = []
    number, is_at_least = _with_stock(batch.expired(now.date()).order_by("-expires_on", "-id"))
    if number:
        found.append(
            Task(
                title=ngettext(
                    "batch past its date with stock left", "batches past their date with stock left", number
                ),
                number=number,
                is_at_least=is_at_least,
                detail=_("Take them out of sale, and record what becomes of them."),
                url=list_of("expired batches"),
                is_bad=True,
            )
        )
    number, is_at_least = _with_stock(batch.expiring(now.date()).order_by("expires_on", "id"))
    if number:
        found.append(
            Task(
                title=ngettext("batch expires soon", "batches expire soon", number),
                number=number,
                is_at_least=is_at_least,
                detail=_("Within %(days)d days, with stock left.") % {"days": batch.SOON.days},
                url=list_of("expiring batches"),
            )
        )
    return found


def _with_stock(batches: QuerySet[Batch]) -> tuple[int, bool]:
    on_hand = Count.objects.filter(quantity__gt=0, bucket__in=[bucket.value for bucket in ON_HAND])
    on_hand = on_hand.exclude(quality__in=HIDDEN)
    number = 0
    for first, end in pairwise((0, *LOOKED_THROUGH)):
        # First the batches: asked for both at once, PostgreSQL goes through all batches that have counts.
        looked_at = list(batches.values_list("pk", flat=True)[first:end])
        number += on_hand.filter(batch__among=looked_at).order_by().values("batch").distinct()[: MOST + 1].count()
        if number > MOST or len(looked_at) < end - first:
            break
    return min(number, MOST), number > MOST


def unmatched_listings(now: datetime) -> list[Task]:  # noqa: ARG001
    """Listings of which nobody has said which product they are."""
    number, is_at_least = bounded(product.unmatched_listings())
    if not number:
        return []
    return [
        Task(
            title=ngettext("listing is not matched", "listings are not matched", number),
            number=number,
            is_at_least=is_at_least,
            detail=_("Each is a product of its own until you say which product it is."),
            url=list_of("unmatched listings"),
        )
    ]


def products_below_threshold(now: datetime) -> list[Task]:  # noqa: ARG001
    """Products of which fewer units can be sold than staff want."""
    products = list(product.with_threshold().order_by("pk")[: THRESHOLDS + 1])
    low = [row.product for row in product.product_rows(products[:THRESHOLDS]) if row.is_below_threshold]
    is_cut = len(products) > THRESHOLDS
    if not low and not is_cut:
        return []
    detail = [named([each.name for each in low])] if low else []
    if is_cut:
        detail.append(
            _("Only the first %(number)d products with a threshold are added up here.") % {"number": THRESHOLDS}
        )
    return [
        Task(
            title=ngettext("product is running low", "products are running low", len(low)),
            number=len(low),
            is_at_least=is_cut,
            detail=". ".join(detail),
            url=list_of("products below threshold"),
        )
    ]


def sites_without_authority(now: datetime) -> list[Task]:  # noqa: ARG001
    """Sites at which several sources count stock and none has the last word."""
    several = (
        sited_with_stock()
        .filter(site__authority__isnull=True, source__environment=Source.Environment.PRODUCTION)
        .order_by()
        .values("site")
        .annotate(sources=Number("source", distinct=True))
        .filter(sources__gt=1)
        .values("site")
    )
    names = list(Site.objects.filter(pk__in=several).order_by("name").values_list("name", flat=True)[: MOST + 1])
    if not names:
        return []
    return [
        Task(
            title=ngettext("site without an authority", "sites without an authority", len(names)),
            number=min(len(names), MOST),
            is_at_least=len(names) > MOST,
            detail=_("%(sites)s: several sources count stock there. Choose whose counts hold.")
            % {"sites": named(names)},
            url=list_of("sites"),
        )
    ]


def refused_parents(now: datetime) -> list[Task]:  # noqa: ARG001
    """Places that their source says are inside of themselves."""
    number, is_at_least = bounded(Location.objects.filter(parent_refused=True))
    if not number:
        return []
    return [
        Task(
            title=ngettext("place inside of itself", "places inside of themselves", number),
            number=number,
            is_at_least=is_at_least,
            detail=_("The source named a place around it that it already surrounds; that was left out."),
            url=list_of("locations"),
        )
    ]


def not_added(stock: Iterable[ProductStock]) -> list[Task]:
    """Of the products that a page shows, those without a total."""
    names = [each.product.name for each in stock if each.obstacles]
    if not names:
        return []
    return [
        Task(
            title=ngettext("product below has no total", "products below have no total", len(names)),
            number=len(names),
            detail=_("%(products)s: the table says why.") % {"products": named(names)},
            url="#stock",
        )
    ]


def broken_proof(now: datetime) -> list[Task]:  # noqa: ARG001  # as above
    """What the latest proof found that does not hold, and a proof that could not be carried out."""
    latest = ProofRun.objects.filter(finished_at__isnull=False).defer("breaches").first()
    if latest is None or latest.holds:
        return []
    number = max(latest.breach_count, 1)
    title = (
        _("proof could not be carried out")
        if latest.error
        else ngettext("difference found by the proof", "differences found by the proof", number)
    )
    detail = _("What is shown is not what the senders said. The proof names each difference.")
    return [Task(title=title, number=number, detail=latest.error or detail, url=list_of("proofs"), is_bad=True)]


FINDERS = (
    TaskFinder(permission="inventory.view_proofrun", find=broken_proof),
    TaskFinder(permission="inventory.view_count", find=negative_counts),
    TaskFinder(permission="inventory.view_batch", find=expiring_batches),
    TaskFinder(permission="inventory.view_product", find=products_below_threshold),
    TaskFinder(permission="inventory.view_site", find=sites_without_authority),
    TaskFinder(permission="inventory.view_listing", find=unmatched_listings),
    TaskFinder(permission="inventory.view_location", find=refused_parents),
)
"""What inventory finds itself, in the order in which it is shown."""
