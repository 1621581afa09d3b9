"""Pages that the public sees, and the page of a market entity's own agent."""

app_name = "portal"
urlpatterns = []
