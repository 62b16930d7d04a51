"""Ids and words that no honest browser sends are refused in words, never with a broken page."""

import pytest
from django.urls import reverse

HUGE = ("9" * 20, "9" * 5000)


@pytest.mark.parametrize("odd", HUGE)
def test_a_department_that_cannot_exist_is_no_choice(client, sign_in, mia, odd):
    url = reverse("prioritization:criteria", args=["beacon"])
    forms = sign_in(mia).get(url).context["forms"]
    data = {f"{each.prefix}-{name}": value or "" for each in forms for name, value in each.initial.items()}
    data |= {"criteria-TOTAL_FORMS": len(forms), "criteria-INITIAL_FORMS": len(forms), "criteria-0-raters": odd}
    assert client.post(url, data).status_code == 422


@pytest.mark.parametrize("odd", HUGE)
def test_a_voting_round_with_people_or_features_that_cannot_exist_is_refused(client, sign_in, mia, odd):
    url = reverse("prioritization:voting-new", args=["beacon"])
    assert sign_in(mia).post(url, {"features": odd, "seats": odd, "title": "Q1", "sure": "1"}).status_code == 422


def test_a_search_with_a_nul_finds_nothing_and_breaks_nothing(client, sign_in, mia):
    url = reverse("roadmap:feature-suggestions", args=["beacon"])
    assert sign_in(mia).get(url, {"q": "a\0b"}).status_code == 200
    assert client.get(reverse("roadmap:features", args=["beacon"]), {"q": "a\0b"}).status_code == 200
