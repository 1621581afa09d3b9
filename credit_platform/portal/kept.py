"""Public pages kept ready: made once, and given again for as long as nothing that they read has changed.

Each time a page is asked for, one statement reads the marks that PostgreSQL keeps of the last change of every row that
the page reads, and whether anything was noted of the entity's records since the page was made; the day is part of the
name under which it is kept. So after a repair, a withdrawal or midnight nobody is given what was made before, and
nothing has to be thrown away for that.

Of an entity's records there may be very many, so their rows have no marks: the database notes each change of one as a
`Change`, and an index leads to those of one entity that the moment of the page did not see. A moment is a snapshot of
PostgreSQL, which names the transactions that were still running, so that none is missed however late it ends.

The same statement tells of which tables the entity has no row at all, so that a page that is made does not ask those.
"""

import hashlib
import re
from dataclasses import dataclass
from functools import cache as remembered

import structlog
from django.conf import settings
from django.core.cache import cache
from django.db.models import Model
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.utils import timezone
from django.utils.cache import get_conditional_response
from django.utils.translation import get_language_from_request

from credit_platform.common.prepared import ask
from credit_platform.portal import limits, seen
from credit_platform.portal.stories.models import Story
from entities.commitments.models import Commitment, CommitmentTemplate
from entities.models import CreditRecord, Entity, RecordType, RecordTypeVersion, SubmittingBody
from entities.sharing.models import Change
from evaluation.models import CurrentRating, Scheme, SchemeVersion

log = structlog.get_logger(__name__)

#: What nobody asks for any more leaves the store by itself; in seconds.
KEPT_FOR = 1800
#: What may follow the address of a page that is the same for everybody: nothing, or its language.
PLAIN = {"": "", **{f"{seen.LANGUAGE}={code}": code for code in seen.SAID_AS}}
#: Small tables of which a page may read any row.
SETTING = (RecordType, RecordTypeVersion, SubmittingBody, Scheme, SchemeVersion, CommitmentTemplate)
#: Where a request for a page says of which tables the entity has nothing.
EMPTY = "_empty_tables"


@dataclass(frozen=True, slots=True)
class Marks:
    """What PostgreSQL tells of all that a public page reads.

    Attributes:
        word: another one after any change of it but of records, and after some changes of what the page does not show.
        moment: the snapshot in which this was told.
        is_changed: whether anything was noted of the entity's records since the moment that was asked about.
        empty: the models of which the entity has no row that could stand on the page.
    """

    word: str
    moment: str
    is_changed: bool
    empty: frozenset[type[Model]]


@dataclass(frozen=True, slots=True)
class Kept:
    """A whole answer, with the headers that the others gave it, and the marks of what it was made of."""

    word: str
    moment: str
    answer: HttpResponse

    def holds(self, marks: Marks) -> bool:
        """Whether it says what would be said now; the marks were asked about its moment."""
        return self.word == marks.word and not marks.is_changed


def is_empty(request: HttpRequest, model: type[Model]) -> bool:
    """Whether the entity of this page is known to have no row of that model; False where nobody has asked."""
    return model in request.__dict__.get(EMPTY, ())


class KeptPages:
    """Gives the page as it is kept, before any other middleware has its turn; keeps the answers that are everybody's."""

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        page, key = _page_at(request.path_info)
        if page is None or not _is_everybodys(request):
            return self.get_response(request)
        name = _name(request)
        kept: Kept | None = limits.PAGES.count_and_get(request, name)
        if not limits.PAGES.allows(request):
            # Who asks too often is told so by the page itself.
            return self.get_response(request)
        marks = page.marks(key, since=kept.moment if kept else None)
        if marks is None:
            return self.get_response(request)
        request.__dict__[EMPTY] = marks.empty
        if kept is not None and kept.holds(marks):
            log.info("page_given", request=f"{request.method} {request.path}")
            response = kept.answer
        else:
            response = self.get_response(request)
            # What sets a cookie is somebody's own.
            if response.status_code != 200 or response.cookies:
                return response
            response["ETag"] = f'W/"{_digest(name, marks.word, marks.moment)}"'
            cache.set(name, Kept(marks.word, marks.moment, response), KEPT_FOR)
        return get_conditional_response(request, etag=response["ETag"], response=response)


@dataclass(frozen=True, slots=True)
class Page:
    """One kind of pages that are kept.

    Args:
        address: what leads to it; its group is the key.
        models: the tables of which the statement tells marks, in its order.
        statement: tells moment, whether something was noted since another one, whether there is a record, and marks.
    """

    address: re.Pattern[str]
    models: tuple[type[Model], ...]
    statement: str

    def marks(self, key: str, *, since: str | None = None) -> Marks | None:
        """The marks of the page with this key; None where there is nothing under it.

        `since` is the moment at which a page was made that may be given again.
        """
        rows = ask(self.statement, [since, key])
        if not rows:
            return None
        moment, is_changed, has_records, *told = rows[0]
        empty = {model for model, mark in zip(self.models, told, strict=False) if mark is None}
        if not has_records:
            empty.add(CreditRecord)
        return Marks("/".join(map(str, told)), moment, is_changed, frozenset(empty))


@remembered
def pages() -> dict[str, Page]:
    """The pages of entities, those of stories, and the newest stories."""
    entity, scheme, story = (model._meta.db_table for model in (Entity, Scheme, Story))
    rests_on: type[Model] = Story.rests_on.through
    own = "WHERE entity_id = of.id"
    of_entity: dict[type[Model], str] = {
        # What becomes public becomes it by a change of its scheme, of which each row is in the marks.
        CurrentRating: f"JOIN {scheme} ON {scheme}.id = scheme_id {own} AND is_public",
        Commitment: own,
        Story: own,
        rests_on: f"JOIN {story} ON {story}.id = story_id {own}",
    }
    told = f"WHERE {story}.state = '{Story.State.PUBLISHED}'"
    their_keys = f"IN (SELECT entity_id FROM {story} {told})"
    of_stories: dict[type[Model], str] = {
        Story: told,
        rests_on: f"JOIN {story} ON {story}.id = story_id {told}",
        Entity: f"WHERE {entity}.id {their_keys}",
    }

    def of_one(address: str, which: str) -> Page:
        return _page(
            address,
            _statement(f"{entity} AS of WHERE of.{which}", "= of.id", ["of.ctid", "of.xmin"], of_entity),
            of_entity,
        )

    return {
        "entity": of_one(r"/e/([-\w]+)/", "credit_code = upper(trim(%s))"),
        "story": of_one(
            r"/stories/([A-Z]+-[-0-9A-Z]+)/", f"id = (SELECT entity_id FROM {story} WHERE number = %s)"
        ),
        "stories": _page(
            "/(stories)/", _statement("(SELECT %s::text) AS of", their_keys, [], of_stories), of_stories
        ),
    }


def _page(address: str, statement: str, models: dict[type[Model], str]) -> Page:
    return Page(re.compile(address), tuple(models), statement)


def _page_at(path: str) -> tuple[Page | None, str]:
    for page in pages().values():
        if found := page.address.fullmatch(path):
            return page, found[1]
    return None, ""


def _statement(beginning: str, whose: str, row: list[str], models: dict[type[Model], str]) -> str:
    """For the first `%s`, a moment, and the second, the key: what `Page.statement` tells.

    A mark is for each table the sum of hashes of row and last change: a row's `xmin` is the transaction that wrote it,
    its `ctid` the place where it then stands. A sum over no row is NULL. What the transaction that asks has itself
    changed, no snapshot tells, and nobody else sees: its number and how much it has noted are marks too.

    Args:
        beginning: a table expression of one row, named `of`.
        whose: follows a column with keys of entities, and says of which entities records and changes are meant.
        row: marks of the row at the beginning itself.
        models: of which tables the marks are told, and of which of their rows.
    """
    change, record = Change._meta.db_table, CreditRecord._meta.db_table
    noted = f"FROM {change} WHERE {change}.entity_id {whose} AND {change}.transaction_id"
    mine = "pg_current_xact_id_if_assigned()::text::bigint"
    # What a snapshot does not see: transactions that it names as running, and those that began after it.
    running = "ANY (ARRAY(SELECT id::text::bigint FROM pg_snapshot_xip(kept.moment) AS id))"
    unseen = (f"= {running}", ">= pg_snapshot_xmax(kept.moment)::text::bigint")
    others = f"AND {change}.transaction_id IS DISTINCT FROM {mine}"
    told = [
        "pg_current_snapshot()::text",
        " OR ".join(f"EXISTS (SELECT {noted} {which} {others})" for which in unseen),
        f"EXISTS (SELECT FROM {record} WHERE entity_id {whose} AND status = '{CreditRecord.Status.PUBLISHED}')",
        *(_mark(model, which) for model, which in models.items()),
        *row,
        *map(_mark, SETTING),
        # In another database, or one that was brought back from a copy, the same numbers are other transactions.
        "(SELECT oid FROM pg_database WHERE datname = current_database())",
        "pg_postmaster_start_time()",
        mine,
        f"(SELECT count(*) {noted} = {mine})",
    ]
    return f"SELECT {', '.join(told)} FROM (SELECT %s::pg_snapshot AS moment) AS kept, {beginning}"


def _mark(model: type[Model], which: str = "") -> str:
    table = model._meta.db_table
    return f"(SELECT sum(hashtextextended({table}.ctid::text || {table}.xmin::text, {table}.id)) FROM {table} {which})"


def _is_everybodys(request: HttpRequest) -> bool:
    """Everybody gets the same who has not signed in and to whom no word of an act before is to be said."""
    return (
        request.method == "GET"
        and request.META["QUERY_STRING"] in PLAIN
        and not settings.DEBUG
        and not request.COOKIES.keys() & {settings.SESSION_COOKIE_NAME, "messages"}
    )


def _name(request: HttpRequest) -> str:
    """Under which the answer is kept: its address and language, the day, and what pages are made of."""
    asked = request.META["QUERY_STRING"]
    parts = (
        request.build_absolute_uri(asked and f"?{asked}"),
        PLAIN[asked] or get_language_from_request(request),
        timezone.localdate().isoformat(),
        _made_of(),
    )
    return f"answer:{_digest(*parts)}"


def _digest(*parts: str) -> str:
    return hashlib.blake2b("\n".join(parts).encode(), digest_size=16).hexdigest()


@remembered
def _made_of() -> str:
    """A mark of the templates and translations that this process makes pages of."""
    found = hashlib.blake2b(digest_size=16)
    for folder, files in (("templates", "*.html"), ("locale", "*.mo")):
        for path in sorted((settings.BASE_DIR / folder).rglob(files)):
            found.update(path.read_bytes())
    return found.hexdigest()
