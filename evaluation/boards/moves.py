"""What boards were counted from stays with a merged entity: a worker counts it anew, and the night looks ahead anew."""

from django.utils.translation import gettext_lazy as _

from entities.services.movers import register_mover

register_mover("boards.CountedRating.entity", label=_("figures of the boards, counted anew"), stays=True)
register_mover("boards.ComingMove.entity", label=_("coming changes, looked for anew"), stays=True)
register_mover(
    "boards.CountedBody.entity", label=_("departments that the boards count it for, counted anew"), stays=True
)
