"""When each region of a simulated brain responds to a picture, and with which sign."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

RATE = 100.0  # Hz
TIMES = np.arange(-20, 80) / RATE  # s from the onset of a picture

REBOUND, REENTRY = 0.30, 0.08  # heights of the lobe of opposite sign and of the late one
REENTRY_DELAY = 0.17  # s
RISE = 0.04  # s before which nothing responds


@dataclass(frozen=True)
class Course:
    """How a region responds.

    Attributes
    ----------
    peak : s from onset
    width : s, standard deviation of the first lobe
    strength : on the scalp, relative to other regions
    polarity : sign of the first lobe over the back of the head; -1 makes the N170 of faces
    """

    peak: float
    width: float
    strength: float = 1.0
    polarity: int = 1


# Peaks follow the order of the hierarchy; only FFA's copies a measured one, the N170 (Bentin et al.
# 1996). Strengths, widths and lobes copy no measurement: a search chose them so that the latency of
# every region can be told from its correlation with the EEG, though many share their tuning.
COURSES = {
    "V1": Course(0.098, 0.011, 0.9),
    "V2": Course(0.108, 0.011, 0.9),
    "V3": Course(0.118, 0.011, 0.9),
    "hV4": Course(0.135, 0.013, 2.68),
    "OFA": Course(0.150, 0.013, 1.32, -1),
    "LO": Course(0.152, 0.018, 2.98, -1),
    "MT": Course(0.160, 0.022, 0.9),
    "FFA": Course(0.172, 0.013, 0.9, -1),
    "EBA": Course(0.180, 0.014, 1.29, -1),
    "FBA": Course(0.185, 0.014, 1.42, -1),
    "OPA": Course(0.190, 0.023, 0.9),
    "VWFA": Course(0.190, 0.014, 1.61, -1),
    "PPA": Course(0.205, 0.015, 2.02),
    "food_m": Course(0.215, 0.019, 1.82),
    "food_l": Course(0.215, 0.018, 1.98),
    "RSC": Course(0.235, 0.018, 1.38),
    "pSTS": Course(0.235, 0.019, 1.9),
    "IPS": Course(0.255, 0.020, 3.2),
    "STS": Course(0.310, 0.026, 2.9),
    "AG": Course(0.345, 0.026, 2.56),
    "ATL": Course(0.385, 0.027, 3.2),
}


def time_course(course: Course, delay: float = 0.0) -> NDArray[np.float64]:
    """Response at ``TIMES``, 1 at the peak: a lobe, its rebound, and a smaller late lobe."""
    since = TIMES - course.peak - delay
    width = course.width

    def lobe(after: float, wider: float) -> NDArray[np.float64]:
        return np.exp(-((since - after) ** 2) / (2 * (wider * width) ** 2))

    shape = lobe(0, 1) - REBOUND * lobe(2.2 * width, 1.5) + REENTRY * lobe(REENTRY_DELAY, 2.4)
    return np.where(TIMES < RISE, 0.0, shape)
