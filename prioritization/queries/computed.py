"""How everything is computed, told by the rules themselves: their docstrings, and a product's own numbers in the formulas."""

from __future__ import annotations

import ast
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy
from django.utils.translation import ngettext

from prioritization.models import ScoreRun
from prioritization.queries.ranking import Weighed, weighed_criteria
from prioritization.queries.value_per_effort import has_sizes
from prioritization.rules.scales import SPLIT_FROM
from roadmap.models import Feature, Release
from stakeholders import wording

RULES = Path(__file__).resolve().parent.parent / "rules"
NOT_METHODS = frozenset(
    {
        "__init__",
        "ballots",
        "criteria",
        "needs",
        "normal",
        "rating_sheets",
        "rating_tables",
        "relief",
        "scoring",
        "secrecy",
        "sensitivity",
    }
)
"""Rules that are no method of the ranking: how ballots are shuffled, what a criterion is, what hurries, a twin for tests."""

FIRM, TENTATIVE = 0.8, 0.667
"""From where Krippendorff lets one rely on an alpha, and from where on draw tentative conclusions."""
ROBUST = {"trimmed": lazy("20 % trimmed mean"), "median": lazy("median")}

_TERM = re.compile(r"^(\S(?:.*?\S)?) {2,}(\S.*)$")


@dataclass(frozen=True)
class Paragraph:
    """One paragraph of a docstring; `terms` are (name, meaning) where it is a list of those, else `text` stands."""

    text: str = ""
    terms: tuple[tuple[str, str], ...] = ()
    is_source: bool = False


@dataclass(frozen=True)
class Function:
    """A public function of a rule: what it gives back, what goes in, from where it comes."""

    name: str
    paragraphs: tuple[Paragraph, ...]


@dataclass(frozen=True)
class Rule:
    """A module of rules: the sentence that says what it knows, and its functions."""

    name: str
    paragraphs: tuple[Paragraph, ...]
    functions: tuple[Function, ...]


@dataclass(frozen=True)
class Method:
    """One thing that is computed. `numbers` are formulas with the product's own numbers, in words; empty before a run."""

    key: str
    title: str
    numbers: tuple[str, ...]
    rules: tuple[Rule, ...]


def methods(run: ScoreRun | None) -> list[Method]:
    """Return every method, in the order in which a score comes about; with the numbers of `run` in its formulas."""
    criteria = weighed_criteria(run)
    named = [*_METHODS, ("more", lazy("What else is worked out"), unnamed_rules(), _nothing)]
    return [
        Method(key, str(title), tuple(numbers(run, criteria)) if run else (), tuple(rule(name) for name in modules))
        for key, title, modules, numbers in named
        if modules
    ]


@cache
def unnamed_rules() -> tuple[str, ...]:
    """Return the rules that no method above names: a new one is told from its first day, in a section at the end."""
    told = NOT_METHODS | {name for _key, _title, names, _numbers in _METHODS for name in names}
    return tuple(sorted(path.stem for path in RULES.glob("*.py") if path.stem not in told))


@cache
def rule(name: str) -> Rule:
    """Return what a module of rules says of itself. It is read, not imported: numpy stays the worker's."""
    tree = ast.parse((RULES / f"{name}.py").read_text(encoding="utf-8"))
    functions = [
        Function(node.name.replace("_", " "), paragraphs(text))
        for node in tree.body
        if isinstance(node, ast.FunctionDef) and not node.name.startswith("_") and (text := ast.get_docstring(node))
    ]
    return Rule(name, paragraphs(ast.get_docstring(tree) or ""), tuple(functions))


def paragraphs(docstring: str) -> tuple[Paragraph, ...]:
    """Return a docstring's paragraphs: text, lists of names and meanings, and sources."""
    found: list[Paragraph] = []
    for block in docstring.split("\n\n"):
        text: list[str] = []
        terms: list[list[str]] = []
        for line in block.splitlines():
            if line.startswith("Source: "):
                found += _told(text, terms)
                text, terms = [line], []
            elif (match := _TERM.match(line)) and not line.startswith(" "):
                found += _told(text, [])
                text = []
                terms.append([match[1], match[2]])
            elif terms and line.startswith(" "):
                terms[-1][1] += f" {line.strip()}"
            else:
                found += _told([], terms)
                terms = []
                text.append(line.strip())
        found += _told(text, terms)
    return tuple(found)


def _told(text: Sequence[str], terms: Sequence[Sequence[str]]) -> list[Paragraph]:
    if terms:
        return [Paragraph(terms=tuple((name, meaning) for name, meaning in terms))]
    if not any(text):
        return []
    whole = " ".join(text)
    return [Paragraph(whole.removeprefix("Source: "), is_source=whole.startswith("Source: "))]


Numbers = Callable[[ScoreRun, Sequence[Weighed]], list[str]]


def _score(run: ScoreRun, criteria: Sequence[Weighed]) -> list[str]:
    terms = (f"{wording.decimal(each.share, 3)} × {each.name}" for each in criteria)
    costs = [each.name for each in criteria if each.is_cost]
    said = [_("score = %(sum)s, each in points of 0 to 100") % {"sum": " + ".join(terms)}]
    said.append(_("points = 25 × (mean − 1)"))
    if costs:
        said.append(_("%(names)s: a cost, so points = 25 × (5 − mean)") % {"names": ", ".join(costs)})
    return said


def _value(run: ScoreRun, criteria: Sequence[Weighed]) -> list[str]:
    effort = next((each for each in criteria if each.is_effort), None)
    words = {
        "terms": " + ".join(f"{wording.decimal(each.share, 3)} × {each.name}" for each in criteria if each != effort),
        "rest": wording.decimal(1 - effort.share if effort else 1, 3),
        "name": effort.name if effort else "",
    }
    if effort is None:
        said = [_("No criterion asks for effort, so benefit = score.")]
    elif effort.share >= 1:
        said = [_("%(name)s has all the weight, so there is no benefit.") % words]
    else:
        said = [_("benefit = (%(terms)s) ÷ %(rest)s") % words]
    if has_sizes(run.product) or effort is None:
        said.append(_("value per effort = benefit ÷ likely person-days of all teams"))
    elif effort.is_cost:
        said.append(_("No feature has a size, so value per effort = benefit ÷ 2^(mean of %(name)s − 1)") % words)
    else:
        said.append(_("No feature has a size, so value per effort = benefit ÷ 2^(5 − mean of %(name)s)") % words)
    return said


def _voters(run: ScoreRun, criteria: Sequence[Weighed]) -> list[str]:
    beta = run.used.get("beta")
    said = [
        _("weight of a vote = the person’s weight × the department’s weight ÷ (its voters)^%(beta)s")
        % {"beta": wording.decimal(beta, 1)}
    ]
    if (most := run.used.get("largest_share", 1)) < 1:
        said.append(
            _("From three voters up nobody holds more than %(most)s of the weight on a feature and criterion.")
            % {"most": wording.share(most)}
        )
    others = [weight for weight in run.used.get("departments", {}).values() if weight != 1]
    if not others:
        said.append(_("All departments weigh 1."))
    else:
        said.append(
            ngettext("%(n)d department weighs other than 1.", "%(n)d departments weigh other than 1.", len(others))
            % {"n": len(others)}
        )
    return said


def _style(run: ScoreRun, criteria: Sequence[Weighed]) -> list[str]:
    if run.used.get("rating_style"):
        return [_("Rating style is on: votes are read after who rates everything higher or lower is evened out.")]
    return [_("Rating style is off: votes are read as they were given.")]


def _priors(run: ScoreRun, criteria: Sequence[Weighed]) -> list[str]:
    said = []
    for each in criteria:
        prior = run.used["priors"][each.key]
        words = {
            "name": each.name,
            "k": wording.decimal(prior["k"], 2),
            "mu": wording.decimal(prior["mu"], 2),
            "s2": wording.decimal(prior["s2"], 2),
        }
        sentence = _(
            "%(name)s: mean = (voters × mean of the votes + %(k)s × %(mu)s) ÷ (voters + %(k)s); variance of a vote %(s2)s"
        )
        if prior["is_fallback"]:
            sentence = _(
                "%(name)s: mean = (voters × mean of the votes + %(k)s × %(mu)s) ÷ (voters + %(k)s); "
                "too few votes to estimate, so the usual 4 voters and variance 1"
            )
        said.append(sentence % words)
    return said


def _intervals(run: ScoreRun, criteria: Sequence[Weighed]) -> list[str]:
    said = [_("interval of a score = score ± 1.645 × its standard error, 90 %")]
    if run.used.get("level") is not None:
        said.append(
            _("Doubt about the level of all voters, in every interval and in no comparison: variance %(level)s")
            % {"level": wording.decimal(run.used["level"], 2)}
        )
    rows = run.used.get("correlation") or []
    between = [value for at, row in enumerate(rows) for value in row[:at]]
    if between:
        words = {"low": wording.decimal(min(between), 2), "high": wording.decimal(max(between), 2)}
        said.append(_("Within a ballot the criteria go together by %(low)s to %(high)s.") % words)
    return said


def _tiers(run: ScoreRun, criteria: Sequence[Weighed]) -> list[str]:
    words = {
        "n": wording.decimal(run.ranked),
        "draws": wording.decimal(run.used.get("draws", 0)),
        "tiers": wording.decimal(run.used.get("tiers", 0)),
        "contested": wording.decimal(run.used.get("contested", 0)),
    }
    said = [
        _("%(n)s ranked features, drawn %(draws)s times; tiers: %(tiers)s; contested at the line: %(contested)s")
        % words
    ]
    if run.seed:
        said.append(_("The draws of this ranking began with the seed %(seed)d.") % {"seed": run.seed})
    return said


def _disagreement(run: ScoreRun, criteria: Sequence[Weighed]) -> list[str]:
    split = run.used.get("split", 0)
    said = [
        ngettext("%(n)s feature is split: above %(from)s", "%(n)s features are split: above %(from)s", split)
        % {"n": wording.decimal(split), "from": wording.decimal(SPLIT_FROM, 1)}
    ]
    for each in criteria:
        said.append(_alpha_in_words(each.name, (run.used.get("alpha") or {}).get(each.key)))
        if found := (run.used.get("concordance") or {}).get(each.key):
            words = {
                "name": each.name,
                "w": wording.decimal(found["w"], 2),
                "people": wording.decimal(found["raters"]),
                "features": wording.decimal(found["features"]),
            }
            said.append(
                _(
                    "%(name)s: Kendall’s W %(w)s, of %(people)s people on the %(features)s features that all of them rated"
                )
                % words
            )
    return said


def _alpha_in_words(name: str, alpha: float | None) -> str:
    words = {"name": name, "alpha": wording.decimal(alpha, 2)}
    if alpha is None:
        return (
            _("%(name)s: Krippendorff’s alpha is undefined: everyone gave the same, or no two people rated one feature")
            % words
        )
    if alpha >= FIRM:
        return _("%(name)s: Krippendorff’s alpha %(alpha)s: people share a view") % words
    if alpha >= TENTATIVE:
        return _("%(name)s: Krippendorff’s alpha %(alpha)s: people share a view, tentatively") % words
    return _("%(name)s: Krippendorff’s alpha %(alpha)s: people do not share a view, which is no error") % words


def _worth(run: ScoreRun, criteria: Sequence[Weighed]) -> list[str]:
    k = run.cut_after
    if not k:
        return [_("The list is cut nowhere, so one more vote moves nothing across a line.")]
    words = {"k": wording.decimal(k), "n": wording.decimal(run.ranked)}
    return [_("The line is after the first %(k)s of %(n)s: a vote is worth what it may move across it.") % words]


def _weights(run: ScoreRun, criteria: Sequence[Weighed]) -> list[str]:
    entered = {each["key"]: each["entered"] for each in run.criteria}
    return [
        _("%(name)s: weight %(entered)s as entered, %(share)s as used")
        % {
            "name": each.name,
            "entered": wording.decimal(entered[each.key], 0 if entered[each.key] == int(entered[each.key]) else 2),
            "share": wording.share(each.share, 1),
        }
        for each in criteria
    ]


def _influence(run: ScoreRun, criteria: Sequence[Weighed]) -> list[str]:
    capped = run.used.get("capped", 0)
    share = wording.share(run.used.get("largest_share"))
    said = [
        _(
            "Nobody holds more than %(share)s of the weight of a feature and criterion, from three voters up; nobody had to be held back."
        )
        % {"share": share}
        if not capped
        else ngettext(
            "Nobody holds more than %(share)s of the weight of a feature and criterion, from three voters up: one was held back.",
            "Nobody holds more than %(share)s of the weight of a feature and criterion, from three voters up: held back %(n)s times.",
            capped,
        )
        % {"share": share, "n": wording.decimal(capped)}
    ]
    robust = run.used.get("robust") or {}
    moved = {pk for found in robust.values() for pk in (*found["entering"], *found["leaving"])}
    keys = dict(Feature.objects.filter(pk__in=moved).values_list("pk", "number"))
    for name, title in ROBUST.items():
        if found := robust.get(name):
            said.append(_survival_in_words(str(title), found, keys, run))
    return said


def _survival_in_words(name: str, found: dict[str, Any], numbers: dict[int, int], run: ScoreRun) -> str:
    def listed(ids: Sequence[int]) -> str:
        return ", ".join(f"{run.product.key}-{numbers[pk]}" for pk in ids if pk in numbers)

    k = run.cut_after
    words = {"name": name, "k": wording.decimal(k), "tau": wording.decimal(found["tau"], 2)}
    words |= {"in": listed(found["entering"]), "out": listed(found["leaving"])}
    if found["tau"] is None:
        return _("With the %(name)s nothing changes: there are no two features to change places.") % words
    if not k:
        return _("With the %(name)s the whole order agrees by a tau of %(tau)s.") % words
    if words["in"]:
        first = ngettext(
            "With the %(name)s %(in)s would come first instead of %(out)s",
            "With the %(name)s %(in)s would come among the first %(k)s for %(out)s",
            k,
        )
    else:
        first = ngettext(
            "With the %(name)s the first stays the same", "With the %(name)s the first %(k)s stay the same", k
        )
    return " ".join((first % words + ";", _("the whole order agrees by a tau of %(tau)s.") % words))


def _cut(run: ScoreRun, criteria: Sequence[Weighed]) -> list[str]:
    cut = run.used.get("cut") or {}
    release = Release.objects.filter(pk=cut.get("release")).first() if cut.get("release") else None
    k = cut.get("k") or 0
    words = {"k": wording.decimal(k), "release": release.name if release else ""}
    if release is None:
        third = ngettext(
            "No release has any capacity, so the list is cut after its upper third: the first.",
            "No release has any capacity, so the list is cut after its upper third: the first %(k)s.",
            k,
        )
        return [third % words]
    if not k:
        return [_("The capacity of %(release)s does not reach the first.") % words]
    if not run.cut_after:
        return [_("The capacity of %(release)s reaches all that are ranked.") % words]
    return [
        ngettext(
            "The capacity of %(release)s reaches the first.", "The capacity of %(release)s reaches the first %(k)s.", k
        )
        % words
    ]


def _nothing(run: ScoreRun, criteria: Sequence[Weighed]) -> list[str]:
    return []


_METHODS: tuple[tuple[str, Promise | Any, tuple[str, ...], Numbers], ...] = (
    ("score", lazy("Scales and the score"), ("scales", "score"), _score),
    ("value", lazy("Value per effort"), ("value_per_effort",), _value),
    ("voters", lazy("What a vote weighs"), ("weights",), _voters),
    ("style", lazy("Rating style"), ("rating_style",), _style),
    ("pull", lazy("The pull toward the average"), ("shrinkage", "fit", "own_score"), _priors),
    ("intervals", lazy("How sure a score is"), ("intervals", "residuals"), _intervals),
    ("ranks", lazy("Plausible ranks and tiers"), ("rank_intervals",), _tiers),
    ("split", lazy("Disagreement"), ("disagreement", "reliability", "departments"), _disagreement),
    ("votes", lazy("Whom to ask"), ("value_of_votes",), _worth),
    ("sensitivity", lazy("Other weights"), ("what_if",), _weights),
    ("influence", lazy("Influence of one voter"), ("influence", "ballot_influence", "flags", "robust"), _influence),
    ("cut", lazy("The capacity line, and rounding"), ("cut_line", "rounding"), _cut),
)
