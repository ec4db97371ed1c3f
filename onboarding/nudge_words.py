"""What nudges say: by themselves, and what a person may start from when writing one."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from onboarding.rules.nudges import Reason


@dataclass(frozen=True)
class Words:
    """The subject and the text; a blank line parts paragraphs."""

    subject: str
    message: str


@dataclass(frozen=True)
class Line:
    """One task as a nudge names it."""

    title: str
    order_number: str
    # Local words, for example "was due on 3 June"; empty when there is nothing to add.
    note: str = ""


@dataclass(frozen=True)
class Starter:
    """A text that the composer offers; `words` still says {title}, {order_number} and {name}."""

    slug: str
    label: str
    words: Words


STARTERS = (
    Starter(
        "friendly",
        "Friendly reminder",
        Words(
            "Your next step: {title}",
            "“{title}” is the next step of your order {order_number}. As soon as it is done we go on.\n\n"
            "If anything is unclear, just answer this message.",
        ),
    ),
    Starter(
        "help",
        "Offer help",
        Words(
            "Can we help with “{title}”?",
            "“{title}” of your order {order_number} is still open. Does something stand in your way?\n\n"
            "Tell us what is missing, or let us know when you have ten minutes, and we do it together.",
        ),
    ),
    Starter(
        "late",
        "It delays the start",
        Words(
            "Your order {order_number} waits for “{title}”",
            "We cannot begin before “{title}” is done, and every day moves the start of your campaign.\n\n"
            "Please do it today, or tell us which day suits you.",
        ),
    ),
)


def words_of_task(*, title: str, order_number: str, reason: Reason, note: str = "") -> Words:
    """The text about one task; for one that is overdue with a line more."""
    message = f"“{title}” is the next step of your order {order_number}, and it waits for you."
    if reason is Reason.OVERDUE:
        message += f"\n\nIt {note or 'is overdue'}. The sooner it is done, the sooner we begin."
    return Words(f"{'Overdue' if reason is Reason.OVERDUE else 'Your next step'}: {title}", message)


def words_of_digest(lines: Sequence[Line]) -> Words:
    """The text above a list of several tasks."""
    numbers = sorted({line.order_number for line in lines})
    orders = f"order {numbers[0]}" if len(numbers) == 1 else f"orders {', '.join(numbers[:-1])} and {numbers[-1]}"
    return Words(
        f"{len(lines)} steps wait for you",
        f"These steps of your {orders} wait for you. As soon as they are done we go on.",
    )


def due_note(*, due_at: datetime, time_zone: str) -> str:
    """When a task was due, on the client's own calendar."""
    local = due_at.astimezone(ZoneInfo(time_zone))
    return f"was due on {local.day} {local:%B %Y}"
