"""Which row is which feature: by key, else by title; and which rows look like one that exists."""

from collections.abc import Sequence
from typing import Any

from roadmap.rules.imports.drafts import Choices, Draft, Known, KnownFeature, Values, by_any_key
from roadmap.rules.imports.duplicates import likely_duplicates
from roadmap.rules.imports.fields import EFFORTS, Field, folded
from roadmap.rules.imports.problems import Kind


def match(drafts: Sequence[Draft], choices: Choices, known: Known) -> None:
    """Give each draft its feature, refuse a second row for the same one, and fit the values to what the feature has.

    The first row with a key wins, unless a later one was chosen to be kept. A key that nobody has makes a new feature.
    """
    by_pk = {feature.pk: feature for feature in known.features}
    by_key = by_any_key(known.features)
    by_title: dict[str, list[KnownFeature]] = {}
    for feature in known.features:
        by_title.setdefault(folded(feature.title), []).append(feature)
    _refuse_repeated_keys(drafts, choices)
    taken: dict[int, Draft] = {}
    for draft in drafts:
        key, title = draft.cells.get(Field.KEY, "").casefold(), folded(draft.cells.get(Field.TITLE, ""))
        if draft.number in choices.merged:
            draft.feature = by_pk.get(choices.merged[draft.number])
        elif key:
            draft.feature = by_key.get(key)
        elif len(same := by_title.get(title, []) if title else []) == 1:
            draft.feature = same[0]
        elif same:
            draft.note(Kind.TITLE_OF_MANY, Field.TITLE, other=tuple(feature.key for feature in same))
        if (
            draft.feature
            and not draft.is_refused
            and (earlier := taken.setdefault(draft.feature.pk, draft)) is not draft
        ):
            field = Field.KEY if draft.cells.get(Field.KEY) else Field.TITLE
            draft.note(Kind.FEATURE_TWICE, field, other=(str(earlier.number), draft.feature.key))
        _fit(draft, choices.team)


def _refuse_repeated_keys(drafts: Sequence[Draft], choices: Choices) -> None:
    first: dict[str, Draft] = {}
    for draft in drafts:
        key = draft.cells.get(Field.KEY, "").casefold()
        if not key:
            continue
        winner = first.setdefault(key, draft)
        if winner is not draft:
            loser = winner if draft.number in choices.kept else draft
            first[key] = winner = draft if loser is winner else winner
            loser.note(Kind.KEY_TWICE, Field.KEY, other=(str(winner.number),))


def _fit(draft: Draft, team: str) -> None:
    """Fit a draft's values to what its feature has.

    A key that is its own or would replace another is left out; what ships is done; the three sizes are completed, and
    count for `team` where neither row nor feature names one; and the days are checked against those that the file does not mention.
    """
    feature, values = draft.feature, draft.values
    before: Values = feature.values if feature else {}
    if (
        feature
        and Field.KEY in values
        and (feature.external_key or values[Field.KEY].casefold() == feature.key.casefold())
    ):
        del values[Field.KEY]
    if values.get(Field.STATUS) == "shipped" != before.get(Field.STATUS):
        values.setdefault(Field.PROGRESS, 1.0)
    starts, ends = values.get(Field.STARTS, before.get(Field.STARTS)), values.get(Field.ENDS, before.get(Field.ENDS))
    if starts and ends and ends < starts and not draft.is_refused:
        draft.note(Kind.ENDS_BEFORE_START, Field.ENDS if Field.ENDS in values else Field.STARTS, other=(f"{starts}",))
    if not any(name in values for name in EFFORTS):
        return
    if not values.get(Field.TEAM) and not before.get(Field.TEAM) and team:
        values[Field.TEAM] = team
    if not values.get(Field.TEAM) and not before.get(Field.TEAM):
        draft.note(Kind.EFFORT_NO_TEAM, next(name for name in (Field.EFFORT, *EFFORTS) if name in values))
        for name in EFFORTS:
            values.pop(name, None)
        return
    values.update(completed_efforts(values, before))


def completed_efforts(values: Values, before: Values) -> Values:
    """Return low, likely and high in person-days: what the row says, else what the feature has, drawn into order.

    A row that says only one of them, about a feature without a size, says all three.
    """
    low: float | None = values.get(Field.EFFORT_LOW, before.get(Field.EFFORT_LOW))
    high: float | None = values.get(Field.EFFORT_HIGH, before.get(Field.EFFORT_HIGH))
    ends = [days for days in (low, high) if days is not None]
    likely: Any = values.get(Field.EFFORT, before.get(Field.EFFORT, sum(ends) / max(len(ends), 1)))
    if Field.EFFORT not in values:
        likely = max(likely, values.get(Field.EFFORT_LOW, likely))
        likely = min(likely, values.get(Field.EFFORT_HIGH, likely))
    low = likely if low is None else min(low, likely)
    high = likely if high is None else max(high, likely)
    return dict(zip(EFFORTS, (low, likely, high), strict=True))


def note_twins(drafts: Sequence[Draft], choices: Choices, known: Known) -> None:
    """Warn about new rows whose title is nearly that of a feature, or the same as that of an earlier new row."""
    new = [d for d in drafts if d.feature is None and not d.is_refused and choices.merged.get(d.number) != 0]
    taken = {draft.feature.pk for draft in drafts if draft.feature}
    free = [feature for feature in known.features if feature.pk not in taken]
    twins = likely_duplicates([draft.cells[Field.TITLE] for draft in new], [feature.title for feature in free])
    for index, twin in twins.items():
        feature = free[twin]
        new[index].note(Kind.LIKELY_DUPLICATE, Field.TITLE, other=(feature.key, feature.title, str(feature.pk)))
    first: dict[str, int] = {}
    for draft in new:
        earlier = first.setdefault(folded(draft.cells[Field.TITLE]), draft.number)
        if earlier != draft.number:
            draft.note(Kind.SAME_TITLE, Field.TITLE, other=(str(earlier),))
