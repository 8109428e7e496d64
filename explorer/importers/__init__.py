"""Foreign data to groups: one file per layout. They translate; the study validates and writes."""

from explorer.importers.base import Importer
from explorer.registry import Registry

IMPORTERS: Registry[type[Importer]] = Registry(
    "importer",
    {
        "folder": "explorer.importers.folder:FolderImporter",
        "features": "explorer.importers.features:FeaturesImporter",
    },
)
