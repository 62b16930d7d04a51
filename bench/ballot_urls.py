"""Accord's addresses, and beside them a bare upsert: what a tap on a ballot is measured against (bench/ballot.py)."""

from django.db import connection, transaction
from django.http import HttpRequest, JsonResponse
from django.urls import include, path
from django.views.decorators.http import require_POST

TABLE = "CREATE TABLE bench_upsert (person integer, cell integer, value integer, PRIMARY KEY (person, cell))"


@require_POST
def upsert(request: HttpRequest) -> JsonResponse:
    """Write one value in a transaction: no rights, no round, no history, nothing learned. The least a vote could cost."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO bench_upsert VALUES (%s, %s, %s) ON CONFLICT (person, cell) DO UPDATE SET value = EXCLUDED.value",
            [request.POST["person"], request.POST["cell"], request.POST["value"]],
        )
    return JsonResponse({"said": "Saved"})


urlpatterns = [path("bench/upsert/", upsert), path("", include("config.urls"))]
