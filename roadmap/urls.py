"""Addresses of products, features, the roadmap, its versions and shares."""

from django.urls import path

import roadmap.converters  # noqa: F401  makes <feature:ref> known
from roadmap.views import imports, confirm, features, publish, round_part, versions

app_name = "roadmap"
urlpatterns = [
    path("p/<slug:slug>/features/", features.features, name="features"),
    path("p/<slug:slug>/features/<feature:ref>/", features.feature, name="feature"),
    path("p/<slug:slug>/features/<feature:ref>/delete/", features.feature_delete, name="feature-delete"),
    path("p/<slug:slug>/features/<feature:ref>/edit/", features.feature_edit, name="feature-edit"),
    path("p/<slug:slug>/features/import/", imports.feature_import, name="feature-import"),
    path("p/<slug:slug>/features/import/<int:pk>/", imports.feature_import_receipt, name="feature-import-receipt"),
    path("p/<slug:slug>/features/import/<int:pk>/undo/", imports.feature_import_undo, name="feature-import-undo"),
    path("p/<slug:slug>/features/import/apply/", imports.feature_import_apply, name="feature-import-apply"),
    path("p/<slug:slug>/features/import/refused/", imports.feature_import_refused, name="feature-import-refused"),
    path("p/<slug:slug>/features/new/", features.feature_new, name="feature-new"),
    path("p/<slug:slug>/features/suggestions/", features.suggestions, name="feature-suggestions"),
    path("confirm/<slug:public_id>/", confirm.confirm, name="confirm"),
    path("confirm/<slug:public_id>/answer/", confirm.answer, name="confirm-answer"),
    path("confirm/<slug:public_id>/note/", confirm.note, name="confirm-note"),
    path("p/<slug:slug>/roadmap/publish/", publish.publish, name="publish"),
    path(
        "p/<slug:slug>/rounds/<slug:public_id>/confirmation/", round_part.round_confirmation, name="round-confirmation"
    ),
    path("p/<slug:slug>/versions/", versions.versions, name="versions"),
    path("p/<slug:slug>/versions/<int:number>/", versions.version, name="version"),
    path("p/<slug:slug>/versions/<int:number>/snapshot/", versions.snapshot, name="version-snapshot"),
]
