"""Reading input: one composed serializer for all requests, which remembers none of them."""

import pytest
from rest_framework import serializers

from smplat.api.errors import ValidationFailed
from smplat.api.inputs import Input, read_input


class Line(Input):
    sku = serializers.CharField(max_length=3)


class Basket(Input):
    lines = serializers.ListField(child=Line(), allow_empty=False)
    note = serializers.CharField(required=False, default="none")


def test_nothing_of_one_request_is_left_for_the_next():
    assert read_input(Basket, {"lines": [{"sku": "a"}], "note": "mine"}) == {"lines": [{"sku": "a"}], "note": "mine"}
    with pytest.raises(ValidationFailed):
        read_input(Basket, {"lines": [{"sku": "much too long"}], "note": "his"})
    assert read_input(Basket, {"lines": [{"sku": "b"}]}) == {"lines": [{"sku": "b"}], "note": "none"}


def test_what_is_wrong_is_told_with_its_place():
    with pytest.raises(ValidationFailed) as refused:
        read_input(Basket, {"lines": [{"sku": "a"}, {"sku": "long"}]})
    (detail,) = refused.value.details
    assert (detail.type, detail.loc) == ("string_too_long", ("body", "lines", 1, "sku"))


@pytest.mark.parametrize(("value", "kind"), [(None, "none_not_allowed"), ([], "dict_type"), ("text", "dict_type")])
def test_a_body_that_is_no_object_is_refused(value, kind):
    with pytest.raises(ValidationFailed) as refused:
        read_input(Basket, value)
    assert [(detail.type, detail.loc) for detail in refused.value.details] == [(kind, ("body",))]


def test_a_second_request_composes_no_field_again(monkeypatch):
    read_input(Basket, {"lines": [{"sku": "a"}]})
    monkeypatch.setattr(Basket, "get_fields", lambda _: pytest.fail("composed again"))
    read_input(Basket, {"lines": [{"sku": "b"}]})
