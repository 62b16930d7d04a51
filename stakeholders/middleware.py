"""Turns what is over, and what another person's page sent, into pages that say what to do."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from stakeholders import kinds
from stakeholders.grants import AnotherAnswers, Gone


class GoneMiddleware:
    """Answers `Gone` with status 410, and `AnotherAnswers` with 409: only someone who held a valid link ever sees them."""

    def __init__(self, get_response) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        if isinstance(exception, Gone):
            response = render(request, "410.html", {"reason": exception.reason, **exception.facts}, status=410)
        elif isinstance(exception, AnotherAnswers):
            asked = exception.invitation
            context = {
                "product": asked.round.product,
                "round": asked.round,
                "invitation": asked,
                "answer_url": kinds.kind_of(asked.round).answer_url(asked.round),
            }
            response = render(request, "stakeholders/another_answers.html", context, status=409)
        else:
            return None
        response["Cache-Control"] = "no-store"
        return response
