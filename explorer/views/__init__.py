"""Views: each picks the data for one picture, and draws it. They do not know one another."""

from explorer.registry import Registry
from explorer.views.base import View

VIEWS: Registry[type[View]] = Registry(
    "view",
    {
        "cortex": "explorer.views.cortex:Cortex",
        "electrodes": "explorer.views.electrodes:Electrodes",
        "layers": "explorer.views.layers:Layers",
        "captions": "explorer.views.captions:Captions",
        "gallery": "explorer.views.gallery:Gallery",
        "layer_time": "explorer.views.layer_time:LayerTime",
        "timecourse": "explorer.views.timecourse:Timecourse",
        "topography": "explorer.views.topography:Topography",
        "rdm": "explorer.views.rdm:Rdm",
        "planted": "explorer.views.planted:PlantedView",
        "jobs": "explorer.views.jobs:Jobs",
    },
)
