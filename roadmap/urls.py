"""Addresses of products, features, the roadmap, its versions and shares."""

app_name = "roadmap"
urlpatterns: list = []
