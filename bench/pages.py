"""How long the ranking, the list of features and the timeline take at 10,000 features, beside 1,000.

    python -m bench.pages [--requests 200] [--sizes 1000 10000]

Prints the median of each page at both sizes and their ratio; exits 1 if a ratio is above 1.2. Pages show 50 rows, and 60
features are planned at either size. Then, at the larger size, the explanation panel beside a bare page (a form in the
product's frame, which reads nothing of it; exits 1 above twice that), and the preview of other weights, which works the whole
ranking out anew (exits 1 above 300 ms). It starts a PostgreSQL cluster of its own and throws it away, or makes two databases
beside the one that DATABASE_URL names, and drops them. Requests go through every middleware, without a network; the two
sizes take turns, so that whatever else the machine does slows both alike.
"""

from __future__ import annotations

import argparse
import os
import statistics
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

LIMIT = 1.2
PANEL_LIMIT = 2.0
PREVIEW_LIMIT_MS = 300
WARM_UP = 20
TURN = 10
PLANNED = 60


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--requests", type=int, default=200)
    parser.add_argument("--sizes", type=int, nargs=2, default=[1_000, 10_000], metavar=("SMALL", "LARGE"))
    options = parser.parse_args()
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="accord-bench-")))
        if "DATABASE_URL" not in os.environ:
            from tests.servers import postgresql

            os.environ["DATABASE_URL"] = stack.enter_context(postgresql(folder))
        os.environ.setdefault("LOG_LEVEL", "ERROR")
        import django

        import tests.environment  # noqa: F401  the settings that tests run with

        django.setup()
        worlds = [stack.enter_context(world(size)) for size in options.sizes]
        return report(worlds, options.sizes, options.requests)


@contextmanager
def world(size: int) -> Iterator[str]:
    """Make a database with one product of `size` features, analysed; yield its name; drop it."""
    from django.core.management import call_command
    from django.db import connection

    from prioritization.actions.ranking_columns import choose_columns
    from prioritization.queries.ranking_columns import Column
    from stakeholders.models import Seat
    from tests import factories
    from tests.prioritization.many import many_features

    home, name = connection.settings_dict["NAME"], f"accord_bench_{size}"
    with connection.cursor() as cursor:
        cursor.execute(f"DROP DATABASE IF EXISTS {name}")
        cursor.execute(f"CREATE DATABASE {name}")
    use(name)
    began = time.perf_counter()
    call_command("migrate", verbosity=0)
    factories.organisation()
    product = factories.product("bench", key="BNCH", name="Bench")
    mia = factories.seat(product, Seat.Role.MANAGER, name="Mia Okafor", department_name="Product")
    choose_columns(mia, set(Column))
    many_features(product, size, planned=PLANNED)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
        cursor.execute("SHOW server_version")
        version = cursor.fetchone()[0]
    print(f"PostgreSQL {version}: {size:,} features made in {time.perf_counter() - began:.1f} s")
    try:
        use(home)
        yield name
    finally:
        use(home)
        with connection.cursor() as cursor:
            cursor.execute(f"DROP DATABASE {name}")


def use(name: str) -> None:
    """Let the default connection lead to another database of the same server."""
    from django.db import connection

    connection.close()
    connection.settings_dict["NAME"] = name


def report(worlds: list[str], sizes: list[int], requests: int) -> int:
    """Time every page in both worlds, print the table, and return the exit code."""
    from django.urls import reverse

    ranking, features, timeline = (
        reverse(name, args=["bench"]) for name in ("prioritization:ranking", "roadmap:features", "roadmap:timeline")
    )
    pages = {
        "ranking, all columns": [ranking, ranking],
        "list, first page": [features, features],
        "list, last page": [f"{features}?sort=number&page={size // 50}" for size in sizes],
        "timeline": [timeline, timeline],
    }
    print(f"{requests} requests after {WARM_UP}; p50 in ms")
    print(f"{'':22}{sizes[0]:>9,}{sizes[1]:>9,}{'ratio':>8}{'queries':>9}")
    worst = 0.0
    for label, paths in pages.items():
        took, asked = timed(worlds, paths, requests)
        small, large = (statistics.median(each) * 1000 for each in took)
        worst = max(worst, large / small)
        print(f"{label:22}{small:9.1f}{large:9.1f}{large / small:8.2f}{asked[0]:>5} {asked[1]:>3}")
    print(f"largest ratio {worst:.2f} (limit {LIMIT})")
    panel, preview = parts(worlds, sizes, requests)
    return 0 if worst <= LIMIT and panel <= PANEL_LIMIT and preview <= PREVIEW_LIMIT_MS else 1


def parts(worlds: list[str], sizes: list[int], requests: int) -> tuple[float, float]:
    """Time what htmx fetches into a page; return the panel's ratio to a bare page, and the preview's ms, at the larger size."""
    from django.urls import reverse

    bare = reverse("prioritization:ratings-import", args=["bench"])
    panel = reverse("prioritization:explanation", args=["bench", "BNCH-1"])
    weights = reverse("prioritization:weights", args=["bench"]) + "?w-impact=60&w-effort=20&w-ease=10&w-happiness=10"
    found = {}
    for label, path, target in (
        ("bare page", bare, ""),
        ("explanation panel", panel, "explanation"),
        ("weights, preview", weights, "weights-preview"),
        ("weights, whole page", weights, ""),
    ):
        headers = {"HX-Request": "true", "HX-Target": target} if target else {}
        took, asked = timed(worlds, [path, path], requests, headers)
        small, found[label] = (statistics.median(each) * 1000 for each in took)
        print(f"{label:22}{small:9.1f}{found[label]:9.1f}{found[label] / small:8.2f}{asked[0]:>5} {asked[1]:>3}")
    ratio, ms = found["explanation panel"] / found["bare page"], found["weights, preview"]
    print(f"explanation panel {ratio:.2f} × a bare page at {sizes[1]:,} features (limit {PANEL_LIMIT})")
    print(f"weights preview {ms:.0f} ms at {sizes[1]:,} features (limit {PREVIEW_LIMIT_MS})")
    return ratio, ms


def timed(
    worlds: list[str], paths: list[str], requests: int, headers: dict[str, str] | None = None
) -> tuple[list[list[float]], list[int]]:
    """Return the seconds of each request, and the queries of one, in each world."""
    from django.conf import settings
    from django.db import connection
    from django.test import Client
    from django.test.utils import CaptureQueriesContext

    from stakeholders.models import User

    took: list[list[float]] = [[], []]
    asked, clients = [], []
    for name, path in zip(worlds, paths, strict=True):
        use(name)
        clients.append(Client(SERVER_NAME=settings.ALLOWED_HOSTS[0], headers=headers))
        clients[-1].force_login(
            User.objects.get(seats__role="manager"), backend="django.contrib.auth.backends.ModelBackend"
        )
        for _ in range(WARM_UP):
            get(clients[-1], path)
        with CaptureQueriesContext(connection) as queries:
            get(clients[-1], path)
        asked.append(len(queries))
    while len(took[1]) < requests:
        for world, (name, path) in enumerate(zip(worlds, paths, strict=True)):
            use(name)
            get(clients[world], path)  # opens the connection
            for _ in range(TURN):
                began = time.perf_counter()
                get(clients[world], path)
                took[world].append(time.perf_counter() - began)
    return took, asked


def get(client, path: str) -> None:
    response = client.get(path)
    if response.status_code != 200:
        sys.exit(f"{path} answered {response.status_code}.")


if __name__ == "__main__":
    sys.exit(main())
