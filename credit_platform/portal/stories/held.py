"""What becomes of the link from a story to a record when the record is deleted. Registered when the apps are loaded."""

from collections.abc import Sequence

from credit_platform.portal.stories.models import Story
from entities.retention.hanging import Fate, register_hanging


def _let_go(keys: Sequence[int]) -> None:
    Story.rests_on.through.objects.filter(creditrecord__in=keys).delete()


register_hanging("stories.Story.rests_on", Fate.ERASED, erase=_let_go)
