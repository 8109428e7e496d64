"""When each region of a simulated brain responds to a picture, and with which sign."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

RATE = 100.0  # Hz
TIMES = np.arange(-20, 80) / RATE  # s from the onset of a picture

REBOUND, REENTRY = 0.3, 0.25  # heights of the lobe of opposite sign and of the late one
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
# 1996). Strengths copy no measurement: they are chosen so that the latencies of regions which share
# tuning can be told apart, which still fails for IPS, LO, MT and hV4.
COURSES = {
    "V1": Course(0.098, 0.014, 1.5),
    "V2": Course(0.108, 0.015, 1.1),
    "V3": Course(0.118, 0.015, 0.9),
    "hV4": Course(0.135, 0.017, 1.6),
    "OFA": Course(0.150, 0.017, 0.7, -1),
    "LO": Course(0.152, 0.018, 1.3, -1),
    "MT": Course(0.160, 0.018, 1.6),
    "FFA": Course(0.172, 0.018, 1.2, -1),
    "EBA": Course(0.180, 0.019, 1.7, -1),
    "FBA": Course(0.185, 0.019, 0.7, -1),
    "OPA": Course(0.190, 0.019, 1.0),
    "VWFA": Course(0.190, 0.019, 1.8, -1),
    "PPA": Course(0.205, 0.020, 1.2),
    "food_m": Course(0.215, 0.021, 1.3),
    "food_l": Course(0.215, 0.021, 1.3),
    "RSC": Course(0.235, 0.024, 1.35),
    "pSTS": Course(0.235, 0.024, 1.6),
    "IPS": Course(0.255, 0.027, 1.6),
    "STS": Course(0.310, 0.031, 1.9),
    "AG": Course(0.345, 0.034, 1.5),
    "ATL": Course(0.385, 0.036, 1.6),
}


def time_course(course: Course, delay: float = 0.0) -> NDArray[np.float64]:
    """Response at ``TIMES``, 1 at the peak: a lobe, its rebound, and a smaller late lobe."""
    since = TIMES - course.peak - delay
    width = course.width

    def lobe(after: float, wider: float) -> NDArray[np.float64]:
        return np.exp(-((since - after) ** 2) / (2 * (wider * width) ** 2))

    shape = lobe(0, 1) - REBOUND * lobe(2.2 * width, 1.5) + REENTRY * lobe(REENTRY_DELAY, 2.4)
    return np.where(TIMES < RISE, 0.0, shape)
