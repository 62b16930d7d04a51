"""Many people answer at once around a deadline, in real processes, through the pages' own endpoints; see under_fire."""

from datetime import timedelta

import pytest

from tests.stakeholders.under_fire import under_fire

SPREAD = timedelta(seconds=2)


@pytest.mark.processes
@pytest.mark.postgres
def test_200_answers_by_16_threads_on_postgresql(tmp_path, record_property):
    figures = under_fire(tmp_path, answers=200, threads=16, rounds=10, spread=SPREAD)
    record_property("figures", str(figures))


@pytest.mark.processes
@pytest.mark.sqlite
def test_50_answers_by_4_threads_on_sqlite(tmp_path, record_property):
    figures = under_fire(tmp_path, answers=50, threads=4, rounds=10, spread=SPREAD)
    record_property("figures", str(figures))


@pytest.mark.processes
@pytest.mark.postgres
def test_one_web_process_with_its_clock_5_minutes_fast_changes_nothing(tmp_path, record_property):
    figures = under_fire(tmp_path, answers=60, threads=8, rounds=2, spread=SPREAD, wrong_clock=300)
    assert 0 < figures.by_wrong_clock < 2 * 60, "both processes answered"
    record_property("figures", str(figures))
