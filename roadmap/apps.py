"""Starts the roadmap app."""

from django.apps import AppConfig


class RoadmapConfig(AppConfig):
    name = "roadmap"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from roadmap.confirmation import ConfirmationKind
        from stakeholders import kinds

        kinds.register(ConfirmationKind())
