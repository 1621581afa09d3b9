"""Who gets letters and certificates: the only place that says so. Imports no models.

A letter is its case's: whoever sees the case reads its letters, and nobody else does.
"""

from credit_platform.common.decisions import Decision
from repair.policies import is_applicant


def may_ask_for_certificate(user, case) -> Decision:
    """Has a certificate made: who acts for the entity, which is to hand it on."""
    return is_applicant(user, case)
