"""Products, features, teams, releases, the drawn roadmap, its versions and their confirmations."""

from roadmap.models.decisions import Decision
from roadmap.models.features import Contribution, Dependency, Effort, Feature, Relation, Standing
from roadmap.models.imports import Import
from roadmap.models.products import Measurement, Objective, Product
from roadmap.models.schedule import Capacity, Milestone, Release, Team
from roadmap.models.sharing import ShareLink
from roadmap.models.versions import Answer, AnswerFeature, Confirmation, LateAnswer, Version

__all__ = [
    "Answer",
    "AnswerFeature",
    "Capacity",
    "Confirmation",
    "Contribution",
    "Decision",
    "Dependency",
    "Effort",
    "Feature",
    "Import",
    "LateAnswer",
    "Measurement",
    "Milestone",
    "Objective",
    "Product",
    "Relation",
    "Release",
    "ShareLink",
    "Standing",
    "Team",
    "Version",
]
