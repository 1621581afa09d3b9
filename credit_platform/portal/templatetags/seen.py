"""`{% load seen %}` and `{% seen title description data %}` in the block `seen` of a public page."""

from typing import Any

from django import template
from django.utils.safestring import mark_safe

from credit_platform.portal import seen as what

register = template.Library()


@register.inclusion_tag("portal/_seen.html", takes_context=True)
def seen(context, title: str, description: str = "", data: dict[str, Any] | None = None) -> dict[str, Any]:
    """Addresses in each language, what other sites show of a link, and the page as data where there is any."""
    request = context["request"]
    return {
        "title": title,
        "description": description,
        "canonical": what.canonical(request),
        "addresses": what.addresses(request),
        "brand": context.get("brand"),
        "data": mark_safe(what.as_script(data)) if data else "",  # noqa: S308 - as_script escapes it
    }


@register.simple_tag(takes_context=True)
def platform_as_data(context) -> dict[str, Any]:
    """The platform itself."""
    return what.about_platform(context["request"])


@register.simple_tag(takes_context=True)
def entity_as_data(context, entity) -> dict[str, Any]:
    """An entity's registration."""
    return what.about_entity(context["request"], entity)


@register.simple_tag(takes_context=True)
def story_as_data(context, story) -> dict[str, Any]:
    """A story of an honest entity."""
    return what.about_story(context["request"], story)


@register.simple_tag(takes_context=True)
def lists_as_data(context, groups) -> dict[str, Any]:
    """The lists of the page, in its order."""
    return what.about_lists(context["request"], [one for group in groups for one in group["lists"]])


@register.simple_tag(takes_context=True)
def open_data_as_data(context, day, datasets) -> dict[str, Any]:
    """The open data of the day, in the order of the page."""
    return what.about_data(context["request"], day, datasets)
