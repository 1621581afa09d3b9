"""The REST interface: each app adds its own."""

urlpatterns = []
