"""Writes every mail that Accord sends into a folder: as .eml, .txt and .html, and as pictures in light and dark.

    python -m bench.mails FOLDER [--no-pictures]

A story with both kinds of round runs through the real acts in a database in memory; each mail is what would go out. The
pictures are Chromium's at 640 and 390 px; look at them all, beside the design. Prints one line a mail: its size, its
subject. Exits 1 if a mail is larger than Gmail shows (102 kB).
"""

from __future__ import annotations

import argparse
import os
import re
import sys
from email.message import EmailMessage
from pathlib import Path

GMAIL_CLIPS_AT = 102_000
WIDTHS = (640, 390)
SCHEMES = ("light", "dark")


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--no-pictures", action="store_true")
    options = parser.parse_args()
    options.folder.mkdir(parents=True, exist_ok=True)
    mails = told()
    pages, largest = [], 0
    for name, mail in mails.items():
        pages.append(write(options.folder, name, mail))
        size = pages[-1].stat().st_size
        largest = max(largest, size)
        print(f"{size / 1000:5.1f} kB  {name:40} {mail['Subject']}")
    print(f"{len(mails)} mails in {options.folder}; the largest page has {largest / 1000:.1f} kB (clipped at 102)")
    if not options.no_pictures:
        take_pictures(pages)
    return 0 if largest < GMAIL_CLIPS_AT else 1


def told() -> dict[str, EmailMessage]:
    """Tell the story in a database in memory; return its mails by name."""
    os.environ["DATABASE_URL"] = "sqlite://:memory:"
    os.environ["BASE_URL"] = "https://accord.aldermoor.example"
    os.environ.setdefault("LOG_LEVEL", "ERROR")
    import django

    import tests.environment  # noqa: F401  the settings that tests run with

    django.setup()
    from django.core.management import call_command

    call_command("migrate", verbosity=0)
    from tests.mail_book import every_mail

    return every_mail()


def write(folder: Path, name: str, mail: EmailMessage) -> Path:
    """Write one mail in its three forms; return the path of the page."""
    path = folder / re.sub(r"[^a-z0-9]+", "-", name.lower())
    path.with_suffix(".eml").write_bytes(mail.as_bytes())
    path.with_suffix(".txt").write_text(mail.get_body(("plain",)).get_content(), encoding="utf-8")
    page = path.with_suffix(".html")
    page.write_text(mail.get_body(("html",)).get_content(), encoding="utf-8")
    return page


def take_pictures(pages: list[Path]) -> None:
    """Write a picture of each page in both schemes and both widths beside it."""
    from playwright.sync_api import sync_playwright

    from tests.servers import chromium

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium(), args=["--no-sandbox", "--disable-gpu"])
        for scheme in SCHEMES:
            for width in WIDTHS:
                context = browser.new_context(
                    color_scheme=scheme, viewport={"width": width, "height": 700}, java_script_enabled=False
                )
                tab = context.new_page()
                for page in pages:
                    tab.goto(page.absolute().as_uri())
                    tab.screenshot(path=str(page.with_name(f"{page.stem}-{scheme}-{width}.png")), full_page=True)
                context.close()
        browser.close()


if __name__ == "__main__":
    sys.exit(main())
