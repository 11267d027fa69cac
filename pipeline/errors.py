"""Which errors may be shown: those of our own rooms, whose texts say what to do and never quote a person's value."""

OWN_PACKAGES = frozenset({"pipeline", "connectors", "transforms", "identity", "quality", "warehouse"})


def speaks_to_the_user(error: BaseException) -> bool:
    """True for an error class of ours; the text of any other error is withheld, it could quote a value."""
    return isinstance(error, ValueError) and type(error).__module__.partition(".")[0] in OWN_PACKAGES
