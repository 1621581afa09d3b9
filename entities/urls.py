"""Pages of the registry."""

app_name = "entities"
urlpatterns = []
