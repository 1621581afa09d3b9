"""Pages of the industry associations."""

from django.urls import path

from associations import profile_views, views

app_name = "associations"
urlpatterns = [
    path("members/", views.member_list, name="member-list"),
    path("members/add/", views.member_add, name="member-add"),
    path("members/<int:member_id>/end/", views.member_end, name="member-end"),
    path("associations/<slug:code>/", profile_views.profile, name="profile"),
    path("associations/<slug:code>/edit/", profile_views.profile_edit, name="profile-edit"),
    path("associations/<slug:code>/officers/add/", profile_views.officer_add, name="officer-add"),
    path(
        "associations/<slug:code>/officers/<int:officer_id>/end/",
        profile_views.officer_end,
        name="officer-end",
    ),
    path("associations/<slug:code>/repair-rule/", profile_views.repair_rule, name="repair-rule"),
    path("associations/<slug:code>/industry/", profile_views.industry, name="industry"),
]
