"""How a request of another system is known: by the token that its credentials gave it."""

from django.utils.translation import gettext_lazy as _
from oauth2_provider.contrib.rest_framework import OAuth2Authentication
from oauth2_provider.oauth2_backends import OAuthLibCore
from oauth2_provider.scopes import BaseScopes
from rest_framework import status
from rest_framework.exceptions import APIException
from rest_framework.request import Request

from entities.systems.models import ConnectedSystem, Scope


class BadToken(APIException):
    """The token is none of ours, has expired, or its system was disconnected."""

    status_code = status.HTTP_401_UNAUTHORIZED
    default_code = "bad_token"
    default_detail = _("The token is not valid or no longer; get a new one from /o/token/.")
    auth_header = 'Bearer realm="api", error="invalid_token"'


class TokensInHeaders(OAuthLibCore):
    """Who asks the interface is known by a header: what is sent, gigabytes perhaps, is read once that is clear."""

    def extract_body(self, request):
        return [] if isinstance(request, Request) else super().extract_body(request)


class SystemAuthentication(OAuth2Authentication):
    """A bearer token stands for the account of its system; no token, no opinion."""

    def authenticate(self, request):
        if not request.headers.get("Authorization", "").lower().startswith("bearer "):
            return None
        found = super().authenticate(request)
        if found is None:
            raise BadToken
        _nobody, token = found
        system = (
            ConnectedSystem.objects.select_related("user", "body")
            .filter(application=token.application_id, revoked_at=None, body__is_active=True)
            .first()
        )
        if system is None or not system.user.is_active:
            raise BadToken
        return system.user, token


class SystemScopes(BaseScopes):
    """A system may ask for what it was given and no more; it gets all of that where it asks for nothing."""

    def get_all_scopes(self):
        return {scope.value: str(scope.label) for scope in Scope}

    def get_available_scopes(self, application=None, request=None, *args, **kwargs):
        system = ConnectedSystem.objects.filter(application=application, revoked_at=None).first()
        return system.scopes if system else []

    def get_default_scopes(self, application=None, request=None, *args, **kwargs):
        return self.get_available_scopes(application)
