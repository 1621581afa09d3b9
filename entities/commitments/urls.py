"""Commitments: the register, the library of templates, and where an entity gives one."""

from django.urls import path

from entities.commitments import views

app_name = "commitments"
urlpatterns = [
    path("commitments/", views.register, name="register"),
    path("commitments/templates/", views.templates, name="templates"),
    path("commitments/templates/new/", views.template_new, name="template-new"),
    path("commitments/templates/<int:template_id>/end/", views.template_end, name="template-end"),
    path("commitments/templates/<int:template_id>/english/", views.template_english, name="template-english"),
    path("commitments/of/<slug:credit_code>/", views.own, name="own"),
    path("commitments/of/<slug:credit_code>/give/<int:template_id>/", views.give, name="give"),
    path("commitments/<str:number>/", views.detail, name="detail"),
    path("commitments/<str:number>/take-back/", views.take_back, name="take-back"),
    path("commitments/<str:number>/check/take-back/", views.take_check_back, name="take-check-back"),
]
