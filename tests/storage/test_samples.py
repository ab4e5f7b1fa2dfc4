"""Samples of reputation and credits: one a day, private, never in the way."""

import stat
from datetime import date, timedelta
from multiprocessing import get_context

import pytest

from tui_reseller.domain.errors import BadConfig
from tui_reseller.domain.usage import Sample
from tui_reseller.storage.samples import FILE, KEPT_DAYS, Samples

DAY = date(2026, 3, 4)


@pytest.fixture
def samples(tmp_path):
    return Samples(tmp_path / "state")


def test_nothing_is_made_before_there_is_something_to_keep(samples, tmp_path):
    assert samples.of("acme", "7") == ()
    assert not (tmp_path / "state").exists()


def test_a_day_has_one_sample_and_keeps_what_a_later_one_does_not_tell(samples):
    samples.keep("acme", "7", Sample(DAY, 98, 100))
    samples.keep("acme", "7", Sample(DAY, None, 90))
    samples.keep("acme", "7", Sample(DAY + timedelta(days=1), 97.5))
    samples.keep("acme", "8", Sample(DAY, 1))
    samples.keep("other", "7", Sample(DAY, 2))
    assert samples.of("acme", "7") == [Sample(DAY, 98, 90), Sample(DAY + timedelta(days=1), 97.5)]


def test_what_is_older_than_two_years_goes(samples):
    samples.keep("acme", "7", Sample(DAY, 98))
    samples.keep("acme", "7", Sample(DAY + timedelta(days=KEPT_DAYS), 97))
    assert [one.day for one in samples.of("acme", "7")] == [DAY, DAY + timedelta(days=KEPT_DAYS)]
    samples.keep("acme", "7", Sample(DAY + timedelta(days=KEPT_DAYS + 1), 96))
    assert samples.of("acme", "7")[0].day == DAY + timedelta(days=KEPT_DAYS)


def test_the_file_is_ours_alone(samples, tmp_path):
    samples.keep("acme", "7", Sample(DAY, 98))
    assert stat.S_IMODE((tmp_path / "state" / FILE).stat().st_mode) == 0o600
    assert stat.S_IMODE((tmp_path / "state").stat().st_mode) == 0o700


@pytest.mark.parametrize("name", ["", "O'Neil; DROP TABLE samples", "lone \ud800 half", "naïve", "a\x00b"])
def test_any_key_comes_back(samples, name):
    samples.keep("acme", name, Sample(DAY, 98))
    assert samples.of("acme", name) == [Sample(DAY, 98)]


def test_a_damaged_file_is_named(samples, tmp_path):
    (tmp_path / "state").mkdir(mode=0o700)
    (tmp_path / "state" / FILE).write_bytes(b"x" * 5000)
    with pytest.raises(BadConfig) as caught:
        samples.of("acme", "7")
    assert FILE in caught.value.message


def _keep(folder, number):
    for day in range(20):
        Samples(folder).keep("acme", str(number), Sample(DAY + timedelta(days=day), 50))


def test_several_processes_keep_side_by_side(samples, tmp_path):
    workers = [get_context("spawn").Process(target=_keep, args=(tmp_path / "state", number)) for number in range(3)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join(60)
        assert worker.exitcode == 0
    assert [len(samples.of("acme", str(number))) for number in range(3)] == [20, 20, 20]
