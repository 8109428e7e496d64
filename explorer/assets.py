"""Where the files that are not code lie: beside the package in a checkout, inside it in a wheel."""

from pathlib import Path

from explorer.errors import ExplorerError

_PLACES = (
    Path(__file__).parent / "_assets",
    Path(__file__).parent.parent / "assets",
)


def asset(name: str) -> Path:
    """Path of one asset, e.g. ``asset("models.toml")``.

    Raises
    ------
    ExplorerError
        if the installation lacks the file
    """
    for place in _PLACES:
        if (place / name).exists():
            return place / name
    raise ExplorerError(
        f"The installation lacks the asset {name!r} (looked in {', '.join(map(str, _PLACES))}). "
        "Install the package again."
    )
