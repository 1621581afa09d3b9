"""A bare Django on the platform's data: the middleware that `startproject` sets up, one view, one indexed read."""

import django
from django.conf import settings
from django.core.handlers.wsgi import WSGIHandler
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import path

django.setup(set_prefix=False)
settings.ROOT_URLCONF = "bench.bare"
settings.MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
]
application = WSGIHandler()


def name_of(_request: HttpRequest, credit_code: str) -> HttpResponse:
    from entities.models import Entity  # Not before the apps are loaded.

    name = Entity.objects.filter(credit_code=credit_code).values_list("name_zh", flat=True).first()
    if name is None:
        raise Http404
    return HttpResponse(name)


urlpatterns = [path("e/<slug:credit_code>/", name_of)]
