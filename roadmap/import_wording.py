"""What an import says, in sentences: what is wrong with a file or a row, and what to do about it."""

from __future__ import annotations

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from roadmap.actions.imports import Touched
from roadmap.rules.imports import reading
from roadmap.rules.imports.fields import Field
from roadmap.rules.imports.problems import Kind, Problem
from roadmap.rules.imports.reading import Fault, Unreadable

FIELD_NAMES = {
    Field.TITLE: gettext_lazy("Title"),
    Field.KEY: gettext_lazy("Key"),
    Field.SUMMARY: gettext_lazy("Summary"),
    Field.DESCRIPTION: gettext_lazy("Description"),
    Field.STATUS: gettext_lazy("Status"),
    Field.PROGRESS: gettext_lazy("Progress"),
    Field.OBJECTIVE: gettext_lazy("Objective"),
    Field.TEAM: gettext_lazy("Team"),
    Field.EFFORT_LOW: gettext_lazy("Size, low"),
    Field.EFFORT: gettext_lazy("Size, person-days"),
    Field.EFFORT_HIGH: gettext_lazy("Size, high"),
    Field.RELEASE: gettext_lazy("Release"),
    Field.STARTS: gettext_lazy("Start"),
    Field.ENDS: gettext_lazy("End"),
    Field.PRECISION: gettext_lazy("Known to the"),
    Field.OWNER: gettext_lazy("Owner"),
    Field.NEEDS: gettext_lazy("Needs first"),
    Field.RELATED: gettext_lazy("Related to"),
}


def of_file(refusal: Unreadable) -> str:
    """Return why a whole file cannot be read, and what to do."""
    return {
        Fault.EMPTY: _("There is nothing in it. Paste rows with a heading line, or choose another file."),
        Fault.TOO_LARGE: _("It is larger than %(limit)d MB. Split it into smaller files.")
        % {"limit": reading.MAX_BYTES // 1024 // 1024},
        Fault.TOO_MANY_ROWS: _("It has more than %(limit)d rows. Split it into smaller files.")
        % {"limit": reading.MAX_ROWS},
        Fault.TOO_MANY_COLUMNS: _("Line %(line)d has more than %(limit)d columns. Leave out what you do not need.")
        % {"line": refusal.line, "limit": reading.MAX_COLUMNS},
        Fault.CELL_TOO_LONG: _("A cell in line %(line)d is longer than %(limit)d characters. Shorten it.")
        % {"line": refusal.line, "limit": reading.MAX_CELL},
        Fault.NOT_TEXT: _("It is not a text file. In your spreadsheet choose “Save as”, then “CSV UTF-8”."),
        Fault.NOT_A_TABLE: _("It is not a table. Export it as CSV: a heading line, then a line for each feature."),
        Fault.OPEN_QUOTE: _("The quotation mark that opens in line %(line)d is never closed. Close it or take it out.")
        % {"line": refusal.line},
    }[refusal.fault]


def of_problem(problem: Problem) -> str:
    """Return one problem in a sentence: what was found, what was expected, what to do."""
    words = {
        "found": problem.found,
        "limit": problem.limit,
        "meant": problem.suggestion or "",
        "column": problem.column or (str(FIELD_NAMES[problem.field]) if problem.field else ""),
        "other": ", ".join(problem.other),
        "first": problem.other[0] if problem.other else "",
    }
    return _SENTENCES[problem.kind](problem) % words


def of_touched(touched: Touched) -> str:
    """Return why one feature of an import cannot be taken back."""
    words = {"key": touched.key, "count": touched.count, "what": touched.what}
    if touched.what == "edited":
        return _("%(key)s was changed.") % words
    if touched.what == "gone":
        return _("A feature that it made is gone.")
    if touched.what == "published":
        return _("%(key)s is in version %(count)d.") % words
    return _("%(key)s has %(count)d %(what)s.") % words


def _number(problem: Problem) -> str:
    return _("Size “%(found)s” is not a number of person-days. Write one such as 8 or 2.5, or leave it empty.")


def _alike(problem: Problem) -> str:
    return _("Team “%(found)s” is not known here and would be new. Did you mean “%(meant)s”?")


def _release(problem: Problem) -> str:
    if problem.suggestion:
        return _("Release “%(found)s” is not known here, so it is left empty. Did you mean “%(meant)s”?")
    return _("Release “%(found)s” is not known here, so it is left empty. Make it first if you want it.")


def _objective(problem: Problem) -> str:
    if problem.suggestion:
        return _("Objective “%(first)s” is not known here, so it is left out. Did you mean “%(meant)s”?")
    return _("Objective “%(first)s” is not known here, so it is left out. Make it first if you want it.")


def _link(problem: Problem) -> str:
    if not any(problem.other):
        return _("“%(column)s” is empty, so there is nothing to link to. The line is left out.")
    return ngettext(
        "No feature has the key %(other)s, so this link is left out.",
        "No feature has the keys %(other)s, so these links are left out.",
        len(problem.other),
    )


def _cycle(problem: Problem) -> str:
    return _("It would need itself: %(path)s. Take one of them out.") % {
        "path": " → ".join(problem.other).replace("%", "%%")
    }


_SENTENCES = {
    Kind.NO_TITLE: lambda p: _("A feature needs a title. Type one, or leave the row out."),
    Kind.TOO_LONG: lambda p: _(
        "“%(column)s” has %(first)s characters, at most %(limit)d fit. Shorten it, or use another column for it."
    ),
    Kind.UNPRINTABLE: lambda p: _("“%(column)s” holds a control character that cannot be shown. Take it out."),
    Kind.TOO_MANY_CELLS: lambda p: _(
        "This row has %(first)s cells and the heading has %(limit)d. Put cells that hold the delimiter in quotation marks."
    ),
    Kind.KEY_TWICE: lambda p: _(
        "Key %(found)s is also in row %(first)s, and only one of them can be kept. Choose one."
    ),
    Kind.FEATURE_TWICE: lambda p: _("Row %(first)s is about the same feature. Leave one of them out."),
    Kind.TITLE_OF_MANY: lambda p: _("%(other)s have this title. Give the row the key of the one that you mean."),
    Kind.STATUS_UNKNOWN: lambda p: _("Status “%(found)s” is not known here. Choose what it means, or leave it empty."),
    Kind.NOT_A_NUMBER: _number,
    Kind.NUMBER_OUT_OF_RANGE: lambda p: _(
        "Size “%(found)s” is not between 0 and %(limit)d person-days. Correct it, or leave it empty."
    ),
    Kind.NOT_A_SHARE: lambda p: _(
        "Progress “%(found)s” is not a share from 0 to 100 %%. Write one such as 40 %%, or leave it empty."
    ),
    Kind.EFFORT_ORDER: lambda p: _(
        "The sizes %(other)s are not in order. Low comes first, then likely, then high: correct them."
    ),
    Kind.NOT_A_DATE: lambda p: _(
        "“%(found)s” is not a date. Write one such as 2027-03-31, Mar 2027, Q1 2027 or later, or leave it empty."
    ),
    Kind.ENDS_BEFORE_START: lambda p: _("It ends (%(found)s) before it starts (%(first)s). Correct one of the dates."),
    Kind.NEEDS_ITSELF: lambda p: _("It needs itself first. Take %(found)s out."),
    Kind.NEEDS_CYCLE: _cycle,
    Kind.NO_NAME: lambda p: _("A release needs a name. Type one, or leave the row out."),
    Kind.NO_DATE: lambda p: _("“%(found)s” is not a day. A release needs a first and a last day, such as 2027-03-31."),
    Kind.NAME_TWICE: lambda p: _("Release %(found)s is also in row %(first)s. Leave one of them out."),
    Kind.RELATION_UNKNOWN: lambda p: _(
        "“%(found)s” is not a kind of link known here. Write “needs”, “blocks” or “related”."
    ),
    Kind.TEAM_ALIKE: _alike,
    Kind.RELEASE_UNKNOWN: _release,
    Kind.OBJECTIVE_UNKNOWN: _objective,
    Kind.OWNER_UNKNOWN: lambda p: _("“%(found)s” is nobody on this product, so it comes without an owner."),
    Kind.LINK_UNKNOWN: _link,
    Kind.EFFORT_NO_TEAM: lambda p: _(
        "Size “%(found)s” needs a team to count for, so it is left out. Give the row a team."
    ),
    Kind.SIZE_OUTLIER: lambda p: _(
        "%(limit)d d is ten times the next largest. Is it in hours? %(limit)d h = %(meant)s d."
    ),
    Kind.LIKELY_DUPLICATE: lambda p: _("It looks like a feature that exists. Update that one, or keep both?"),
    Kind.SAME_TITLE: lambda p: _("Row %(first)s has the same title. Are they two features?"),
    Kind.RELATED_TO_ITSELF: lambda p: _("It is related to itself. The line is left out."),
}
