"""Starts the prioritization app."""

from django.apps import AppConfig


class PrioritizationConfig(AppConfig):
    name = "prioritization"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from prioritization.voting import Voting
        from stakeholders import kinds

        kinds.register(Voting())
