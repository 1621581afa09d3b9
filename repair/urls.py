"""Pages of cases."""

from django.urls import path

from repair import filing_views, overview_views, views

app_name = "repair"
urlpatterns = [
    path("cases/", views.case_list, name="case-list"),
    path("cases/repairable/", views.prospects, name="prospects"),
    path("cases/deadlines/", overview_views.deadlines, name="deadlines"),
    path("cases/rules/", views.clock_rules, name="clock-rules"),
    path("cases/new/", views.case_new, name="case-new"),
    path("cases/object/", filing_views.objection_new, name="objection-new"),
    path("cases/basis/", filing_views.basis_new, name="basis-new"),
    path("cases/of/<str:credit_code>/", views.entity_panel, name="entity-panel"),
    path("cases/about/<int:record_id>/", views.record_panel, name="record-panel"),
    path("cases/<str:number>/", views.case_detail, name="case-detail"),
    path("cases/<str:number>/draft/", views.draft, name="case-draft"),
    path("cases/<str:number>/act/", views.case_act, name="case-act"),
    path("cases/<str:number>/confirm/<str:action>/", views.case_confirm, name="case-confirm"),
    path("cases/<str:number>/lend/", views.case_lend, name="case-lend"),
    path("cases/<str:number>/documents/<uuid:key>/", views.document, name="case-document"),
    path("cases/<str:number>/documents/<uuid:key>/shown/", views.document_shown, name="case-document-shown"),
]
