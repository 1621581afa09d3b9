"""`{% load sharing %}`: the menu by which a list is taken away as a file."""

from django import template
from django.urls import reverse

from credit_platform.common.exporting import Format

register = template.Library()


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
