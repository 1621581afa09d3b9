"""Credit reports."""

from django.urls import path

from credit_platform.portal.credit_reports import own_views, views

app_name = "credit_reports"
urlpatterns = [
    path("credit-reports/", views.home, name="home"),
    path("credit-reports/extract/<slug:credit_code>/", views.extract, name="extract"),
    path("credit-reports/<str:number>/", views.report, name="report"),
    path("credit-reports/<str:number>/file/", views.file, name="file"),
    path("my-credit/<slug:credit_code>/reports/", own_views.own, name="own"),
    path("my-credit/<slug:credit_code>/reports/codes/new/", own_views.lend, name="lend"),
    path("my-credit/<slug:credit_code>/reports/codes/<int:code_id>/revoke/", own_views.revoke, name="revoke"),
]
