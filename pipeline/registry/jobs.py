"""Jobs that evaluate a version, predict all playable photos with it, and promote it."""

from __future__ import annotations

import json
from functools import partial
from typing import TYPE_CHECKING, Any

from django import forms
from django.urls import reverse

from pipeline.jobs.fields import collection_field, version_field
from pipeline.jobs.kinds import JobKind, register
from pipeline.jobs.results import flat, folder_of, links_to
from pipeline.models import Collection
from pipeline.photos.selectors import playable_hashes
from pipeline.registry.measuring import evaluate_version
from pipeline.support.progress import Reporter
from predictor.models import ModelVersion
from predictor.versions.services import predict_images

if TYPE_CHECKING:
    from django.contrib.auth.models import User

EVALUATION_FILE, REPORT_FILE = "evaluation.json", "evaluation.html"


class EvaluateForm(forms.Form):
    version = version_field()
    collection = collection_field()


class VersionForm(forms.Form):
    version = version_field()


class PromoteForm(VersionForm):
    collection = forms.ModelChoiceField(
        Collection.objects.all(),
        required=False,
        to_field_name="slug",
        empty_label="The one that decides",
        help_text="The version must beat the champion on its test photos.",
    )
    reason = forms.CharField(
        max_length=300,
        required=False,
        help_text="Why to promote it even if it does not beat the champion.",
    )


def _evaluate(report: Reporter, user: User | None, *, version: ModelVersion, collection: Collection) -> dict[str, Any]:
    from pipeline.evaluation.report import report_page

    measured = evaluate_version(version=version, collection=collection, report=report)
    result = measured.figures
    (folder_of(report) / EVALUATION_FILE).write_text(json.dumps(result, indent=1) + "\n")
    (folder_of(report) / REPORT_FILE).write_text(report_page(measured))
    scalars = {name: value for name, value in result.items() if not isinstance(value, dict | list)}
    scores = {name: row["score"] for name, row in result["baselines"].items()}
    files = [REPORT_FILE, EVALUATION_FILE]
    return {"figures": flat({**scalars, "score_of": scores}), "links": links_to(version), "files": files}


def _repredict(report: Reporter, user: User | None, *, version: ModelVersion) -> dict[str, Any]:
    progress = partial(report.progress, phase="Predicting")
    sha256s = playable_hashes()
    count = predict_images(version=version, sha256s=sha256s, progress=progress)
    return {"figures": {"playable photos": len(sha256s), "predicted now": count}, "links": links_to(version)}


def _promote(
    report: Reporter, user: User | None, *, version: ModelVersion, collection: Collection | None, reason: str
) -> dict[str, Any]:
    from pipeline.registry.promotion import promote_if_better

    promotion = promote_if_better(version=version, collection=collection, reason=reason, user=user, report=report)
    before = str(promotion.previous) if promotion.previous else "none"
    figures = {"champion": version.name, "before": before, **promotion.figures}
    return {"figures": flat(figures), "links": [*links_to(version), ["Models", reverse("workshop:models")]]}


register(
    JobKind(
        "evaluate",
        "Evaluate",
        "Measure a model version on the test photos of a collection that it was not trained on.",
        EvaluateForm,
        _evaluate,
        permission="predictor.add_modelversion",
    )
)

register(
    JobKind(
        "repredict",
        "Predict again",
        "Let a model version look at every playable photo that it has not yet seen in its present form.",
        VersionForm,
        _repredict,
        permission="predictor.add_modelversion",
    )
)

register(
    JobKind(
        "promote",
        "Promote",
        "Let a model version look at every playable photo, then make it the champion that plays. It must beat the "
        "present one on photos that neither was trained on, or you give a reason.",
        PromoteForm,
        _promote,
        permission="predictor.promote_modelversion",
    )
)
