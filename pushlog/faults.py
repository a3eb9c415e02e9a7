"""Errors that a user can put right: the message says what was wrong, where, and what to do."""


class UserError(Exception):
    """The base of all such errors; the command line prints the message and ends with status 2."""


class InputError(UserError):
    """An input can't be read at all."""


class OutputError(UserError):
    """An output does not exist or can't be written."""
