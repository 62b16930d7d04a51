"""What the template tags print, read as a person or a screen reader would."""

import re
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace

import pytest
from django import forms
from django.template import Context, Template
from django.test import RequestFactory

from stakeholders import clock
from stakeholders.templatetags.accord import ANSWERS, agreement_words

NOW = datetime(2026, 11, 24, 13, 2, tzinfo=UTC)
OBJECTIVE = SimpleNamespace(letter="B", name="Keep <enterprise> customers")


@pytest.fixture(autouse=True)
def _at_noon(monkeypatch):
    monkeypatch.setattr(clock, "now", lambda: NOW)


def shown(source: str, **context) -> str:
    return Template("{% load accord accord_marks %}" + source).render(Context(context))


def text_of(html: str) -> str:
    """What is left to read when tags are gone."""
    return " ".join(re.sub(r"<[^>]+>", "", html).split())


def test_numbers_go_through_filters_that_bring_their_units():
    assert shown(
        "{{ n|days }} · {{ s|share }} · {{ p|points }} · {{ m|mean }} · {{ u|plus_minus }}",
        n=44,
        s=0.35,
        p=54.4,
        m=3.55,
        u=0.5,
    ) == ("44\u00a0d · 35\u00a0% · 54 · 3.6 · ±\u00a00.5")
    assert shown("{{ missing|days }}{{ none|share }}", none=None, missing=None) == "––"
    assert shown("{% interval low high %}", low=11, high=30) == "11–30"


def test_dates_go_through_filters_that_bring_their_zone():
    deadline = NOW + timedelta(days=3, hours=3)
    assert shown("{{ at|instant:zone }}, {{ at|relative:zone }}", at=deadline, zone="Europe/Berlin") == (
        "Fri\u00a027\u00a0Nov, 17:02\u00a0CET, in 3 days"
    )


def test_an_objective_s_letter_never_comes_without_a_name_to_be_read():
    assert 'title="Keep &lt;enterprise&gt; customers">B<' in shown("{% tag o %}", o=OBJECTIVE)
    assert text_of(shown("{% tag o name=True %}", o=OBJECTIVE)) == "B Keep &lt;enterprise&gt; customers"
    assert text_of(shown("{% tag o name=True %}", o=None)) == "– no objective"


def test_the_ninth_objective_looks_like_the_eighth_and_keeps_its_letter():
    html = shown("{% tag o %}", o=SimpleNamespace(letter="K", name="x"))
    assert "objective-h" in html and ">K<" in html


@pytest.mark.parametrize("days, css", [(8, ""), (3, "pill--soon"), (0.2, "pill--now"), (-1, "pill--bad")])
def test_a_deadline_says_when_in_words_and_in_its_title(days, css):
    html = shown("{% pill at zone %}", at=NOW + timedelta(days=days), zone="Europe/Berlin")
    assert f'class="pill {css}"' in html
    assert "CET" in html and "<time datetime=" in html


def test_a_deadline_without_a_pill_can_be_loud_too():
    assert shown("{{ at|urgency:zone }}", at=NOW + timedelta(days=3), zone="Europe/Berlin") == "soon"


def test_a_deadline_with_its_absolute_time():
    html = shown('{% pill at zone before="Closes" absolute=True %}', at=NOW + timedelta(days=3), zone="Europe/Berlin")
    assert text_of(html) == "Closes Fri 27 Nov, 14:02 CET · in 3 days"


@pytest.mark.parametrize(
    "answer, words",
    [
        ("confirm", "confirmed"),
        ("concerns", "with concerns"),
        ("object", "objects"),
        ("abstain", "abstains"),
        (None, "has not answered"),
    ],
)
def test_an_answer_s_glyph_has_words(answer, words):
    assert f"<title>{words}</title>" in shown("{% agreement answer %}", answer=answer)


def test_every_state_of_a_round_kind_has_a_shape_of_its_own():
    drawings = {shown("{% agreement s %}", s=state).split("</title>")[1] for state in ANSWERS}
    assert len(drawings) == len(ANSWERS) - 1  # "answered" looks like "confirmed"
    assert 'agreement--silent"' in shown("{% agreement s %}", s="silent")


def test_up_to_24_people_are_a_glyph_each_and_more_are_a_bar_with_numbers():
    few = shown("{% agreement_row c %}", c={"confirmed": 14, "concerns": 3, "objects": 1, "silent": 1})
    assert few.count("<svg") == 19
    assert 'aria-label="14 confirmed, 3 with concerns, 1 objects, 1 has not answered"' in few
    many = shown("{% agreement_row c %}", c={"confirmed": 88, "concerns": 18, "objects": 4, "silent": 7})
    assert many.count("<rect") == 4
    assert text_of(many).endswith("88 · 18 · 4 · 7")


def test_a_bar_s_segments_share_its_width_by_people():
    widths = [
        float(w)
        for w in re.findall(r'width="([\d.]+)"', shown("{% agreement_row c %}", c={"confirmed": 30, "objects": 10}))
    ]
    assert widths == [178.5, 59.5]


def test_nobody_asked_is_said():
    assert agreement_words({}) == "nobody is asked"


def test_a_person_comes_with_the_department_frozen_for_the_round():
    user = SimpleNamespace(get_full_name=lambda: "Ines Duarte")
    seat = SimpleNamespace(user=user, department=SimpleNamespace(name="Support"))
    invitation = SimpleNamespace(seat=seat, department=SimpleNamespace(name="Sales"))
    assert text_of(shown("{% person seat %}", seat=seat)) == "Ines Duarte, Support"
    assert text_of(shown("{% person seat %}", seat=invitation)) == "Ines Duarte, Sales"
    assert text_of(shown("{% person seat department=False %}", seat=seat)) == "Ines Duarte"


def test_a_wide_rank_interval_is_in_the_warning_colour_and_a_narrow_one_is_not():
    assert "mark__interval--wide" in shown("{% range_mark 11 23 30 40 %}")
    narrow = shown("{% range_mark 1 2 4 32 cut=11 %}")
    assert "mark__interval--wide" not in narrow and "mark__cut" in narrow
    assert "<title>rank 2, plausible 1–4</title>" in narrow


def test_a_rank_without_an_interval_is_a_dot_and_no_rank_is_a_line():
    assert "mark__interval" not in shown("{% range_mark None 2 None 32 %}")
    nothing = shown("{% range_mark None None None 32 %}")
    assert "mark__dot" not in nothing and "<title>not ranked</title>" in nothing


def test_right_is_better_in_the_mean_s_mark():
    def x(mean):
        return float(re.search(r'cx="([\d.]+)"', shown("{% dot_mark m %}", m=mean)).group(1))

    assert x(1) == 4 and x(3) == 22 and x(5) == 40
    assert "mark__dot" not in shown("{% dot_mark m %}", m=None)


@pytest.mark.parametrize("value, words", [(0.1, "agreed"), (0.4, "mixed"), (0.61, "split"), (None, "too few votes")])
def test_how_divided_the_votes_are_is_said_too(value, words):
    assert words in shown("{% split_mark v %}", v=value)


def test_done_work_never_leaves_its_track():
    assert 'width="100.0"' in shown("{% progress 1.4 %}")
    assert 'width="0.0"' in shown("{% progress 0 %}")


class Size(forms.Form):
    size = forms.IntegerField(label="Size", help_text="person-days")
    team = forms.ChoiceField(label="Team", choices=[("a", "Inbox")], widget=forms.RadioSelect)


def test_a_field_s_error_and_hint_are_tied_to_it():
    html = shown("{% field form.size %}{% field form.team %}", form=Size({"size": "M–L"}))
    assert 'aria-invalid="true"' in html
    assert re.search(r'<input[^>]+aria-describedby="id_size_helptext id_size_error"', html)
    assert 'id="id_size_error">Enter a whole number.' in html
    assert re.search(r'<fieldset[^>]+aria-describedby="id_team_error"', html)
    assert html.count('id="id_team_error"') == 1


def test_several_errors_are_listed_with_links_to_their_fields():
    html = shown("{% form_errors form %}", form=Size({}))
    assert 'href="#id_size"' in html and 'role="alert"' in html


@pytest.mark.parametrize(
    "cookie, attribute",
    [("dark", ' data-theme="dark"'), ("light", ' data-theme="light"'), ('"><script>', ""), (None, "")],
)
def test_only_known_colours_reach_the_page(cookie, attribute):
    request = RequestFactory().get("/")
    if cookie:
        request.COOKIES["theme"] = cookie
    assert shown("{% theme %}", request=request) == attribute


@pytest.mark.parametrize("name", ["clock", "check", "x-mark", "chevron-down", "magnifying-glass"])
def test_icons_stand_beside_words_and_are_hidden_from_screen_readers(name):
    html = shown("{% icon name %}", name=name)
    assert 'aria-hidden="true"' in html and "<svg" in html and "style=" not in html
