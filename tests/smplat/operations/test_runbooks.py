"""Runbooks: Markdown that names steps, and steps that leave evidence whatever becomes of them."""

from datetime import UTC, datetime
from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from smplat import db
from smplat.operations import runbooks
from smplat.operations.management.commands import runbook as command
from smplat.operations.models import Heartbeat, RunbookRun, RunbookStepRun
from smplat.operations.runbook_documents import UnknownRunbook, get_document, parse
from smplat.operations.runbooks import Step, StepContext, StepResult

NOW = datetime(2026, 3, 4, 5, 6, 7, tzinfo=UTC)
TEXT = """# Engine

When it stutters.

▶ run: `test.look`

```
▶ run: `test.example`
```

See ▶ run: `test.inline` in a sentence.

▶ run: `test.act`

<script>alert(1)</script> [click](javascript:alert(1))
"""


def look(_context: StepContext) -> StepResult:
    with db.transaction():
        Heartbeat.objects.create(name="written by a step that looks")
    return StepResult(ok=True, summary="Turns.", evidence={"at": NOW})


def act(_context: StepContext) -> StepResult:
    with db.transaction():
        Heartbeat.objects.create(name="written by a step that acts")
    return StepResult(ok=True, summary="Started.")


def crash(_context: StepContext) -> StepResult:
    raise RuntimeError("postgresql://user:hunter2@db/x is away")


@pytest.fixture
def _engine(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(command, "get_document", lambda slug: parse(slug, TEXT))
    monkeypatch.setitem(runbooks._steps, "test.look", Step(name="test.look", title="Look", acts=False, run=look))
    monkeypatch.setitem(runbooks._steps, "test.act", Step(name="test.act", title="Act", acts=True, run=act))


def outcomes() -> list[tuple[str, str]]:
    return list(RunbookStepRun.objects.order_by("recorded_at", "pk").values_list("step", "outcome"))


def test_only_paragraphs_of_their_own_are_steps() -> None:
    assert parse("engine", TEXT).steps == ("test.look", "test.act")


def test_title_and_lead_come_from_the_text() -> None:
    document = parse("engine", TEXT)
    assert (document.title, document.lead) == ("Engine", "When it stutters.")


def test_the_title_is_left_to_the_page_which_has_one_already() -> None:
    assert "<h1" not in "".join(block.html for block in parse("engine", TEXT).blocks)


def test_a_runbook_cannot_bring_script_to_the_page() -> None:
    html = "".join(block.html for block in parse("engine", TEXT).blocks)
    assert "<script" not in html
    assert 'href="javascript' not in html


@pytest.mark.parametrize("slug", ["nothing", "../README", "README", ""])
def test_an_unknown_runbook_is_refused(slug: str) -> None:
    with pytest.raises(UnknownRunbook):
        get_document(slug)


@pytest.mark.django_db(transaction=True)
@pytest.mark.usefixtures("_engine")
def test_without_names_only_looking_steps_run_and_nothing_they_wrote_stays() -> None:
    out = StringIO()
    call_command("runbook", "run", "engine", stdout=out)
    assert out.getvalue().splitlines()[-1] == "passed=1 failed=0 crashed=0 skipped=1"
    assert outcomes() == [("test.look", "passed")]
    assert RunbookStepRun.objects.get().evidence == {"at": str(NOW)}
    assert not Heartbeat.objects.exists()


@pytest.mark.django_db(transaction=True)
@pytest.mark.usefixtures("_engine")
def test_a_step_that_acts_stays_and_says_when_it_began() -> None:
    call_command("runbook", "run", "engine", "--step", "test.act", "--yes", "--reason", "stutters", stdout=StringIO())
    assert outcomes() == [("test.act", "started"), ("test.act", "passed")]
    assert RunbookRun.objects.get().reason == "stutters"
    assert Heartbeat.objects.get().name == "written by a step that acts"


@pytest.mark.django_db(transaction=True)
@pytest.mark.usefixtures("_engine")
@pytest.mark.parametrize("given", [[], ["--yes"], ["--reason", "stutters"]])
def test_a_step_that_acts_needs_consent_and_a_reason(given: list[str]) -> None:
    with pytest.raises(CommandError):
        call_command("runbook", "run", "engine", "--step", "test.act", *given, stdout=StringIO())
    assert not RunbookRun.objects.exists()
    assert not Heartbeat.objects.exists()


@pytest.mark.django_db(transaction=True)
@pytest.mark.usefixtures("_engine")
def test_a_step_that_crashes_is_recorded_without_secrets(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(runbooks._steps, "test.look", Step(name="test.look", title="Look", acts=False, run=crash))
    with pytest.raises(CommandError, match="crashed=1"):
        call_command("runbook", "run", "engine", stdout=StringIO())
    row = RunbookStepRun.objects.get()
    assert (row.outcome, row.summary) == ("crashed", "RuntimeError: postgresql://… is away")


@pytest.mark.django_db(transaction=True)
@pytest.mark.usefixtures("_engine")
def test_a_step_of_another_runbook_is_refused() -> None:
    with pytest.raises(CommandError, match=r"engine has no step test\.other"):
        call_command("runbook", "run", "engine", "--step", "test.other", stdout=StringIO())
