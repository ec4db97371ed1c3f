"""Signed-in people of each role."""

from tests.checkout.console.conftest import signed_in

__all__ = ["signed_in"]
