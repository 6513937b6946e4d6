"""What was measured, as rows of the README's table."""

from typing import NamedTuple


class Figure(NamedTuple):
    """What `job` costs against a floor of the same run; `goal` is the most it should."""

    job: str
    floor: str
    ratio: float
    goal: str = ""
    peak_mib: float | None = None


def table(figures: list[Figure]) -> str:
    """In Markdown."""
    rows = [f"| {job} | {ratio:.2f} × {floor} | {goal} | {'' if mib is None else f'{mib:.0f} MiB'} |" for job, floor, ratio, goal, mib in figures]
    return "\n".join(["| job | costs | goal | peak memory |", "| --- | --- | --- | ---: |", *rows])
