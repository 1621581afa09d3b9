"""What is held about an entity, for the entity."""

from django.urls import path

from credit_platform.portal.held_data import views

app_name = "held_data"
urlpatterns = [
    path("my-credit/<slug:credit_code>/held/", views.own, name="own"),
    path("my-credit/<slug:credit_code>/held/<int:file_id>/progress/", views.progress, name="progress"),
    path("my-credit/<slug:credit_code>/held/<int:file_id>/file/", views.download, name="download"),
]
