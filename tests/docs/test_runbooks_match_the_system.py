"""A runbook that no longer matches the system fails here, not at three in the morning."""

import re
from argparse import ArgumentParser, _SubParsersAction
from contextlib import suppress
from io import StringIO

import pytest
from django.conf import settings
from django.core.management import CommandError, call_command, get_commands, load_command_class
from django.db import connection
from django.urls import Resolver404, resolve

from smplat.environment import Environment
from smplat.operations import runbooks, switches
from smplat.operations.runbook_documents import DIRECTORY, Document, list_documents

DOCUMENTS = list_documents()
TEXTS = {path.name: path.read_text(encoding="utf-8") for path in DIRECTORY.glob("*.md")}
every_text = pytest.mark.parametrize("text", TEXTS.values(), ids=TEXTS.keys())


def code_of(text: str) -> str:
    return "\n".join(re.findall(r"```.*?```|`[^`\n]+`", text, re.DOTALL))


def test_every_registered_step_is_cited() -> None:
    cited = {step for document in DOCUMENTS for step in document.steps}
    assert set(runbooks.steps()) - cited == set()


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda document: document.slug)
def test_every_cited_step_is_registered(document: Document) -> None:
    assert set(document.steps) - set(runbooks.steps()) == set()


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda document: document.slug)
def test_every_runbook_says_what_it_is_for_and_has_steps(document: Document) -> None:
    assert document.title != document.slug
    assert document.lead
    assert document.steps


@every_text
def test_every_command_exists_and_takes_its_options(text: str) -> None:
    for name, rest in re.findall(r"manage\.py (\w+)([^\n`]*)", text):
        assert name in get_commands()
        spelled = help_of(load_command_class(get_commands()[name], name).create_parser("manage.py", name))
        for option in re.findall(r"--[a-z-]+", rest):
            assert option in spelled, f"manage.py {name} has no {option}"


def help_of(parser: ArgumentParser) -> str:
    """The help of a command and of its subcommands."""
    nested = [action for action in parser._actions if isinstance(action, _SubParsersAction)]
    return parser.format_help() + "".join(help_of(sub) for action in nested for sub in action.choices.values())


@every_text
def test_every_address_exists(text: str) -> None:
    for address in re.findall(r"(?:GET|POST|PATCH|PUT|DELETE) (/[\w/.-]+)", text):
        try:
            resolve(address)
        except Resolver404:
            pytest.fail(f"{address} is no address of ours")


@pytest.mark.django_db
@every_text
def test_every_table_exists(text: str) -> None:
    tables = set(connection.introspection.table_names(include_views=True))
    prefixes = "analytics|checkout|operations|outbox|api|console|onboarding|merchandising|guardrails"
    named = set(re.findall(rf"(?<![\w.-])(?:{prefixes})_\w+", code_of(text)))
    commands = set(get_commands())
    assert named - tables - commands == set()


@pytest.mark.django_db
@every_text
def test_every_query_runs(text: str) -> None:
    with connection.cursor() as cursor:
        for query in re.findall(r"```sql\n(.*?)```", text, re.DOTALL):
            cursor.execute(query)


@every_text
def test_every_switch_exists(text: str) -> None:
    declared = {switch.name for switch in switches.declared()}
    flipped = set(re.findall(r"manage\.py switch (?:on|off) ([\w.-]+)", text))
    domains = {name.split(".")[0] for name in declared}
    named = {name for name in re.findall(r"`([a-z]+\.[a-z_]+)`", text) if name.split(".")[0] in domains}
    assert (flipped | named) - declared == set()


@every_text
def test_every_setting_exists(text: str) -> None:
    for name in re.findall(r"`([A-Z][A-Z0-9]+(?:_[A-Z0-9]+)+)`", text):
        assert name.lower() in Environment.model_fields or hasattr(settings, name)


@every_text
def test_every_link_leads_to_a_file(text: str) -> None:
    for target in re.findall(r"\]\((?!https?:)([^)#]+)", text):
        assert (DIRECTORY / target).exists()


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda document: document.slug)
def test_every_looking_step_gives_a_verdict_on_an_empty_store(document: Document) -> None:
    out = StringIO()
    # Not everything is well in an empty store: the command may say so, but no step may break.
    with suppress(CommandError):
        call_command("runbook", "run", document.slug, stdout=out)
    assert "crashed=0" in out.getvalue()
