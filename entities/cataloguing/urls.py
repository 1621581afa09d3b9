"""Pages of the catalogue."""

from django.urls import path

from entities.cataloguing import views

urlpatterns = [
    path("catalogue/", views.catalogue, name="catalogue"),
    path("catalogue/proposals/", views.proposals, name="catalogue-proposals"),
    path("catalogue/proposals/<int:proposal_id>/", views.proposal, name="catalogue-proposal"),
    path("catalogue/proposals/<int:proposal_id>/edit/", views.edit, name="catalogue-proposal-edit"),
    path("catalogue/proposals/<int:proposal_id>/send/", views.send, name="catalogue-proposal-send"),
    path("catalogue/proposals/<int:proposal_id>/publish/", views.publish, name="catalogue-proposal-publish"),
    path("catalogue/proposals/<int:proposal_id>/return/", views.give_back, name="catalogue-proposal-return"),
    path("catalogue/proposals/<int:proposal_id>/discard/", views.discard, name="catalogue-proposal-discard"),
    path("catalogue/<slug:section>/", views.section, name="catalogue-section"),
    path("catalogue/<slug:section>/new/", views.add, name="catalogue-add"),
    path("catalogue/<slug:section>/<slug:code>/", views.entry, name="catalogue-entry"),
    path("catalogue/<slug:section>/<slug:code>/compare/", views.compare, name="catalogue-compare"),
    path("catalogue/<slug:section>/<slug:code>/<slug:act>/", views.propose, name="catalogue-propose"),
]
