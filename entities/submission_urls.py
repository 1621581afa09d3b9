"""Addresses of submitted files; part of the registry's own."""

from django.urls import path

from entities import submission_views as views

urlpatterns = [
    path("submissions/", views.submission_list, name="submission-list"),
    path("submissions/new/", views.submission_new, name="submission-new"),
    path(
        "submissions/templates/<slug:format_code>.csv", views.submission_template, name="submission-template"
    ),
    path(
        "submissions/templates/<slug:format_code>.xlsx",
        views.submission_template,
        {"kind": "xlsx"},
        name="submission-template-sheet",
    ),
    path("submissions/formats/<slug:format_code>/", views.submission_format, name="submission-format"),
    path("submissions/<int:submission_id>/", views.submission_detail, name="submission-detail"),
    path("submissions/<int:submission_id>/job/", views.submission_job, name="submission-job"),
    path("submissions/<int:submission_id>/confirm/", views.submission_confirm, name="submission-confirm"),
    path("submissions/<int:submission_id>/cancel/", views.submission_cancel, name="submission-cancel"),
    path(
        "submissions/<int:submission_id>/check-again/",
        views.submission_check_again,
        name="submission-check-again",
    ),
    path("submissions/<int:submission_id>/register/", views.submission_register, name="submission-register"),
    path(
        "submissions/<int:submission_id>/proposals/<slug:question>/",
        views.submission_confirm_proposals,
        name="submission-confirm-proposals",
    ),
    path(
        "submissions/<int:submission_id>/rows/<int:number>/",
        views.submission_decide,
        name="submission-decide",
    ),
    path("submissions/<int:submission_id>/stop/", views.submission_stop, name="submission-stop"),
    path(
        "submissions/<int:submission_id>/take-back/", views.submission_take_back, name="submission-take-back"
    ),
    path("submissions/<int:submission_id>/decline/", views.submission_decline, name="submission-decline"),
    path("submissions/<int:submission_id>/columns/", views.submission_columns, name="submission-columns"),
    path("submissions/columns/<int:mapping_id>/", views.column_mapping, name="column-mapping"),
    path("submissions/<int:submission_id>/rest/", views.submission_rest, name="submission-rest"),
]
