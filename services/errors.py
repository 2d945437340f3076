"""The three ways in which a service says no. Codes only: the portal owns the words."""


class ServiceError(Exception):
    """Base of all of them."""


class Refused(ServiceError):
    """The wish is understood and cannot be granted; `code` says why, `facts` help to answer it."""

    def __init__(self, code: str, **facts):
        super().__init__(code)
        self.code = code
        self.facts = facts


class NotFound(ServiceError):
    """Not there, or not for this actor to see. On purpose nobody can tell which."""


class NotAllowed(ServiceError):
    """The actor's role does not do this at all."""
