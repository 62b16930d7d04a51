"""Pages for what is not there, not allowed, or broken."""

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render


def not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """The same bytes for a secret thing and for one that never was: nothing of the request is shown."""
    return render(request, "404.html", status=404)


def forbidden(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    return render(request, "403.html", status=403)


def broken(request: HttpRequest) -> HttpResponse:
    return render(request, "500.html", status=500)


@login_required
def nothing_below(request: HttpRequest) -> HttpResponse:
    """An address of no product: sign-in first, then not found, so that nobody learns which products exist."""
    raise Http404
