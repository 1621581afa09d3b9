"""Pages of the registry."""

from django.urls import path

from entities import keeping_views, record_views, submission_urls, views
from entities.cataloguing import urls as catalogue_urls

app_name = "entities"
urlpatterns = [
    path("entities/", views.search, name="search"),
    path("entities/lookup/", views.lookup, name="lookup"),
    path("entities/alike/", keeping_views.alike, name="alike"),
    path("entities/alike/<int:pair_id>/different/", keeping_views.different, name="alike-different"),
    path("entities/alike/<int:pair_id>/again/", keeping_views.ask_again, name="alike-again"),
    path("entities/moves/", keeping_views.moves, name="moves"),
    path("entities/moves/<int:move_id>/", keeping_views.move, name="move"),
    path("entities/moves/<int:move_id>/carry-out/", keeping_views.carry_out, name="move-carry-out"),
    path("entities/moves/<int:move_id>/drop/", keeping_views.drop, name="move-drop"),
    path("entities/moves/<int:move_id>/undo/", keeping_views.undo, name="move-undo"),
    path("entities/<str:credit_code>/", views.entity_detail, name="entity-detail"),
    path("entities/<str:credit_code>/edit/", keeping_views.edit, name="entity-edit"),
    path("entities/<str:credit_code>/merge/", keeping_views.merge, name="merge"),
    path("entities/<str:credit_code>/split/", keeping_views.split, name="split"),
    path("records/", views.record_list, name="record-list"),
    path("records/<int:record_id>/", record_views.detail, name="record-detail"),
    path("records/<int:record_id>/send/", record_views.send, name="record-send"),
    path("records/<int:record_id>/discard/", record_views.discard, name="record-discard"),
    path("records/<int:record_id>/approve/", record_views.approve, name="record-approve"),
    path("records/<int:record_id>/return/", record_views.give_back, name="record-return"),
    path("records/<int:record_id>/correct/", record_views.correct, name="record-correct"),
    path("records/<int:record_id>/withdraw/", record_views.withdraw, name="record-withdraw"),
    path("records/<int:record_id>/keep/", record_views.keep, name="record-keep"),
    path("inbox/", views.inbox, name="inbox"),
    path("inbox/<int:notice_id>/acknowledge/", views.acknowledge, name="inbox-acknowledge"),
    *submission_urls.urlpatterns,
    *catalogue_urls.urlpatterns,
]
