"""Wires what stands above the three apps."""

from django.apps import AppConfig


class ConfigConfig(AppConfig):
    name = "config"

    def ready(self) -> None:
        """Load Celery's app wherever Django runs: without it, commands would send to a broker that nobody set up."""
        from config import celery  # noqa: F401
