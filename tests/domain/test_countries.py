"""The table of countries is whole: what a code means never depends on the order of its lines."""

import re

from tui_reseller.domain.countries import COUNTRIES


def test_every_country_has_codes_of_its_own():
    assert len(COUNTRIES) == 249
    for column, form in (("alpha_2", r"[A-Z]{2}"), ("alpha_3", r"[A-Z]{3}"), ("name", r".+")):
        values = [getattr(country, column) for country in COUNTRIES]
        assert len(set(values)) == len(values), column
        assert all(re.fullmatch(form, value) for value in values), column
    assert [country.alpha_2 for country in COUNTRIES] == sorted(country.alpha_2 for country in COUNTRIES)
