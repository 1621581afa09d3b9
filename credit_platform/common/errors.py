"""What can go wrong in the domain, said for the person who meets it.

Services raise these; one middleware (pages) and one exception handler (API) turn them into answers.
"""

from django.utils.translation import gettext_lazy as _


class DomainError(Exception):
    """A rule of the domain said no. `str(error)` is a sentence for the person who asked."""

    code = "refused"
    http_status = 409


class NotPermitted(DomainError):
    """A policy said no to this actor."""

    code = "not_permitted"
    http_status = 403


class WrongState(DomainError):
    """The thing has moved on, or never stood where this step begins."""

    code = "wrong_state"


class InvalidInput(DomainError):
    """Rules across fields were broken; `problems` maps each field name to its sentences ("" = the whole)."""

    code = "invalid"
    http_status = 422

    def __init__(self, problems: dict[str, list[str]]) -> None:
        self.problems = problems
        super().__init__(" ".join(str(sentence) for said in problems.values() for sentence in said))


class Missing(DomainError):
    """No such thing, or not for this reader: both are answered alike."""

    code = "not_found"
    http_status = 404

    def __init__(self, message=_("There is nothing here that you may see.")) -> None:
        super().__init__(message)
