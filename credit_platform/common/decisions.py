"""The answer of a policy."""

from dataclasses import dataclass

from credit_platform.common.errors import NotPermitted


@dataclass(frozen=True, slots=True)
class Decision:
    """May this actor do this, and if not, why not. The reason is a sentence for the actor."""

    allowed: bool
    reason: str = ""

    def __bool__(self) -> bool:
        return self.allowed

    def require(self) -> None:
        """Raise `NotPermitted` with the reason unless the answer is yes."""
        if not self.allowed:
            raise NotPermitted(self.reason)


ALLOW = Decision(True)


def deny(reason: str) -> Decision:
    return Decision(False, reason)
