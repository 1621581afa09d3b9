"""The REST interface: each app writes its own addresses; this file only says which apps have any."""

from django.urls import include, path

urlpatterns = [
    path("", include("entities.api.urls")),
    path("public/", include("credit_platform.portal.api.urls")),
    path("", include("entities.sharing.api.urls")),
    path("", include("entities.quality.api.urls")),
    path("", include("entities.commitments.api.urls")),
    path("", include("agencies.measures.api.urls")),
    path("", include("evaluation.api.urls")),
    path("", include("repair.api.urls")),
    path("", include("repair.missing.api.urls")),
    path("", include("repair.joint.api.urls")),
    path("", include("repair.proof.api.urls")),
]
