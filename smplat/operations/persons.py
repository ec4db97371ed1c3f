"""How commands are told which person they are about."""

from argparse import ArgumentParser
from uuid import UUID

from django.core.management.base import CommandError

from smplat.personal_data import Person, PersonNotFound, find_person


def add_person_arguments(parser: ArgumentParser) -> None:
    """`--email` or `--customer`, one of them."""
    who = parser.add_mutually_exclusive_group(required=True)
    who.add_argument("--email", help="The address, in any case.")
    who.add_argument("--customer", type=UUID, action="append", help="The customer's id; may be repeated.")


def parse_person(*, email: str | None, customer: list[UUID] | None) -> Person:
    """The person these arguments name.

    Raises:
        CommandError: nobody has this address.
    """
    if customer:
        return Person(tuple(customer))
    try:
        return find_person(email=email or "")
    except PersonNotFound as unknown:
        raise CommandError(f"{unknown.message} After an erasure a person is known by id only.") from unknown


def as_arguments(person: Person) -> str:
    """The arguments that name the same person without the address."""
    return " ".join(f"--customer {customer_id}" for customer_id in person.ids)
