"""Knows the steps between an empty data folder and a database, static files and a sample that Accord can serve."""

import gc
import hashlib
import os
import sqlite3
import sys
from collections.abc import Callable
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path

from config.data_folder import DataFolder
from config.refusals import CannotStartError

ROOT = Path(__file__).resolve().parent.parent
SHARED_BEFORE_FORKING = (
    "config.wsgi",
    "config.workers",
    "celery.apps.worker",
    "celery.concurrency.solo",
    "celery.worker.autoscale",
    "celery.worker.components",
    "celery.worker.consumer.consumer",
    "config.broker",
    "gunicorn.arbiter",
    "gunicorn.workers.gthread",
    "gunicorn.glogging",
)


@dataclass(frozen=True)
class Step:
    """One thing to do before serving; `take` runs in a process of its own, so that its memory is given back."""

    says: str
    refusal: str
    act: Callable[[], object]
    is_needed: Callable[[], bool] = lambda: True

    def take(self) -> None:
        """Do it; on failure print one sentence and end the process with status 1."""
        try:
            self.act()
        except CannotStartError as refusal:
            print(refusal, file=sys.stderr)
            sys.exit(1)
        except Exception as error:
            if os.environ.get("DEBUG"):
                raise
            print(f"{self.refusal} ({type(error).__name__}: {error})", file=sys.stderr)
            sys.exit(1)


def set_up() -> None:
    """Load settings and models; raise CannotStartError with the settings' own sentence when one is wrong."""
    import django
    from django.core.exceptions import ImproperlyConfigured

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    try:
        django.setup()
    except ImproperlyConfigured as error:
        raise CannotStartError(str(error)) from error


def mode(folder: DataFolder) -> str:
    """Return in words which database, broker and mail this start uses."""
    from django.conf import settings
    from django.db import connection

    database = f"SQLite in {folder.path}" if connection.vendor == "sqlite" else connection.display_name
    broker = "Redis" if settings.REDIS_URL else "no Redis needed"
    mail = "mail is kept, not sent" if settings.MAIL_IS_KEPT else "mail is sent"
    return f"embedded ({database}, {broker}) · {mail}"


def steps(folder: DataFolder, *, wants_sample: bool) -> list[Step]:
    """Return what has to be done before serving, in order."""
    stamp = static_stamp_file(folder)
    found = [
        Step(
            "Checking the database",
            "The database cannot be read: check DATABASE_URL or the data folder.",
            refuse_newer_database,
        ),
        Step(
            "Preparing the database",
            "The database could not be brought up to date: nothing was lost, see the reason.",
            lambda: migrate(folder),
        ),
        Step(
            "Preparing style sheets and scripts",
            "The static files could not be prepared: see the reason.",
            lambda: collect_static(folder),
            lambda: not stamp.exists() or stamp.read_text() != static_stamp(),
        ),
    ]
    if wants_sample:
        found.append(
            Step(
                "Looking for the sample",
                "The sample could not be loaded: see the reason, or start with --empty.",
                load_sample_once,
            )
        )
    return found


def refuse_newer_database() -> None:
    """Raise CannotStartError when the database knows migrations of our apps that this code lacks."""
    from django.apps import apps
    from django.db import connection
    from django.db.migrations.loader import MigrationLoader

    loader = MigrationLoader(connection)
    ours = {config.label for config in apps.get_app_configs()}
    unknown = sorted(
        f"{app}.{name}"
        for app, name in loader.applied_migrations
        if app in ours and (app, name) not in loader.disk_migrations
    )
    replaced = {key for migration in loader.disk_migrations.values() for key in migration.replaces}
    unknown = [name for name in unknown if tuple(name.split(".", 1)) not in replaced]
    if unknown:
        raise CannotStartError(
            f"The database is newer than this code (it knows {unknown[-1]}): install the newer Accord again, or restore the copy made before that upgrade."
        )


def migrate(folder: DataFolder) -> None:
    """Apply what is missing, after a copy of the SQLite file; make the cache's table and the append-only triggers."""
    from django.core.management import call_command
    from django.db import connection
    from django.db.migrations.executor import MigrationExecutor

    from stakeholders import append_only

    executor = MigrationExecutor(connection)
    if executor.migration_plan(executor.loader.graph.leaf_nodes()):
        if executor.loader.applied_migrations and connection.vendor == "sqlite":
            copy_database(folder)
        call_command("migrate", interactive=False, verbosity=0)
    call_command("createcachetable", verbosity=0)
    append_only.install()


def copy_database(folder: DataFolder) -> None:
    """Keep the database as it was before an upgrade, as accord.sqlite3.before-upgrade."""
    with sqlite3.connect(folder.database) as old, sqlite3.connect(f"{folder.database}.before-upgrade") as copy:
        old.backup(copy)


def static_stamp_file(folder: DataFolder) -> Path:
    return folder.path / "static" / ".stamp"


def static_stamp() -> str:
    """Return what the collected files depend on, as one text: our files' names, sizes and times, and the locked packages."""
    digest = hashlib.sha256((ROOT / "requirements" / "runtime.txt").read_bytes())
    for path in sorted((ROOT / "static").rglob("*")):
        status = path.stat()
        digest.update(f"{path.relative_to(ROOT)} {status.st_size} {status.st_mtime_ns}\n".encode())
    return digest.hexdigest()


def collect_static(folder: DataFolder) -> None:
    from django.core.management import call_command

    stamp = static_stamp()
    # The browsable API of REST framework, which these files are for, is switched off.
    call_command("collectstatic", interactive=False, clear=True, verbosity=0, ignore_patterns=["rest_framework"])
    static_stamp_file(folder).write_text(stamp)


def load_sample_once() -> None:
    """Load the sample into a database in which nobody has begun."""
    from django.apps import apps
    from django.contrib.auth import get_user_model
    from django.core.management import call_command

    if not apps.get_model("roadmap.Product").objects.exists() and not get_user_model().objects.exists():
        print("Loading the sample product, Beacon", flush=True)
        call_command("loadsample", verbosity=0)


def import_everything() -> None:
    """Import what the web server and the workers need, before they are forked, so that they share it."""
    from django.db import connections
    from django.template import engines
    from django.urls import get_resolver

    from config.celery import app
    from config.health import known_migrations

    for name in SHARED_BEFORE_FORKING:
        import_module(name)
    get_resolver()._populate()
    engines.all()
    known_migrations()
    app.loader.import_default_modules()
    app.finalize()
    connections.close_all()
    gc.collect()


def print_links() -> None:
    """Print how to get in: a link each for the sample's people, else the set-up link, else where to sign in."""
    from django.conf import settings

    from config.first_links import first_links

    for who, address in first_links().items():
        print(f"{who}: {address}", flush=True)
    if settings.MAIL_IS_KEPT:
        print(f"Mail is kept in {settings.OUTBOX_DIR}", flush=True)
