"""What the answers of a mail server mean: whether they are about this message, or about all that we send."""

import re
import smtplib
from typing import Final

from smplat.outbox.carrier import DeliveryFailed, DeliveryRefused

# The server is about to hang up (RFC 5321, 3.8): whatever it was told, the message is not to blame.
SESSION_OVER: Final = 421
# The message is larger than the server takes, said to MAIL already when it was told the size (RFC 1870).
TOO_LARGE: Final = 552
# "Bad sequence of commands": about the dialogue, not about who was named in it.
OUT_OF_SEQUENCE: Final = 503
# Authentication or encryption is missing (RFC 4954, RFC 3207).
NOT_ALLOWED_YET: Final = frozenset({530, 535, 538})
# Enhanced codes (RFC 3463, RFC 7372, Exchange, Gmail) that find fault with the sender: its address, credentials, encryption,
# DKIM, SPF, DMARC or reverse name, permission to relay or to use this sender, or a daily limit.
OUR_CODES: Final = frozenset(
    {"1.7", "1.8", "4.5", "7.8", "7.9", "7.11", "7.54", "7.57", "7.60", *(f"7.{detail}" for detail in range(20, 28))}
)
# The code 5.7.1 is used for strangers and for recipients alike, so the words have to tell. Postfix says these things to RCPT,
# also when they are about the connection (smtpd_delay_reject).
OUR_WORDS: Final = re.compile(
    r"\brelay|authenticat|\bhelo\b|client host|sender address rejected|not verified|sending limit|starttls",
    re.IGNORECASE,
)
ENHANCED: Final = re.compile(r"\s*[245]\.(\d{1,3}\.\d{1,3})\b")
FAILURES: Final = range(400, 600)

Verdict = DeliveryFailed | DeliveryRefused


class HungUpAfterText(smtplib.SMTPServerDisconnected):
    """The connection ended when the whole email was out and its answer was not in."""


def judge(problem: smtplib.SMTPException | OSError) -> Verdict:
    """Final is only what is about this recipient or this text; a server or settings that refuse everybody pass."""
    answer = _answer_of(problem)
    if answer is None:
        return _judge_silence(problem)
    code, words = answer
    if code not in FAILURES:
        return DeliveryFailed(f"The mail server answers what it must not: {words[:100]}", is_shared=True)
    said = f"{code} {words}"
    if whose := _whose_fault(problem, code, words):
        return DeliveryFailed(f"{whose}: {said}", response_status=code, is_shared=True)
    if code < 500 or code == OUT_OF_SEQUENCE:
        return DeliveryFailed(said, response_status=code)
    return DeliveryRefused(said, response_status=code)


def _whose_fault(problem: Exception, code: int, words: str) -> str:
    """What to say of an answer that every message would get; nothing of one about this message."""
    if code == SESSION_OVER or isinstance(problem, smtplib.SMTPHeloError):
        return "The mail server closes"
    if isinstance(problem, smtplib.SMTPSenderRefused) and code != TOO_LARGE:
        return "The mail server refuses our sender"
    if code >= 500 and is_about_us(code, words):
        return "The mail server refuses us, not this recipient; check the SMTP settings"
    return ""


def is_about_us(code: int, words: str) -> bool:
    """Whether a refusal finds fault with who sends, so that every message would meet it."""
    enhanced = ENHANCED.match(words)
    return code in NOT_ALLOWED_YET or bool(enhanced and enhanced[1] in OUR_CODES) or bool(OUR_WORDS.search(words))


def is_session_over(problem: smtplib.SMTPException | OSError) -> bool:
    """Whether the server wants no further message on this connection, before it has heard of the message."""
    return isinstance(problem, smtplib.SMTPSenderRefused) and problem.smtp_code == SESSION_OVER


def words_of(problem: Exception) -> str:
    """The server's words, or what happened instead of an answer."""
    answer = _answer_of(problem)
    if answer is not None:
        return f"{answer[0]} {answer[1]}"
    if isinstance(problem, smtplib.SMTPServerDisconnected):
        return "it takes too long to answer" if _is_late(problem) else "it hung up"
    return f"{type(problem).__name__}: {problem}"


def _judge_silence(problem: smtplib.SMTPException | OSError) -> Verdict:
    if isinstance(problem, smtplib.SMTPNotSupportedError):
        return DeliveryRefused(words_of(problem))
    if isinstance(problem, HungUpAfterText):
        detail = (
            f"The mail server has the whole email and did not confirm it: {words_of(problem)}. It may arrive twice."
        )
        return DeliveryFailed(detail, is_shared=_is_late(problem))
    if isinstance(problem, smtplib.SMTPServerDisconnected):
        return DeliveryFailed(f"No answer of the mail server: {words_of(problem)}", is_shared=_is_late(problem))
    return DeliveryFailed(words_of(problem))


def _is_late(problem: BaseException) -> bool:
    """Out of patience, which the next message would lose as well; smtplib reports it as a lost connection."""
    return isinstance(problem.__context__, TimeoutError) or isinstance(problem.__cause__, TimeoutError)


def _answer_of(problem: Exception) -> tuple[int, str] | None:
    """Code and words; a code that is none, of words that smtplib could not read, is -1."""
    if isinstance(problem, smtplib.SMTPRecipientsRefused):
        code, words = next(iter(problem.recipients.values()))
        return code, _text(words)
    if type(problem) is smtplib.SMTPResponseException and problem.smtp_error == "Line too long.":
        # smtplib's own verdict, under a code as if the server had refused for good.
        return -1, "a line without end"
    if isinstance(problem, smtplib.SMTPResponseException):
        return problem.smtp_code, _text(problem.smtp_error)
    return None


def _text(words: bytes | str) -> str:
    return words.decode("utf-8", "replace") if isinstance(words, bytes) else words
