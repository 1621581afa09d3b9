"""Reads of ratings, each scoped by `user`."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum

from django.db import connection
from django.db.models import BigIntegerField, Count, F, QuerySet
from django.utils import timezone

from credit_platform.common.errors import Missing
from credit_platform.common.prepared import Given, Prepared
from entities.models import Entity, SubmittingBody
from evaluation import peer_store, policies
from evaluation.explanation import Explained, as_points, explain_entity
from evaluation.models import CurrentRating, RatingRequest, Scheme, SchemeVersion
from evaluation.plain import PlainGrade, plain_grade
from evaluation.schemes.in_force import SchemeInForce, document_of, in_force, schemes_for


@dataclass(frozen=True, slots=True)
class GradeFact:
    """A grade with all that must stand beside it: reason enough to show it, nothing to edit.

    `grade` is "" and `points` None where the registry once held something and now holds too little to go by.
    """

    entity_id: int
    grade: str
    points: Decimal | None
    #: From 0, the best of `scale`; None where not rated.
    position: int | None
    scale: tuple[str, ...]
    meaning: str
    scheme_code: str
    scheme_name: str
    scheme_family: str
    version: int
    #: From which day on it has been so.
    as_of: date


def ratings_for_list(*, user) -> QuerySet[CurrentRating]:
    """The grades that this user may see, with all that a row shows."""
    ratings = CurrentRating.objects.visible_to(user).select_related("entity", "scheme", "version")
    # Not the tables themselves, which are large.
    return ratings.annotate(peers_as_of=F("peers__as_of"))


def grades_for(user, entity_ids: Iterable[int]) -> dict[int, GradeFact]:
    """The comprehensive grades of these entities, by key, for lists; two queries at most.

    Only of the evaluation family: a risk class or a sector grade never stands in the same column. An entity
    that is not in the answer has no grade, or none that this user may see.
    """
    ratings = (
        CurrentRating.objects.visible_to(user)
        .filter(entity_id__in=list(entity_ids), scheme__family=Scheme.Family.EVALUATION)
        .select_related("scheme", "version")
        .order_by("-scheme__code")
    )
    return {rating.entity_id: grade_fact(rating) for rating in ratings}


def grade_of(user, entity: Entity) -> GradeFact | None:
    """The entity's comprehensive grade as stored; None where there is none that this user may see."""
    return grades_for(user, [entity.pk]).get(entity.pk)


def public_grades_of(entity: Entity) -> list[GradeFact]:
    """What anybody may see: grades under schemes whose result is public. None, as long as no scheme is."""
    return [grade_fact(rating) for rating in _public_ratings(entity=entity.pk)]


def grades_shown_to(entity: Entity) -> list[GradeFact]:
    """What the entity itself may see and show to others: grades under schemes that say so, never a risk class."""
    return [grade_fact(rating) for rating in _ratings_under(entity, scheme__shown_to_entity=True)]


def _ratings_under(entity: Entity | Given, **which_schemes) -> QuerySet[CurrentRating]:
    return (
        CurrentRating.objects.filter(entity=entity, **which_schemes)
        .exclude(scheme__family=Scheme.Family.RISK)
        .select_related("scheme", "version")
        .order_by("scheme__code")
    )


_public_ratings = Prepared(lambda: _ratings_under(Given("entity", BigIntegerField()), scheme__is_public=True))


def entity_and_schemes(user, credit_code: str, day: date) -> tuple[Entity, list[SchemeInForce]]:
    """The entity, and the schemes under which this user may see its grade, evaluations first; `Missing` without any."""
    entity = entity_to_be_graded(user, credit_code)
    schemes = schemes_in_sight(user, entity, day)
    if not schemes:
        raise Missing
    return entity, schemes


def entity_to_be_graded(user, credit_code: str) -> Entity:
    """The entity, whether it has a grade or not; `Missing` for whom neither it nor any grade is to be seen."""
    entity = Entity.objects.visible_to(user).filter(credit_code=credit_code).first()
    if entity is None or not policies.may_see_some_grades(user):
        raise Missing
    return entity


def schemes_in_sight(user, entity: Entity, day: date) -> list[SchemeInForce]:
    """The schemes in force under which this user may see the entity's grade, evaluations first."""
    return [one for one in schemes_for(user, day) if policies.may_see_grade(user, entity, one.scheme)]


def explanation_for(*, user, credit_code: str, scheme_code: str, day: date) -> Explained:
    """Why an entity has its grade under a scheme; `Missing` where this user may not see it."""
    entity, schemes = entity_and_schemes(user, credit_code, day)
    for scheme in schemes:
        if scheme_code in ("", scheme.scheme.code):
            return explain_entity(user=user, entity=entity, scheme=scheme, as_of=day)
    raise Missing


@dataclass(frozen=True, slots=True)
class AnyDay:
    """An entity, a scheme under which the user may see its grade, and every published version of it, the newest first."""

    entity: Entity
    scheme: Scheme
    versions: list[SchemeVersion]

    def version_of(self, day: date) -> SchemeVersion:
        """The version that held on a day, or the first of all where none did yet."""
        begun = [one for one in self.versions if one.effective_from <= day]
        return max(begun, key=lambda one: (one.effective_from, one.number), default=self.versions[-1])


def for_any_day(*, user, credit_code: str, scheme_code: str, today: date) -> AnyDay:
    """What a grade of any day is worked out from; `Missing` where this user may not see that of today."""
    entity, schemes = entity_and_schemes(user, credit_code, today)
    scheme = next((one.scheme for one in schemes if scheme_code in ("", one.scheme.code)), None)
    if scheme is None:
        raise Missing
    return AnyDay(entity, scheme, list(_published(scheme)))


class Standing(StrEnum):
    """Whether a version of a scheme holds."""

    TO_COME = "to-come"
    IN_FORCE = "in-force"
    OVER = "over"


@dataclass(frozen=True, slots=True)
class ReadVersion:
    """A published version of a scheme, and with it all that are published, the last first, each with its standing."""

    in_force: SchemeInForce
    standing: Standing
    versions: list[tuple[SchemeVersion, Standing]]


def scheme_to_read(user, code: str, number: str, day: date) -> ReadVersion:
    """The version of that number, or the one that holds on the day, or the first that will; `Missing` for whom it is not.

    Of schemes that compare peers the tables of the day come with the version that holds.
    """
    scheme = Scheme.objects.visible_to(user).filter(code=code).first()
    published = [] if scheme is None else list(_published(scheme))
    begun = [one for one in published if one.effective_from <= day]
    # As `in_force` chooses: the last that began, and of one day the last that was published.
    current = max(begun, key=lambda one: (one.effective_from, one.number), default=None)
    if number:
        chosen = next((one for one in published if str(one.number) == number), None)
    else:
        chosen = current or (published[-1] if published else None)
    if chosen is None:
        raise Missing

    def standing(one: SchemeVersion) -> Standing:
        if one == current:
            return Standing.IN_FORCE
        return Standing.TO_COME if one.effective_from > day else Standing.OVER

    is_current = standing(chosen) == Standing.IN_FORCE
    tables = peer_store.last_keys([chosen.pk], day).get(chosen.pk) if is_current else None
    return ReadVersion(
        in_force(chosen, tables), standing(chosen), [(one, standing(one)) for one in published]
    )


def _published(scheme: Scheme) -> QuerySet[SchemeVersion]:
    versions = scheme.versions.filter(state=SchemeVersion.State.PUBLISHED)
    return versions.select_related("scheme").defer("document").order_by("-effective_from", "-number")


def grade_fact(rating: CurrentRating) -> GradeFact:
    """A stored rating as a fact."""
    scale = document_of(rating.version).scale
    return GradeFact(
        entity_id=rating.entity_id,
        grade=rating.grade,
        points=None if rating.points is None else as_points(rating.points),
        position=rating.place,
        scale=tuple(grade.letter for grade in scale),
        meaning=str(scale[rating.place].meaning) if rating.place is not None else "",
        scheme_code=rating.scheme.code,
        scheme_name=rating.scheme.name,
        scheme_family=rating.scheme.family,
        version=rating.version.number,
        as_of=rating.as_of,
    )


def grade_for_entity(user, entity: Entity, day: date | None = None) -> PlainGrade | None:
    """The entity's comprehensive grade today in plain words, worked out now; `grade` of `evaluation/_grade_plain.html`.

    None where this user may not see it, or where no such scheme is in force.
    """
    day = day or timezone.localdate()
    for scheme in schemes_for(user, day):
        if scheme.scheme.family == Scheme.Family.EVALUATION and policies.may_see_grade(
            user, entity, scheme.scheme
        ):
            return plain_grade(user=user, entity=entity, scheme=scheme, day=day)
    return None


def entities_waiting() -> int:
    """How many entities wait for a new rating at this moment."""
    return RatingRequest.objects.aggregate(waiting=Count("entity", distinct=True))["waiting"]


def next_beginning(user, day: date) -> SchemeVersion | None:
    """The version that begins next after a day, of the schemes whose method this user may read."""
    versions = SchemeVersion.objects.filter(
        scheme__in=Scheme.objects.visible_to(user),
        state=SchemeVersion.State.PUBLISHED,
        effective_from__gt=day,
    )
    return versions.select_related("scheme").defer("document").order_by("effective_from", "number").first()


def departments() -> list[SubmittingBody]:
    """The departments to which boards may be narrowed, by code."""
    return list(SubmittingBody.objects.filter(kind=SubmittingBody.Kind.DEPARTMENT).order_by("code"))


def districts() -> list[str]:
    """The districts in which entities are registered, in the order of their names."""
    # One step of the index for each district; DISTINCT would read a million rows to find ten.
    with connection.cursor() as cursor:
        cursor.execute(
            """
            WITH RECURSIVE found (district) AS (
                (SELECT district FROM entities_entity ORDER BY district LIMIT 1)
                UNION ALL
                SELECT (
                    SELECT district FROM entities_entity
                    WHERE district > found.district ORDER BY district LIMIT 1
                ) FROM found WHERE found.district IS NOT NULL
            )
            SELECT district FROM found WHERE district <> ''
            """
        )
        return [district for (district,) in cursor.fetchall()]
