"""Pages for what is not there, not allowed, or broken."""

import sys
from http import HTTPStatus

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render

from stakeholders.problems import PROBLEM
from stakeholders.trouble import Trouble, trouble_of


def not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """The same bytes for a secret thing and for one that never was: nothing of the request is shown."""
    return render(request, "404.html", status=404)


def forbidden(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    return render(request, "403.html", status=403)


def broken(request: HttpRequest) -> HttpResponse:
    """Say that something failed here; where a disk is full or a database away, that, and when to try again."""
    trouble = trouble_of(sys.exc_info()[1])
    status = trouble.status if trouble else 500
    response: HttpResponse
    if request.path_info.startswith("/api/"):
        body = {"type": "about:blank", "title": HTTPStatus(status).phrase, "status": status}
        response = JsonResponse(body, status=status, content_type=PROBLEM)
    else:
        template = "trouble.html" if trouble else "500.html"
        response = render(request, template, {"is_full": trouble is Trouble.FULL}, status=status)
    if trouble and trouble.retry_after_seconds:
        response["Retry-After"] = str(trouble.retry_after_seconds)
    response["Cache-Control"] = "no-store"
    return response


@login_required
def nothing_below(request: HttpRequest) -> HttpResponse:
    """An address of no product: sign-in first, then not found, so that nobody learns which products exist."""
    raise Http404
