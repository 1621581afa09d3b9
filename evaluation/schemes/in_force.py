"""Which schemes hold on a day."""

from dataclasses import dataclass
from datetime import date

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
