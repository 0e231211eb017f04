"""Readings for the pages' stories, and ways to read a page as people do: its tables, and where its links lead."""

from dataclasses import dataclass, field
from decimal import Decimal
from html.parser import HTMLParser

from django.test import Client

from inventory.events import Bucket, Quality, Reading
from inventory.models import Listing, Product, Source
from tests.inventory.ledger_support import write


def read(
    listing: str,
    place: str,
    quantity: str | None,
    *,
    at: int,
    bucket: Bucket = Bucket.AVAILABLE,
    quality: Quality = Quality.EXACT,
    batch: str = "",
) -> Reading:
    """A reading whose key is made of all that it names; without a quantity it is unknown, if nothing else is said."""
    key = f"{listing} {place} {batch} {bucket} {at}"
    return Reading(
        key=key,
        occurred=at,
        order_key=key.encode(),
        listing=listing,
        location=place,
        bucket=bucket,
        quantity=None if quantity is None else Decimal(quantity),
        quality=Quality.UNKNOWN if quantity is None and quality is Quality.EXACT else quality,
        batch=batch,
    )


def source(name: str, *readings: Reading, sellable: bool = True, by: str = "manual", **columns: str) -> Source:
    """A source that has said this, as one delivery."""
    made = Source.objects.create(name=name, provider="generic", sellable_by_default=sellable, **columns)
    if readings:
        write(made, *readings, by=by)
    return made


def one_product(name: str, *listings: str, unit: str = "each") -> Product:
    """Staff say that these listings, whoever's they are, are one product, all counted in one unit."""
    product = Product.objects.create(name=name, unit=unit)
    Listing.objects.filter(external_id__in=listings).update(product=product, unit=unit, match=Listing.Match.STAFF)
    return product


@dataclass(slots=True)
class Page:
    """A page as people read it."""

    tables: dict[str, list[list[str]]] = field(default_factory=dict)
    """By caption: the rows below the head, each a list of its cells' texts."""
    links: dict[str, str] = field(default_factory=dict)
    """Text -> address; the last of several with one text."""
    cards: list[tuple[str, str, str]] = field(default_factory=list)
    """(number, title, detail) of what needs a person."""
    headings: list[str] = field(default_factory=list)
    text: str = ""


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.page = Page()
        self._texts: list[list[str]] = []
        self._address = ""
        self._rows: list[list[str]] = []
        self._in_head = False
        self._card: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        if tag in {"td", "th", "a", "caption", "h1", "h2", "span", "title"}:
            self._texts.append([])
        if tag == "a":
            self._address = given.get("href", "")
        if tag == "thead":
            self._in_head = True
        if tag == "table":
            self._rows = []
        if tag == "tr":
            self._rows.append([])
        if tag == "li" and "task" in given.get("class", "").split():
            self._card = [""]

    def handle_data(self, data: str) -> None:
        for text in self._texts:
            text.append(data)
        self.page.text += data

    def handle_endtag(self, tag: str) -> None:
        if tag == "thead":
            self._in_head, self._rows = False, []
        if tag == "li" and self._card:
            number, title, detail = [*self._card[1:], ""][:3]
            self.page.cards.append((number, title, detail))
            self._card = []
        if tag not in {"td", "th", "a", "caption", "h1", "h2", "span", "title"}:
            return
        text = " ".join("".join(self._texts.pop()).split())
        if tag in {"td", "th"}:
            self._rows[-1].append(text)
        elif tag == "caption":
            self.page.tables[text] = self._rows
            self._caption = text
        elif tag == "a":
            self.page.links[text] = self._address
        elif tag in {"h1", "h2"}:
            self.page.headings.append(text)
        elif tag == "span" and self._card:
            self._card.append(text)
        if tag in {"td", "th"} and not self._in_head:
            self.page.tables[self._caption] = self._rows


def open_page(client: Client, path: str) -> Page:
    """Load a page that must be there."""
    answer = client.get(path)
    assert answer.status_code == 200, f"{path} answered {answer.status_code}"
    return as_read(answer.content.decode())


def as_read(html: str) -> Page:
    reader = _Reader()
    reader.feed(html)
    reader.page.text = " ".join(reader.page.text.split())
    return reader.page
