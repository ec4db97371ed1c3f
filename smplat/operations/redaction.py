"""Error texts of drivers carry addresses and sometimes passwords; what an open page shows carries neither."""

import re

# An error is shown in one line of a table; the log has the whole of it.
MAX_LENGTH = 300

_PATTERNS = (
    (re.compile(r"\b([a-z][a-z0-9+.-]*)://\S+"), r"\1://…"),
    (re.compile(r"(?i)\b(password|passwd|secret|token|api[_-]?key|authorization)\b(\s*[=:]\s*)\S+"), r"\1\2…"),
    (re.compile(r"\b(host|hostaddr|user|port|dbname)=\S+"), r"\1=…"),
    (re.compile(r"(?i)\b(server at|connection to server) [^,;]*?(?= failed|,|;|$)"), r"\1 …"),
    (re.compile(r"\b\d{1,3}(\.\d{1,3}){3}(:\d+)?\b"), "…"),
    (re.compile(r"[^\s<>\"'(),;:=/@]+@[^\s<>\"'(),;:/@]+"), "…"),
)


def describe_error(error: BaseException | str) -> str:
    """The class and the first line of an error, without addresses and secrets."""
    text = error if isinstance(error, str) else f"{type(error).__name__}: {error}"
    line = next((part.strip() for part in text.splitlines() if part.strip()), "")
    for pattern, replacement in _PATTERNS:
        line = pattern.sub(replacement, line)
    return line[:MAX_LENGTH]
