"""Imports ratings from a CSV file as a closed round, scores, and prints what came of it."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import transaction
from django.utils.translation import gettext as _

from prioritization.actions.importing_ratings import CriteriaAreLocked, SheetIsFaulty, import_ratings
from prioritization.forms.ratings_import import columns_named
from prioritization.queries.rating_sheets import PlannedSheet, fault_groups, missing_columns, plan
from prioritization.rules.rating_sheets import FURTHEST, Scale, guess_scale
from roadmap import import_wording
from roadmap.models import Product
from roadmap.rules.imports.reading import Table, Unreadable, read
from stakeholders import clock
from stakeholders.forms.days import validate_day
from stakeholders.models import Seat


class Command(BaseCommand):
    help = (
        "Import ratings from CSV as a closed round: all of it or, when a row is refused, nothing. Nobody gets a mail."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", type=Path, help="CSV: feature, person, department, criterion, rating")
        parser.add_argument("--product", required=True, help="the product's name in its address, such as beacon")
        parser.add_argument("--title", help="title of the round; by default the file's name")
        parser.add_argument(
            "--given-on", metavar="DAY", help="when the ratings were given, 2026-03-31; by default today"
        )
        parser.add_argument(
            "--column",
            action="append",
            default=[],
            metavar="FIELD=HEADING",
            help="what a column is: feature, person, department, weight, criterion, value, criterion-of-its-own; "
            "an empty field leaves it out",
        )
        parser.add_argument(
            "--scale", metavar="LOW-HIGH", help="ends of the file's scale, such as 1-9; guessed by default"
        )
        parser.add_argument("--cost", action="append", default=[], metavar="CRITERION", help="its high end is bad")
        parser.add_argument("--by", metavar="ADDRESS", help="who imports; by default nobody is named")
        parser.add_argument("--leave-out", action="store_true", help="import the other rows when some are refused")
        parser.add_argument("--dry-run", action="store_true", help="do everything, then take it back")

    def handle(self, *args, **options) -> None:
        product = Product.objects.filter(slug=options["product"], purge_started_at=None).first()
        if product is None:
            raise CommandError(_("There is no product “%(slug)s”.") % {"slug": options["product"]})
        table = _table(options["file"])
        try:
            columns = columns_named(table, options["column"])
        except ValueError as error:
            raise CommandError(_("“%(text)s” names no column.") % {"text": error}) from error
        if missing := missing_columns(columns):
            raise CommandError(_("No column says %(what)s.") % {"what": "; ".join(missing)})
        scale = _scale(options["scale"]) or guess_scale(table, columns)
        sheet = plan(product, table, columns, scale)
        for group in fault_groups(sheet.faults, scale):
            where = ", ".join(map(str, group.shown)) + ("…" if len(group.rows) > len(group.shown) else "")
            self.stdout.write(
                _("refused: rows %(rows)s, “%(heading)s”: %(why)s")
                % {"rows": where, "heading": group.heading, "why": group.sentence}
            )
        self._write(product, sheet, options)

    def _write(self, product: Product, sheet: PlannedSheet, options: dict) -> None:
        now = clock.now()
        try:
            with transaction.atomic():
                done = import_ratings(
                    product,
                    sheet,
                    title=options["title"] or options["file"].stem,
                    given_at=_given_at(options["given_on"], product) or now,
                    by=_seat(product, options["by"]),
                    now=now,
                    costs=[each.key for each in sheet.criteria if {each.key, each.name} & set(options["cost"])],
                    leaves_out=options["leave_out"],
                )
                transaction.set_rollback(options["dry_run"])
        except SheetIsFaulty as refusal:
            raise CommandError(
                _("Nothing was imported: %(count)d rows must be corrected first.") % {"count": sheet.refused}
            ) from refusal
        except CriteriaAreLocked as refusal:
            raise CommandError(
                _("“%(title)s” is open, so no criterion can be added before it closes.") % {"title": refusal}
            ) from refusal
        except ValidationError as refusal:
            raise CommandError(" ".join(refusal.messages)) from refusal
        self.stdout.write(
            _("%(ratings)d ratings of %(people)d people on %(features)d features")
            % {"ratings": done.ratings, "people": done.people, "features": done.features}
        )
        if options["dry_run"]:
            self.stdout.write(_("This was a dry run: nothing was written."))


def _table(path: Path) -> Table:
    try:
        return read(path.read_bytes())
    except OSError as error:
        raise CommandError(_("%(file)s cannot be opened: %(why)s.") % {"file": path, "why": error.strerror}) from error
    except Unreadable as refusal:
        raise CommandError(f"{path.name}: {import_wording.of_file(refusal)}") from refusal


def _scale(text: str | None) -> Scale | None:
    if not text:
        return None
    try:
        low, high = (float(each) for each in text.split("-"))
        if not (abs(low) <= FURTHEST and abs(high) <= FURTHEST):
            raise ValueError(text)
    except ValueError as error:
        raise CommandError(_("“%(text)s” is no scale. Write one such as 1-9.") % {"text": text}) from error
    if low >= high:
        raise CommandError(_("The highest rating must be above the lowest."))
    return Scale(low, high)


def _given_at(text: str | None, product: Product) -> datetime | None:
    if not text:
        return None
    try:
        noon = datetime.strptime(text, "%Y-%m-%d").replace(hour=12, tzinfo=ZoneInfo(product.time_zone))
        validate_day(noon.date())
    except (ValueError, ValidationError) as error:
        raise CommandError(_("“%(text)s” is no day. Write one such as 2026-03-31.") % {"text": text}) from error
    return noon


def _seat(product: Product, address: str | None) -> Seat | None:
    if not address:
        return None
    seat = Seat.objects.current().filter(product=product, user__email__iexact=address).first()
    if seat is None:
        raise CommandError(_("%(address)s is nobody on this product.") % {"address": address})
    return seat
