"""Addresses of the product home, ballots, the ranking and the criteria."""

app_name = "prioritization"
urlpatterns: list = []
