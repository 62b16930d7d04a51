"""Finding titles that are likely to mean the same thing."""

from collections import Counter, defaultdict
from collections.abc import Sequence

from roadmap.rules.imports.fields import folded

ALIKE = 90.0
_RARE_WORDS = 3


def likely_duplicates(titles: Sequence[str], known: Sequence[str]) -> dict[int, int]:
    """Return, for each title that has a twin, the index of the known title that is most like it.

    Alike means 90 of 100 by edit distance, with the words in any order. Only titles that share one of their three
    rarest words are compared, so that the cost grows with the number of titles and not with its square.
    """
    from rapidfuzz import fuzz  # 7 MB that only an import needs

    words = [set(folded(title).split()) for title in known]
    spread = Counter(word for own in words for word in own)
    shelves: defaultdict[str, list[int]] = defaultdict(list)
    for index, own in enumerate(words):
        for word in sorted(own, key=lambda w: (spread[w], w))[:_RARE_WORDS]:
            shelves[word].append(index)
    sorted_known = [" ".join(sorted(own)) for own in words]
    twins: dict[int, int] = {}
    for index, title in enumerate(titles):
        own = set(folded(title).split())
        text = " ".join(sorted(own))
        candidates = {i for word in own for i in shelves.get(word, ())}
        marks = [(fuzz.ratio(text, sorted_known[i], score_cutoff=ALIKE), -i) for i in candidates]
        best, place = max(marks, default=(0.0, 0))
        if best >= ALIKE:
            twins[index] = -place
    return twins
