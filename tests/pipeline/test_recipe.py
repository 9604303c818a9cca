"""A recipe can be changed part by part with words, and says what it does not understand."""

from __future__ import annotations

import pytest

from pipeline.training.recipe import Recipe, UnusableChange


def test_parts_are_set_by_name() -> None:
    recipe = Recipe().with_changes(
        ["contrastive=true", "text_tower=clip", "tau_km=60", "minimum=12", "margin=0.1", "tasks=state,climate"]
    )
    assert (recipe.contrastive, recipe.text_tower, recipe.tau_km, recipe.minimum) == (True, "clip", 60.0, 12)
    assert (recipe.margin, recipe.tasks) == (0.1, ("state", "climate"))
    assert recipe.with_changes(["tau_km=none", "tasks=none", "minimum=none"]) == Recipe().with_changes(
        ["contrastive=true", "text_tower=clip", "margin=0.1"]
    )


@pytest.mark.parametrize(
    ("change", "hint"),
    [
        ("contrast=true", "contrastive"),
        ("cells=round", "quadtree"),
        ("contrastive=yes", "true or false"),
        ("refine=none", "true or false"),
        ("minimum=3.5", "a whole number"),
        ("tau_km=far", "a number"),
        ("margin", "a number"),
    ],
)
def test_what_cannot_be_is_answered_with_what_can(change: str, hint: str) -> None:
    with pytest.raises(UnusableChange, match=hint):
        Recipe().with_changes([change])
