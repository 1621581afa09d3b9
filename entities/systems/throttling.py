"""So many requests a minute for each system; people are not counted."""

from rest_framework.throttling import SimpleRateThrottle


class SystemThrottle(SimpleRateThrottle):
    """Counts requests by the system whose token they carry."""

    scope = "systems"

    def get_cache_key(self, request, view) -> str | None:
        application = getattr(request.auth, "application_id", None)
        return f"systems:{application}" if application else None
