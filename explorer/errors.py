"""What a user can put right: errors that say where, found, expected, and what to do."""


class ExplorerError(Exception):
    """Base of every error whose text is meant for the user."""


class StudyError(ExplorerError, ValueError):
    """A study, or a group in it, is missing, malformed or cannot be written."""


class ImporterError(ExplorerError, ValueError):
    """Foreign data cannot be read as what they claim to be."""


class ModelError(ExplorerError, RuntimeError):
    """A model cannot be loaded, or cannot be run on these stimuli."""


class AnalysisError(ExplorerError, ValueError):
    """An analysis cannot be run on these data with these settings."""


class UnknownNameError(ExplorerError, KeyError):
    """A name that nothing answers to; the text lists the names that exist."""

    def __str__(self) -> str:  # KeyError would show the repr of the text
        return str(self.args[0]) if self.args else ""


class Cancelled(ExplorerError):  # noqa: N818 - an outcome the user asked for, not a fault
    """A job was stopped on request."""
