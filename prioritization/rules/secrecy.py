"""What may be shown of anonymous answers, so that neither a look nor the difference of two looks names anybody.

Everything shown is made from tallies, and an anonymous answer enters them only by these rules. The unit is a **cell**: the
answers of one department about one feature and criterion.

- While the round is open a cell's answers come out in batches: a batch has at least three with a value, and at least
  three with a value stay behind. What came out stays as it came out; a change of mind waits for the closing.
- At the closing all come out. A cell of fewer than three with a value is put together with others of its feature and
  criterion; where all of them together are fewer than three, none of them counts.
- Then a department's answers on a feature and criterion stand together: a later round replaces all of them at once.

So two looks at a cell differ in no answer or in at least three: two looks within the open round by whole batches, one
within it and one after by at least the three that had stayed behind, and a total less the departments shown beside it is
a group of at least three. Source: the threshold rule and complementary suppression of statistical disclosure control
(Hundepool et al., Statistical Disclosure Control, Wiley 2012, ch. 4).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TypeVar

Group = TypeVar("Group")

AT_LEAST = 3
"""Of fewer people nothing is shown."""


def comes_out(waiting: Sequence[bool], *, at_least: int = AT_LEAST) -> int:
    """Return how many of a cell's waiting answers come out now; 0 when the batch is not complete.

    waiting  whether each has a value ("no opinion" has none), the longest waiting first

    The newest `at_least` with a value stay behind, and whatever came between them; the rest comes out if it has as many.
    """
    valued = [place for place, has_value in enumerate(waiting) if has_value]
    return valued[-at_least] if len(valued) >= 2 * at_least else 0


def put_together(voters: Mapping[Group, int], *, at_least: int = AT_LEAST) -> set[Group] | None:
    """Return the groups that are too small to be shown alone and are shown as one; None when nothing may be shown.

    voters  how many people each group has, 0 or more

    Groups below `at_least` go together; if even together they are fewer, the smallest of the others joins them, because
    the total less the groups shown would tell them. Ties go to the first given. Empty: nothing is to be shown, None.
    """
    if sum(voters.values()) < at_least:
        return None
    together = {group for group, count in voters.items() if 0 < count < at_least}
    others = sorted((group for group, count in voters.items() if count >= at_least), key=voters.__getitem__)
    if together and sum(voters[group] for group in together) < at_least:
        together.add(others[0])
    return together
