"""Addresses of people: whether one is one, and how it is shown to those who know it already."""

from django.core.exceptions import ValidationError
from django.core.validators import validate_email


def is_email(typed: str) -> bool:
    """Whether that can be an e-mail address."""
    try:
        validate_email(typed)
    except ValidationError:
        return False
    return True


def masked_email(email: str) -> str:
    """Enough of an address for its owner to know it by: l***@example.org."""
    place, _at, domain = email.partition("@")
    return f"{place[:1]}***@{domain}" if domain else email
