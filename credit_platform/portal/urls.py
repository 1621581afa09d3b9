"""Pages that the public sees, and the page of a market entity's own agent."""

from django.urls import path

from credit_platform.portal import own_views, views

app_name = "portal"
urlpatterns = [
    path("", views.home, name="home"),
    path("search/", views.look_up, name="search"),
    path("e/<slug:credit_code>/", views.entity, name="entity"),
    path("e/<slug:credit_code>/<slug:kind>/", views.entity_records, name="entity-records"),
    path("methods/", views.methods, name="methods"),
    path("my-credit/", own_views.my_credit, name="my-credit"),
    path("my-credit/<slug:credit_code>/", own_views.my_credit_of, name="my-credit-of"),
]
