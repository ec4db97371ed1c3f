"""Programs of a demo that end by themselves."""

import os
import sys

import pytest

from smplat.demo.processes import Program
from smplat.demo.stack import ProgramFailed, Stack
from smplat.embedded.layout import Layout


@pytest.fixture
def stack(tmp_path):
    layout = Layout(tmp_path)
    layout.prepare()
    return Stack(layout=layout, environment=os.environ, say=lambda _: None)


def test_what_has_ended_by_itself_is_not_started_again(stack, tmp_path):
    stack.start(Program("once", (sys.executable, "-c", f"open({str(tmp_path / 'ran')!r}, 'a').write('x')")))
    stack.finish("once")
    stack.restart_dead()
    stack.stop()
    assert (tmp_path / "ran").read_text() == "x"
    assert not list(tmp_path.glob("demo-*.pid"))


def test_what_fails_says_why(stack):
    stack.start(Program("once", (sys.executable, "-c", "raise SystemExit('no room left')")))
    with pytest.raises(ProgramFailed, match="no room left"):
        stack.finish("once")
    stack.stop()
