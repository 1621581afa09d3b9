"""One's own number for text messages, beside the other pages about one's own account."""

from django.urls import path

from entities.texting import views

app_name = "texting"
urlpatterns = [
    path("accounts/texts/", views.own_number, name="number"),
    path("accounts/texts/code/", views.another_code, name="code"),
    path("accounts/texts/confirm/", views.confirm, name="confirm"),
    path("accounts/texts/end/", views.end, name="end"),
]
