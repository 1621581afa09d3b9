"""Codes that are shown once and by which somebody comes back later: only a digest is kept."""

import hashlib
import secrets

#: Without letters and digits that are taken for each other.
ALPHABET = "23456789ABCDEFGHJKMNPQRSTVWXYZ"
SIGNS = 16
GROUP = 4


def random_signs(places: int) -> str:
    """So many signs of chance that nobody mistakes for each other, read from paper or over the telephone."""
    return "".join(secrets.choice(ALPHABET) for _place in range(places))


def new_code() -> str:
    """Sixteen signs in groups of four, such as 7K3Q-9F2M-XA4T-C8WB."""
    signs = random_signs(SIGNS)
    return "-".join(signs[place : place + GROUP] for place in range(0, SIGNS, GROUP))


def digest_of(code: str) -> str:
    """What is kept of a code, however it is typed: enough to know it again, not enough to say it."""
    plain = "".join(sign for sign in code.upper() if sign.isalnum())
    return hashlib.sha256(plain.encode()).hexdigest()
