"""Public pages kept ready: made once, and given again for as long as nothing that they read has changed.

Each time a page is asked for, one statement reads the marks that PostgreSQL keeps of the last change of every row that
the page reads. Marks and day are part of the name under which the page is kept; so after a repair, a withdrawal or
midnight nobody finds what was made before, and nothing has to be thrown away for that.
"""

import hashlib
from collections.abc import Callable
from functools import cache as remembered
from typing import Any

from django.conf import settings
from django.core.cache import cache
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.template.loader import render_to_string
from django.utils import timezone
from django.utils.cache import get_conditional_response
from django.utils.translation import get_language

from credit_platform.common.prepared import ask
from credit_platform.portal import seen
from entities.commitments.models import Commitment, CommitmentTemplate
from entities.models import CreditRecord, Entity, RecordType, RecordTypeVersion, SubmittingBody
from entities.statements.models import Statement
from evaluation.models import CurrentRating, Scheme, SchemeVersion

#: What nobody asks for any more leaves the store by itself; in seconds.
KEPT_FOR = 1800
#: What may follow the address of a page that is the same for everybody: nothing, or its language.
PLAIN = frozenset({"", *(f"{seen.LANGUAGE}={code}" for code in seen.SAID_AS)})
#: Small tables of which a page may read any row.
SETTING = (RecordType, RecordTypeVersion, SubmittingBody, Scheme, SchemeVersion, CommitmentTemplate)


def page(
    request: HttpRequest, state: str | None, template: str, context: Callable[[], dict[str, Any]]
) -> HttpResponseBase:
    """The page as it is kept, made anew where what it reads is no longer in the same `state`.

    Args:
        state: as `state_of` has it, asked for before; None makes a page that is not kept.
        context: gives the context of the template; may raise `Missing`.
    """
    if state is None or settings.DEBUG or not _is_anybody(request):
        return render(request, template, context())
    name = _name(request, state)
    unchanged = get_conditional_response(request, etag=f'W/"{name}"')
    if unchanged is not None:
        return unchanged
    body = cache.get(f"page:{name}")
    if body is None:
        # A token against forged requests is one reader's own: no kept page has a form that needs one.
        body = render_to_string(template, context() | {"csrf_token": ""}, request)
        cache.set(f"page:{name}", body, KEPT_FOR)
    response = HttpResponse(body)
    response["ETag"] = f'W/"{name}"'
    return response


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
    record, statement = CreditRecord._meta.db_table, Statement._meta.db_table
    parts = [
        *(
            f"{marks(table)} WHERE entity_id = {Entity._meta.db_table}.id"
            for table in (record, CurrentRating._meta.db_table, Commitment._meta.db_table)
        ),
        f"{marks(statement)} JOIN {record} ON {record}.id = record_id WHERE entity_id = {Entity._meta.db_table}.id",
        *(marks(model._meta.db_table) for model in SETTING),
    ]
    entity = Entity._meta.db_table
    own = f"{entity}.ctid, {entity}.xmin"
    return f"SELECT {own}, {', '.join(f'({part})' for part in parts)} FROM {entity} WHERE credit_code = %s"


def _is_anybody(request: HttpRequest) -> bool:
    """Whether the reader gets what everybody gets: nobody has signed in, no word of an act before is to be said."""
    own = {settings.SESSION_COOKIE_NAME, "messages"}
    plain = request.META["QUERY_STRING"] in PLAIN
    return request.method == "GET" and plain and not own & request.COOKIES.keys()


def _name(request: HttpRequest, state: str) -> str:
    parts = (
        seen.root(request) + request.path,
        get_language() or "",
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
