"""Flip a switch."""

from dataclasses import dataclass
from datetime import datetime

from smplat import db, history
from smplat.errors import Conflict, Invalid
from smplat.operations import switches
from smplat.operations.models import SwitchState


class SwitchUnchanged(Conflict):
    """The switch already stands like this."""

    code = "switch-unchanged"


class ReasonMissing(Invalid):
    """A reason is needed: the next person on call will ask."""

    code = "reason-missing"


class ExpiryPassed(Invalid):
    """The expiry must lie in the future."""

    code = "expiry-passed"


@dataclass(frozen=True, kw_only=True)
class Flipped:
    """How the switch stands now."""

    name: str
    is_on: bool
    reason: str
    changed_by: str
    changed_at: datetime
    expires_at: datetime | None


def flip_switch(
    *,
    name: str,
    on: bool,
    by: str,
    reason: str,
    now: datetime,
    expires_at: datetime | None = None,
    receipt: db.Receipt | None = None,
) -> Flipped:
    """Turn a switch on or off; from `expires_at` on, the opposite holds again. Every process follows within two seconds.

    Raises:
        UnknownSwitch: nothing of that name is declared.
        ReasonMissing, ExpiryPassed: these must be put right.
        SwitchUnchanged: it stands like this already, with this expiry; who came second learns it.
    """
    switches.get(name)
    reason = reason.strip()
    if not reason:
        raise ReasonMissing(field="reason")
    if expires_at is not None and expires_at <= now:
        raise ExpiryPassed(field="expires_at")
    flipped = Flipped(name=name, is_on=on, reason=reason, changed_by=by, changed_at=now, expires_at=expires_at)
    with db.transaction(receipt=receipt) as keep, history.why(reason):
        if not _swap(flipped):
            raise SwitchUnchanged(extra={"is_on": on})
        db.after_commit(switches.forget)
        return keep(flipped)


def _swap(flipped: Flipped) -> bool:
    """Compare and swap; False when the row already says the same. A switch without a row is on."""
    values = {
        "is_on": flipped.is_on,
        "reason": flipped.reason,
        "changed_by": flipped.changed_by,
        "changed_at": flipped.changed_at,
        "expires_at": flipped.expires_at,
    }
    other = SwitchState.objects.filter(name=flipped.name).exclude(is_on=flipped.is_on, expires_at=flipped.expires_at)
    if other.update(**values):
        return True
    if flipped.is_on or SwitchState.objects.filter(name=flipped.name).exists():
        return False
    # Two first flips at once: the second finds the row of the first, and is told so.
    with db.constraint_errors({"operations_switchstate_pkey": SwitchUnchanged(extra={"is_on": flipped.is_on})}):
        SwitchState.objects.create(name=flipped.name, **values)
    return True
