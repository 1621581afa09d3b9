"""Reports from the public: how anybody writes and follows one, and where departments work on them."""

from django.urls import path

from credit_platform.portal.public_reports import desk_views, topic_views, views

app_name = "public_reports"
urlpatterns = [
    path("report-a-problem/", views.write, name="write"),
    path("report-a-problem/follow/", views.follow, name="follow"),
    path("public-reports/", desk_views.report_list, name="list"),
    path("public-reports/topics/", topic_views.topics, name="topics"),
    path("public-reports/topics/<int:topic_id>/end/", topic_views.topic_end, name="topic-end"),
    path("public-reports/of-record/<int:record_id>/", desk_views.of_record, name="of-record"),
    path("public-reports/<str:number>/", desk_views.detail, name="detail"),
    path("public-reports/<str:number>/answer/", desk_views.answer, name="answer"),
    path("public-reports/<str:number>/pass-on/", desk_views.pass_on, name="pass-on"),
    path("public-reports/<str:number>/aside/", desk_views.aside, name="aside"),
    path("public-reports/<str:number>/take-up/", desk_views.take_up, name="take-up"),
    path("public-reports/<str:number>/record/", desk_views.record, name="record"),
]
