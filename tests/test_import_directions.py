"""config -> prioritization -> roadmap -> stakeholders, never the reverse; and inside an app, downwards only."""

import pytest

from tests import directions
from tests.directions import Step, goes_back, goes_up, steps_of, template_steps


def test_no_module_reaches_for_an_app_above_its_own():
    steps = directions.python_steps()
    assert len(steps) > 500
    assert [str(step) for step in steps if goes_up(step)] == []


def test_no_template_reaches_for_an_app_above_its_own():
    steps = directions.all_template_steps()
    assert len(steps) > 50
    assert [str(step) for step in steps if goes_up(step)] == []


def test_inside_an_app_nothing_reaches_back_up():
    assert [str(step) for step in directions.python_steps() if goes_back(step)] == []


def test_no_query_needs_a_form():
    steps = directions.python_steps()
    assert [str(step) for step in steps if "/queries/" in step.file and step.to.split(".")[1:2] == ["forms"]] == []


def test_rules_know_neither_django_nor_the_clock():
    forbidden = ("django", "celery", "rest_framework", "random", "time")
    found = [
        str(step) for step in directions.python_steps() if "/rules/" in step.file and step.to.split(".")[0] in forbidden
    ]
    assert found == []


@pytest.mark.parametrize(
    "planted",
    [
        "import roadmap.models",
        "from roadmap import models",
        "from roadmap.models import Product",
        "def f():\n    from prioritization.models import Rating",
        "if TYPE_CHECKING:\n    from roadmap.models import Product",
        "import_module('roadmap.models')",
        "apps.get_model('roadmap.Product')",
        "apps.get_model('roadmap', 'Product')",
        "from config import settings",
    ],
)
def test_a_planted_step_upwards_is_seen(planted):
    assert any(goes_up(step) for step in steps_of(planted, "stakeholders/views/people.py"))


@pytest.mark.parametrize(
    "planted", ["from . import rules", "from stakeholders import models", "from django import forms"]
)
def test_a_step_sideways_or_out_is_not(planted):
    assert not any(goes_up(step) for step in steps_of(planted, "stakeholders/views/people.py"))


@pytest.mark.parametrize(
    "planted",
    ['{% include "roadmap/_x.html" %}', "{% extends 'prioritization/home.html' %}", "{% load i18n drawing %}"],
)
def test_a_planted_template_step_upwards_is_seen(planted):
    steps = template_steps(planted, "stakeholders/people.html", {"drawing": "roadmap"})
    assert any(goes_up(step) for step in steps)


def test_a_planted_step_back_inside_an_app_is_seen():
    assert goes_back(Step("roadmap/models/features.py", 1, "roadmap.actions.features"))
    assert not goes_back(Step("roadmap/views/features.py", 1, "roadmap.actions.features"))
