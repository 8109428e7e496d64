"""Views: each picks the data for one picture, and draws it. They do not know one another."""

from explorer.registry import Registry
from explorer.views.base import View

VIEWS: Registry[type[View]] = Registry(
    "view",
    {
        "layers": "explorer.views.layers:Layers",
        "captions": "explorer.views.captions:Captions",
        "gallery": "explorer.views.gallery:Gallery",
        "rdm": "explorer.views.rdm:Rdm",
        "jobs": "explorer.views.jobs:Jobs",
    },
)
