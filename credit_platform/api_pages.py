"""The REST interface's schema and its page for people."""

from django.views.generic import TemplateView
from drf_spectacular.views import SpectacularAPIView

schema = SpectacularAPIView.as_view()
docs = TemplateView.as_view(template_name="api_docs.html")
