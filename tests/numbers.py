"""What ``/metrics`` says, as a test asks it: how much is there, and by how much has it risen."""

from collections import Counter

from prometheus_client import generate_latest
from prometheus_client.parser import text_string_to_metric_families

from prosa.metrics import REGISTRY

Numbers = Counter
"""By the name of the series, its labels in the order of the alphabet: ``prosa_x_total{a="1",b="2"}``."""


def numbers_of(text: bytes) -> Numbers:
    """What this answer says; a series that is not in it is 0."""
    found = Numbers()
    for family in text_string_to_metric_families(text.decode()):
        for sample in family.samples:
            labels = ",".join(f'{name}="{value}"' for name, value in sorted(sample.labels.items()))
            found[f"{sample.name}{{{labels}}}" if labels else sample.name] = sample.value
    return found


def counted() -> Numbers:
    """What has been counted in this process."""
    return numbers_of(generate_latest(REGISTRY))


def risen(before: Numbers, after: Numbers) -> Numbers:
    """What is different, and by how much."""
    names = {*before, *after}
    return Numbers({name: after[name] - before[name] for name in names if after[name] != before[name]})
