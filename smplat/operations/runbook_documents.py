"""Runbooks as people write them: Markdown in docs/runbooks, with lines that name a step which runs.

    ▶ run: `analytics.check-arrivals`

Such a line is a paragraph of its own. Readers of the plain file see what it means; `manage.py runbook` and the console
turn it into a button. Inside a code block it is an example and means nothing.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

from django.conf import settings
from markdown_it import MarkdownIt
from markdown_it.token import Token

from smplat.errors import NotFound

DIRECTORY = Path(settings.BASE_DIR) / "docs" / "runbooks"
# About the runbooks, not one of them.
INDEX = "README"

_CITATION = re.compile(r"▶ run: `(?P<step>[a-z0-9][a-z0-9._-]*)`")
# Raw HTML is shown as text, and links to javascript: are not links: a runbook is trusted, its rendering need not be.
_markdown = MarkdownIt("commonmark", {"html": False}).enable("table")


class UnknownRunbook(NotFound):
    """There is no runbook of this name."""

    code = "unknown-runbook"


@dataclass(frozen=True, kw_only=True)
class Block:
    """A piece of a runbook: either text as HTML, or the name of a step that stands here."""

    html: str = ""
    step: str = ""


@dataclass(frozen=True, kw_only=True)
class Document:
    """One runbook."""

    slug: str
    title: str
    # The first paragraph: when to reach for it.
    lead: str
    source: str
    blocks: tuple[Block, ...]

    @property
    def steps(self) -> tuple[str, ...]:
        """The names of the cited steps, in the order of the text, each once."""
        return tuple(dict.fromkeys(block.step for block in self.blocks if block.step))


def list_documents(directory: Path = DIRECTORY) -> list[Document]:
    """Every runbook, by name."""
    return [_read(path) for path in sorted(directory.glob("*.md")) if path.stem != INDEX]


def get_document(slug: str, directory: Path = DIRECTORY) -> Document:
    """The runbook of that name.

    Raises:
        UnknownRunbook: there is no such file.
    """
    path = directory / f"{slug}.md"
    if not re.fullmatch(r"[a-z0-9-]+", slug) or not path.is_file():
        raise UnknownRunbook
    return _read(path)


def parse(slug: str, source: str) -> Document:
    """A runbook from its Markdown."""
    tokens = _markdown.parse(source)
    return Document(
        slug=slug,
        title=_text_after(tokens, "heading_open") or slug,
        lead=_text_after(tokens, "paragraph_open"),
        source=source,
        blocks=tuple(_blocks(_without_title(tokens))),
    )


def _read(path: Path) -> Document:
    return parse(path.stem, path.read_text(encoding="utf-8"))


def _text_after(tokens: Sequence[Token], kind: str) -> str:
    """The plain text of the first element of a kind."""
    for opened, inline in pairwise(tokens):
        if opened.type == kind:
            return "".join(_plain(child) for child in inline.children or ())
    return ""


def _plain(token: Token) -> str:
    return " " if token.type in {"softbreak", "hardbreak"} else token.content


def _without_title(tokens: Sequence[Token]) -> Sequence[Token]:
    """The page that shows the text has the title as its own only h1."""
    has_title = bool(tokens) and tokens[0].type == "heading_open" and tokens[0].tag == "h1"
    return tokens[3:] if has_title else tokens


def _blocks(tokens: Sequence[Token]) -> Iterator[Block]:
    text: list[Token] = []
    position = 0
    while position < len(tokens):
        step = _cited_step(tokens[position : position + 3])
        if step is None:
            text.append(tokens[position])
            position += 1
            continue
        if text:
            yield Block(html=_render(text))
            text = []
        yield Block(step=step)
        position += 3
    if text:
        yield Block(html=_render(text))


def _cited_step(tokens: Sequence[Token]) -> str | None:
    """The step that a top-level paragraph names, if these three tokens are one that does."""
    if [token.type for token in tokens] != ["paragraph_open", "inline", "paragraph_close"] or tokens[0].level:
        return None
    match = _CITATION.fullmatch(tokens[1].content.strip())
    return match["step"] if match else None


def _render(tokens: list[Token]) -> str:
    return str(_markdown.renderer.render(tokens, _markdown.options, {}))
