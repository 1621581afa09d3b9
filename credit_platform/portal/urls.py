"""Pages that the public sees, and the page of a market entity's own agent."""

from django.urls import path

from credit_platform.portal import browse_views, own_views, seen_views, verify_views, views

app_name = "portal"
urlpatterns = [
    path("", views.home, name="home"),
    path("search/", views.look_up, name="search"),
    path("e/<slug:credit_code>/", views.entity, name="entity"),
    path("e/<slug:credit_code>/<slug:kind>/", views.entity_records, name="entity-records"),
    path("lists/", browse_views.lists, name="lists"),
    path("lists/<slug:code>/", browse_views.one_list, name="list"),
    path("lists/<slug:code>/feed/", browse_views.list_feed, name="list-feed"),
    path("announcements/", browse_views.announcements, name="announcements"),
    path("announcements/feed/", browse_views.announcement_feed, name="announcement-feed"),
    path("promises/", browse_views.promises, name="promises"),
    path("promises/<int:template_id>/", browse_views.promise, name="promise"),
    path("open-data/", browse_views.open_data, name="open-data"),
    path("open-data/catalogue.jsonld", seen_views.catalogue, name="data-catalogue"),
    path("open-data/<slug:code>.<slug:file_format>", browse_views.dataset, name="dataset"),
    path("robots.txt", seen_views.robots, name="robots"),
    path("sitemap.xml", seen_views.sitemap, name="sitemap"),
    path("sitemap-pages.xml", seen_views.sitemap_pages, name="sitemap-pages"),
    path("sitemap-entities-<int:part>.xml.gz", seen_views.sitemap_entities, name="sitemap-entities"),
    path("cases-in-figures/", views.cases, name="cases"),
    path("methods/", views.methods, name="methods"),
    path("methods/consequences/", views.consequences, name="consequences"),
    path("verify/", verify_views.verify_home, name="verify-home"),
    path("verify/keys/<slug:code>.pem", verify_views.verify_key, name="verify-key"),
    path("verify/<str:number>/", verify_views.verify, name="verify"),
    path("verify/<str:number>/file/", verify_views.verify_file, name="verify-file"),
    path("my-credit/", own_views.my_credit, name="my-credit"),
    path("my-credit/<slug:credit_code>/", own_views.my_credit_of, name="my-credit-of"),
]
