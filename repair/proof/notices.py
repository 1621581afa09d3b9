"""What the proof tells to whom.

A body that is asked learns which kind of record of whom is over; the number stands on the page behind, where
looking at it is put on record.
"""

from collections.abc import Callable

from django.urls import reverse
from django.utils import timezone, translation
from django.utils.translation import gettext_noop

from entities.services import feedback
from repair.models import Case
from repair.notices import lead_offices
from repair.proof.models import Confirmation, Effect

TEMPLATES = {
    "proof.asked": gettext_noop(
        "A record (%(type)s) about %(entity)s is over. Take it out wherever you keep it, and confirm that it is gone."
    ),
    "proof.asked_corrected": gettext_noop(
        "A record (%(type)s) about %(entity)s was corrected. Replace it wherever you keep it, and confirm that the"
        " old one is gone."
    ),
    "proof.reminded": gettext_noop(
        "Your confirmation that a record (%(type)s) about %(entity)s is gone is still missing since %(day)s."
    ),
    "proof.late": gettext_noop(
        "%(number)s (%(entity)s): since %(day)s %(count)s places have not confirmed that the record is gone."
    ),
    "proof.still_shown": gettext_noop(
        "%(number)s (%(entity)s): a place of this platform still shows the record that is over."
    ),
    "proof.differences": gettext_noop(
        "The daily comparison of what is public with what may be public found %(count)s differences that were not there before."
    ),
    "proof.learned": gettext_noop(
        "%(number)s shows that the record %(record)s, as %(body)s had sent it, was wrong: %(ground)s. It counts in the accuracy"
        " of its data. Look at the other records that came about in the same way."
    ),
    "proof.closed": gettext_noop(
        "%(number)s is closed: every place has confirmed that the record %(record)s of %(entity)s is gone."
    ),
}


def register() -> None:
    for kind, template in TEMPLATES.items():
        feedback.register_notice(kind, template)


def ask(confirmation: Confirmation) -> None:
    corrected = confirmation.effect.how == Effect.How.CORRECTED
    _to_body("proof.asked_corrected" if corrected else "proof.asked", confirmation)


def learned(effect: Effect) -> None:
    """Tell the body that had sent the record what an upheld objection teaches; of a repair there is nothing to learn."""
    case, record = effect.case, effect.record
    if case.kind != Case.Kind.OBJECTION:
        return
    feedback.notify(
        kind="proof.learned",
        params=_params(effect)
        | {
            "record": record.document_number,
            "body": feedback.both_names(record.submitted_by),
            "ground": _in_both_languages(case.get_ground_display),
        },
        url=reverse("quality:body", args=(record.submitted_by.code,)),
        body=record.submitted_by,
    )


def _in_both_languages(says: Callable[[], str]) -> dict[str, str]:
    written = {}
    for name, language in (("zh", "zh-hans"), ("en", "en")):
        with translation.override(language):
            written[name] = str(says())
    return written


def remind(confirmation: Confirmation) -> None:
    _to_body("proof.reminded", confirmation)


def _to_body(kind: str, confirmation: Confirmation) -> None:
    effect = confirmation.effect
    feedback.notify(
        kind=kind,
        params={
            "type": feedback.both_names(effect.record.record_type),
            "entity": feedback.both_names(effect.record.entity),
            "day": timezone.localdate(effect.begun_at).isoformat(),
        },
        url=reverse("proof:list"),
        body=confirmation.body,
    )


def late(effect: Effect, count: int) -> None:
    _to_lead("proof.late", effect, count=count)


def still_shown(effect: Effect) -> None:
    _to_lead("proof.still_shown", effect)


def differences(count: int) -> None:
    """Tell the lead office how many were found that did not stand there before."""
    for office in lead_offices():
        feedback.notify(
            kind="proof.differences", params={"count": count}, url=reverse("proof:differences"), body=office
        )


def closed(effect: Effect) -> None:
    case = effect.case
    params = _params(effect) | {"record": effect.record.document_number}
    feedback.notify(kind="proof.closed", params=params, url=_url(case), entity=case.entity)
    feedback.notify(kind="proof.closed", params=params, url=_url(case), body=case.deciding_body)


def _to_lead(kind: str, effect: Effect, **more) -> None:
    """To the lead office, or to the association that decided where the record is its own."""
    market = effect.case.is_of_market_information
    for office in [effect.case.deciding_body] if market else lead_offices():
        feedback.notify(kind=kind, params=_params(effect) | more, url=_url(effect.case), body=office)


def _params(effect: Effect) -> dict:
    return {
        "number": effect.case.number,
        "entity": feedback.both_names(effect.case.entity),
        "day": timezone.localdate(effect.begun_at).isoformat(),
    }


def _url(case: Case) -> str:
    return reverse("repair:case-detail", args=(case.number,))
