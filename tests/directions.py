"""Reads who imports whom: in Python, in any corner of a module, and in templates."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
APPS = ("config", "prioritization", "roadmap", "stakeholders")
"""Each may import those after it, never those before it."""

ROOMS = (
    ("urls", "apps", "admin"),
    ("views", "api", "tasks", "management"),
    ("access", "forms", "filters", "queries", "actions"),
    ("models",),
    ("rules",),
)
"""Inside an app: each storey may import its own and those below. What is in none of them may be used from anywhere."""

LOADERS = {"import_module", "get_model", "import_string"}
_TAG = re.compile(r"{%\s*(?:include|extends)\s+[\"'](?P<template>[^\"']+)[\"']|{%\s*load\s+(?P<libraries>[^%]*?)\s*%}")


@dataclass(frozen=True)
class Step:
    """One place that reaches for something: from which file and line, to which dotted name or template."""

    file: str
    line: int
    to: str

    def __str__(self) -> str:
        return f"{self.file}:{self.line} reaches for {self.to}"


def steps_of(source: str, file: str) -> Iterator[Step]:
    """Yield every import of a module: at the top, in functions, under TYPE_CHECKING, and by name."""
    package = file.removesuffix(".py").replace("/", ".").split(".")[:-1]
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            yield from (Step(file, node.lineno, alias.name) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            base = package[: len(package) - node.level + 1] if node.level else []
            module = ".".join([*base, node.module or ""]).strip(".")
            yield from (Step(file, node.lineno, f"{module}.{alias.name}") for alias in node.names)
        elif isinstance(node, ast.Call) and _name(node.func) in LOADERS and node.args:
            first = node.args[0]
            if isinstance(first, ast.Constant) and isinstance(first.value, str):
                yield Step(file, node.lineno, first.value)


def _name(function: ast.expr) -> str:
    return function.attr if isinstance(function, ast.Attribute) else getattr(function, "id", "")


def app_of(name: str) -> str:
    head = re.split(r"[./]", name)[0]
    return head if head in APPS else ""


def goes_up(step: Step) -> bool:
    """Whether a module reaches for an app above its own."""
    here, there = app_of(step.file), app_of(step.to)
    return bool(here and there) and APPS.index(there) < APPS.index(here)


def goes_back(step: Step) -> bool:
    """Whether a module reaches for a storey above its own, inside one app."""
    here, there = app_of(step.file), app_of(step.to)
    if not here or here != there:
        return False
    from_storey = _storey(Path(step.file).with_suffix("").parts[1:])
    to_storey = _storey(tuple(step.to.split(".")[1:]))
    return from_storey is not None and to_storey is not None and to_storey < from_storey


def _storey(parts: tuple[str, ...]) -> int | None:
    return next((number for number, rooms in enumerate(ROOMS) if parts and parts[0] in rooms), None)


def modules() -> Iterator[Path]:
    for app in APPS:
        yield from (path for path in (ROOT / app).rglob("*.py") if "migrations" not in path.parts)


def python_steps() -> list[Step]:
    return [step for path in modules() for step in steps_of(path.read_text(), str(path.relative_to(ROOT)))]


def libraries() -> dict[str, str]:
    """Return which app each template tag library belongs to."""
    return {path.stem: app for app in APPS for path in (ROOT / app / "templatetags").glob("*.py")}


def template_steps(source: str, file: str, owners: dict[str, str]) -> Iterator[Step]:
    """Yield what a template includes, extends and loads; `file` is its path below templates/."""
    for found in _TAG.finditer(source):
        line = source.count("\n", 0, found.start()) + 1
        if found["template"]:
            yield Step(file, line, found["template"])
        for library in (found["libraries"] or "").split():
            if library in owners:
                yield Step(file, line, f"{owners[library]}.{library}")


def all_template_steps() -> list[Step]:
    owners, folder = libraries(), ROOT / "templates"
    return [
        step
        for path in folder.rglob("*")
        if path.suffix in (".html", ".txt")
        for step in template_steps(path.read_text(), str(path.relative_to(folder)), owners)
    ]
