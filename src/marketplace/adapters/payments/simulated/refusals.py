"""What the simulated provider refuses."""


class ProviderRefusal(Exception):
    """The provider did nothing. `code` is its word for why."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


class KeyReused(Exception):
    """An idempotency key was used for another request."""
