"""Pages of cases."""

app_name = "repair"
urlpatterns = []
