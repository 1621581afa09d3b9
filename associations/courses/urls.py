"""Courses: the public list, an association's own, signing up, attendance and certificates."""

from django.urls import path

from associations.courses import views

app_name = "courses"
urlpatterns = [
    path("courses/", views.coming, name="coming"),
    path("courses/ours/", views.ours, name="ours"),
    path("courses/ours/new/", views.new, name="new"),
    path("courses/<int:course_id>/", views.course, name="course"),
    path("courses/<int:course_id>/cancel/", views.cancel, name="cancel"),
    path("courses/<int:course_id>/attendance/", views.attendance, name="attendance"),
    path("courses/sign-ups/<int:sign_up_id>/withdraw/", views.withdraw, name="withdraw"),
    path("courses/certificates/<str:number>/", views.certificate, name="certificate"),
]
