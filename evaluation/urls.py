"""Pages of grades and schemes."""

app_name = "evaluation"
urlpatterns = []
