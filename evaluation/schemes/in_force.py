"""Which schemes hold on a day."""

from dataclasses import dataclass
from datetime import date

from credit_platform.common.errors import Missing
from evaluation.models import Scheme, SchemeVersion
from evaluation.schemes.compiled import CompiledScheme, compile_scheme
from evaluation.schemes.document import SchemeDocument


@dataclass(frozen=True, slots=True)
class SchemeInForce:
    """A scheme with the version that holds on a day, ready to rate with."""

    scheme: Scheme
    version: SchemeVersion
    compiled: CompiledScheme

    @property
    def document(self) -> SchemeDocument:
        return self.compiled.document


def in_force(version: SchemeVersion) -> SchemeInForce:
    """A version ready to rate with, whether it holds today or held once."""
    document = SchemeDocument.model_validate(version.document)
    return SchemeInForce(version.scheme, version, compile_scheme(document))


def schemes_in_force(day: date) -> list[SchemeInForce]:
    """Of each scheme the last published version that has come into force by that day; one query."""
    versions = (
        SchemeVersion.objects.filter(state=SchemeVersion.State.PUBLISHED, effective_from__lte=day)
        .select_related("scheme")
        .order_by("scheme__code", "-effective_from", "-number")
        .distinct("scheme__code")
    )
    return [in_force(version) for version in versions]


def schemes_for(user, day: date) -> list[SchemeInForce]:
    """The schemes in force whose method this user may read: evaluations first, then risk classes, then sectors."""
    visible = set(Scheme.objects.visible_to(user).values_list("pk", flat=True))
    order = list(Scheme.Family.values)
    return sorted(
        (one for one in schemes_in_force(day) if one.scheme.pk in visible),
        key=lambda one: (order.index(one.scheme.family), one.scheme.code),
    )


def scheme_for(user, day: date, code: str = "") -> SchemeInForce:
    """The scheme of that code, or the first evaluation; `Missing` where this user sees no such scheme."""
    for one in schemes_for(user, day):
        if one.scheme.code == code or (not code and one.scheme.family == Scheme.Family.EVALUATION):
            return one
    raise Missing
