"""What the demo's staff have set: names, units, thresholds, sites, and which listings are of one product."""

from collections.abc import Mapping
from decimal import Decimal

from inventory.models import Listing, Location, Product, Site, Source
from webhooks.twins.jetti import CHANNEL
from webhooks.twins.kitchen import COUNTER as FINISHED_GOODS
from webhooks.twins.kitchen import NODES
from webhooks.twins.treez import COUNTER as FRONT_COUNTER
from webhooks.twins.treez import VAULT
from webhooks.twins.week import Cast
from webhooks.twins.world import SOLD_IN_BOTH, Goods

MAIN_STREET, HARBOUR = "Main Street", "Harbour"
UNMATCHED = frozenset({"Linen Tea Towel", "Enamel Pin", "Harbour Postcards 8-pack", "Cardamom", "Fresh Yeast"})
"""What nobody has looked at yet."""
THRESHOLDS = {
    "Oat Milk 1 l": Decimal(12),
    "House Espresso Beans": Decimal(15),
    "Stoneware Mug": Decimal(10),
    "Country Sourdough 800 g": Decimal(8),
    "Cocoa Powder": Decimal(10),
    "Cultured Butter": Decimal(15),
    "Blackberry Seltzer 355 ml": Decimal(40),
    "Cedar Point Flower 3.5 g": Decimal(30),
    "Arnica Salve 50 ml": Decimal(20),
}


def set_up_sites(cast: Cast, sources: Mapping[str, Source]) -> None:
    """Group the locations that are known by now into two sites, of which one has an authority."""
    main = Site.objects.create(name=MAIN_STREET, authority=sources["treez"])
    harbour = Site.objects.create(name=HARBOUR)
    kitchen = cast.tracktile.kitchen
    for site, provider, places in (
        (main, "treez", [VAULT, FRONT_COUNTER]),
        (main, "square", [cast.square.places[MAIN_STREET]]),
        (harbour, "square", [cast.square.places[HARBOUR]]),
        (harbour, "tracktile", [kitchen.ids[node.name] for node in NODES]),
    ):
        Location.objects.filter(source=sources[provider], external_id__in=places).update(site=site)
    # Square names no places, and Jetti numbers its channels.
    for provider, place, name in (
        ("square", cast.square.places[MAIN_STREET], "Main Street shop"),
        ("square", cast.square.places[HARBOUR], "Harbour shop"),
        ("jetti", str(CHANNEL), "Web shop"),
    ):
        Location.objects.filter(source=sources[provider], external_id=place).update(own_name=name)
    counter = kitchen.ids[FINISHED_GOODS.name]
    Location.objects.filter(source=sources["tracktile"], external_id=counter).update(sellable=True)
    Location.objects.filter(source=sources["treez"], external_id=VAULT).update(sellable=False)


def match_listings(cast: Cast, sources: Mapping[str, Source]) -> None:
    """Bring the listings of one thing together under one product with a name; some are left as they came."""
    kitchen = cast.tracktile.kitchen
    listed: dict[str, dict[str, Goods]] = {
        "square": {variation.id: variation.goods for variation in cast.square.variations},
        "tracktile": {kitchen.products[kind.name]: kind for kind in (*kitchen.bakery, *kitchen.larder)},
        "jetti": {str(variant): kind for variant, kind in cast.jetti.variants.items()},
    }
    in_both = Listing.objects.filter(name__in=[kind.name for kind in SOLD_IN_BOTH]).select_related("product")
    products = {listing.name: listing.product for listing in in_both}
    for provider, found in listed.items():
        for external_id, kind in found.items():
            if kind.name not in UNMATCHED:
                _match(sources[provider], external_id, kind, products)
    Listing.objects.filter(source=sources["treez"]).update(unit="each")
    Product.objects.filter(listings__source=sources["treez"]).update(unit="each")
    for name, threshold in THRESHOLDS.items():
        Product.objects.filter(name=name).update(threshold=threshold)


def _match(source: Source, external_id: str, kind: Goods, products: dict[str, Product]) -> None:
    listing = Listing.objects.select_related("product").filter(source=source, external_id=external_id).first()
    if listing is None:
        return
    own = listing.product
    product = products.setdefault(kind.name, own)
    if product == own:
        Product.objects.filter(pk=own.pk).update(name=kind.name, unit=kind.unit)
    listing.product, listing.unit, listing.match = product, kind.unit, Listing.Match.STAFF
    listing.save(update_fields=["product", "unit", "match"])
    if product != own:
        # Nothing is of the product that the listing came with any more.
        Product.objects.filter(pk=own.pk, listings__isnull=True).delete()
