"""Resolving what a file says about other features: needs first, related. Cycles are refused and named."""

from collections.abc import Hashable, Mapping, Sequence
from graphlib import CycleError, TopologicalSorter
from typing import TypeVar

from roadmap.rules.imports.drafts import Draft, KnownFeature, Links, Ref, by_any_key
from roadmap.rules.imports.fields import LINKS, Field
from roadmap.rules.imports.problems import Kind
from roadmap.rules.imports.values import names_in

Wanted = dict[Field, tuple[Ref, ...]]
Node = TypeVar("Node", bound=Hashable)


def resolve(drafts: Sequence[Draft], features: Sequence[KnownFeature]) -> None:
    """Give every draft its links. A key that nobody has is a warning; a cycle refuses the last row that is in it.

    Rows that stay out for another reason cannot be linked to, so everything else that refuses runs before.
    """
    if not any(draft.cells.get(field) for draft in drafts for field in LINKS):
        return
    by_key = {key: Ref(pk=feature.pk) for key, feature in by_any_key(features).items()}
    names = {Ref(pk=feature.pk): feature.external_key or feature.key for feature in features}
    for draft in drafts:
        if not draft.is_refused:
            names.setdefault(draft.ref, draft.cells.get(Field.KEY) or draft.cells.get(Field.TITLE, ""))
            by_key |= {key.casefold(): draft.ref for key in [draft.cells.get(Field.KEY)] if key}
    wanted = {i: {field: _refs(d, field, by_key) for field in LINKS} for i, d in enumerate(drafts) if not d.is_refused}
    by_pk = {feature.pk: feature for feature in features}
    _refuse_cycles(drafts, wanted, by_pk, names)
    out = {Ref(row=drafts[index].number) for index in wanted if drafts[index].is_refused}
    for index, links in wanted.items():
        draft = drafts[index]
        for field, refs in links.items():
            if lost := [names[ref] for ref in refs if ref in out]:
                draft.note(Kind.LINK_UNKNOWN, field, other=tuple(lost))
        if not draft.is_refused:
            standing = {field: tuple(ref for ref in refs if ref not in out) for field, refs in links.items()}
            draft.links = _missing(standing, by_pk[draft.feature.pk] if draft.feature else None)


def _refs(draft: Draft, field: Field, by_key: Mapping[str, Ref]) -> tuple[Ref, ...]:
    found: dict[Ref, None] = {}
    unknown: list[str] = []
    for name in names_in(draft.cells.get(field, "")):
        ref = by_key.get(name.casefold())
        if ref is None:
            unknown.append(name)
        elif ref != draft.ref:
            found[ref] = None
        elif field is Field.NEEDS:
            draft.note(Kind.NEEDS_ITSELF, field)
    if unknown:
        draft.note(Kind.LINK_UNKNOWN, field, other=tuple(unknown))
    return tuple(found)


def _missing(links: Wanted, feature: KnownFeature | None) -> Links:
    """Return the links that do not exist yet; what is needed first is not "related" as well."""
    have_needs, have_related = (feature.needs, feature.related) if feature else (frozenset(), frozenset())
    needs = tuple(ref for ref in links[Field.NEEDS] if ref.pk not in have_needs)
    related = tuple(ref for ref in links[Field.RELATED] if ref.pk not in have_related and ref not in links[Field.NEEDS])
    return Links(needs, related)


def _refuse_cycles(
    drafts: Sequence[Draft], wanted: Mapping[int, Wanted], by_pk: Mapping[int, KnownFeature], names: Mapping[Ref, str]
) -> None:
    graph: dict[Ref, set[Ref]] = {Ref(pk=pk): {Ref(pk=n) for n in feature.needs} for pk, feature in by_pk.items()}
    row_of: dict[Ref, int] = {}
    for index, links in wanted.items():
        if links[Field.NEEDS]:
            row_of[drafts[index].ref] = index
            graph.setdefault(drafts[index].ref, set()).update(links[Field.NEEDS])
    while cycle := find_cycle(graph):
        rows = [row_of[ref] for ref in cycle if ref in row_of]
        if not rows:
            return  # an old cycle, none of this file's making
        draft = drafts[max(rows)]
        start = cycle.index(draft.ref)
        path = [*cycle[start:], *cycle[:start], draft.ref]
        draft.note(Kind.NEEDS_CYCLE, Field.NEEDS, other=tuple(names[ref] for ref in path))
        graph[draft.ref] = {Ref(pk=n) for n in draft.feature.needs} if draft.feature else set()
        del row_of[draft.ref]


def find_cycle(graph: Mapping[Node, set[Node]]) -> list[Node]:
    """Return the nodes of one cycle, each needing the next and the last the first; empty when there is none."""
    try:
        TopologicalSorter(graph).prepare()
    except CycleError as error:
        return error.args[1][:0:-1]  # the module names it from the needed one to the one that needs it, ends repeated
    return []
