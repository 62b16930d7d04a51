"""What can be wrong with one row, as facts; the sentences are made elsewhere, in the reader's language."""

from dataclasses import dataclass
from enum import StrEnum

from roadmap.rules.imports.fields import Field


class Kind(StrEnum):
    """What is wrong. A refusal keeps its row out; a warning lets it in and says what to look at."""

    NO_TITLE = "no title"
    TOO_LONG = "too long"
    UNPRINTABLE = "unprintable"
    TOO_MANY_CELLS = "too many cells"
    KEY_TWICE = "key twice"
    FEATURE_TWICE = "feature twice"
    TITLE_OF_MANY = "title of many"
    STATUS_UNKNOWN = "status unknown"
    NOT_A_NUMBER = "not a number"
    NUMBER_OUT_OF_RANGE = "number out of range"
    NOT_A_SHARE = "not a share"
    EFFORT_ORDER = "effort order"
    NOT_A_DATE = "not a date"
    ENDS_BEFORE_START = "ends before start"
    NEEDS_ITSELF = "needs itself"
    NEEDS_CYCLE = "needs cycle"
    NO_NAME = "no name"
    NO_DATE = "no date"
    NAME_TWICE = "name twice"
    RELATION_UNKNOWN = "relation unknown"

    TEAM_ALIKE = "team alike"
    RELEASE_UNKNOWN = "release unknown"
    OBJECTIVE_UNKNOWN = "objective unknown"
    OWNER_UNKNOWN = "owner unknown"
    LINK_UNKNOWN = "link unknown"
    EFFORT_NO_TEAM = "effort without team"
    SIZE_OUTLIER = "size outlier"
    LIKELY_DUPLICATE = "likely duplicate"
    SAME_TITLE = "same title"
    RELATED_TO_ITSELF = "related to itself"


WARNINGS = frozenset(
    {
        Kind.TEAM_ALIKE,
        Kind.RELEASE_UNKNOWN,
        Kind.OBJECTIVE_UNKNOWN,
        Kind.OWNER_UNKNOWN,
        Kind.LINK_UNKNOWN,
        Kind.EFFORT_NO_TEAM,
        Kind.SIZE_OUTLIER,
        Kind.LIKELY_DUPLICATE,
        Kind.SAME_TITLE,
        Kind.RELATED_TO_ITSELF,
    }
)


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing wrong in one row.

    field       which field is meant; None for the row as a whole
    column      the heading of its column in the file, "" when there is none
    found       the cell as it stands in the file
    limit       the number that was passed, where a number is (length, width, days)
    suggestion  what would mend it ("" means: leave the cell empty), None when nobody can know
    other       what it collides with: a row number, a key, a title, or a path of keys
    """

    kind: Kind
    row: int
    field: Field | None = None
    column: str = ""
    found: str = ""
    limit: int = 0
    suggestion: str | None = None
    other: tuple[str, ...] = ()

    @property
    def is_refusal(self) -> bool:
        return self.kind not in WARNINGS
