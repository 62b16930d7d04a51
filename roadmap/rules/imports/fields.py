"""The fields that a table can fill, and the names that other tools give them."""

from enum import StrEnum


class Field(StrEnum):
    """What a column can be. The order is the order in which people choose from."""

    TITLE = "title"
    KEY = "key"
    SUMMARY = "summary"
    DESCRIPTION = "description"
    STATUS = "status"
    PROGRESS = "progress"
    OBJECTIVE = "objective"
    TEAM = "team"
    EFFORT_LOW = "effort_low"
    EFFORT = "effort"
    EFFORT_HIGH = "effort_high"
    RELEASE = "release"
    STARTS = "starts"
    ENDS = "ends"
    OWNER = "owner"
    NEEDS = "needs"
    RELATED = "related"
    PRECISION = "precision"  # follows from how the dates are written; no column of its own


EFFORTS = (Field.EFFORT_LOW, Field.EFFORT, Field.EFFORT_HIGH)
DATES = (Field.STARTS, Field.ENDS)
LINKS = (Field.NEEDS, Field.RELATED)
COLUMNS = tuple(field for field in Field if field is not Field.PRECISION)

# Within a field the earlier name wins: a Jira export has both "Issue key" and "Issue id".
ALIASES: dict[Field, tuple[str, ...]] = {
    Field.TITLE: ("title", "name", "feature", "feature name", "subject", "items", "item", "headline", "task", "story"),
    Field.KEY: (
        "key",
        "issue key",
        "feature key",
        "reference",
        "feature reference",
        "external key",
        "id",
        "issue id",
        "task id",
        "number",
        "ref",
        "post id",
        "ticket",
    ),
    Field.SUMMARY: ("summary", "short description", "teaser", "abstract", "in short"),
    Field.DESCRIPTION: ("description", "details", "notes", "body", "feature description", "text", "long description"),
    Field.STATUS: ("status", "state", "current state", "feature status", "stage name", "section column"),
    Field.PROGRESS: ("progress", "done", "percent done", "percent complete", "completion"),
    Field.OBJECTIVE: ("objective", "goal", "epic", "epic name", "epic title", "initiative", "theme", "initiatives"),
    Field.TEAM: ("team", "component", "squad", "group", "sig", "owning group", "lead team", "area path"),
    Field.EFFORT_LOW: ("effort low", "size low", "optimistic", "low"),
    Field.EFFORT: (
        "effort",
        "size",
        "effort likely",
        "estimate",
        "story points",
        "person days",
        "points",
        "days",
        "weight",
        "estimated days",
        "size d",
        "effort days",
    ),
    Field.EFFORT_HIGH: ("effort high", "size high", "pessimistic", "high"),
    Field.RELEASE: (
        "release",
        "fix version",
        "fix versions",
        "target release",
        "milestone",
        "latest milestone",
        "version",
        "project milestone",
        "release name",
    ),
    Field.STARTS: ("start", "start date", "starts", "starts on", "begin", "from", "feature start date", "cycle start"),
    Field.ENDS: ("end", "end date", "due date", "due", "ends", "ends on", "deadline", "feature end date", "finish"),
    Field.OWNER: ("owner", "owner email", "assignee email", "assigned to", "assignee", "feature owner", "owned by"),
    Field.NEEDS: ("needs", "needs first", "depends on", "blocked by", "dependencies", "predecessors"),
    Field.RELATED: ("related", "related to", "see also", "relates to", "links"),
}


def folded(text: str) -> str:
    """Return a name without case, punctuation and doubled spaces, so that "Fix_Version(s)" meets "fix versions"."""
    return " ".join("".join(c if c.isalnum() else " " for c in text.replace("(s)", "s").casefold()).split())
