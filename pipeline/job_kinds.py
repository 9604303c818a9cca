"""The kinds of jobs: for each a form for its parameters, what it runs, its queue, and the permission it needs."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from django import forms
from django.conf import settings
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from pipeline import services
from pipeline.importers.licences import FAMILIES
from pipeline.importers.sources import NAMES, SourceUnusable, check_source, open_web_source
from pipeline.models import Collection, Upload
from pipeline.recipe import Recipe, UnusableChange
from pipeline.reporting import Reporter
from predictor.models import ModelVersion
from predictor.services import predict_images
from predictor.tuned import tuned_names

if TYPE_CHECKING:
    from django.contrib.auth.models import AnonymousUser, User

ENCODERS = (
    ("starter_vit", "starter_vit – for drawn scenes"),
    ("efficientnet_lite0", "efficientnet_lite0 – for photographs"),
    ("vit_b16", "vit_b16 – for photographs, slow"),
)
PARTITIONS = (
    ("semantic", "semantic: districts merged and split by where photos are"),
    ("rectangular", "rectangular: boxes of latitude and longitude"),
    ("quadtree", "quadtree: squares cut into four"),
    ("districts", "districts: merged, not split"),
)
EVALUATION_FILE, REPORT_FILE = "evaluation.json", "evaluation.html"
ENDED = {
    "photos": "there are as many as asked for",
    "areas": "the source has no more that may be taken",
    "bytes": "as much was downloaded as it may",
}
ABLATION_FILE, ABLATION_TABLE = "ablation.json", "ablation.md"


class UnusableParameters(ValueError):
    """What the job was started with does not hold any more, such as a collection that is gone."""


@dataclass(frozen=True)
class JobKind:
    """``run(report, user, **parameters)`` returns the job's result; ``form`` cleans the parameters."""

    name: str
    title: str
    description: str
    form: type[forms.Form]
    run: Callable[..., dict[str, Any]]
    queue: str = "pipeline"
    permission: str = "pipeline.add_job"

    def startable_by(self, user: User | AnonymousUser) -> bool:
        """Whether the user's permissions suffice."""
        return user.has_perms(["pipeline.add_job", self.permission])

    def parameters(self, form: forms.Form) -> dict[str, Any]:
        """A valid form's content as the JSON that a job keeps."""
        return {name: form.fields[name].prepare_value(value) for name, value in form.cleaned_data.items()}

    def values(self, parameters: dict[str, Any]) -> dict[str, Any]:
        """The arguments of ``run`` from what a job keeps. Raises UnusableParameters."""
        form = self.form(parameters)
        if not form.is_valid():
            faults = "; ".join(f"{name}: {' '.join(map(str, errors))}" for name, errors in form.errors.items())
            raise UnusableParameters(f"The job cannot run with its parameters any more. {faults}")
        return form.cleaned_data


def _collection() -> forms.ModelChoiceField:
    return forms.ModelChoiceField(Collection.objects.all(), empty_label=None, to_field_name="slug")


def _version() -> forms.ModelChoiceField:
    return forms.ModelChoiceField(
        ModelVersion.objects.all(), empty_label=None, to_field_name="name", label="Model version"
    )


def _boundary_sets() -> list[tuple[str, str]]:
    from pipeline.boundary_sets import set_names  # its libraries would cost every start of a process a second

    names = set_names(settings.BOUNDARIES_DIR)
    return [("", "Districts that come with the project"), *((name, name) for name in names)]


def _boundaries() -> forms.ChoiceField:
    return forms.ChoiceField(
        choices=_boundary_sets, required=False, help_text="What geocells start from; import_boundaries adds to these."
    )


class LearningForm(forms.Form):
    collection = _collection()

    def clean_collection(self) -> Collection:
        collection: Collection = self.cleaned_data["collection"]
        try:
            services.photos_to_learn_from(collection)
        except services.TooFewPhotos as error:
            raise forms.ValidationError(str(error)) from error
        return collection


class GeocellsForm(LearningForm):
    partition = forms.ChoiceField(choices=PARTITIONS, required=False, initial="semantic", label="Geocells")
    minimum = forms.IntegerField(
        min_value=1,
        max_value=100_000,
        required=False,
        label="Fewest photos in a geocell",
        help_text="Empty: it follows from the number of photos.",
    )
    maximum = forms.IntegerField(
        min_value=1,
        max_value=200_000,
        required=False,
        label="Most photos in a geocell",
        help_text="Empty: twice the fewest. Geocells with more are split; merged districts never are.",
    )
    boundaries = _boundaries()
    spread = forms.BooleanField(
        required=False,
        label="Split crowded geocells on all machines",
        help_text="For semantic geocells of very many photos: every worker of the queue pipeline helps.",
    )

    def clean_partition(self) -> str:
        return self.cleaned_data["partition"] or "semantic"  # as jobs had it before there was a choice

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        minimum, maximum = cleaned.get("minimum"), cleaned.get("maximum")
        if minimum and maximum and maximum < minimum:
            self.add_error("maximum", "It cannot be below the fewest.")
        return cleaned


def _encoders() -> list[tuple[str, str]]:
    return [*ENCODERS, *((name, f"{name} – fine-tuned") for name in tuned_names(settings.ENCODERS_DIR))]


class RetrainForm(LearningForm):
    encoder = forms.ChoiceField(
        choices=_encoders,
        help_text="vit_b16 is the paper’s: it needs its weights or a network, and wants a GPU.",
    )
    seed = forms.IntegerField(min_value=0, max_value=2**32 - 1, initial=services.SEED)
    boundaries = _boundaries()
    changes = forms.CharField(
        required=False,
        label="Parts of the method to change",
        help_text="Such as: contrastive=true cells=quadtree. Empty: as docs/model.md found best.",
    )

    def clean_changes(self) -> str:
        changes: str = self.cleaned_data["changes"]
        try:
            Recipe().changed(changes.split())
        except UnusableChange as error:
            raise forms.ValidationError(str(error)) from error
        return changes


class FinetuneForm(LearningForm):
    encoder = forms.ChoiceField(choices=ENCODERS, help_text="Wants a GPU; hours without one.")
    blocks = forms.IntegerField(
        min_value=1, required=False, initial=2, label="Last blocks that learn", help_text="Empty: the whole network."
    )
    epochs = forms.IntegerField(min_value=1, max_value=1000, initial=10)
    batch = forms.IntegerField(min_value=1, max_value=4096, initial=16, label="Pictures looked at together")
    accumulation = forms.IntegerField(min_value=1, max_value=1024, initial=2, label="Batches per step")
    rate = forms.FloatField(min_value=0.0, max_value=1.0, initial=1e-4, label="Highest learning rate")
    patience = forms.IntegerField(
        min_value=1, max_value=1000, initial=3, help_text="Epochs without a better validation score before it stops."
    )
    seed = forms.IntegerField(min_value=0, max_value=2**32 - 1, initial=services.SEED)


def _parts() -> list[tuple[str, str]]:
    from pipeline.ablation import REFERENCE, task_variants, variants
    from pipeline.metadata import TASKS

    names = [*variants(Recipe(), services.FEWEST_PHOTOS), *task_variants(Recipe(), TASKS)]
    return [(name, name) for name in names if name != REFERENCE]


class AblateForm(LearningForm):
    encoder = forms.ChoiceField(choices=ENCODERS)
    parts = forms.MultipleChoiceField(
        choices=_parts, required=False, help_text="Rows of the table beside “as it is”. None chosen: all of them."
    )
    seeds = forms.IntegerField(
        min_value=1,
        max_value=10,
        initial=3,
        label="Trainings per row",
        help_text="Each draws other folds to choose on.",
    )


class WebImportForm(forms.Form):
    source = forms.ChoiceField(choices=list(NAMES.items()), label=_("Source"))
    collection = forms.CharField(
        max_length=120,
        initial="Photos of India",
        label=_("Collection"),
        help_text=_("It is made where there is none of this name."),
    )
    photos = forms.IntegerField(min_value=1, max_value=100_000, initial=500, label=_("Photos"))
    per_district = forms.IntegerField(
        min_value=1,
        required=False,
        label=_("Most photos of one district"),
        help_text=_("Empty: one for every hundred photos, at least two."),
    )
    megabytes = forms.IntegerField(min_value=1, required=False, label=_("Most megabytes to download"))
    licences = forms.MultipleChoiceField(
        choices=list(FAMILIES.items()),
        initial=list(FAMILIES),
        widget=forms.CheckboxSelectMultiple,
        label=_("Licences"),
    )
    panoramas = forms.ChoiceField(
        choices=[("skip", _("Leave out")), ("keep", _("Take")), ("only", _("Take nothing else"))], label=_("Panoramas")
    )
    category = forms.CharField(
        max_length=200,
        required=False,
        label=_("Category"),
        help_text=_("Of Wikimedia Commons, with those below it, such as Villages in Nagaland. Empty: all India."),
    )
    restart = forms.BooleanField(required=False, label=_("Ask everywhere anew instead of going on"))

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        category = cleaned.get("category")
        try:
            check_source(cleaned.get("source", ""), categories=[category] if category else [])
        except SourceUnusable as error:
            self.add_error("source", str(error))
        return cleaned


class CollectionForm(forms.Form):
    collection = _collection()


class UploadForm(forms.Form):
    upload = forms.ModelChoiceField(Upload.objects.filter(taken_in_at=None), empty_label=None)
    take_in = forms.BooleanField(
        required=False, label="Take in what is good", help_text="Without this the files are only checked."
    )


class EvaluateForm(forms.Form):
    version = _version()
    collection = _collection()


class VersionForm(forms.Form):
    version = _version()


class PromoteForm(VersionForm):
    collection = forms.ModelChoiceField(
        Collection.objects.all(),
        required=False,
        to_field_name="slug",
        empty_label="The one that decides",
        help_text="The version must beat the champion on its test photos.",
    )
    reason = forms.CharField(
        max_length=300, required=False, help_text="Why it shall serve even if it does not beat the champion."
    )


def _rebuild_geocells(report: Reporter, user: User | None, *, spread: bool, **parameters: Any) -> dict[str, Any]:
    from pipeline import spreading
    from pipeline.partition_preview import FIGURES_FILE, MAP_FILE, PARTITION_FILE, preview_partition

    run = spreading.spread if spread else map
    figures = preview_partition(**parameters, run=run, folder=_folder(report), report=report)
    return {"figures": _flat(figures), "files": [MAP_FILE, PARTITION_FILE, FIGURES_FILE]}


def _retrain(
    report: Reporter,
    user: User | None,
    *,
    collection: Collection,
    encoder: str,
    seed: int,
    boundaries: str,
    changes: str,
) -> dict[str, Any]:
    version = services.train_version(
        collection=collection,
        encoder_name=encoder,
        seed=seed,
        boundaries=boundaries,
        recipe=Recipe().changed(changes.split()),
        report=report,
    )
    card = version.card
    figures = {"photos": card["photos"], "geocells": card["cells"], "held_out": card["held_out"]}
    next_step = reverse("admin:pipeline_job_start", args=["promote"])
    links = [*_links(version), ["Make it the champion", f"{next_step}?version={version.name}"]]
    return {"figures": _flat(figures), "links": links}


def _finetune(
    report: Reporter, user: User | None, *, collection: Collection, encoder: str, **schedule: Any
) -> dict[str, Any]:
    from pipeline.finetuning import Schedule

    name, figures = services.finetune_encoder(
        collection=collection, encoder_name=encoder, schedule=Schedule(**schedule), report=report
    )
    next_step = f"{reverse('admin:pipeline_job_start', args=['retrain'])}?encoder={name}&collection={collection.slug}"
    return {"figures": {"encoder": name, **_flat(figures)}, "links": [["Retrain with it", next_step]]}


def _evaluate(report: Reporter, user: User | None, *, version: ModelVersion, collection: Collection) -> dict[str, Any]:
    from pipeline.evaluation_report import report_page

    measured = services.evaluate_version(version=version, collection=collection, report=report)
    result = measured.figures
    (_folder(report) / EVALUATION_FILE).write_text(json.dumps(result, indent=1) + "\n")
    (_folder(report) / REPORT_FILE).write_text(report_page(measured))
    shown = {name: value for name, value in result.items() if not isinstance(value, dict | list)}
    scores = {name: row["score"] for name, row in result["baselines"].items()}
    files = [REPORT_FILE, EVALUATION_FILE]
    return {"figures": _flat({**shown, "score_of": scores}), "links": _links(version), "files": files}


def _ablate(
    report: Reporter, user: User | None, *, collection: Collection, encoder: str, parts: list[str], seeds: int
) -> dict[str, Any]:
    from pipeline.ablation import as_markdown

    table = services.ablate_collection(
        collection=collection, encoder_name=encoder, parts=parts, seeds=range(1, seeds + 1), report=report
    )
    (_folder(report) / ABLATION_FILE).write_text(json.dumps(table, indent=1, ensure_ascii=False) + "\n")
    (_folder(report) / ABLATION_TABLE).write_text(as_markdown(table))
    figures = {row["name"]: f"{row['score']:,.0f} points, {row['difference']:+,.0f}" for row in table["rows"]}
    return {"figures": figures, "files": [ABLATION_FILE, ABLATION_TABLE]}


def _import_web(
    report: Reporter,
    user: User | None,
    *,
    source: str,
    collection: str,
    photos: int,
    per_district: int | None,
    megabytes: int | None,
    licences: list[str],
    panoramas: str,
    category: str,
    restart: bool,
) -> dict[str, Any]:
    from pipeline.curation.review import seek_people_in
    from pipeline.importers.run import Wanted, import_from_web

    opened = open_web_source(
        source,
        report=report,
        categories=[category] if category else [],
        panoramas=panoramas,
        max_bytes=megabytes * 10**6 if megabytes else None,
    )
    wanted = Wanted(collection, photos, per_district or 0, frozenset(licences), panoramas)
    summary = import_from_web(source=opened, wanted=wanted, restart=restart, report=report)
    into = Collection.objects.get(name=collection)
    blurred = seek_people_in(photos=summary.new, report=report)
    predicted = services.predict_new(collection=into, progress=partial(report.progress, phase="Predicting"))
    figures = {
        "new photos": len(summary.new),
        "known from other imports": summary.already_there,
        "turned away": len(summary.rejected),
        "faces and plates blurred": blurred,
        "predicted": predicted,
        "requests": summary.requests,
        "megabytes": round(summary.downloaded_bytes / 1e6, 1),
        "ended because": ENDED[summary.ended],
        **{f"photos of {state}": count for state, count in summary.by_state.most_common()},
    }
    photo_list, rejection_list = (
        f"{reverse(f'admin:pipeline_{model}_changelist')}?{field}__id__exact={into.pk}"
        for model, field in (("photo", "collections"), ("rejection", "collection"))
    )
    return {"figures": figures, "links": [["Photos", photo_list], ["Turned away", rejection_list]]}


def _upload(report: Reporter, user: User | None, *, upload: Upload, take_in: bool) -> dict[str, Any]:
    from pipeline.uploads import checking

    if take_in:
        figures: dict[str, Any] = checking.take_in(upload=upload, report=report, now=timezone.now())
    else:
        figures = checking.check(upload=upload, report=report)
    links = [[str(upload), reverse("workshop:upload", args=[upload.pk])], ["Review", reverse("workshop:review")]]
    return {"figures": _flat(figures), "links": links}


def _export(report: Reporter, user: User | None, *, collection: Collection) -> dict[str, Any]:
    from pipeline.curation.exporting import write_archive

    name = f"{collection.slug}.zip"
    count = write_archive(collection, _folder(report) / name, report)
    return {"figures": {"photos": count}, "files": [name]}


def _repredict(report: Reporter, user: User | None, *, version: ModelVersion) -> dict[str, Any]:
    progress = partial(report.progress, phase="Predicting")
    wanted = services.playable_hashes()
    count = predict_images(version=version, sha256s=wanted, progress=progress)
    return {"figures": {"playable photos": len(wanted), "predicted now": count}, "links": _links(version)}


def _promote(
    report: Reporter, user: User | None, *, version: ModelVersion, collection: Collection | None, reason: str
) -> dict[str, Any]:
    from pipeline.registry.serving import promote_if_better

    promotion = promote_if_better(version=version, collection=collection, reason=reason, user=user, report=report)
    before = str(promotion.previous) if promotion.previous else "none"
    figures = {"champion": version.name, "before": before, **promotion.figures}
    return {"figures": _flat(figures), "links": [*_links(version), ["Models", reverse("workshop:models")]]}


def _folder(report: Reporter) -> Path:
    if report.folder is None:
        raise ValueError("A job that writes files needs a folder.")
    return report.folder


def _links(version: ModelVersion) -> list[list[str]]:
    return [[version.name, reverse("admin:predictor_modelversion_change", args=[version.pk])]]


def _flat(figures: dict[str, Any], prefix: str = "") -> dict[str, Any]:
    """Nested figures as one table of label and value."""
    flat: dict[str, Any] = {}
    for name, value in figures.items():
        label = f"{prefix}{name.replace('_', ' ')}"
        flat |= _flat(value, f"{label}: ") if isinstance(value, dict) else {label: value}
    return flat


KINDS = {
    kind.name: kind
    for kind in (
        JobKind(
            "geocells",
            "Rebuild geocells",
            "Build the geocells that a collection’s training photos give, and look at them on a map. Retraining builds "
            "its own in the same way; no model changes.",
            GeocellsForm,
            _rebuild_geocells,
            permission="predictor.add_modelversion",
        ),
        JobKind(
            "retrain",
            "Retrain",
            "Make a new model version from a collection’s train and validation photos. It serves nobody until it is "
            "promoted.",
            RetrainForm,
            _retrain,
            permission="predictor.add_modelversion",
        ),
        JobKind(
            "finetune",
            "Fine-tune",
            "Teach the last blocks of an encoder, or all of it, a collection’s train photos. The epoch that does best "
            "on its validation photos is kept as an encoder that “Retrain” offers.",
            FinetuneForm,
            _finetune,
            permission="predictor.add_modelversion",
        ),
        JobKind(
            "upload",
            "Check or take in an upload",
            "Judge every file of an upload before any is taken in; or take in those that are good, blur faces in them "
            "and let the champion look at them. They wait for a review then.",
            UploadForm,
            _upload,
            permission="pipeline.add_photo",
        ),
        JobKind(
            "export",
            "Pack a collection",
            "Write a collection’s pictures and their CSV into a ZIP, which can be uploaded elsewhere.",
            CollectionForm,
            _export,
            permission="pipeline.view_photo",
        ),
        JobKind(
            "import_web",
            "Import from the web",
            "Take photos of India from Wikimedia Commons, Mapillary and others into a collection, spread over the "
            "states, with author and licence. Cancelled, it keeps what came; retried, it goes on from there.",
            WebImportForm,
            _import_web,
        ),
        JobKind(
            "evaluate",
            "Evaluate",
            "Measure a model version on the test photos of a collection that it has not learnt from.",
            EvaluateForm,
            _evaluate,
            permission="predictor.add_modelversion",
        ),
        JobKind(
            "ablate",
            "Ablate",
            "Train and measure the method part by part, each left out or taken in, with three seeds: what it buys on "
            "this collection. The whole table takes about as long as eighty trainings.",
            AblateForm,
            _ablate,
            permission="predictor.add_modelversion",
        ),
        JobKind(
            "repredict",
            "Predict again",
            "Let a model version look at every playable photo that it has not seen as it is now.",
            VersionForm,
            _repredict,
            permission="predictor.add_modelversion",
        ),
        JobKind(
            "promote",
            "Promote",
            "Let a model version look at every playable photo, then make it the champion that plays. It must beat the "
            "present one on photos that neither has learnt from, or you say why not.",
            PromoteForm,
            _promote,
            permission="predictor.promote_modelversion",
        ),
    )
}
