"""Pages of what departments and associations ask and tell each other."""

from django.urls import path

from associations.exchange import views

app_name = "exchange"
urlpatterns = [
    path("opinions/", views.exchange_list, name="list"),
    path("opinions/ask/", views.ask, name="ask"),
    path("opinions/observe/", views.observe, name="observe"),
    path("opinions/consultations/<int:consultation_id>/", views.consultation_page, name="consultation"),
    path(
        "opinions/consultations/<int:consultation_id>/<slug:code>/",
        views.settle,
        name="settle",
    ),
    path("opinions/<int:exchange_id>/", views.exchange_page, name="exchange"),
    path("opinions/<int:exchange_id>/file/", views.paper, name="paper"),
    path("opinions/<int:exchange_id>/<slug:code>/", views.act, name="act"),
]
