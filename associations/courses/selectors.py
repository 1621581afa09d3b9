"""Reading courses: the public list, an association's own, an entity's sign-ups and certificates."""

from collections.abc import Iterable

from django.db.models import Count, F, Q, QuerySet
from django.template.loader import render_to_string
from django.utils import translation

from associations.courses import policies
from associations.courses.models import Course, SignUp
from associations.models import Association
from credit_platform.common.errors import Missing
from entities.models import Entity, RecordType
from entities.policies import entities_of

LANGUAGES = ("zh-hans", "en")


def _counted(courses: QuerySet[Course]) -> QuerySet[Course]:
    taking_part = Count("sign_ups", ~Q(sign_ups__state=SignUp.State.WITHDRAWN))
    return (
        courses.select_related("association__body")
        .prefetch_related("types")
        .annotate(taken=taking_part, free=F("seats") - taking_part)
    )


def coming_courses() -> QuerySet[Course]:
    """What anybody may sign up for, the soonest first, with `free` seats."""
    return _counted(Course.objects.coming()).order_by("starts_at", "pk")


def courses_for(record_types: Iterable[RecordType]) -> QuerySet[Course]:
    """The coming courses that are meant for records of any of these kinds, or for everybody."""
    meant = Course.objects.filter(Q(types=None) | Q(types__in=list(record_types)))
    return coming_courses().filter(pk__in=meant.values("pk"))


def courses_kept(user) -> QuerySet[Course]:
    """All courses of the user's association, the newest first; `Missing` for who keeps none."""
    if not policies.keeps_courses(user):
        raise Missing
    return _counted(Course.objects.kept_by(user)).order_by("-starts_at", "-pk")


def own_association(user) -> Association:
    """The association whose courses the user keeps; `Missing` for who keeps none."""
    association = Association.objects.visible_to(user).order_by("pk").first()
    if association is None or not policies.may_keep_courses(user, association):
        raise Missing
    return association


def course_for(course_id: int) -> Course:
    """Any course, for everybody; `Missing` where there is none."""
    course = _counted(Course.objects.all()).filter(pk=course_id).first()
    if course is None:
        raise Missing
    return course


def course_kept(user, course_id: int) -> Course:
    """A course of the user's association; `Missing` for any other."""
    course = courses_kept(user).filter(pk=course_id).first()
    if course is None:
        raise Missing
    return course


def sign_ups_to(course: Course) -> QuerySet[SignUp]:
    """Who takes part, by entity."""
    return course.sign_ups.taking_part().select_related("entity").order_by("entity__credit_code", "attendee")


def own_sign_ups(user, course: Course | None = None) -> QuerySet[SignUp]:
    """Those of the user's entities, the newest first; of one course or of all."""
    found = SignUp.objects.taking_part().filter(entity__in=entities_of(user))
    found = found if course is None else found.filter(course=course)
    return found.select_related("course", "entity").order_by("-signed_up_at", "-pk")


def own_entities(user) -> list[Entity]:
    """The entities for which the user may sign up."""
    return list(Entity.objects.filter(pk__in=entities_of(user)).order_by("credit_code"))


def own_sign_up(user, sign_up_id: int) -> SignUp:
    """A sign-up of an entity for which the user acts; `Missing` for any other."""
    found = own_sign_ups(user).filter(pk=sign_up_id).first()
    if found is None:
        raise Missing
    return found


def certificates_of(entity: Entity) -> QuerySet[SignUp]:
    """What attendance was confirmed of the entity's people, the newest first."""
    return (
        SignUp.objects.filter(entity=entity, state=SignUp.State.ATTENDED)
        .select_related("course__association__body", "entity", "confirmed_by")
        .order_by("-confirmed_at")
    )


def certificate_for(*, user, number: str) -> SignUp:
    """The certificate, for the entity and the association; `Missing` for anybody else."""
    found = (
        SignUp.objects.visible_to(user)
        .select_related("course__association__body", "entity", "confirmed_by")
        .filter(certificate=number)
        .first()
    )
    if found is None:
        raise Missing
    return found


def certificate_text(sign_up: SignUp) -> str:
    """What the certificate says, the Chinese text, then the English; for files."""
    texts = []
    for language in LANGUAGES:
        with translation.override(language):
            texts.append(render_to_string("associations/courses/certificate.txt", {"sign_up": sign_up}))
    return "\n\n\n".join(text.strip() for text in texts) + "\n"
