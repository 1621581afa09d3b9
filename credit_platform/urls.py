"""Every address of the platform. Each app writes its own; this file only says which apps there are."""

from django.urls import include, path

from credit_platform import api_pages, health
from credit_platform.portal.views import first_page
from entities.systems.token_views import SystemTokenView

urlpatterns = [
    path("", include("credit_platform.portal.urls")),
    path("", include("credit_platform.portal.credit_reports.urls")),
    path("", include("credit_platform.portal.held_data.urls")),
    path("", include("credit_platform.portal.credit_checks.urls")),
    path("", include("credit_platform.portal.public_reports.urls")),
    path("", include("credit_platform.portal.stories.urls")),
    path("", include("credit_platform.portal.integrity_calendar.urls")),
    path("home/", first_page, name="home"),
    path("", include("credit_platform.accounts.urls")),
    path("", include("entities.urls")),
    path("", include("entities.sharing.urls")),
    path("", include("entities.quality.urls")),
    path("", include("entities.statements.urls")),
    path("", include("entities.retention.urls")),
    path("", include("entities.commitments.urls")),
    path("", include("entities.texting.urls")),
    path("", include("entities.invitations.urls")),
    path("", include("entities.people.urls")),
    path("", include("agencies.urls")),
    path("", include("agencies.measures.urls")),
    path("", include("evaluation.composing.urls")),
    path("", include("evaluation.urls")),
    path("", include("repair.helping.urls")),
    path("", include("repair.missing.urls")),
    path("", include("repair.joint.urls")),
    path("", include("repair.sections.urls")),
    path("", include("repair.wordings.urls")),
    path("", include("repair.urls")),
    path("", include("repair.proof.urls")),
    path("", include("repair.letters.urls")),
    path("", include("associations.urls")),
    path("", include("associations.courses.urls")),
    path("", include("associations.exchange.urls")),
    path("", include("associations.forewarning.urls")),
    path("", include("credit_platform.governance.urls")),
    path("", include("credit_platform.ui.urls")),
    path("systems/", include("entities.systems.urls")),
    path("o/token/", SystemTokenView.as_view(), name="oauth2-token"),
    path("api/v1/", include("credit_platform.api_urls")),
    path("api/schema/", api_pages.schema, name="api-schema"),
    path("api/docs/", api_pages.docs, name="api-docs"),
    path("healthz", health.healthz, name="healthz"),
    path("readyz", health.readyz, name="readyz"),
    path("metrics", health.metrics, name="metrics"),
]
