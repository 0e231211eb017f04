"""The navigation that every page shows: what the reader may go to."""

from typing import Any, NamedTuple

from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from inventory.registry import Destination, destinations

OWN = (
    Destination(text=_("Overview"), route="home", permission="inventory.view_count"),
    Destination(text=_("Products"), route="product_list", permission="inventory.view_product"),
    Destination(text=_("Batches"), route="batch_list", permission="inventory.view_batch"),
    Destination(text=_("Locations"), route="location_list", permission="inventory.view_location"),
    Destination(text=_("Sites"), route="site_list", permission="inventory.view_site"),
    Destination(text=_("Proof"), route="proof_list", permission="inventory.view_proofrun"),
)


class Entry(NamedTuple):
    """One link of the navigation."""

    text: str
    url: str
    is_here: bool


def navigation(request: HttpRequest) -> dict[str, Any]:
    """Context processor: `navigation`, for templates that show it."""

    def entries() -> list[Entry]:
        shown = [(str(stop.text), reverse(stop.route)) for stop in _allowed(request)]
        at = [url for _text, url in shown if request.path.startswith(url)]
        # The longest: every address starts with that of the first page.
        here = max(at, key=len, default="")
        return [Entry(text, url, url == here and (url != "/" or request.path == "/")) for text, url in shown]

    return {"navigation": entries}


def _allowed(request: HttpRequest) -> list[Destination]:
    user = getattr(request, "user", None)
    if user is None or not user.is_authenticated:
        return []
    return [stop for stop in (*OWN, *destinations) if user.has_perm(stop.permission)]
