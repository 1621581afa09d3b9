"""Pages of the industry associations."""

app_name = "associations"
urlpatterns = []
