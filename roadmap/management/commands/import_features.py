"""Imports features, and the releases and relations that belong to them, from CSV files."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import replace
from pathlib import Path

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from roadmap import import_wording
from roadmap.actions.imports import Report, Tables, import_tables
from roadmap.models import Feature, Product
from roadmap.rules.imports.columns import guess
from roadmap.rules.imports.drafts import Choices
from roadmap.rules.imports.fields import COLUMNS, Field, folded
from roadmap.rules.imports.planning import Result
from roadmap.rules.imports.problems import Problem
from roadmap.rules.imports.reading import MAX_BYTES, Table, Unreadable, read
from roadmap.rules.imports.tables import MissingColumn
from stakeholders import clock
from stakeholders.models import Seat

SHOWN_ROWS = 3


class Command(BaseCommand):
    help = "Import features from CSV: all of it or, when a row is refused, nothing."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--product", required=True, help="the product's name in its address, such as beacon")
        parser.add_argument("--features", type=Path, help="CSV of features")
        parser.add_argument("--releases", type=Path, help="CSV of releases: name, first day, last day")
        parser.add_argument("--relations", type=Path, help="CSV of links: feature, kind, other feature")
        parser.add_argument(
            "--column",
            action="append",
            default=[],
            metavar="FIELD=HEADING",
            help=f"what a column is; an empty field leaves it out. Fields: {', '.join(COLUMNS)}",
        )
        parser.add_argument(
            "--status", action="append", default=[], metavar="WORD=STATUS", help="what a word of the file means"
        )
        parser.add_argument("--by", metavar="ADDRESS", help="who imports; by default nobody is named")
        parser.add_argument("--skip-known", action="store_true", help="leave features that exist as they are")
        parser.add_argument("--leave-out", action="store_true", help="import the other rows when some are refused")
        parser.add_argument("--dry-run", action="store_true", help="do everything, then take it back")

    def handle(self, *args, **options) -> None:
        files = {name: options[name] for name in ("features", "releases", "relations") if options[name]}
        if not files:
            raise CommandError(_("Name at least one file: --features, --releases or --relations."))
        product = Product.objects.filter(slug=options["product"], purge_started_at=None).first()
        if product is None:
            raise CommandError(_("There is no product “%(slug)s”.") % {"slug": options["product"]})
        read_files = {name: _table(path) for name, path in files.items()}
        try:
            report = import_tables(
                product,
                Tables(choices=_choices(read_files.get("features"), options), **read_files),
                by=_seat(product, options["by"]),
                now=clock.now(),
                source=", ".join(path.name for path in files.values()),
                leaves_out=options["leave_out"],
                dry_run=options["dry_run"],
            )
        except MissingColumn as missing:
            raise CommandError(
                _("A table lacks a column. One of these headings would do: %(names)s.")
                % {"names": ", ".join(missing.names)}
            ) from missing
        self._tell(report, **options)

    def _tell(self, report: Report, *, dry_run: bool, leave_out: bool, **options) -> None:
        for line in _lines(report.problems):
            self.stdout.write(line)
        for line in _counts(report):
            self.stdout.write(line)
        if report.refusals and not leave_out:
            refused = len({(problem.row, problem.column) for problem in report.refusals})
            raise CommandError(
                ngettext(
                    "Nothing was imported: %(count)d place must be corrected first.",
                    "Nothing was imported: %(count)d places must be corrected first.",
                    refused,
                )
                % {"count": refused}
            )
        if dry_run:
            self.stdout.write(_("This was a dry run: nothing was written."))


def _table(path: Path) -> Table:
    try:
        if path.stat().st_size > MAX_BYTES:
            raise CommandError(f"{path.name}: " + _("It is larger than %(mb)d MB.") % {"mb": MAX_BYTES // 1024**2})
        return read(path.read_bytes())
    except OSError as error:
        raise CommandError(_("%(file)s cannot be opened: %(why)s.") % {"file": path, "why": error.strerror}) from error
    except Unreadable as refusal:
        raise CommandError(f"{path.name}: {import_wording.of_file(refusal)}") from refusal


def _choices(table: Table | None, options: dict) -> Choices:
    if table is None:
        return Choices(columns=())
    columns = [each.field for each in guess(table)]
    for text in options["column"]:
        name, _sign, heading = text.partition("=")
        field = Field(name) if name in COLUMNS else None
        if name and field is None:
            raise CommandError(
                _("“%(name)s” is no field. Fields: %(all)s.") % {"name": name, "all": ", ".join(COLUMNS)}
            )
        places = [i for i, each in enumerate(table.header) if folded(each) == folded(heading)]
        if not places:
            raise CommandError(_("The file has no column “%(heading)s”.") % {"heading": heading})
        columns = [None if field and each is field else each for each in columns]
        columns[places[0]] = field
    return replace(
        Choices(tuple(columns)), statuses=dict(map(_status, options["status"])), skip_known=options["skip_known"]
    )


def _status(text: str) -> tuple[str, str]:
    word, _sign, status = text.rpartition("=")
    if status not in Feature.Status.values:
        raise CommandError(
            _("“%(status)s” is no status. Statuses: %(all)s.")
            % {"status": status, "all": ", ".join(Feature.Status.values)}
        )
    return folded(word), status


def _seat(product: Product, address: str | None) -> Seat | None:
    if not address:
        return None
    seat = Seat.objects.current().filter(product=product, user__email__iexact=address).first()
    if seat is None:
        raise CommandError(_("%(address)s is nobody on this product.") % {"address": address})
    return seat


def _lines(problems: list[Problem]) -> list[str]:
    """Return a line for each thing that is wrong; what is wrong in the same words in many rows is told once."""
    rows: defaultdict[tuple[bool, str, str], list[int]] = defaultdict(list)
    for problem in problems:
        rows[not problem.is_refusal, problem.column, import_wording.of_problem(problem)].append(problem.row)
    lines = []
    for (is_warning, column, sentence), numbers in rows.items():
        where = ", ".join(map(str, numbers[:SHOWN_ROWS])) + ("…" if len(numbers) > SHOWN_ROWS else "")
        kind = _("warning") if is_warning else _("refused")
        place = _("row %(rows)s") % {"rows": where} if len(numbers) == 1 else _("rows %(rows)s") % {"rows": where}
        heading = f", “{column}”" if column else ""
        lines.append(f"{kind}: {place}{heading}: {sentence}")
    return lines


def _counts(report: Report) -> list[str]:
    lines = []
    if report.releases:
        new = sum(release.before is None for release in report.releases)
        same = sum(release.is_same for release in report.releases)
        lines.append(
            _("releases: %(new)d new, %(changed)d changed, %(same)d unchanged")
            % {"new": new, "changed": len(report.releases) - new - same, "same": same}
        )
    if report.features:
        counts = report.features.counts
        lines.append(
            _(
                "features: %(new)d new, %(changed)d changed, %(same)d unchanged, %(skipped)d skipped, %(refused)d refused"
            )
            % {
                "new": counts.get(Result.NEW, 0),
                "changed": counts.get(Result.CHANGED, 0),
                "same": counts.get(Result.UNCHANGED, 0),
                "skipped": counts.get(Result.SKIPPED, 0),
                "refused": counts.get(Result.REFUSED, 0),
            }
        )
        lines.append(_("teams: %(new)d new") % {"new": len(report.features.new_teams)})
    if report.relations:
        lines.append(
            _("relations: %(needs)d “needs first” and %(related)d “related” new, %(known)d known")
            % {
                "needs": len(report.relations.needs),
                "related": len(report.relations.related),
                "known": report.relations.known,
            }
        )
    return lines
