"""Who else acts when a case takes a step: parts of the workflow that stand on cases and that cases do not know.

A follower runs in the transaction of the step, after all its effects: what it writes holds or falls with the step.
"""

from collections.abc import Callable

from repair.models import Case, CaseStep

Follower = Callable[[Case, CaseStep], None]

_followers: list[Follower] = []


def register(follower: Follower) -> None:
    """Follow every step from now on; called in `AppConfig.ready()`. Registered twice, it is still called once."""
    if follower not in _followers:
        _followers.append(follower)


def step_taken(case: Case, step: CaseStep) -> None:
    """Call every follower, in the order in which they registered."""
    for follower in _followers:
        follower(case, step)
