"""Addresses of the interface that anybody may ask."""

from django.urls import path

from credit_platform.portal.api import views

urlpatterns = [
    path("changes/", views.PublicChangesView.as_view(), name="api-public-changes"),
    path("stories/", views.PublicStoriesView.as_view(), name="api-public-stories"),
    path("entities/<slug:credit_code>/", views.PublicEntityView.as_view(), name="api-public-entity"),
    path(
        "entities/<slug:credit_code>/records/", views.PublicRecordsView.as_view(), name="api-public-records"
    ),
]
