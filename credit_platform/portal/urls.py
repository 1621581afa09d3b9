"""Pages that the public sees, and the page of a market entity's own agent."""

from django.urls import path

from credit_platform.portal import views

app_name = "portal"
urlpatterns = [
    path("", views.home, name="home"),
    path("search/", views.look_up, name="search"),
    path("e/<slug:credit_code>/", views.entity, name="entity"),
    path("e/<slug:credit_code>/<slug:kind>/", views.entity_records, name="entity-records"),
    path("methods/", views.methods, name="methods"),
]
