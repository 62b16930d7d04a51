"""Knows what "needs first" may look like: features may need one another in any way but in a circle."""

from collections import defaultdict, deque
from collections.abc import Iterable


def circle_through(feature: int, needs: Iterable[int], edges: Iterable[tuple[int, int]]) -> list[int]:
    """Return the shortest circle that would come about if `feature` needed exactly `needs`; empty when there is none.

    edges   (feature, what it needs) of every feature; those that leave `feature` are replaced by `needs`

    The circle begins and ends with `feature` and reads "needs": [3, 7, 5, 3] says that 3 needs 7, 7 needs 5, 5 needs 3.
    A feature that needs itself gives [3, 3]. Circles that `feature` is not part of are none of its business. Among
    circles of one length the one through the lower ids is told.
    """
    after: dict[int, list[int]] = defaultdict(list)
    for one, other in edges:
        if one != feature:
            after[one].append(other)
    came_from: dict[int, int] = {}
    waiting = deque(sorted(set(needs)))
    for need in waiting:
        came_from[need] = feature
    while waiting:
        here = waiting.popleft()
        if here == feature:
            return _path_back(feature, came_from)
        for need in sorted(after[here]):
            if need not in came_from:
                came_from[need] = here
                waiting.append(need)
    return []


def _path_back(feature: int, came_from: dict[int, int]) -> list[int]:
    path = [feature, came_from[feature]]
    while path[-1] != feature:
        path.append(came_from[path[-1]])
    return path[::-1]
