"""Jobs that evaluate a version, predict all playable photos with it, and promote it."""

from __future__ import annotations

import json
from functools import partial
from typing import TYPE_CHECKING, Any

from django import forms
from django.urls import reverse

from pipeline.jobs.fields import CountingField, counting_collection_field, unreviewed_field, version_field
from pipeline.jobs.kinds import JobKind, register
from pipeline.jobs.results import flat, folder_of, links_to
from pipeline.models import Collection
from pipeline.photos.selectors import MEASURABLE, playable_hashes
from pipeline.registry.measuring import evaluate_version
from pipeline.support.progress import Reporter
from predictor.models import ModelVersion
from predictor.reading.store import read_if_possible
from predictor.versions.services import predict_images

if TYPE_CHECKING:
    from django.contrib.auth.models import User

EVALUATION_FILE, REPORT_FILE = "evaluation.json", "evaluation.html"


class EvaluateForm(forms.Form):
    version = version_field()
    collection = counting_collection_field(MEASURABLE)
    unreviewed = unreviewed_field()


class VersionForm(forms.Form):
    version = version_field()


class PromoteForm(VersionForm):
    collections = forms.ModelMultipleChoiceField(
        Collection.objects.all(),
        required=False,
        to_field_name="slug",
        widget=forms.CheckboxSelectMultiple,
        label="Collections it takes over",
        help_text="It must beat, on the test photos of each, the version that serves it. None chosen: it becomes the "
        "site’s default and takes over all that follow the default. If you choose the present default, they follow it.",
    )
    default = forms.BooleanField(
        required=False,
        label="Make it the site’s default, too",
        help_text="For the gallery, /explain/ and new collections; those not chosen above keep the version they have.",
    )
    collection = CountingField(
        Collection.objects.all(),
        required=False,
        to_field_name="slug",
        splits=MEASURABLE,
        empty_label="The one that decides",
        label="Test photos",
        help_text="A new default must beat the champion on the test photos of this collection.",
    )
    unreviewed = unreviewed_field()
    reason = forms.CharField(
        max_length=300,
        required=False,
        help_text="Why to promote it even if it does not beat what serves, or if play gets worse somewhere.",
    )


def _evaluate(
    report: Reporter, user: User | None, *, version: ModelVersion, collection: Collection, unreviewed: bool
) -> dict[str, Any]:
    from pipeline.evaluation.report import report_page

    measured = evaluate_version(version=version, collection=collection, unreviewed=unreviewed, report=report)
    result = measured.figures
    (folder_of(report) / EVALUATION_FILE).write_text(json.dumps(result, indent=1) + "\n")
    (folder_of(report) / REPORT_FILE).write_text(report_page(measured))
    scalars = {name: value for name, value in result.items() if not isinstance(value, dict | list)}
    scores = {name: row["score"] for name, row in result["baselines"].items()}
    files = [REPORT_FILE, EVALUATION_FILE]
    return {"figures": flat({**scalars, "score_of": scores}), "links": links_to(version), "files": files}


def _repredict(report: Reporter, user: User | None, *, version: ModelVersion) -> dict[str, Any]:
    sha256s = playable_hashes()
    count = predict_images(version=version, sha256s=sha256s, progress=partial(report.progress, phase="Predicting"))
    read_if_possible(sha256s=sha256s, progress=partial(report.progress, phase="Reading"))
    return {"figures": {"playable photos": len(sha256s), "predicted now": count}, "links": links_to(version)}


def _promote(report: Reporter, user: User | None, *, version: ModelVersion, **how: Any) -> dict[str, Any]:
    from pipeline.registry.promotion import promote_if_better

    figures: dict[str, Any] = {"version": version.name}
    for promotion in promote_if_better(version=version, user=user, report=report, **how):
        others = {row["collection"]: row["difference"] for row in promotion.figures.get("others", [])}
        before = str(promotion.previous) if promotion.previous else "none"
        figures[promotion.collection or "site’s default"] = {"before": before, **promotion.figures, "others": others}
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
        "Let a model version look at the playable photos, then let it serve collections, or make it the champion, "
        "the site’s default. It must beat the version it replaces on photos that neither was trained on, or you give a "
        "reason.",
        PromoteForm,
        _promote,
        permission="predictor.promote_modelversion",
    )
)
