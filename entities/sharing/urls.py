"""Addresses of what bodies share."""

from django.urls import path

from entities.sharing import export_views, views, watch_views

app_name = "sharing"
urlpatterns = [
    path("export/<slug:code>.<slug:file_format>", export_views.export, name="export"),
    path("looks/", views.look_list, name="look-list"),
    path("watch/", watch_views.watch_list, name="watch-list"),
    path("watch/new/", watch_views.watch_new, name="watch-new"),
    path("watch/<int:watch_list_id>/", watch_views.watch_detail, name="watch-detail"),
    path("watch/<int:watch_list_id>/add/", watch_views.watch_add, name="watch-add"),
    path("watch/<int:watch_list_id>/take/", watch_views.watch_take, name="watch-take"),
    path("watch/<int:watch_list_id>/end/", watch_views.watch_end, name="watch-end"),
    path("receivers/", watch_views.webhook_list, name="webhook-list"),
    path("receivers/<int:webhook_id>/", watch_views.webhook_detail, name="webhook-detail"),
    path("receivers/<int:webhook_id>/pause/", watch_views.webhook_pause, name="webhook-pause"),
    path("receivers/<int:webhook_id>/secret/", watch_views.webhook_secret, name="webhook-secret"),
    path("receivers/<int:webhook_id>/remove/", watch_views.webhook_remove, name="webhook-remove"),
    path(
        "receivers/<int:webhook_id>/messages/<uuid:key>/again/",
        watch_views.message_again,
        name="message-again",
    ),
    path("who-looked/", views.who_looked, name="who-looked"),
    path("who-looked/<str:credit_code>/", views.who_looked_at, name="who-looked-at"),
]
