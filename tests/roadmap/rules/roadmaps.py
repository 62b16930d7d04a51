"""Makes roadmaps for tests of drawing: any that Hypothesis can think of, and a small one in words."""

from datetime import date, timedelta

from hypothesis import strategies as st

from roadmap.rules.timeline.facts import (
    Agreement,
    Load,
    Milestone,
    Objective,
    PlannedFeature,
    Precision,
    Release,
    Roadmap,
    Team,
)

TODAY = date(2026, 11, 24)

days = st.dates(min_value=date(2025, 1, 1), max_value=date(2029, 12, 31))
titles = st.one_of(
    st.text(alphabet=st.characters(codec="utf-8", exclude_categories=["Cc", "Cs"]), min_size=1, max_size=60),
    st.sampled_from(["Undo send", "Single sign-on on every plan", "W" * 60, "Ünïcödé Ångström", "自動返信"]),
)


@st.composite
def planned_features(draw: st.DrawFn, number: int) -> PlannedFeature:
    starts_on = draw(st.none() | days)
    ends_on = draw(st.none() | days)
    if starts_on and ends_on and ends_on < starts_on:
        starts_on, ends_on = ends_on, starts_on
    ids = st.none() | st.integers(1, 5)
    return PlannedFeature(
        id=number,
        key=f"BCN-{number}",
        title=draw(titles),
        starts_on=starts_on,
        ends_on=ends_on,
        precision=draw(st.sampled_from(Precision)),
        release=draw(ids),
        objective=draw(ids),
        team=draw(ids),
        progress=draw(st.floats(0, 1)),
        is_shipped=draw(st.booleans()),
        agreement=draw(st.sampled_from(Agreement)),
        needs=tuple(draw(st.lists(st.integers(1, 12), max_size=3))),
        is_changed=draw(st.booleans()),
    )


@st.composite
def roadmaps(draw: st.DrawFn, most: int = 12) -> Roadmap:
    count = draw(st.integers(0, most))
    releases = []
    for number in range(1, draw(st.integers(0, 5)) + 1):
        ends_on = draw(st.none() | days)
        releases.append(
            Release(
                number, draw(titles), ends_on - timedelta(days=80) if ends_on and draw(st.booleans()) else None, ends_on
            )
        )
    return Roadmap(
        today=draw(days),
        features=tuple(draw(planned_features(number)) for number in range(1, count + 1)),
        objectives=tuple(
            Objective(n, n - 1, "ABCDE"[n - 1], draw(titles), draw(titles), draw(titles))
            for n in range(1, draw(st.integers(0, 5)) + 1)
        ),
        teams=tuple(Team(n, draw(titles)) for n in range(1, draw(st.integers(0, 4)) + 1)),
        releases=tuple(releases),
        milestones=tuple(Milestone(n, draw(titles), draw(days)) for n in range(1, draw(st.integers(0, 4)) + 1)),
        loads=tuple(
            Load(team, release, draw(st.floats(0, 200)), draw(st.none() | st.floats(0, 200)))
            for team in (1, 2)
            for release in (1, 2, 3)
        ),
    )


def feature(number: int = 1, title: str = "Undo send", **facts) -> PlannedFeature:
    return PlannedFeature(number, f"BCN-{number}", title, **facts)


def roadmap(*features: PlannedFeature, **facts) -> Roadmap:
    return Roadmap(**({"today": TODAY} | facts), features=features)
