"""`{% load sharing %}`: the menu by which a list is taken away as a file, and the circle of a watch list in words."""

from django import template
from django.urls import reverse

from credit_platform.common.exporting import Format
from entities import industries, regions
from entities.sharing.models import WatchList

register = template.Library()


@register.filter
def circle(watch_list: WatchList) -> list[str]:
    """The regions and industries that a list follows, each code with its name."""
    told = [
        *((code, regions.described(code)) for code in watch_list.region_codes),
        *((code, industries.described(code)) for code in watch_list.industry_codes),
    ]
    return [f"{code} {name}".strip() for code, name in told]


@register.inclusion_tag("entities/sharing/_export_menu.html", takes_context=True)
def export_menu(context, code: str, **known) -> dict:
    """{% export_menu "records" %}: the list of the page, with the filters that stand in its address.

    Args:
        known: what the list has to know beyond the address's query: `list=watch_list.pk`.
    """
    query = context["request"].GET.copy()
    query.pop("page", None)
    for name, value in known.items():
        query[name] = str(value)
    return {
        "choices": [
            (
                choice.label,
                f"{reverse('sharing:export', args=(code, choice.value))}?{query.urlencode()}".rstrip("?"),
            )
            for choice in Format
        ]
    }
