"""Pages of leaves: an entity's own, and those of the associations that help."""

from django.urls import path

from repair.helping import views

app_name = "helping"
urlpatterns = [
    path("help/", views.asked, name="asked"),
    path("help/begin/", views.begin, name="begin"),
    path("help/of/<slug:credit_code>/", views.own, name="own"),
    path("help/of/<slug:credit_code>/give/", views.give, name="give"),
    path("help/of/<slug:credit_code>/<int:leave_id>/end/", views.end, name="end"),
]
