"""What can go wrong with a provider."""

from smplat.errors import Conflict, NotFound


class ProviderNotFound(NotFound):
    """Provider not found"""

    code = "provider-not-found"


class ProviderPaused(Conflict):
    """The provider is paused already."""

    code = "provider-paused"


class ProviderNotPaused(Conflict):
    """The provider is not paused."""

    code = "provider-not-paused"
