"""Offering courses, signing up for them, and saying who was there."""

import secrets
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from associations.courses import policies
from associations.courses.models import Course, SignUp
from associations.models import Association
from credit_platform.audit import services as audit
from credit_platform.common.errors import InvalidInput, Missing, WrongState
from entities.models import Entity, RecordType
from entities.policies import who_answers_for
from entities.services import feedback

State = SignUp.State


@dataclass(frozen=True, slots=True)
class Offer:
    """All that is said of a course when it is offered."""

    name_zh: str
    about_zh: str
    place: str
    starts_at: datetime
    ends_at: datetime
    seats: int
    name_en: str = ""
    about_en: str = ""
    types: tuple[RecordType, ...] = ()


@transaction.atomic
def offer_course(*, by, association: Association, offer: Offer) -> Course:
    """Put a course into the public list.

    Raises:
        InvalidInput: it begins in the past, ends before it begins, or has no seat.
    """
    policies.may_keep_courses(by, association).require()
    problems: dict[str, list[str]] = {}
    if offer.starts_at <= timezone.now():
        problems["starts_at"] = [_("This moment is over.")]
    if offer.ends_at <= offer.starts_at:
        problems["ends_at"] = [_("It has to end after it begins.")]
    if offer.seats < 1:
        problems["seats"] = [_("At least one seat.")]
    if problems:
        raise InvalidInput(problems)
    said = {name: getattr(offer, name) for name in offer.__dataclass_fields__ if name != "types"}
    course = Course.objects.create(association=association, offered_by=by, **said)
    course.types.set(offer.types)
    audit.record(actor=by, verb="courses.course.offered", target=course, association=association.body.code)
    return course


@transaction.atomic
def cancel_course(*, by, course_id: int) -> Course:
    """Call a course off; everybody who signed up is told.

    Raises:
        Missing: the association of the user has no such course.
        WrongState: it is called off already, or has begun.
    """
    course = _locked(by, course_id)
    if course.cancelled_at or course.has_begun:
        raise WrongState(_("This course is called off already, or has begun."))
    course.cancelled_at = timezone.now()
    course.save(update_fields=("cancelled_at",))
    audit.record(actor=by, verb="courses.course.cancelled", target=course)
    entities = course.sign_ups.taking_part().values_list("entity_id", flat=True).distinct()
    params = {"course": feedback.both_names(course), "day": _day(course)}
    url = reverse("courses:course", args=(course.pk,))
    feedback.notify_entities(kind="courses.cancelled", notices=[(pk, params, url) for pk in entities])
    return course


def _day(course: Course) -> str:
    return timezone.localdate(course.starts_at).isoformat()


@transaction.atomic
def sign_up(*, by, entity: Entity, course_id: int, attendee: str) -> SignUp:
    """Send somebody to a course. Asked again for the same person, it is the same sign-up.

    Raises:
        Missing: no such course.
        WrongState: it is called off, has begun or is full.
        InvalidInput: nobody is named.
    """
    policies.may_sign_up(by, entity).require()
    course = Course.objects.select_for_update(of=("self",)).filter(pk=course_id).first()
    if course is None:
        raise Missing
    attendee = " ".join(attendee.split())[:80]
    if not attendee:
        raise InvalidInput({"attendee": [_("Name the person who comes.")]})
    if course.cancelled_at or course.has_begun:
        raise WrongState(_("Nobody signs up for this course any more."))
    takes_part = course.sign_ups.taking_part()
    if there := takes_part.filter(entity=entity, attendee=attendee).first():
        return there
    if takes_part.count() >= course.seats:
        raise WrongState(_("All seats of this course are taken."))
    made = SignUp.objects.create(course=course, entity=entity, attendee=attendee, signed_up_by=by)
    audit.record(actor=by, verb="courses.signup.made", target=made, entity=entity.credit_code)
    feedback.notify(
        kind="courses.signed-up",
        params={
            "entity": feedback.both_names(entity),
            "attendee": attendee,
            "course": feedback.both_names(course),
        },
        url=reverse("courses:attendance", args=(course.pk,)),
        body=who_answers_for(course.association.body),
    )
    return made


@transaction.atomic
def withdraw_sign_up(*, by, sign_up_id: int) -> SignUp:
    """Give a seat back before the course begins.

    Raises:
        Missing: the user acts for no entity that has this sign-up.
        WrongState: the course has begun, or it was withdrawn already.
    """
    made = SignUp.objects.select_for_update(of=("self",)).filter(pk=sign_up_id).first()
    if made is None or not policies.may_sign_up(by, made.entity):
        raise Missing
    if made.state != State.SIGNED_UP or made.course.has_begun:
        raise WrongState(_("This can no longer be withdrawn."))
    made.state = State.WITHDRAWN
    made.save(update_fields=("state",))
    audit.record(actor=by, verb="courses.signup.withdrawn", target=made)
    return made


@transaction.atomic
def confirm_attendance(*, by, sign_up_id: int, attended: bool) -> SignUp:
    """Say whether somebody was there; whoever was gets a certificate. Said once more it changes nothing.

    Raises:
        Missing: no such sign-up for a course of the user's association.
        WrongState: the course has not begun or was called off, it was withdrawn, or the opposite was said before.
    """
    made = (
        SignUp.objects.select_for_update(of=("self",))
        .select_related("course__association__body", "entity")
        .filter(pk=sign_up_id)
        .first()
    )
    if made is None or not policies.may_keep_courses(by, made.course.association):
        raise Missing
    said = State.ATTENDED if attended else State.ABSENT
    if made.state == said:
        return made
    if made.state != State.SIGNED_UP or made.course.cancelled_at:
        raise WrongState(_("What was said of this person stands."))
    if not made.course.has_begun:
        raise WrongState(_("The course has not begun yet."))
    now = timezone.now()
    made.state, made.confirmed_by, made.confirmed_at = said, by, now
    if attended:
        made.certificate = f"PX-{timezone.localdate(now):%Y-%m}-{secrets.token_hex(4).upper()}"
    made.save(update_fields=("state", "confirmed_by", "confirmed_at", "certificate"))
    audit.record(actor=by, verb=f"courses.signup.{said}", target=made, entity=made.entity.credit_code)
    if attended:
        feedback.notify(
            kind="courses.attended",
            params={
                "association": feedback.both_names(made.course.association.body),
                "attendee": made.attendee,
                "course": feedback.both_names(made.course),
                "number": made.certificate,
            },
            url=reverse("courses:certificate", args=(made.certificate,)),
            entity=made.entity,
        )
    return made


def _locked(by, course_id: int) -> Course:
    course = Course.objects.kept_by(by).select_for_update(of=("self",)).filter(pk=course_id).first()
    if course is None:
        raise Missing
    return course
