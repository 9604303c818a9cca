"""Geocells: partitions of India by where the training photos are.

Semantic geocells are districts, merged where photos are few and split where they are many, also on several machines.
Boxes, a quadtree and merged districts are baselines with the same signature.
"""

from __future__ import annotations

from collections.abc import Callable

from pipeline.geocells.districts import DistrictMap, automatic_minimum, district_partition, merged_partition
from pipeline.geocells.grids import quadtree_partition, rectangular_partition
from pipeline.geocells.semantic import semantic_partition
from predictor.answers.partition import Partition

__all__ = ["PARTITIONS", "DistrictMap", "automatic_minimum", "district_partition", "semantic_partition"]

# Each is called as f(latitudes, longitudes, *, minimum=None, maximum=None, districts=None).
PARTITIONS: dict[str, Callable[..., Partition]] = {
    "semantic": semantic_partition,
    "rectangular": rectangular_partition,
    "quadtree": quadtree_partition,
    "districts": merged_partition,
}
