"""Starts the stakeholders app."""

from django.apps import AppConfig
from django.db.models.signals import post_migrate, pre_migrate


class StakeholdersConfig(AppConfig):
    name = "stakeholders"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from django.conf import settings

        from stakeholders import append_only, kinds

        kinds.require(settings.ROUND_KINDS)  # this app stands after those that register them
        pre_migrate.connect(append_only.remove_before_migrating, dispatch_uid="append-only")
        post_migrate.connect(append_only.install_after_migrating, dispatch_uid="append-only")
        post_migrate.connect(_make_cache_table, sender=self, dispatch_uid="cache-table")


def _make_cache_table(using: str, **kwargs) -> None:
    """The cache's table, where the cache lives in the database. Safe to repeat."""
    from django.core.management import call_command

    call_command("createcachetable", database=using, verbosity=0)
