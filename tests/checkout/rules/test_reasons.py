"""Codes of decisions in words."""

import pytest

from checkout.rules.reasons import say_reason


@pytest.mark.parametrize(
    ("code", "sentence"),
    [
        ("order-on-hold", "A person put the order on hold."),
        ("despite-no-address", "A person sent it although: There is no address to write to."),
        ("never-heard-of", "Never heard of."),
    ],
)
def test_a_code_reads_as_a_sentence(code, sentence):
    assert say_reason(code) == sentence
