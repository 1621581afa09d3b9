"""How ratings go with an entity that is merged or split: what was graded stays, what is graded now is graded anew."""

from django.utils.translation import gettext_lazy as _

from entities.services.movers import register_mover

register_mover("evaluation.CurrentRating.entity", label=_("current grades, worked out anew"), aside=True)
register_mover("evaluation.RatingChange.entity", label=_("past grades"), stays=True)
register_mover("evaluation.RatingRequest.entity", label=_("wishes for a rating"))
register_mover("evaluation.RecordPast.entity", label=_("what records said before"), stays=True)
register_mover("evaluation.EntityPast.entity", label=_("what was known of the entity before"), stays=True)
