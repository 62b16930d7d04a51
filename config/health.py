"""What machines and operators ask: does the process live, can it serve, and how is everything behind it."""

import shutil
from datetime import datetime
from functools import cache
from pathlib import Path
from secrets import compare_digest
from typing import Any

from django.conf import settings
from django.db import DatabaseError, connection
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.recorder import MigrationRecorder
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.utils.cache import add_never_cache_headers
from django.views.decorators.http import require_safe

from config import __version__
from config.celery import HEARTBEAT_SECONDS
from prioritization.actions.scores import parked
from prioritization.models import ScoreRequest
from stakeholders.clock import now
from stakeholders.models import Heartbeat, Message, Organisation, Round

ALIVE_SECONDS = 2 * HEARTBEAT_SECONDS
"""A process that was heard of within this time counts as alive."""


@require_safe
def live(request: HttpRequest) -> HttpResponse:
    """The process answers; nothing else is looked at."""
    return _plain("ok", 200)


@require_safe
def ready(request: HttpRequest) -> HttpResponse:
    """The database answers and no migration is pending."""
    try:
        pending = _pending_migrations()
    except DatabaseError:
        return _plain("the database does not answer", 503)
    if pending:
        return _plain(f"{pending} migrations are pending", 503)
    return _plain("ready", 200)


@require_safe
def status(request: HttpRequest) -> JsonResponse:
    """Everything behind the pages, for operators: an administrator's session or the status token; others get 404."""
    if not (_has_token(request) or _is_administrator(request)):
        raise Http404
    response = JsonResponse(_status(now()))
    add_never_cache_headers(response)
    return response


def _plain(text: str, code: int) -> HttpResponse:
    response = HttpResponse(text, status=code, content_type="text/plain; charset=utf-8")
    add_never_cache_headers(response)
    return response


def _has_token(request: HttpRequest) -> bool:
    scheme, _, given = request.headers.get("Authorization", "").partition(" ")
    return (
        bool(settings.STATUS_TOKEN)
        and scheme == "Bearer"
        and compare_digest(given.encode(), settings.STATUS_TOKEN.encode())
    )


def _is_administrator(request: HttpRequest) -> bool:
    organisation = Organisation.current() if request.user.is_authenticated else None
    return organisation is not None and organisation.admins.filter(pk=request.user.pk).exists()


@cache
def known_migrations() -> frozenset[tuple[str, str]]:
    """Return the migrations that this code has; they cannot change while it runs."""
    return frozenset(MigrationLoader(None).disk_migrations)


def _pending_migrations() -> int:
    return len(known_migrations() - MigrationRecorder(connection).applied_migrations().keys())


def _status(at: datetime) -> dict[str, Any]:
    waiting = Message.objects.due(at)
    overdue = Round.objects.due(at)
    oldest_message = waiting.order_by("due_at").values_list("due_at", flat=True).first()
    oldest_score = ScoreRequest.objects.order_by("asked_at").values_list("asked_at", flat=True).first()
    oldest_round = overdue.order_by("deadline_at").values_list("deadline_at", flat=True).first()
    return {
        "version": __version__,
        "at": at.isoformat(),
        "database": {"vendor": connection.vendor, "version": ".".join(map(str, connection.get_database_version()))},
        "broker": {"kind": "redis" if settings.REDIS_URL else "filesystem", "waiting": _waiting_tasks()},
        **{part: _part(part, at) for part in ("now", "long", "beat")},
        "outbox": {"due": waiting.count(), "oldest_due_seconds": _age(oldest_message, at)},
        "scores": {
            "asked": ScoreRequest.objects.count(),
            "oldest_asked_seconds": _age(oldest_score, at),
            "parked": dict(parked(at).values_list("product__slug", "why")),
        },
        "rounds": {"overdue": overdue.count(), "oldest_overdue_seconds": _age(oldest_round, at)},
        "disk": _disk(),
    }


def _part(part: str, at: datetime) -> dict[str, Any]:
    """Return when a kind of process was last heard of, and which of them are alive."""
    ages = {
        name.partition("@")[2]: _seconds(seen_at, at)
        for name, seen_at in Heartbeat.objects.filter(name__startswith=f"{part}@")
        .order_by("-seen_at")
        .values_list("name", "seen_at")
    }
    return {
        "age_seconds": min(ages.values(), default=None),
        "alive": {process: age for process, age in ages.items() if age <= ALIVE_SECONDS},
    }


def _age(then: datetime | None, at: datetime) -> float | None:
    return None if then is None else _seconds(then, at)


def _seconds(then: datetime, at: datetime) -> float:
    return round(max((at - then).total_seconds(), 0.0), 1)


def _waiting_tasks() -> dict[str, int] | None:
    """Return how many tasks wait in each queue, or None when the broker does not answer."""
    from kombu.exceptions import KombuError, OperationalError
    from redis.exceptions import RedisError

    from config.celery import app

    try:
        with app.connection_for_read(connect_timeout=2) as broker:
            channel = broker.default_channel
            return {queue: channel._size(queue) for queue in ("now", "long")}
    except (KombuError, OperationalError, RedisError, OSError):
        return None


def _disk() -> dict[str, Any]:
    folder = Path(settings.DATA_DIR)
    usage = shutil.disk_usage(folder if folder.exists() else "/")
    return {"free_bytes": usage.free, "free_share": round(usage.free / usage.total, 4)}
