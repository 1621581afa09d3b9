"""Which schemes hold on a day."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from functools import lru_cache

from credit_platform.common.errors import Missing
from evaluation import kernel, peer_store
from evaluation.columns import Columns, Days
from evaluation.kernel import Explanation, RatingColumns
from evaluation.models import Scheme, SchemeVersion
from evaluation.peers import PeerTable
from evaluation.schemes.compiled import CompiledScheme, compile_scheme
from evaluation.schemes.document import SchemeDocument


@dataclass(frozen=True, slots=True)
class SchemeInForce:
    """A scheme with the version that holds on a day, ready to rate with.

    `tables` is the key of the tables of peers by which it rates; None for a scheme that compares none.
    """

    scheme: Scheme
    version: SchemeVersion
    compiled: CompiledScheme
    tables: int | None = None

    @property
    def document(self) -> SchemeDocument:
        return self.compiled.document

    @property
    def peers(self) -> Mapping[str, PeerTable] | None:
        """The tables of peers, by code of the component; None where there are none, so that peers are who is rated."""
        return None if self.tables is None else peer_store.read(self.tables)

    @property
    def peers_as_of(self) -> date | None:
        """The day of the tables of peers; None for a scheme that compares none."""
        return None if self.tables is None else peer_store.day_of(self.tables)

    def rate(self, columns: Columns, day: date | Days) -> RatingColumns:
        """The grades of these entities on a day, or each on its own, among the peers of the tables."""
        return kernel.rate(columns, self.compiled, day, self.peers)

    def explain(self, columns: Columns, day: date | Days) -> Explanation:
        """The same with what made them."""
        return kernel.explain(columns, self.compiled, day, self.peers)


#: Published versions as they were compiled, by key and moment of publication: they never change.
_compiled: dict[tuple[int, datetime], CompiledScheme] = {}
#: A platform has few; a process that met more begins anew.
KEPT = 64


def in_force(version: SchemeVersion, tables: int | None = None) -> SchemeInForce:
    """A version ready to rate with, whether it holds today or held once; with the tables of peers where it needs any."""
    return SchemeInForce(version.scheme, version, _compiled_of(version), tables)


def document_of(version: SchemeVersion) -> SchemeDocument:
    """What a version says; that of a published one is read once."""
    return _compiled_of(version).document


def _compiled_of(version: SchemeVersion) -> CompiledScheme:
    if version.state != SchemeVersion.State.PUBLISHED or version.published_at is None:
        return _compile(version)
    key = (version.pk, version.published_at)
    if key not in _compiled:
        if len(_compiled) >= KEPT:
            _compiled.clear()
        _compiled[key] = _compile(version)
    return _compiled[key]


def _compile(version: SchemeVersion) -> CompiledScheme:
    return _compiled_from(json.dumps(version.document))


@lru_cache(maxsize=KEPT)
def _compiled_from(text: str) -> CompiledScheme:
    """Several versions, or a version and the draft that was begun with it, may say the same."""
    return compile_scheme(SchemeDocument.model_validate(json.loads(text)))


def published_by(day: date) -> list[SchemeInForce]:
    """Of each scheme the last published version that has come into force by that day, without tables; one query."""
    versions = (
        SchemeVersion.objects.filter(state=SchemeVersion.State.PUBLISHED, effective_from__lte=day)
        .select_related("scheme")
        .order_by("scheme__code", "-effective_from", "-number")
        .distinct("scheme__code")
    )
    return [in_force(version) for version in versions]


def schemes_in_force(day: date) -> list[SchemeInForce]:
    """The schemes under which entities are rated on that day, by code; one query, and one more where peers are compared.

    A scheme that compares peers is among them once it has tables: until everybody was rated under it, nobody is.
    """
    published = published_by(day)
    comparing = [one.version.pk for one in published if one.compiled.peer_levels]
    return with_tables(published, peer_store.last_keys(comparing, day) if comparing else {})


def with_tables(schemes: Iterable[SchemeInForce], tables: Mapping[int, int]) -> list[SchemeInForce]:
    """These schemes with their tables of peers, by version; without those that need tables and have none."""
    return [
        replace(one, tables=tables.get(one.version.pk))
        for one in schemes
        if not one.compiled.peer_levels or one.version.pk in tables
    ]


def schemes_for(user, day: date) -> list[SchemeInForce]:
    """The schemes in force whose method this user may read: evaluations first, then risk classes, then sectors."""
    visible = set(Scheme.objects.visible_to(user).values_list("pk", flat=True))
    order = list(Scheme.Family.values)
    return sorted(
        (one for one in schemes_in_force(day) if one.scheme.pk in visible),
        key=lambda one: (order.index(one.scheme.family), one.scheme.code),
    )


class NoScheme(Missing):
    """Of all schemes none is in force that the reader may see."""


def scheme_for(user, day: date, code: str = "") -> SchemeInForce:
    """The scheme of that code, or without one the first: an evaluation where there is any.

    Raises `Missing` where this user sees no such scheme, and `NoScheme` where they see none at all.
    """
    schemes = schemes_for(user, day)
    for one in schemes:
        if code in ("", one.scheme.code):
            return one
    raise Missing if schemes else NoScheme
