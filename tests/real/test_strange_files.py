"""Real export files of other tools, and text that breaks importers: each is read, or refused in one sentence."""

import json
import os
from pathlib import Path

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from roadmap.models import Feature
from tests.roadmap.imports.test_page import PAGE, fields, words

pytestmark = [pytest.mark.django_db, pytest.mark.real_data]


def data() -> Path:
    return Path(os.environ["ACCORD_REAL_DATA"])


@pytest.fixture
def mias(sign_in, mia):
    return sign_in(mia)


def test_every_file_is_shown_or_refused_with_a_reason(mias):
    files = [path for folder in ("formats", "edge") for path in sorted((data() / folder).rglob("*.*"))]
    assert len(files) > 25
    for path in files:
        answer = mias.post(PAGE, {"file": SimpleUploadedFile(path.name, path.read_bytes())})
        assert answer.status_code in (200, 422), path
        if answer.status_code == 422:
            assert 'class="field__error"' in answer.content.decode(), path
        elif "Import " in words(answer) and "formaction" in answer.content.decode():
            assert mias.post(f"{PAGE}apply/", fields(answer)).status_code == 303, path
    assert Feature.objects.filter(title__contains="中文").exists(), "GitLab's Chinese title"
    assert Feature.objects.filter(title="Title with, comma").exists()


def test_a_file_in_an_old_encoding_keeps_its_letters(mias):
    path = data() / "formats" / "redmine" / "import_iso8859-1.csv"
    assert "Contenu en français" in words(mias.post(PAGE, {"file": SimpleUploadedFile(path.name, path.read_bytes())}))


def test_texts_that_break_importers_come_out_as_they_went_in(mias):
    strings = json.loads((data() / "edge" / "naughty_strings.json").read_text(encoding="utf-8"))
    titles = [" ".join(text.split()) for text in strings]
    sheet = "\n".join(
        ["Key\tTitle", *(f'N-{i}\t"{text.replace(chr(34), chr(34) * 2)}"' for i, text in enumerate(titles))]
    )
    seen = mias.post(PAGE, {"text": sheet})
    mias.post(f"{PAGE}apply/", fields(seen))
    stored = dict(Feature.objects.values_list("external_key", "title"))
    assert len(stored) > 200
    for key, title in stored.items():
        assert title == titles[int(key.removeprefix("N-"))]
    page = mias.get("/p/beacon/features/?q=script").content.decode()
    assert "<script>alert" not in page
