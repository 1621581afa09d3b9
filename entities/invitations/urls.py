"""Invitations: asking for one, accepting one, and who acts for a business."""

from django.urls import path

from entities.invitations import views

app_name = "invitations"
urlpatterns = [
    path("invitations/ask/", views.ask, name="ask"),
    path("invitations/<slug:invitation_code>/", views.accept, name="accept"),
    path("invitations/of/<slug:credit_code>/", views.agents, name="agents"),
    path("invitations/of/<slug:credit_code>/end/<int:agent_id>/", views.revoke, name="revoke"),
    path("invitations/of/<slug:credit_code>/again/<int:invitation_id>/", views.send_again, name="send-again"),
    path("invitations/of/<slug:credit_code>/withdraw/<int:invitation_id>/", views.withdraw, name="withdraw"),
]
