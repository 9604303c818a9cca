"""The ablation as a page: what each part gains or loses, with its interval; one HTML file without scripts."""

from __future__ import annotations

from typing import Any

from django.template.loader import render_to_string
from django.utils.safestring import mark_safe

from pipeline.evaluation.plots import span_mark
from pipeline.evaluation.report import page_styles

TEMPLATE = "pipeline/ablation.html"


def ablation_page(table: dict[str, Any]) -> str:
    """The file's text, for a table of `ablation.ablate`."""
    rows = table["rows"]
    ends = [end for row in rows[1:] if not row["name"].startswith("baseline") for end in row["difference_ci95"]]
    widest = max(map(abs, ends), default=1.0) or 1.0
    marked = [
        {
            "radius_coverage": None,  # of baselines
            **row,
            "gain": f"{row['difference']:+,.0f}".replace("-", "−"),
            # What lies outside the axis, as weak baselines do, would be drawn at its edge.
            "mark": mark_safe(span_mark(row["difference"], row["difference_ci95"], widest))
            if max(map(abs, row["difference_ci95"])) <= widest
            else "",
        }
        for row in rows[1:]
    ]
    return render_to_string(TEMPLATE, {**page_styles(), "table": table, "first": rows[0], "rows": marked})
