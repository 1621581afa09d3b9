"""Which entities a watch list means, as a condition."""

from collections.abc import Iterable

from django.db.models import Q

from entities import regions
from entities.models import Entity
from entities.sharing import groups
from entities.sharing.models import WatchedEntity, WatchList

NONE = Q(pk__in=())


def entities_of(watch_list: WatchList) -> Q:
    """The entities of one list. A region that ends in zeros means all below it, an industry its branches."""
    match watch_list.kind:
        case WatchList.Kind.PICKED:
            return Q(pk__in=WatchedEntity.objects.filter(watch_list=watch_list).values("entity"))
        case WatchList.Kind.GROUP:
            return Q(pk__in=groups.by_code(watch_list.group).entity_ids(watch_list.body))
        case _place:
            return _within(watch_list.region_codes) & _any(
                "industry_code__startswith", watch_list.industry_codes
            )


def entities_of_any(watch_lists: Iterable[WatchList]) -> Q:
    """The entities of all the lists together; of none where there is no list."""
    wanted = NONE
    for watch_list in watch_lists:
        wanted |= entities_of(watch_list)
    return wanted


def keys_of_any(watch_lists: Iterable[WatchList]):
    """The same as a subquery of keys, with those that were merged into them: what happened there is theirs."""
    wanted = entities_of_any(watch_lists)
    standing = Entity.objects.filter(wanted).values("pk")
    return Entity.everything.filter(Q(pk__in=standing) | Q(merged_into__in=standing)).values("pk")


def lists_watching(entity: Entity) -> list[WatchList]:
    """The lists of bodies that are there on which the entity stands, with their bodies, by key."""
    standing = (
        WatchList.objects.filter(ended_at=None, body__is_active=True).select_related("body").order_by("pk")
    )
    picked = standing.filter(kind=WatchList.Kind.PICKED, picked__entity=entity)
    others = standing.exclude(kind=WatchList.Kind.PICKED)
    return [*picked, *(one for one in others if _stands_on(one, entity))]


def _stands_on(watch_list: WatchList, entity: Entity) -> bool:
    return Entity.objects.filter(entities_of(watch_list), pk=entity.pk).exists()


def _within(region_codes: Iterable[str]) -> Q:
    """In any of the regions as they are today, with the codes that have become part of them."""
    beginnings = [below(code) for code in region_codes]
    former = [code for beginning in beginnings for code in regions.former_codes_within(beginning)]
    wanted = _any("region_code__startswith", beginnings)
    return wanted | Q(region_code__in=former) if former else wanted


def below(region: str) -> str:
    """What the codes of a region's parts begin with: 330000 → 33, 330200 → 3302."""
    while len(region) > 2 and region.endswith("00"):
        region = region[:-2]
    return region


def _any(lookup: str, values: Iterable[str]) -> Q:
    """Any of the beginnings; no beginning asks for nothing."""
    wanted = Q()
    for value in values:
        wanted |= Q(**{lookup: value})
    return wanted
