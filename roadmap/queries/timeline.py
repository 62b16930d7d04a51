"""Says what a timeline shows, of the live plan or of a published version, in one form for both."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date

from django.utils import formats
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from roadmap.queries import timeline_words as words
from roadmap.rules.timeline.arrows import Arrow
from roadmap.rules.timeline.bars import Bar
from roadmap.rules.timeline.capacity import Cell, StripRow
from roadmap.rules.timeline.conclusion import Conclusion, conclude
from roadmap.rules.timeline.drawing import NAME_LINE, NOTE_LINE, Drawing, LaneShape, draw, draw_on_paper
from roadmap.rules.timeline.facts import Agreement, Lanes, PlannedFeature, Release, Roadmap
from roadmap.rules.timeline.horizon import by_quarter
from roadmap.rules.timeline.lanes import Placed, release_order
from roadmap.rules.timeline.lettering import shortened
from roadmap.rules.timeline.styles import NARROW, SCREEN
from stakeholders import wording

TEAM_ROOM = 136.0


@dataclass(frozen=True)
class Choice:
    """What a reader has chosen by the query string.

    only        the key of the one lane to show; "" shows all
    is_narrow   there is less room, because a panel stands beside
    """

    lanes: Lanes = Lanes.OBJECTIVE
    zoomed: bool = False
    with_past: bool = False
    only: str = ""
    is_narrow: bool = False


@dataclass(frozen=True)
class ShownBar:
    """A feature with everything that a template prints of it.

    href    "" when there is nothing to open
    needs   what it needs first, by key and title
    """

    bar: Bar
    arrows: tuple[Arrow, ...]
    href: str
    letter: str
    glyph: str
    agreement: str
    when: str
    by_when: str
    starts: str
    ends: str
    state: str
    late: str
    needs: tuple[str, ...]
    is_broken: bool

    @property
    def feature(self) -> PlannedFeature:
        return self.bar.feature

    @property
    def release(self) -> Release | None:
        return self.bar.release


@dataclass(frozen=True)
class ShownLane:
    """name_lines, note_lines   as drawn: each line with the y of its base; note_y is that of the first
    open_href   where a lane of lines is shown in full, else empty"""

    shape: LaneShape
    name: str
    name_lines: tuple[tuple[float, str], ...]
    note_y: float
    note: str
    note_lines: tuple[tuple[float, str], ...]
    open_href: str
    bars: tuple[ShownBar, ...]

    @property
    def key(self) -> str:
        return self.shape.lane.key

    @property
    def letter(self) -> str:
        return self.shape.lane.letter

    @property
    def tag_y(self) -> float:
        return self.name_lines[0][0] - 12

    @property
    def name_x(self) -> int:
        """px from the axis; a lane without a letter has its room too"""
        return -143 if self.letter else -168

    @property
    def open_y(self) -> float:
        return self.note_y + NAME_LINE


@dataclass(frozen=True)
class ShownCell:
    cell: Cell
    figures: str

    @property
    def is_over(self) -> bool:
        return self.cell.is_over


@dataclass(frozen=True)
class ShownDrawing:
    """A drawing with its words, ready for _timeline_svg.html."""

    drawing: Drawing
    quarters: tuple[tuple[float, str], ...]
    lanes: tuple[ShownLane, ...]
    strip: tuple[tuple[float, str, tuple[ShownCell, ...]], ...]
    broken: tuple[Arrow, ...]
    today: str
    with_agreement: bool
    is_narrow: bool
    is_wide: bool

    @property
    def bars(self) -> tuple[ShownBar, ...]:
        return tuple(bar for lane in self.lanes for bar in lane.bars)


@dataclass(frozen=True)
class ShownQuarter:
    """The features that end in one quarter: for the list that a narrow screen shows."""

    title: str
    horizon: str
    bars: tuple[ShownBar, ...]


@dataclass(frozen=True)
class ShownTimeline:
    """A roadmap drawn for the screen and for paper, listed by quarter, and summed up.

    paper         None where what is on the screen can be printed as it is
    agreements    the legend: name of a glyph, and what it says
    short_ticks   x in percent and name of the quarters that a narrow axis has room to name
    loads         the capacity strip as a table: team, and a cell for each of `loaded_releases`, None without figures
    """

    roadmap: Roadmap
    choice: Choice
    screen: ShownDrawing
    paper: ShownDrawing | None
    quarters: tuple[ShownQuarter, ...]
    found: Conclusion
    conclusion: SafeString
    agreements: tuple[tuple[str, str], ...]
    short_ticks: tuple[tuple[float, str], ...]
    loads: tuple[tuple[str, tuple[ShownCell | None, ...]], ...]
    loaded_releases: tuple[Release, ...]
    with_agreement: bool = True

    @property
    def past(self) -> int:
        return self.screen.drawing.past

    @property
    def needs_appendix(self) -> bool:
        """Whether the paper holds lines without names."""
        return (self.paper or self.screen).drawing.style.is_dense

    @property
    def is_empty(self) -> bool:
        return not self.roadmap.features

    @property
    def has_links(self) -> bool:
        return any(bar.href for bar in self.screen.bars)

    @property
    def has_needs(self) -> bool:
        return bool(self.screen.drawing.arrows)

    @property
    def has_broken(self) -> bool:
        return bool(self.screen.broken)

    @property
    def has_late(self) -> bool:
        return any(bar.late for bar in self.screen.bars)

    @property
    def has_lent(self) -> bool:
        return any(bar.bar.span and not bar.bar.span.is_own for bar in self.screen.bars)


def shown_timeline(
    roadmap: Roadmap,
    choice: Choice,
    *,
    link: Callable[[PlannedFeature], str] | None = None,
    lane_link: Callable[[str], str] | None = None,
    with_agreement: bool = True,
) -> ShownTimeline:
    """Return the timeline of a roadmap as templates print it; no queries.

    link        where a feature's bar leads to; None makes bars without links
    lane_link   where a lane of lines is opened, by its key; None offers it nowhere
    with_agreement   whether it is said who is concerned about what
    """
    only = choice.only or None
    nameless = {
        Lanes.OBJECTIVE: _("No objective"),
        Lanes.TEAM: _("No team"),
        Lanes.RELEASE: _("No release"),
    }[choice.lanes]
    screen = draw(
        roadmap,
        lanes=choice.lanes,
        width=NARROW if choice.is_narrow else SCREEN.width,
        zoomed=choice.zoomed,
        with_past=choice.with_past,
        only=only,
        nameless=nameless,
    )
    paper = draw_on_paper(roadmap, lanes=choice.lanes, with_past=choice.with_past, only=only, nameless=nameless)
    found = conclude(roadmap)
    telling = _Telling(
        letters={each.id: each.letter for each in roadmap.objectives},
        named={each.id: f"{each.key} {each.title}" for each in roadmap.features},
        disordered=frozenset(each.feature.id for each in found.disorders),
        nameless=nameless,
        today=roadmap.today,
        link=link,
        lane_link=lane_link,
        with_agreement=with_agreement,
    )
    on_screen = _drawing(screen, telling)
    in_strip = {cell.release.id for row in screen.strip for cell in row.cells}
    loaded = tuple(each for each in sorted(roadmap.releases, key=release_order) if each.id in in_strip)
    return ShownTimeline(
        roadmap=roadmap,
        choice=choice,
        screen=on_screen,
        paper=None if paper.style == replace(screen.style, is_paper=True) else _drawing(paper, telling),
        quarters=_quarters(on_screen, roadmap),
        found=found,
        conclusion=words.conclusion(found),
        agreements=tuple((words.GLYPHS[each], str(words.AGREEMENTS[each])) for each in Agreement),
        short_ticks=words.short_ticks(screen.quarters),
        loads=tuple((row.team.name, _by_release(row, loaded)) for row in screen.strip),
        loaded_releases=loaded,
        with_agreement=with_agreement,
    )


def _by_release(row: StripRow, releases: Sequence[Release]) -> tuple[ShownCell | None, ...]:
    cells = {cell.release.id: ShownCell(cell, _figures(cell)) for cell in row.cells}
    return tuple(cells.get(release.id) for release in releases)


@dataclass(frozen=True)
class _Telling:
    """What is needed to put a bar into words: letters of objectives, names of features, by id, and where links lead.

    told   what was put into words already, since a feature is drawn on the screen and on paper
    """

    letters: Mapping[int, str]
    named: Mapping[int, str]
    disordered: frozenset[int]
    nameless: str
    today: date
    link: Callable[[PlannedFeature], str] | None
    lane_link: Callable[[str], str] | None
    with_agreement: bool
    told: dict[int, ShownBar] = field(default_factory=dict)


def _drawing(drawing: Drawing, telling: _Telling) -> ShownDrawing:
    arrows: dict[int, list[Arrow]] = {}
    for arrow in drawing.arrows:
        arrows.setdefault(arrow.feature, []).append(arrow)
    return ShownDrawing(
        drawing=drawing,
        quarters=tuple(
            (each.x, words.tick(each, drawing.quarter_names, is_first=number == 0))
            for number, each in enumerate(drawing.quarters)
        ),
        lanes=tuple(_lane(shape, drawing, telling, arrows) for shape in drawing.lanes),
        strip=tuple(
            (
                drawing.strip_y + 6 + number * drawing.style.strip_row,
                shortened(row.team.name, TEAM_ROOM, 12),
                tuple(ShownCell(cell, _figures(cell)) for cell in row.cells),
            )
            for number, row in enumerate(drawing.strip)
        ),
        broken=tuple(arrow for arrow in drawing.arrows if arrow.is_broken),
        today=formats.date_format(telling.today, pgettext("day and month", "j M")),
        with_agreement=telling.with_agreement,
        is_narrow=drawing.style.width == NARROW,
        is_wide=drawing.style.width > SCREEN.width and not drawing.style.is_paper,
    )


def _lane(shape: LaneShape, drawing: Drawing, telling: _Telling, arrows: Mapping[int, list[Arrow]]) -> ShownLane:
    base = shape.y + drawing.style.above + 12
    note_y = base + len(shape.name_lines) * NAME_LINE - 1
    note = (wording.day_and_year(shape.lane.on),) if shape.lane.on else shape.note_lines
    return ShownLane(
        shape=shape,
        name=shape.lane.name or telling.nameless,
        name_lines=tuple((base + number * NAME_LINE, line) for number, line in enumerate(shape.name_lines)),
        note_y=note_y,
        note=" ".join(note),
        note_lines=tuple((note_y + number * NOTE_LINE, line) for number, line in enumerate(note)),
        open_href=telling.lane_link(shape.lane.key) if telling.lane_link and drawing.style.is_dense else "",
        bars=tuple(_bar(bar, telling, tuple(arrows.get(bar.feature.id, ()))) for bar in shape.bars),
    )


def _bar(bar: Bar, telling: _Telling, arrows: tuple[Arrow, ...]) -> ShownBar:
    feature, span, release = bar.feature, bar.span, bar.release
    if told := telling.told.get(feature.id):
        return replace(told, bar=bar, arrows=arrows)
    starts, ends = words.start_and_end(feature, span, release)
    told = ShownBar(
        bar=bar,
        arrows=arrows,
        href=telling.link(feature) if telling.link else "",
        letter=telling.letters.get(feature.objective, "") if feature.objective is not None else "",
        glyph=words.GLYPHS[feature.agreement],
        agreement=str(words.AGREEMENTS[feature.agreement]),
        when=words.when(feature, span, release, starts=starts, ends=ends),
        by_when=words.by_when(feature, span, release),
        starts=starts,
        ends=ends,
        state=words.state(feature),
        late=words.late(bar),
        needs=tuple(telling.named[need] for need in feature.needs if need in telling.named),
        is_broken=feature.id in telling.disordered,
    )
    telling.told[feature.id] = told
    return told


def _figures(cell: Cell) -> str:
    return _("%(planned)s / %(available)s\u00a0d") % {
        "planned": wording.decimal(round(cell.planned_days)),
        "available": wording.decimal(None if cell.available_days is None else round(cell.available_days)),
    }


def _quarters(shown: ShownDrawing, roadmap: Roadmap) -> tuple[ShownQuarter, ...]:
    bars = {bar.feature.id: bar for bar in shown.bars}
    members = [Placed(bar.feature, bar.bar.span, bar.release) for bar in bars.values()]
    members.sort(key=lambda member: (member.span.ends_on if member.span else date.max, member.feature.title))
    return tuple(
        ShownQuarter(
            title=words.quarter_months(group.begins_on) if group.begins_on else _("Later"),
            horizon=str(words.HORIZONS[group.horizon]) if group.horizon and group.begins_on else "",
            bars=tuple(bars[member.feature.id] for member in group.members),
        )
        for group in by_quarter(members, roadmap.releases, roadmap.today)
    )
