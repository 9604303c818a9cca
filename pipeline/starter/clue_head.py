"""A head for clues on the patches of an encoder that stays as it is, trained on drawn scenes."""

from __future__ import annotations

import numpy as np
import torch
from numpy.typing import NDArray
from PIL import Image
from torch import Tensor
from tqdm import tqdm

from pipeline.starter.clue_losses import box_loss, cropped, pointing_loss, presence_loss, shown
from pipeline.starter.scene_cache import Scenes
from pipeline.starter.sightings import common_names, sightings_of
from predictor.encoders.encoder import Encoder, normalise
from predictor.encoders.patches import patch_tokens
from predictor.seeing.head import ClueHead, patch_centres

EPOCHS = 20
BATCH = 32
RATE, WEIGHT_DECAY = 1e-3, 0.05
POINTING, BOXES = 2.0, 2.0  # weights of the losses beside that of presence


def train_head(encoder: Encoder, scenes: Scenes, *, seed: int) -> tuple[ClueHead, tuple[str, ...]]:
    """The head for the common clues of the scenes, and their names. The encoder's network is a vision transformer."""
    torch.manual_seed(seed)
    texts = scenes.records["sightings"].tolist()
    names = common_names(texts)
    sightings = sightings_of(texts, names)
    tokens, (rows, columns) = _tokens(encoder, scenes)
    window = torch.tensor([encoder.preparation.box_in(Image.fromarray(scenes.images[0]))])
    which, boxes = cropped(torch.from_numpy(sightings.which), torch.from_numpy(sightings.boxes), window)
    centres = patch_centres(rows, columns).to(encoder.device)
    head = ClueHead(tokens.shape[2], len(names)).to(encoder.device)
    optimiser = torch.optim.AdamW(head.parameters(), lr=RATE, weight_decay=WEIGHT_DECAY)
    steps = EPOCHS * -(-len(scenes) // BATCH)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimiser, RATE, total_steps=steps)
    for _ in tqdm(range(EPOCHS), desc="Training the head", unit="epoch"):
        for batch in torch.randperm(len(scenes)).split(BATCH):
            patches = torch.from_numpy(tokens[batch.numpy()]).to(encoder.device).float()
            truth = shown(which[batch].to(encoder.device), boxes[batch].to(encoder.device), centres, len(names), None)
            normalised, scores = head(patches)
            places = centres.expand(len(batch), -1, -1)
            loss = (
                presence_loss(scores, truth)
                + POINTING * pointing_loss(scores, truth)
                + BOXES * box_loss(head, normalised, scores, truth, places, (1 / columns, 1 / rows))
            )
            optimiser.zero_grad()
            loss.backward()
            optimiser.step()
            schedule.step()
    return head.eval().requires_grad_(False), names


@torch.inference_mode()
def _tokens(encoder: Encoder, scenes: Scenes) -> tuple[NDArray[np.float16], tuple[int, int]]:
    """The encoder's tokens (N, T, dim) of the scenes' patches, and their grid."""

    def tokens_of(pictures: NDArray[np.uint8]) -> tuple[Tensor, tuple[int, int]]:
        windows = [encoder.window(Image.fromarray(picture)) for picture in pictures]
        pixels = normalise(torch.from_numpy(np.stack(windows)).to(encoder.device), encoder.preparation)
        return patch_tokens(encoder.network, pixels)

    first, grid = tokens_of(scenes.images[:1])
    tokens = np.empty((len(scenes), *first.shape[1:]), np.float16)
    for start in tqdm(range(0, len(scenes), BATCH), desc="Encoding scenes", unit="batch"):
        tokens[start : start + BATCH] = tokens_of(scenes.images[start : start + BATCH])[0].half().cpu().numpy()
    return tokens, grid
