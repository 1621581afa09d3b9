"""The address that the lines of a request carry: the one that limits go by, which nobody can choose by a header."""

import structlog
from allauth.account.adapter import get_adapter
from django.core.exceptions import PermissionDenied
from django.dispatch import receiver
from django_structlog.signals import bind_extra_request_metadata


@receiver(bind_extra_request_metadata)
def bind_address(request, **_said) -> None:
    """Say where the request comes from, in each line that is written until it is answered."""
    try:
        address = get_adapter(request).get_client_ip(request)
    except PermissionDenied:  # It came by a socket of this machine, without an address.
        address = ""
    structlog.contextvars.bind_contextvars(ip=address)
