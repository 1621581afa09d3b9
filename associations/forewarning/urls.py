"""Pages of what members are told before it is recorded."""

from django.urls import path

from associations.forewarning import views

app_name = "forewarning"
urlpatterns = [
    path("prior-notices/", views.notice_list, name="notice-list"),
    path("prior-notices/term/", views.term, name="term"),
    path("prior-notices/<int:notice_id>/", views.notice_page, name="notice"),
    path("prior-notices/<int:notice_id>/<slug:code>/", views.act, name="act"),
]
