"""Pages of the industry associations."""

from django.urls import path

from associations import views

app_name = "associations"
urlpatterns = [
    path("members/", views.member_list, name="member-list"),
    path("members/add/", views.member_add, name="member-add"),
    path("members/<int:member_id>/end/", views.member_end, name="member-end"),
]
