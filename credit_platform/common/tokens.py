"""What a token lets another system do, before any policy is asked."""

from rest_framework.permissions import SAFE_METHODS, BasePermission


class TokenAllows(BasePermission):
    """A request with a token does what its scopes say, and only at views that are open to systems at all.

    Such a view says which: `token_scopes = {"read": "records:read", "write": "records:write"}`. Requests of people
    who are signed in pass; what they may do is for the policies.
    """

    def has_permission(self, request, view) -> bool:
        if getattr(request, "auth", None) is None:
            return True
        scopes = getattr(view, "token_scopes", {})
        needed = scopes.get("read" if request.method in SAFE_METHODS else "write")
        return bool(needed) and needed in request.auth.scope.split()
