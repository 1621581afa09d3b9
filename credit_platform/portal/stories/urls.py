"""Stories of honest entities: the public pages, and where they are proposed, consented to and published."""

from django.urls import path

from credit_platform.portal.stories import public_views, views

app_name = "stories"
urlpatterns = [
    path("stories/", public_views.stories, name="list"),
    path("stories/feed/", public_views.feed, name="feed"),
    path("stories/desk/", views.register, name="register"),
    path("stories/desk/new/", views.new, name="new"),
    path("stories/desk/<str:number>/", views.detail, name="detail"),
    path("stories/desk/<str:number>/<slug:act>/", views.act, name="act"),
    path("stories/of/<slug:credit_code>/", views.own, name="own"),
    path("stories/<str:number>/", public_views.story, name="story"),
]
