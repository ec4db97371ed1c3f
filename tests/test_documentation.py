"""What the documentation names exists."""

import re
from pathlib import Path

import pytest
from django.core.management import get_commands

from smplat.embedded.layout import CHECKOUT
from smplat.operations.data_dictionary import render

PAGES = sorted([*CHECKOUT.glob("*.md"), *(CHECKOUT / "docs").rglob("*.md")])
TARGETS = set(re.findall(r"^([a-z-]+):.*##", (CHECKOUT / "Makefile").read_text(), re.MULTILINE))

every_page = pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(CHECKOUT)))


@every_page
def test_every_make_target_named_exists(page):
    assert set(re.findall(r"`make ([a-z]+)", page.read_text())) <= TARGETS


@every_page
def test_every_command_named_exists(page):
    named = set(re.findall(r"manage\.py ([a-z_]+)", page.read_text()))
    assert named <= set(get_commands())


@every_page
def test_every_internal_link_leads_somewhere(page):
    links = re.findall(r"\]\((?!https?://|mailto:|#)([^)#\s]+)", page.read_text())
    assert [link for link in links if not (page.parent / link).exists()] == []


def test_the_data_dictionary_is_current():
    current = (CHECKOUT / "docs" / "data-dictionary.md").read_text()
    assert current == render(), "run `python manage.py write_data_dictionary`"


def test_every_documented_file_of_the_deployment_page_exists():
    named = re.findall(
        r"`((?:docs|scripts|smplat|requirements)[\w./-]*\.(?:md|py|sh|txt))`",
        Path(CHECKOUT / "docs/deploy.md").read_text(),
    )
    assert [name for name in named if not (CHECKOUT / name).exists()] == []


def test_the_deployment_page_leaves_the_rights_of_the_role_to_the_command():
    page = Path(CHECKOUT / "docs/deploy.md").read_text()
    assert "print_role_sql smplat_app" in page
    assert "GRANT" not in page
