"""What can go wrong in this room.

ValueError
└── IdentityError           the base of all of them; str() says what to do and holds no personal value
    ├── SettingsError       config/identity.toml or a map's extra entries are wrong
    ├── InputError          a table lacks what the engine cannot do without
    │   └── NothingToCompareError   the records carry nothing that could tell who is who
    ├── OvergrownError      an increment cannot stand for a full resolution
    └── NotExplainableError asked about records or customers the tables do not hold
"""


class IdentityError(ValueError):
    """Base of the errors of identity resolution."""


class SettingsError(IdentityError):
    """A setting is unknown or out of range."""


class InputError(IdentityError):
    """An input table is missing, empty of columns, or not unique by record."""


class NothingToCompareError(InputError):
    """No record has a name, contact, date, place or extra column: each is somebody of its own, as far as one knows."""


class OvergrownError(IdentityError):
    """What came in does not fit the epoch: only a full resolution gives the same result."""


class NotExplainableError(IdentityError):
    """No evidence is stored about what was asked."""
