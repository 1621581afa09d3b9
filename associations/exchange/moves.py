"""How what was written of an entity goes with it when it is merged or split: it stays with the entity written of."""

from django.utils.translation import gettext_lazy as _

from entities.services.movers import register_mover

register_mover("exchange.Exchange.entity", label=_("opinions and observations of associations"), offered=True)
