"""The sentences by which entities and bodies hear of stories."""

from django.utils.translation import gettext_noop as _

from entities.services.feedback import register_notice

register_notice(
    "stories.proposed",
    _(
        "%(body)s wants to tell this story of you: “%(title)s”, %(number)s. It is published only if you consent."
    ),
    urgent=True,
)
register_notice("stories.consented", _("%(entity)s consents to the story “%(title)s”, %(number)s."))
register_notice("stories.published", _("The story “%(title)s”, %(number)s, is published."))
register_notice(
    "stories.ended", _("The story “%(title)s”, %(number)s, is not told, or no longer: %(because)s")
)
