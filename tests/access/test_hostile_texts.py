"""Markup in every text of every row is text on every page, in every mail and file; and a purge leaves no row behind."""

import json
import re

import pytest
from django.apps import apps
from django.db import models

from prioritization.actions import purging
from roadmap.models import Product
from stakeholders import append_only, clock
from stakeholders.mail.rendering import render
from stakeholders.models import Message, Seat
from tests.access import world
from tests.access.test_access import routes

MARK = "hostile"
HOSTILE = f"'\"></title><svg/onload={MARK}()>{{{{7*7}}}}\u202e"
RAW = re.compile(rf"<svg/onload={MARK}|\son\w+={MARK}")
KEPT = re.compile(
    r"slug|key|hash|_id$|^(kind|zone|time_zone|wall_time|role|status|email|password|state|verb|stage|verdict|source|digest"
    r"|process|queue|letter|criterion|secrecy|results|silence|rule|object_kind|method|colour|token|nonce)$"
)
"""Fields that hold no text of a person's, or names that the code knows."""
OURS = ("stakeholders", "roadmap", "prioritization")


@pytest.fixture
def here(olga, mia, stan, vera, max):
    return world.build(olga, mia, stan, vera, max)


@pytest.fixture
def hostile_rows(here):
    """Put hostile words into every text of every row, the unchangeable ones included."""
    append_only.remove()
    changed = 0
    for model in apps.get_models():
        if model._meta.app_label not in OURS:
            continue
        for row in model._default_manager.all():
            if fields := [field for field in model._meta.fields if _make_hostile(row, field)]:
                model._default_manager.filter(pk=row.pk).update(
                    **{field.name: getattr(row, field.attname) for field in fields}
                )
                changed += len(fields)
    append_only.install()
    assert changed > 100
    return here


def _make_hostile(row, field) -> bool:
    value = getattr(row, field.attname)
    if KEPT.search(field.name) or field.choices or value is None:
        return False
    if isinstance(field, models.JSONField):
        setattr(row, field.attname, _hostile_inside(json.loads(json.dumps(value, default=str))))
        return True
    if not isinstance(field, models.CharField | models.TextField):
        return False
    if value.startswith("{"):  # a snapshot
        setattr(row, field.attname, json.dumps(_hostile_inside(json.loads(value))))
        return True
    words = f"{row.pk}{HOSTILE}"[: field.max_length or 1000]
    setattr(row, field.attname, words)
    return True


def _hostile_inside(value, name=""):
    """The same in a snapshot or an outcome: under the names that hold what people typed."""
    if isinstance(value, dict):
        return {key: _hostile_inside(each, key) for key, each in value.items()}
    if isinstance(value, list):
        return [_hostile_inside(each, name) for each in value]
    typed = ("name", "title", "summary", "description", "text", "vision", "business_case", "note", "why", "sentence")
    return HOSTILE if isinstance(value, str) and name in typed else value


def test_markup_stays_text_on_every_page_and_in_every_mail(hostile_rows):
    patterns, wrong, said = routes(), [], 0
    for name in patterns:
        address = hostile_rows.address(name, patterns)
        for who in ("owner", "voter", "confirmer", "share"):
            client = hostile_rows.clients[who]
            client.raise_request_exception = False
            answer = client.get(address)
            if answer.status_code in (302, 403, 404, 405):
                continue
            body = b"".join(answer.streaming_content) if answer.streaming else answer.content
            text = body.decode()
            said += MARK in text
            is_page = answer["Content-Type"].startswith(("text/html", "image/svg"))
            if answer.status_code >= 500 or (is_page and RAW.search(text)) or "49\u202e" in text:
                wrong.append(f"{answer.status_code} {address} as {who}")
            break
    assert not wrong, "\n".join(wrong)
    assert said > 40, "the words were on most pages"

    for message in Message.objects.select_related("user", "seat__user", "product", "round__product"):
        mail = render(message, now=clock.now())
        html = next(body for body, kind in mail.alternatives if kind == "text/html")
        assert MARK in html
        assert not RAW.search(html)
        assert "\n" not in mail.subject
        assert "49\u202e" not in html + mail.body


def test_a_purge_leaves_no_row_of_the_product_and_forgets_no_model(here, olga):
    paths = {model: path for model in apps.get_models(include_auto_created=True) if (path := _path_to_product(model))}
    named = {rows.model for rows in purging._rows_of(olga.product)}
    assert {model.__name__ for model in paths} <= {model.__name__ for model in named}

    filled = [model for model, path in paths.items() if model._base_manager.filter(**{path: olga.product_id}).exists()]
    assert len(filled) > 20, filled
    purging.purge_product(olga.product, by=olga, now=clock.now())
    assert not Product.objects.filter(slug="beacon").exists()
    assert not [model for model, path in paths.items() if model._base_manager.filter(**{path: olga.product_id})]
    assert Seat.objects.filter(product__slug="other").exists(), "the other product is untouched"


def _path_to_product(model) -> str:
    """The shortest chain of foreign keys from a model to its product, as a look-up; "" without one."""
    queue = [(model, "")]
    while queue:
        here, path = queue.pop(0)
        for field in here._meta.get_fields():
            if not (field.many_to_one or field.one_to_one) or not field.concrete:
                continue
            step = f"{path}__{field.name}".strip("_")
            if field.related_model is Product:
                return step
            if step.count("__") < 4 and field.related_model._meta.app_label in OURS:
                queue.append((field.related_model, step))
    return ""
