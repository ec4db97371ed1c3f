"""Email through Django's backend."""

import secrets
import smtplib
from collections.abc import Sequence
from datetime import datetime
from email.policy import Compat32
from email.utils import parseaddr
from typing import Any, ClassVar, Self

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.mail import EmailMultiAlternatives, get_connection
from django.core.validators import validate_email
from django.template import loader

from smplat.outbox.carrier import Carrier, DeliveryFailed, DeliveryRefused, Plan, Receipt
from smplat.outbox.channels.smtp_answers import is_session_over, judge, words_of
from smplat.outbox.models import Message
from smplat.outbox.topics import get_topic
from smplat.outbox.unsubscribe import make_link

# RFC 5322 allows 998 characters a line; people read the first 60.
MAX_SUBJECT_LENGTH = 200
MAX_LINE_LENGTH = 998


class EmailCarrier(Carrier):
    """One SMTP connection for a run, opened with the first message and anew after an error."""

    joins_transaction: ClassVar[bool] = False
    has_queue_for_each_recipient: ClassVar[bool] = False

    def __init__(self) -> None:
        self._connection = get_connection()
        self._is_open = False
        # An email has left over this connection.
        self._is_kept = False

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exception: object) -> None:
        self._close()

    def is_configured(self) -> bool:
        """A server (or a folder in its place) and a sender."""
        return bool((settings.EMAIL_HOST or settings.EMAIL_FILE_PATH) and settings.DEFAULT_FROM_EMAIL)

    def plan(self, messages: Sequence[Message], *, now: datetime) -> Plan:  # noqa: ARG002 - the carrier's signature
        """Each alone."""
        return Plan([[message] for message in messages])

    def deliver(self, parcel: Sequence[Message], *, now: datetime) -> Receipt:  # noqa: ARG002 - the carrier's signature
        """Send one email."""
        (message,) = parcel
        self._send(compose(message))
        return Receipt("accepted by the mail server")

    def _send(self, email: EmailMultiAlternatives) -> None:
        """Servers take a number of emails on one connection, or a while; then it goes on over the next one."""
        self._open()
        try:
            self._connection.send_messages([email])
        except (smtplib.SMTPException, OSError) as problem:
            is_kept = self._is_kept
            self._close()
            if not (is_kept and is_session_over(problem)):
                raise judge(problem) from problem
            self._send(email)
        self._is_kept = True

    def _open(self) -> None:
        if self._is_open:
            return
        try:
            self._connection.open()
        # A challenge that is no base64 is a ValueError.
        except (smtplib.SMTPException, OSError, ValueError) as problem:
            self._close()
            raise DeliveryFailed(f"The mail server cannot be used: {words_of(problem)}", is_shared=True) from problem
        self._is_open = True

    def _close(self) -> None:
        self._is_open = self._is_kept = False
        try:
            self._connection.close()
        except (smtplib.SMTPException, OSError):
            # Already gone. The backend forgets its connection all the same.
            self._connection = get_connection()


class AsWritten(Compat32):
    """Headers stay on their line.

    Python folds long ones, and "List-Unsubscribe:" with an empty first line, which several mail programs do not read;
    and it takes longer to find that nothing is to be folded than everything else about an email.
    """

    def fold_binary(self, name: str, value: Any) -> bytes:
        """The header as one line, unless it needs to be encoded or is longer than RFC 5322 allows."""
        if isinstance(value, str) and value.isascii() and len(name) + len(value) < MAX_LINE_LENGTH:
            return f"{name}: {value}{self.linesep}".encode("ascii")
        return super().fold_binary(name, value)


class UnfoldedEmail(EmailMultiAlternatives):
    """An email that is written down fast, with long addresses on the line of their header."""

    def message(self) -> Any:  # type: ignore[override] # the stubs describe Django 6, where a policy can be given
        """The MIME message."""
        message = super().message()
        message.policy = AS_WRITTEN
        # Nobody can guess it, so the parts need not be searched for it.
        message.set_boundary(f"=_{secrets.token_hex(16)}")
        return message


AS_WRITTEN = AsWritten(max_line_length=MAX_LINE_LENGTH)


def compose(message: Message) -> EmailMultiAlternatives:
    """The email of a message: text and HTML from its topic's templates, the payload as their context.

    The Message-ID is made of the message's id, so that a repeat is recognised as one.

    Raises:
        DeliveryRefused: the recipient is not one email address.
    """
    _check_address(message.recipient)
    template = f"emails/{get_topic(message.topic).template}"
    context = message.payload | {"base_url": settings.API_BASE_URL, "unsubscribe_url": ""}
    headers = {"Message-ID": _message_id(message), "Auto-Submitted": "auto-generated"}
    if message.category and message.recipient_id:
        link = make_link(recipient_id=message.recipient_id, category=message.category)
        context["unsubscribe_url"] = link
        # One click without a page (RFC 8058).
        headers |= {"List-Unsubscribe": f"<{link}>", "List-Unsubscribe-Post": "List-Unsubscribe=One-Click"}
    subject = loader.get_template(f"{template}_subject.txt", using="text").render(context)
    email = UnfoldedEmail(
        subject=" ".join(subject.split())[:MAX_SUBJECT_LENGTH],
        body=loader.get_template(f"{template}.txt", using="text").render(context),
        to=[message.recipient],
        headers=headers,
    )
    email.attach_alternative(loader.get_template(f"{template}.html", using="django").render(context), "text/html")
    return email


def _check_address(address: str) -> None:
    try:
        validate_email(address)
    except ValidationError:
        raise DeliveryRefused("The recipient is not an email address.") from None


def _message_id(message: Message) -> str:
    domain = parseaddr(settings.DEFAULT_FROM_EMAIL)[1].rpartition("@")[2]
    return f"<{message.pk}@{domain}>"
