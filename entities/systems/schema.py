"""How the published schema says that other systems sign in."""

from drf_spectacular.extensions import OpenApiAuthenticationExtension

from entities.systems.models import Scope


class SystemScheme(OpenApiAuthenticationExtension):
    """Client credentials, with the scopes that each view asks for; views that are closed to systems name none."""

    target_class = "entities.systems.authentication.SystemAuthentication"
    name = "oauth2"

    def get_security_requirement(self, auto_schema):
        scopes = getattr(auto_schema.view, "token_scopes", {})
        needed = scopes.get("read" if auto_schema.method in ("GET", "HEAD", "OPTIONS") else "write")
        return {self.name: [needed]} if needed else None

    def get_security_definition(self, auto_schema):
        scopes = {scope.value: str(scope.label) for scope in Scope}
        return {"type": "oauth2", "flows": {"clientCredentials": {"tokenUrl": "/o/token/", "scopes": scopes}}}
