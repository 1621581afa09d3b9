"""Public pages kept ready: made once, and given again for as long as nothing that they read has changed.

Each time a page is asked for, one statement reads the marks that PostgreSQL keeps of the last change of every row that
the page reads. Marks and day are part of the name under which the page is kept; so after a repair, a withdrawal or
midnight nobody finds what was made before, and nothing has to be thrown away for that.
"""

import hashlib
import re
from functools import cache as remembered

import structlog
from django.conf import settings
from django.core.cache import cache
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


def state_of(credit_code: str) -> str | None:
    """A word for all that the public page of an entity reads: another word after any change of it.

    It changes with more than the page shows, also with records that are not public. None where no entity has the code.
    """
    rows = ask(_statement(), [credit_code.strip().upper()])
    return "/".join(map(str, rows[0])) if rows else None


@remembered
def _statement() -> str:
    """For the entity, its rows of other tables and each small table: the sum of hashes of row and last change.

    A row's `xmin` is the transaction that wrote it, its `ctid` the place where it then stands.
    """
    marks = "SELECT sum(hashtextextended({0}.ctid::text || {0}.xmin::text, {0}.id)) FROM {0}".format
    record, statement, story = (model._meta.db_table for model in (CreditRecord, Statement, Story))
    rests_on = Story.rests_on.through._meta.db_table
    parts = [
        *(
            f"{marks(table)} WHERE entity_id = {Entity._meta.db_table}.id"
            for table in (record, CurrentRating._meta.db_table, Commitment._meta.db_table, story)
        ),
        f"{marks(statement)} JOIN {record} ON {record}.id = record_id WHERE entity_id = {Entity._meta.db_table}.id",
        f"{marks(rests_on)} JOIN {story} ON {story}.id = story_id WHERE entity_id = {Entity._meta.db_table}.id",
        *(marks(model._meta.db_table) for model in SETTING),
    ]
    entity = Entity._meta.db_table
    own = f"{entity}.ctid, {entity}.xmin"
    return f"SELECT {own}, {', '.join(f'({part})' for part in parts)} FROM {entity} WHERE credit_code = %s"


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
    state = state_of(address[1])
    if state is None:
        return None
    parts = (
        request.build_absolute_uri(asked and f"?{asked}"),
        PLAIN[asked] or get_language_from_request(request),
        timezone.localdate().isoformat(),
        _made_of(),
        state,
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
