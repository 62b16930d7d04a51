"""`bin/start --check` walks the whole job and means it: without workers it fails."""

import subprocess
from email.message import EmailMessage

import pytest

from config.check.browser import Page, Reader, Unexpected
from config.check.mailbox import Mailbox
from tests.worlds import ROOT, bare_environment


def run_check(*options):
    return subprocess.run(
        [str(ROOT / "bin" / "start"), "--check", *options],
        cwd=ROOT,
        env=bare_environment(),
        capture_output=True,
        text=True,
        timeout=400,
        check=False,
    )


@pytest.mark.processes
@pytest.mark.sqlite
def test_the_main_job_goes_through_and_both_workers_and_one_beat_are_back():
    done = run_check()
    assert done.returncode == 0, done.stdout + done.stderr
    assert "kills the worker that sends mail, with -9" in done.stdout
    assert "leader: reads the roadmap by the share link, without signing in: " in done.stdout
    assert "workers and beat, 10 s after the kill: now is process" in done.stdout


@pytest.mark.processes
@pytest.mark.sqlite
def test_without_workers_the_check_fails_and_says_why():
    done = run_check("--without-worker")
    assert done.returncode == 1
    assert (
        done.stderr.strip().splitlines()[-1]
        == "The check failed: no worker was heard of, so mail will not go out and rounds will not close"
    )


PAGE = """
<p>Hello <b>there</b></p><script>not this</script>
<a href="/next/">Go <i>on</i></a>
<form id="f" method="post" action="/save/"><input type="hidden" name="token" value="t">
  <input name="title" value="old"><textarea name="note">
kept</textarea>
  <input type="checkbox" name="who" value="1" checked><input type="checkbox" name="who" value="2">
  <select name="one"><option value="a">A</option><option value="b" selected>B</option></select>
  <select name="first"><option value="x">X</option><option value="y">Y</option></select>
  <select name="many" multiple><option value="m" selected>M</option><option value="n">N</option></select>
  <button name="act" value="save">Save it</button><button formaction="/away/">Throw away</button>
</form>
<button form="f" name="act" value="outside">Outside</button>
"""


@pytest.fixture
def page():
    found = Page("http://here/at/", 200, PAGE)
    reader = Reader(found)
    reader.feed(PAGE)
    found.text = " ".join("".join(reader.words).split())
    return found


def test_a_page_is_read_as_a_browser_without_javascript_would(page):
    form = page.form(to="/save/")
    assert form.fields == [
        ("token", "t"), ("title", "old"), ("note", "kept"), ("who", "1"), ("one", "b"), ("first", "x"), ("many", "m"),
    ]  # fmt: skip
    assert form.boxes == [("who", "1"), ("who", "2")]
    assert [(button.words, button.value, button.action) for button in form.buttons] == [
        ("Save it", "save", ""),
        ("Throw away", "", "http://here/away/"),
        ("Outside", "outside", ""),
    ]
    assert page.link("Go on") == "http://here/next/"
    assert page.choices["one"] == [("a", "A"), ("b", "B")]


def test_what_a_page_lacks_is_named(page):
    assert page.says("Hello there") is page
    with pytest.raises(Unexpected, match="does not say “not this”"):
        page.says("not this")
    with pytest.raises(Unexpected, match="no link “Back”"):
        page.link("Back")
    with pytest.raises(Unexpected, match="no form to “/delete/”"):
        page.form(to="/delete/")


def test_a_mail_is_found_by_address_and_subject(tmp_path):
    mail = EmailMessage()
    mail["To"], mail["Subject"] = "Stan Weber <stan@check.example>", "Which three? Until Friday – 17:00"
    mail.set_content("Open it: http://127.0.0.1:8000/s/abc-def/ .")
    (tmp_path / "one.eml").write_bytes(mail.as_bytes())
    found = Mailbox(tmp_path).wait_for("stan@check.example", "Which three", seconds=1)
    assert found.link("/s/") == "http://127.0.0.1:8000/s/abc-def/"
    with pytest.raises(Unexpected, match="No mail about “Outcome”"):
        Mailbox(tmp_path).wait_for("stan@check.example", "Outcome", seconds=0.1)
