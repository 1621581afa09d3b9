"""Pages of drafts and simulations."""

from django.urls import path

from evaluation.composing import simulation_views, views

app_name = "composing"
urlpatterns = [
    path("schemes/", views.schemes, name="schemes"),
    path("schemes/new/", views.new_scheme, name="new"),
    path("schemes/<slug:code>/draft/", views.begin, name="begin"),
    path("schemes/drafts/<int:draft_id>/", views.draft, name="draft"),
    path("schemes/drafts/<int:draft_id>/edit/", views.edit, name="edit"),
    path("schemes/drafts/<int:draft_id>/source/", views.source, name="source"),
    path("schemes/drafts/<int:draft_id>/simulate/", simulation_views.start, name="simulate"),
    path("schemes/drafts/<int:draft_id>/send/", views.send, name="send"),
    path("schemes/drafts/<int:draft_id>/return/", views.give_back, name="return"),
    path("schemes/drafts/<int:draft_id>/discard/", views.discard, name="discard"),
    path("schemes/drafts/<int:draft_id>/publish/", views.publish, name="publish"),
    path("simulations/<int:simulation_id>/", simulation_views.simulation, name="simulation"),
    path("simulations/<int:simulation_id>/progress/", simulation_views.progress, name="progress"),
    path("simulations/<int:simulation_id>/beside/", simulation_views.beside, name="beside"),
    path("simulations/<int:simulation_id>/cancel/", simulation_views.cancel, name="cancel"),
    path("simulations/<int:simulation_id>/resume/", simulation_views.resume, name="resume"),
    path("simulations/<int:simulation_id>/share/", simulation_views.share, name="share"),
    path(
        "simulations/<int:simulation_id>/<slug:table>.<str:file_format>",
        simulation_views.table_file,
        name="table-file",
    ),
]
