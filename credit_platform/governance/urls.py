"""Pages of the lead office."""

app_name = "governance"
urlpatterns = []
