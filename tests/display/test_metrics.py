"""`notify.metrics_file` is OpenMetrics by the rules of the format's own parser, and fits Prometheus' older one."""

from __future__ import annotations

import io

from hypothesis import given
from hypothesis import strategies as st
from prometheus_client import parser as prometheus
from prometheus_client.openmetrics import parser as open_metrics

from sfpush.display.console import safe
from sfpush.display.metrics import Family, write_metrics


def text_of(*families: Family) -> str:
    file = io.StringIO()
    write_metrics(file, families)
    return file.getvalue()


@given(st.text(), st.floats(allow_nan=False, allow_infinity=False, width=32), st.integers(0, 2**53))
def test_labels_and_values_are_read_as_they_were_written(label: str, figure: float, count: int) -> None:
    text = text_of(
        Family("sfpush_a_seconds", "gauge", f"Help with {label}.", (({"home": label}, figure),)),
        Family("sfpush_b", "counter", "Things.", (({"home": label, "result": "x"}, count),)),
    )
    gauge, counter = open_metrics.text_string_to_metric_families(text)
    assert (gauge.name, gauge.type, gauge.unit) == ("sfpush_a_seconds", "gauge", "seconds")
    (sample,) = gauge.samples
    assert sample.labels == {"home": safe(label)}
    assert sample.value == float(f"{figure:.15g}")
    assert counter.type == "counter"
    assert [(one.name, one.value) for one in counter.samples] == [("sfpush_b_total", float(f"{count:.15g}"))]
    older = [one for family in prometheus.text_string_to_metric_families(text) for one in family.samples]
    assert {one.labels["home"] for one in older} == {safe(label)}


def test_what_is_not_known_is_left_out_and_the_end_is_marked() -> None:
    assert text_of(Family("sfpush_a", "gauge", "Nothing known.", ())) == "# EOF\n"
