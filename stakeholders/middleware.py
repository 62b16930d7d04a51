"""Turns what is over into a 410 page that says what to do."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from stakeholders.grants import Gone


class GoneMiddleware:
    """Answers `Gone` with status 410: only someone who held a valid link ever sees it."""

    def __init__(self, get_response) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        if isinstance(exception, Gone):
            response = render(request, "410.html", {"reason": exception.reason, **exception.facts}, status=410)
            response["Cache-Control"] = "no-store"
            return response
        return None
