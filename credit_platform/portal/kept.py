"""Public pages kept ready: made once, and given again for as long as nothing that they read has changed.

Each time a page is asked for, one statement reads the marks that PostgreSQL keeps of the last change of every row that
the page reads. Marks and day are part of the name under which the page is kept; so after a repair, a withdrawal or
midnight nobody finds what was made before, and nothing has to be thrown away for that.

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
from django.http import HttpRequest, HttpResponseBase
from django.utils import timezone
from django.utils.cache import get_conditional_response
from django.utils.translation import get_language_from_request

from credit_platform.common.prepared import ask
from credit_platform.portal import limits, seen
from credit_platform.portal.stories.models import Story
from entities.commitments.models import Commitment, CommitmentTemplate
from entities.models import CreditRecord, Entity, RecordType, RecordTypeVersion, SubmittingBody
from entities.statements.models import Statement
from evaluation.models import CurrentRating, Scheme, SchemeVersion

log = structlog.get_logger(__name__)

#: What nobody asks for any more leaves the store by itself; in seconds.
KEPT_FOR = 1800
#: The pages that are kept: those of entities.
ADDRESS = re.compile(r"/e/([^/]+)/")
#: What may follow the address of a page that is the same for everybody: nothing, or its language.
PLAIN = {"": "", **{f"{seen.LANGUAGE}={code}": code for code in seen.SAID_AS}}
#: Small tables of which a page may read any row.
SETTING = (RecordType, RecordTypeVersion, SubmittingBody, Scheme, SchemeVersion, CommitmentTemplate)
#: Where a request for a page says of which tables the entity has nothing.
EMPTY = "_empty_tables"


@dataclass(frozen=True, slots=True)
class Marks:
    """What PostgreSQL tells of all that the public page of an entity reads.

    Attributes:
        word: another one after any change of it, and after some changes of what the page does not show.
        empty: the models of which the entity has no row that could stand on the page.
    """

    word: str
    empty: frozenset[type[Model]]


def is_empty(request: HttpRequest, model: type[Model]) -> bool:
    """Whether the entity of this page is known to have no row of that model; False where nobody has asked."""
    return model in request.__dict__.get(EMPTY, ())


class KeptPages:
    """Gives the page as it is kept, before any other middleware has its turn; keeps the answers that are everybody's.

    What is kept is the whole answer, with the headers that the others gave it.
    """

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        name = _name(request)
        if name is None:
            return self.get_response(request)
        mark = f'W/"{name}"'
        response = limits.PAGES.count_and_get(request, f"answer:{name}")
        # Who asks too often is told so by the page itself.
        if response is not None and limits.PAGES.allows(request):
            log.info("page_given", request=f"{request.method} {request.path}")
        else:
            response = self.get_response(request)
            # What sets a cookie is somebody's own.
            if response.status_code != 200 or response.cookies:
                return response
            response["ETag"] = mark
            cache.set(f"answer:{name}", response, KEPT_FOR)
        return get_conditional_response(request, etag=mark, response=response)


def marks_of(credit_code: str) -> Marks | None:
    """The marks of the entity's page; None where no entity has the code."""
    rows = ask(_statement(), [credit_code.strip().upper()])
    if not rows:
        return None
    told = dict(zip(_of_entity(), rows[0], strict=False))
    return Marks(
        "/".join(map(str, rows[0])), frozenset(model for model, mark in told.items() if mark is None)
    )


@remembered
def _of_entity() -> dict[type[Model], str]:
    """The tables in which an entity has rows of its own, and which of these its page may read."""
    entity, record = Entity._meta.db_table, CreditRecord._meta.db_table
    story, scheme = Story._meta.db_table, Scheme._meta.db_table
    rests_on: type[Model] = Story.rests_on.through
    own = f"WHERE entity_id = {entity}.id"
    return {
        CreditRecord: own,
        # What becomes public becomes it by a change of its scheme, of which each row is in the mark.
        CurrentRating: f"JOIN {scheme} ON {scheme}.id = scheme_id {own} AND is_public",
        Commitment: own,
        Story: own,
        Statement: f"JOIN {record} ON {record}.id = record_id {own}",
        rests_on: f"JOIN {story} ON {story}.id = story_id {own}",
    }


@remembered
def _statement() -> str:
    """For each of the entity's tables, for the entity and for each small table: the sum of hashes of row and last change.

    A row's `xmin` is the transaction that wrote it, its `ctid` the place where it then stands. A sum over no row is NULL.
    """

    def mark(model: type[Model], which: str = "") -> str:
        table = model._meta.db_table
        return f"(SELECT sum(hashtextextended({table}.ctid::text || {table}.xmin::text, {table}.id)) FROM {table} {which})"

    entity = Entity._meta.db_table
    marks = [
        *(mark(model, which) for model, which in _of_entity().items()),
        f"{entity}.ctid",
        f"{entity}.xmin",
        *map(mark, SETTING),
    ]
    return f"SELECT {', '.join(marks)} FROM {entity} WHERE credit_code = %s"


def _name(request: HttpRequest) -> str | None:
    """Under which the answer is kept; None where it is not, because it is no such page or somebody's own.

    Everybody gets the same who has not signed in and to whom no word of an act before is to be said.
    """
    address = ADDRESS.fullmatch(request.path_info)
    asked = request.META["QUERY_STRING"]
    if not address or request.method != "GET" or asked not in PLAIN or settings.DEBUG:
        return None
    if request.COOKIES.keys() & {settings.SESSION_COOKIE_NAME, "messages"}:
        return None
    marks = marks_of(address[1])
    if marks is None:
        return None
    request.__dict__[EMPTY] = marks.empty
    parts = (
        request.build_absolute_uri(asked and f"?{asked}"),
        PLAIN[asked] or get_language_from_request(request),
        timezone.localdate().isoformat(),
        _made_of(),
        marks.word,
    )
    return hashlib.blake2b("\n".join(parts).encode(), digest_size=16).hexdigest()


@remembered
def _made_of() -> str:
    """A mark of the templates and translations that this process makes pages of."""
    found = hashlib.blake2b(digest_size=16)
    for folder, files in (("templates", "*.html"), ("locale", "*.mo")):
        for path in sorted((settings.BASE_DIR / folder).rglob(files)):
            found.update(path.read_bytes())
    return found.hexdigest()
