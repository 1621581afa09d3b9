from django.urls import path

from credit_platform.ui import views

app_name = "ui"
urlpatterns = [
    path("language/", views.set_language, name="set_language"),
    path("styleguide/", views.show_styleguide, name="styleguide"),
    path("styleguide/try/", views.try_styleguide, name="styleguide-try"),
    path("styleguide/look-up/", views.styleguide_lookup, name="styleguide-lookup"),
    path("styleguide/job/", views.styleguide_job, name="styleguide-job"),
]
