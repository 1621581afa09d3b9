"""What is done with a request before any page sees it."""

import pytest
from django.http import Http404

from credit_platform.common.middleware import DomainErrorMiddleware

middleware = DomainErrorMiddleware(lambda request: request.GET.dict())


@pytest.mark.parametrize("query", ["q=a%00b&page=2", "q=a%%0000b&page=2", "q=ab&page=2"])
def test_what_is_asked_is_asked_without_what_no_database_takes(rf, query):
    request = rf.get("/", QUERY_STRING=query)
    assert middleware(request) == {"q": "ab", "page": "2"}
    assert "%00" not in request.get_full_path()


def test_a_path_that_no_database_takes_leads_nowhere(rf):
    with pytest.raises(Http404):
        middleware(rf.get("/entities/a%00/"))
