"""The benchmark of the country, played at a small part of its size: a run, not a timing."""

import re
import subprocess
import sys
from pathlib import Path

from bench.france import sizes
from tests.proving import examples

HOUSE = Path(__file__).resolve().parents[2]
SCALE, BODIES, TRAINEES = examples(("0.001", 153, 6_000), ("0.005", 769, 30_000))
SMALL = ["--scale", SCALE, "--rounds", "2", "--sample", "60", "--rows", "1000"]


def test_the_country_has_as_many_bodies_and_trainees_as_france():
    whole = sizes(1)

    assert len(whole) == 154_107
    assert 0.97 < sum(whole) / 35_660_000 < 1.03
    assert 0.60 < sum(size for size in whole if size > 2_000) / sum(whole) < 0.70


def test_a_small_country_is_counted_whole_and_each_body_reads_its_own():
    run = subprocess.run(
        [sys.executable, "-m", "bench", "country", *SMALL],
        cwd=HOUSE,
        capture_output=True,
        text=True,
        timeout=900,
        check=False,
    )

    assert run.returncode == 0, run.stderr
    assert f"{BODIES} bodies" in run.stdout
    told = re.search(r"counts (\d+), its list (\d+), and reads (\d+) days", run.stdout)
    counted, listed, read = map(int, told.groups())
    assert counted == listed > TRAINEES
    assert read <= 365
