"""What the public reported of an entity goes with it when that is merged."""

from django.utils.translation import gettext_lazy as _

from entities.services.movers import register_mover

register_mover("public_reports.PublicReport.entity", label=_("reports from the public"), offered=True)
