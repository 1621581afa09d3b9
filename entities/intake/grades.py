"""What apps above know of grades, for the preview of a file: they say how entities stand, and nothing else is known of them."""

from collections.abc import Callable, Collection, Hashable, Mapping

#: (entity keys) → how each of them stands now, under every scheme; read from the database in the running transaction.
Standings = Callable[[Collection[int]], Mapping[int, Hashable]]

_standings: list[Standings] = []


def register(standings: Standings) -> None:
    """Offer how entities stand; called in `AppConfig.ready()`. The same one again changes nothing."""
    if standings not in _standings:
        _standings.append(standings)


def anybody_rates() -> bool:
    """Whether there is any app that could say."""
    return bool(_standings)


def standings_of(entity_ids: Collection[int]) -> dict[int, tuple]:
    """How each entity stands by all that was offered, to be compared with how it stands after a change."""
    offered = [one(entity_ids) for one in _standings]
    return {pk: tuple(said.get(pk) for said in offered) for pk in entity_ids}
