"""What a dipole in the cortex is on the scalp: channels of a cap, and a spherical head model."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import mne
import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]

# A 64-channel cap in the 10-10 system without its recording reference, FCz.
ROWS = (
    "Fp1 Fp2 AF7 AF3 AFz AF4 AF8 F7 F5 F3 F1 Fz F2 F4 F6 F8",
    "FT9 FT7 FC5 FC3 FC1 FC2 FC4 FC6 FT8 FT10 T7 C5 C3 C1 Cz C2 C4 C6 T8",
    "TP9 TP7 CP5 CP3 CP1 CPz CP2 CP4 CP6 TP8 TP10",
    "P7 P5 P3 P1 Pz P2 P4 P6 P8 PO7 PO3 POz PO4 PO8 O1 Oz O2",
)
CHANNELS = tuple(name for row in ROWS for name in row.split())
MONTAGE = "colin27_1005"  # which MNE called standard_1005 before
POSTERIOR = ("O1", "Oz", "O2", "PO7", "PO8", "P7", "P8", "TP9", "TP10")
DEEPEST_SHARE = 0.97  # of the brain's radius; a dipole beyond it is drawn inwards
MM = 1000.0


@dataclass(frozen=True)
class LeadField:
    """Potentials of unit dipoles.

    Attributes
    ----------
    channel : names
    place : (channel, 3), mm in head coordinates
    gain : (channel, dipole), V per A·m against the average of all channels
    """

    channel: tuple[str, ...]
    place: Array
    gain: Array


def model_head(place: Array, direction: Array) -> LeadField:
    """Lead field of oriented dipoles in MNE's four-shell sphere, fitted to the cap.

    Parameters
    ----------
    place : (dipole, 3), mm in fsaverage's surface coordinates
    direction : (dipole, 3), unit vectors
    """
    with mne.use_log_level("ERROR"):
        info = mne.create_info(list(CHANNELS), 100.0, "eeg")
        info.set_montage(mne.channels.make_standard_montage(MONTAGE))
        to_head = _to_head()
        centres = mne.transforms.apply_trans(to_head, place / MM)
        sphere = mne.make_sphere_model("auto", "auto", info)
        offset = centres - sphere["r0"]
        radius = DEEPEST_SHARE * sphere["layers"][0]["rad"]
        offset *= np.minimum(1, radius / np.linalg.norm(offset, axis=1))[:, None]
        turned = direction @ to_head["trans"][:3, :3].T
        where = {"rr": sphere["r0"] + offset, "nn": turned}
        sources = mne.setup_volume_source_space(pos=where)
        forward = mne.make_forward_solution(
            info, None, sources, sphere, meg=False, eeg=True, mindist=0.0
        )
    free = forward["sol"]["data"].reshape(len(CHANNELS), -1, 3)
    gain = np.einsum("csk,sk->cs", free, turned[forward["src"][0]["vertno"]])
    return LeadField(
        CHANNELS,
        np.array([c["loc"][:3] for c in info["chs"]]) * MM,
        gain - gain.mean(0),
    )


def orient_by_back(gain: Array) -> Array:
    """Sign of each dipole that makes it positive over the back of the head: (dipole,), ±1."""
    back = [CHANNELS.index(name) for name in POSTERIOR]
    return np.where(gain[back].mean(0) >= 0, 1.0, -1.0)


def _to_head() -> mne.transforms.Transform:
    """From fsaverage's surface coordinates to head coordinates, as MNE bundles it."""
    file = Path(mne.__file__).parent / "data" / "fsaverage" / "fsaverage-trans.fif"
    found = mne.read_trans(file)
    to_head = found["to"] == mne.io.constants.FIFF.FIFFV_COORD_HEAD
    return found if to_head else mne.transforms.invert_transform(found)
