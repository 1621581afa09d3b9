"""Pages of the departments' desks."""

app_name = "agencies"
urlpatterns = []
