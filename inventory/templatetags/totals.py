"""How the pages tell of totals: where a thing's page is, why there is no total, and what a number leaves out."""

from django import template
from django.utils.translation import gettext_lazy, ngettext

from inventory.addresses import page_of
from inventory.models import Movement
from inventory.registry import Link, cause_link
from inventory.totals import Obstacle, Sum

register = template.Library()

REASONS = {
    Obstacle.NO_AUTHORITY: gettext_lazy(
        "Several sources report it at one site and may mean the same units. Choose whose counts hold there."
    ),
    Obstacle.AUTHORITY_IS_SILENT: gettext_lazy(
        "Several sources report it at one site, and the site's authority is none of them."
    ),
    Obstacle.UNITS: gettext_lazy("Its listings are not known to be counted in one unit."),
    Obstacle.NO_SITE: gettext_lazy(
        "Some of it is at places without a site, where another source may count the same units."
    ),
}


@register.filter
def page_address(pk: int, noun: str) -> str:
    """The address of the page of one product, location, count, source or site."""
    return page_of(noun, pk)


@register.filter
def why_not(obstacle: Obstacle) -> str:
    """Why there is no total, in words."""
    return str(REASONS[obstacle])


@register.filter
def left_out(total: Sum) -> str:
    """What a sum leaves out, and what in it is not sure, in words; '' where there is nothing to say."""
    found = []
    if total.unknown:
        found.append(
            ngettext("%(number)d count not known", "%(number)d counts not known", total.unknown)
            % {"number": total.unknown}
        )
    if total.unsure:
        found.append(
            ngettext("%(number)d count not certain", "%(number)d counts not certain", total.unsure)
            % {"number": total.unsure}
        )
    return ", ".join(found)


@register.filter
def evidence(movement: Movement) -> Link | None:
    """Where what caused a movement can be seen; None for what nobody keeps (a manual change)."""
    return cause_link(movement.cause)
