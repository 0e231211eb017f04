"""The sections of the admin's first page."""

from typing import Any

from django import template

from inventory.admin.work import Step, sections_for

register = template.Library()


@register.simple_tag(takes_context=True)
def work(context: dict[str, Any]) -> list[tuple[str, list[Step]]]:
    """What the signed-in person may do here, by section."""
    return sections_for(context["user"])
