"""The one address of OAuth2 here: credentials in, token out."""

import base64
import binascii
import hashlib
from urllib.parse import unquote_plus

from allauth.account.adapter import get_adapter
from django.conf import settings
from django.core.cache import cache
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils.decorators import method_decorator
from django.views.decorators.csrf import csrf_exempt
from oauth2_provider.views import TokenView

WINDOW = 60


@method_decorator(csrf_exempt, name="dispatch")
class SystemTokenView(TokenView):
    """Client credentials only, and so often a minute for each client and address."""

    http_method_names = ["post"]

    def post(self, request: HttpRequest, *args, **kwargs) -> HttpResponse:
        if _too_often(request):
            response = JsonResponse({"error": "slow_down"}, status=429)
            response["Retry-After"] = str(WINDOW)
            return response
        if request.POST.get("grant_type") != "client_credentials":
            return JsonResponse({"error": "unsupported_grant_type"}, status=400)
        response = self.authorization_flow_token_response(request)
        response["Cache-Control"] = "no-store"
        return response


def _too_often(request: HttpRequest) -> bool:
    """Count this request for each client that it names and the address behind the proxies; True when one is over."""
    address = get_adapter(request).get_client_ip(request)
    # Each is counted, also behind one that is over.
    return max([_is_over(f"{address} {client}") for client in _clients(request)])


def _clients(request: HttpRequest) -> set[str]:
    """The client that signs in by HTTP Basic and the one that the form names: either may be the one that is tried."""
    scheme, _space, encoded = request.headers.get("Authorization", "").partition(" ")
    named = {request.POST.get("client_id", "")}
    if scheme.lower() == "basic":
        try:
            named.add(unquote_plus(base64.b64decode(encoded).decode().partition(":")[0]))
        except (binascii.Error, UnicodeDecodeError):
            # No credentials can be read from it, so none are tried by it.
            named.add("")
    return named - {""} or {""}


def _is_over(who: str) -> bool:
    key = f"token:{hashlib.sha256(who.encode()).hexdigest()}"
    cache.add(key, 0, WINDOW)
    try:
        return cache.incr(key) > settings.TOKENS_PER_MINUTE
    except ValueError:
        # It ran out between the two, or the cache is away: counting helps against guessing, it guards nothing else.
        return False
