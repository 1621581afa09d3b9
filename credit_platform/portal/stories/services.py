"""Proposing stories, consenting to them, publishing them, and ending what no longer holds."""

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from django.db import transaction
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from credit_platform.audit import services as audit
from credit_platform.common.errors import InvalidInput, Missing, WrongState
from credit_platform.portal.stories import policies, selectors
from credit_platform.portal.stories.models import LONGEST, Story, no_longer_public, speaking_against
from entities.models import CreditRecord, Entity, SubmittingBody
from entities.policies import who_answers_for
from entities.services import feedback
from entities.words import kept_words
from repair.letters.texts import LANGUAGES

State = Story.State
LONGEST_TITLE = 120


@dataclass(frozen=True, slots=True)
class Draft:
    """All that a story says, and until which day."""

    title_zh: str
    title_en: str
    text_zh: str
    text_en: str
    records: Sequence[int]
    shown_until: date


@transaction.atomic
def propose_story(*, by, body: SubmittingBody, entity: Entity, draft: Draft) -> Story:
    """Propose a story; the entity is asked for its consent.

    Raises:
        InvalidInput: a text is missing in a language, the day is over, it rests on nothing that is public, or no
            story may be told of this entity.
    """
    policies.may_propose(by, body).require()
    today = timezone.localdate()
    said = {name: kept_words(getattr(draft, name)) for name in ("title_zh", "title_en", "text_zh", "text_en")}
    records = list(selectors.praise_of(entity, today).filter(pk__in=draft.records))
    problems = _problems(said, draft, records, today)
    if reasons := selectors.against(entity, today):
        problems[""] = [str(reason) for reason in reasons]
    if problems:
        raise InvalidInput(problems)
    story = Story.objects.create(
        number=f"CX-{today:%Y-%m}-{secrets.token_hex(4).upper()}",
        entity=entity,
        body=body,
        shown_until=draft.shown_until,
        proposed_by=by,
        **said,
    )
    story.rests_on.set(records)
    _note(by, "proposed", story)
    _tell("stories.proposed", story, entity=entity)
    return story


def _problems(said: dict[str, str], draft: Draft, records: list[CreditRecord], today: date) -> dict:
    problems: dict[str, list[str]] = {}
    for name, text in said.items():
        longest = LONGEST_TITLE if name.startswith("title") else LONGEST
        if not text:
            problems[name] = [_("A story is told in both languages.")]
        elif len(text) > longest:
            problems[name] = [_("At most %(longest)s characters.") % {"longest": longest}]
    if draft.shown_until < today:
        problems["shown_until"] = [_("This day is over.")]
    if not records or len(records) != len(set(draft.records)):
        problems["records"] = [_("A story rests on public commendations of this business: choose them.")]
    return problems


# Consent


@transaction.atomic
def give_consent(*, by, number: str, signed_as: str) -> Story:
    """Consent for the entity, as who acts for it. Raises as `note_consent`."""
    story = _locked(by, number)
    policies.may_consent(by, story).require()
    return _consented(by, story, signed_as, timezone.localdate(), paper="")


@transaction.atomic
def note_consent(*, by, number: str, signed_as: str, signed_on: date, paper: str) -> Story:
    """Note the consent that the entity signed on paper, and where the paper is.

    Raises:
        InvalidInput: nobody signed, on a day to come, or nobody would find the paper.
        WrongState: it is no longer a proposal, or the entity consented already.
    """
    story = _locked(by, number)
    policies.may_note_consent(by, story).require()
    paper = " ".join(paper.split())[:200]
    problems: dict[str, list[str]] = {}
    if not paper:
        problems["paper"] = [_("Say where the signed paper is.")]
    if signed_on > timezone.localdate():
        problems["signed_on"] = [_("This day is still to come.")]
    if problems:
        raise InvalidInput(problems)
    return _consented(by, story, signed_as, signed_on, paper=paper)


def _consented(by, story: Story, signed_as: str, day: date, *, paper: str) -> Story:
    if story.state != State.PROPOSED or story.consented_on is not None:
        raise WrongState(_("This story does not wait for a consent."))
    story.consent_signed_as = " ".join(signed_as.split())[:80]
    if not story.consent_signed_as:
        raise InvalidInput({"signed_as": [_("Say who consented.")]})
    story.consented_on, story.consent_noted_by, story.consent_paper = day, by, paper
    story.save(update_fields=("consented_on", "consent_signed_as", "consent_paper", "consent_noted_by"))
    _note(by, "consent_noted" if paper else "consented", story, paper=paper or None)
    office = SubmittingBody.objects.filter(kind=SubmittingBody.Kind.LEAD_OFFICE, is_active=True).first()
    for body in {who_answers_for(story.body), office} - {None}:
        _tell("stories.consented", story, body=body)
    return story


@transaction.atomic
def take_consent_back(*, by, number: str) -> Story:
    """Say for the entity that it does not want the story told, before or after it was published: it is gone at once."""
    story = _locked(by, number)
    policies.may_consent(by, story).require()
    return _end(by, story, Story.Ending.CONSENT)


# Publishing and ending


@transaction.atomic
def publish_story(*, by, number: str) -> Story:
    """Let everybody read it.

    Raises:
        WrongState: it is no proposal, the entity has not consented, its time is over, or it no longer holds.
    """
    story = _locked(by, number)
    policies.may_decide(by, story).require()
    today = timezone.localdate()
    if story.state != State.PROPOSED:
        raise WrongState(_("This story has been decided on already."))
    if story.consented_on is None:
        raise WrongState(_("The business has not consented yet."))
    if ending := _why_over(story, today):
        raise WrongState(str(ending.label))
    story.state, story.published_on, story.published_by = State.PUBLISHED, today, by
    story.save(update_fields=("state", "published_on", "published_by"))
    _note(by, "published", story)
    _tell("stories.published", story, body=who_answers_for(story.body))
    _tell("stories.published", story, entity=story.entity)
    return story


@transaction.atomic
def return_story(*, by, number: str, because: str) -> Story:
    """Do not publish it, and say why; the body may propose another one."""
    story = _locked(by, number)
    policies.may_decide(by, story).require()
    if story.state != State.PROPOSED:
        raise WrongState(_("This story has been decided on already."))
    return _end(by, story, Story.Ending.RETURNED, because=_reason(because))


@transaction.atomic
def take_down(*, by, number: str, because: str) -> Story:
    """End a story, published or not, and say why."""
    story = _locked(by, number)
    policies.may_take_down(by, story).require()
    return _end(by, story, Story.Ending.TAKEN_DOWN, because=_reason(because))


def _reason(because: str) -> str:
    because = because.strip()[:500]
    if not because:
        raise InvalidInput({"because": [_("Say why; whoever it concerns is told.")]})
    return because


def end_what_no_longer_holds(*, today: date) -> int:
    """End the stories that have stopped being true of their entities, and tell whom it concerns; returns how many.

    Nobody reads them any more before that: this writes down why. One that is hidden only for as long as an objection
    is being checked goes on by itself afterwards.
    """
    shown = Story.objects.public_on(today).values("pk")
    hidden = Story.objects.filter(state=State.PUBLISHED).exclude(pk__in=shown)
    return sum(_end_if_over(key, today) for key in list(hidden.values_list("pk", flat=True)))


@transaction.atomic
def _end_if_over(key: int, today: date) -> bool:
    found = Story.objects.select_for_update(of=("self",), skip_locked=True)
    story = found.select_related("entity", "body__successor").filter(pk=key, state=State.PUBLISHED).first()
    ending = _why_over(story, today) if story else None
    if story is None or ending is None:
        return False
    _end(None, story, ending)
    return True


def _why_over(story: Story, today: date) -> Story.Ending | None:
    """Why the story is over for good; None for one that holds, or is only hidden for now."""
    mine = Story.objects.filter(pk=story.pk)
    if story.shown_until < today:
        return Story.Ending.OVER
    if not mine.filter(policies.may_be_told_of()).exists():
        return Story.Ending.ENTITY
    # Of a disputed record is only known that it is disputed, so nothing is ended for it.
    if speaking_against(today, of=story.entity_id).filter(suspended=False).exists():
        return Story.Ending.AGAINST
    if not story.rests_on.exists() or no_longer_public(today, of=story.pk).filter(suspended=False).exists():
        return Story.Ending.BASIS
    return None


def _end(by, story: Story, ending: Story.Ending, *, because: str = "") -> Story:
    if story.state == State.ENDED:
        raise WrongState(_("This story is not told any more."))
    story.state, story.ending, story.ended_because = State.ENDED, ending, because
    story.ended_on, story.ended_by = timezone.localdate(), by
    story.save(update_fields=("state", "ending", "ended_because", "ended_on", "ended_by"))
    deeds = {
        Story.Ending.RETURNED: "returned",
        Story.Ending.TAKEN_DOWN: "taken_down",
        Story.Ending.CONSENT: "taken_down",
    }
    _note(by, deeds.get(ending, "ended"), story, because=because or str(ending))
    said = because or {tag: _in(language, ending) for language, tag in LANGUAGES.items()}
    _tell("stories.ended", story, body=who_answers_for(story.body), because=said)
    _tell("stories.ended", story, entity=story.entity, because=said)
    return story


def _in(language: str, ending: Story.Ending) -> str:
    with translation.override(language):
        return str(ending.label)


def _locked(by, number: str) -> Story:
    story = (
        Story.objects.visible_to(by)
        .select_for_update(of=("self",))
        .select_related("entity", "body__successor")
        .filter(number=number)
        .first()
    )
    if story is None:
        raise Missing
    return story


def _note(by, deed: str, story: Story, **detail) -> None:
    audit.record(
        actor=by, verb=f"stories.story.{deed}", target=story, entity=story.entity.credit_code, **detail
    )


def _tell(kind: str, story: Story, *, body=None, entity=None, **params) -> None:
    feedback.notify(
        kind=kind,
        params={
            "number": story.number,
            "title": {"zh": story.title_zh, "en": story.title_en},
            "entity": feedback.both_names(story.entity),
            "body": feedback.both_names(story.body),
            **params,
        },
        url=reverse("stories:detail", args=(story.number,)),
        body=body,
        entity=entity,
    )
