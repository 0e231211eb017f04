"""What the admin's first page leads to: pieces of work, rather than tables."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import NamedTuple

from django.contrib.auth.models import AbstractBaseUser, AnonymousUser
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from inventory.registry import Register


@dataclass(frozen=True, slots=True, kw_only=True)
class Work:
    """One thing that staff come to the admin for."""

    section: str | Promise
    text: str | Promise
    detail: str | Promise
    """What it is good for, in a few words."""
    route: str
    query: str = ""
    """Narrows the list, as in an address: "match__exact=unmatched"."""
    permission: str


class Step(NamedTuple):
    """A piece of work, as a link."""

    text: str
    detail: str
    url: str


works: Register[Work] = Register()
"""What other apps lead to, before inventory's own."""

IN_ORDER = _("Keep in order")
LOOK_INTO = _("Look into a number")
PEOPLE = _("People")

OWN = (
    Work(
        section=IN_ORDER,
        text=_("Unmatched listings"),
        detail=_("which product each of them is"),
        route="admin:inventory_listing_changelist",
        query="match__exact=unmatched",
        permission="inventory.change_listing",
    ),
    Work(
        section=IN_ORDER,
        text=_("Products"),
        detail=_("their names, units and thresholds"),
        route="admin:inventory_product_changelist",
        permission="inventory.view_product",
    ),
    Work(
        section=IN_ORDER,
        text=_("Locations"),
        detail=_("which site they belong to, and whether stock there may be sold"),
        route="admin:inventory_location_changelist",
        permission="inventory.view_location",
    ),
    Work(
        section=IN_ORDER,
        text=_("Sources"),
        detail=_("the accounts whose word is taken"),
        route="admin:inventory_source_changelist",
        permission="inventory.view_source",
    ),
    Work(
        section=LOOK_INTO,
        text=_("Counts"),
        detail=_("what each source says that there is"),
        route="admin:inventory_count_changelist",
        permission="inventory.view_count",
    ),
    Work(
        section=LOOK_INTO,
        text=_("Movements"),
        detail=_("every change of a number, and what caused it"),
        route="admin:inventory_movement_changelist",
        permission="inventory.view_movement",
    ),
    Work(
        section=LOOK_INTO,
        text=_("Stock events"),
        detail=_("what the senders said, in our words"),
        route="admin:inventory_stockevent_changelist",
        permission="inventory.view_stockevent",
    ),
    Work(
        section=PEOPLE,
        text=_("People"),
        detail=_("who may sign in, and in which group they are"),
        route="admin:auth_user_changelist",
        permission="auth.view_user",
    ),
)


def sections_for(user: AbstractBaseUser | AnonymousUser) -> list[tuple[str, list[Step]]]:
    """What this person may do, by section, in the order in which it was registered."""
    found: dict[str, list[Step]] = {}
    for work in _allowed(user):
        url = reverse(work.route) + (f"?{work.query}" if work.query else "")
        found.setdefault(str(work.section), []).append(Step(str(work.text), str(work.detail), url))
    return list(found.items())


def _allowed(user: AbstractBaseUser | AnonymousUser) -> Iterable[Work]:
    may = getattr(user, "has_perm", lambda _permission: False)
    return (work for work in (*works, *OWN) if may(work.permission))
