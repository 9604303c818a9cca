"""Where lines stand: which belong together, as a name over its distance on a milestone, and which may be cut off."""

from __future__ import annotations

from predictor.reading.lines import Line

LEAST_RATIO = 0.35  # of the heights of two lines of one sign
LEAST_OVERLAP = 0.3  # of the smaller line, across for lines above each other, and down for lines beside each other
MOST_GAP_BELOW = 1.2  # heights of the taller line
MOST_GAP_BESIDE, MOST_PART_BESIDE = 15.0, 0.4  # heights of the taller line, and part of the picture
BELOW_COSTS = 0.7  # a number stands rather beside its name than below it
SIDE = 0.004  # part of the picture


def distance_apart(first: Line, second: Line) -> float | None:
    """How far apart two lines of one sign are, in heights of the taller one; None where they are hardly on one sign."""
    left, top, right, bottom = first.box
    other_left, other_top, other_right, other_bottom = second.box
    heights = bottom - top, other_bottom - other_top
    widths = right - left, other_right - other_left
    tall = max(heights)
    if min(*heights, *widths) <= 0 or min(heights) < LEAST_RATIO * tall:
        return None
    across = min(right, other_right) - max(left, other_left)
    down = min(bottom, other_bottom) - max(top, other_top)
    if down >= LEAST_OVERLAP * min(heights) and -across <= min(MOST_GAP_BESIDE * tall, MOST_PART_BESIDE):
        return max(0.0, -across) / tall / MOST_GAP_BESIDE
    if across >= LEAST_OVERLAP * min(widths) and -down <= MOST_GAP_BELOW * tall:
        return BELOW_COSTS + max(0.0, -down) / tall
    return None


def is_below(upper: Line, lower: Line) -> bool:
    """Whether the second line stands right below the first on one sign."""
    apart = distance_apart(upper, lower)
    return apart is not None and upper.box[1] < lower.box[1] and lower.box[1] >= (upper.box[1] + upper.box[3]) / 2


def reaches_the_side(line: Line) -> bool:
    """Whether the line goes up to the left or right side of the picture, so that a part of it may be missing."""
    return line.box[0] <= SIDE or line.box[2] >= 1 - SIDE
