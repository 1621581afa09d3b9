"""Pages of the departments' desks."""

from django.urls import path

from agencies import desk_views, entry_views, review_views

app_name = "agencies"
urlpatterns = [
    path("desk/", desk_views.desk, name="desk"),
    path("desk/punctuality/", desk_views.desk_punctuality, name="desk-punctuality"),
    path("desk/uploads/", desk_views.desk_uploads, name="desk-uploads"),
    path("enter/", entry_views.choose, name="enter-choose"),
    path("enter/<slug:type_code>/", entry_views.enter, name="enter"),
    path("enter/<slug:type_code>/preview/", entry_views.preview, name="enter-preview"),
    path("enter/<slug:type_code>/<int:record_id>/", entry_views.edit, name="edit"),
    path("review/", review_views.queue, name="review"),
    path("review/decide/", review_views.decide, name="review-decide"),
    path("review/<int:record_id>/", review_views.record, name="review-record"),
    path("review/<int:record_id>/decide/", review_views.decide_one, name="review-decide-one"),
]
