"""Where regions of the simulated cortex lie: published coordinates, with what each rests on."""

from __future__ import annotations

from dataclasses import dataclass

Point = tuple[float, float, float]

# What "memory" means in ``status``; the text of its source ends with it.
UNCHECKED = "typical published value, not looked up"


@dataclass(frozen=True)
class Region:
    """A disc on the cortex.

    Attributes
    ----------
    name : as atlases and views call it, the same in both hemispheres
    left, right : centre in MNI152 space, mm; None if it is in the other hemisphere only. Where a
        source gives one hemisphere, the other is its mirror image.
    radius : mm along the edges of fsaverage5, which is about 1.1 times the distance on the surface
    family : "visual" or "language"
    stream : of ``STREAMS``; "" if in none
    colour : #rrggbb; kin share a hue
    source : what the centre rests on
    status : "checked" (a source was seen that gives it to within 8 mm), "approximate" (a source
        was seen that gives it for one hemisphere, or to within 13 mm), "memory" or "derived"
    """

    name: str
    left: Point | None
    right: Point | None
    radius: float
    family: str
    stream: str
    colour: str
    source: str
    status: str


# Streams of visual cortex, as the Natural Scenes Dataset names them (Allen et al. 2022).
STREAMS = {
    "early": "#b03a2e",
    "mid-ventral": "#e59866",
    "mid-lateral": "#d4ac0d",
    "mid-parietal": "#a04000",
    "ventral": "#2e86c1",
    "lateral": "#28a745",
    "parietal": "#8e44ad",
}

# Areas that are bands along the calcarine sulcus instead of discs: colours and widths in
# retinotopy.py make them.
EARLY_SOURCE = (
    "band along the calcarine sulcus; size compared with Dougherty et al. 2003 "
    "(2 to 12 degrees: V1 1470, V2 1115, V3 819 mm²)"
)
EARLY = {"V1": "#8e1b1b", "V2": "#c0392b", "V3": "#e57368"}

_FACE_STUDY = "Zaragoza-Jimenez et al. 2023"  # 28 adults; its localiser, and its faces task
_TEACHING = "centre as in public teaching code"

# fmt: off
REGIONS: tuple[Region, ...] = (
    Region("hV4", (-26, -80, -14), (28, -79, -13), 10, "visual", "mid-ventral", "#e67e22",
           "Brewer et al. 2005; Winawer & Witthoft 2015; Dougherty et al. 2003 give the foveal "
           "confluence beside it (Talairach -29,-78,-11 and 25,-80,-9)", "approximate"),
    Region("VO", (-25, -68, -11), (26, -67, -11), 9, "visual", "ventral", "#f5b041",
           f"Brewer et al. 2005; Arcaro et al. 2009 (VO1, VO2); {UNCHECKED}", "memory"),
    Region("LO", (-42, -81, -2), (43, -80, -2), 12, "visual", "mid-lateral", "#d4ac0d",
           "Larsson & Heeger 2006 (LO1, LO2); object localisers of single subjects in public data "
           "peak nearby (right 44,-81,-5), their group 12 mm anterior (47,-70,-5)", "approximate"),
    Region("V3ab", (-20, -89, 24), (23, -87, 25), 10, "visual", "mid-parietal", "#a04000",
           f"Tootell et al. 1997; Press et al. 2001; {UNCHECKED}", "memory"),
    Region("OFA", (-40, -79, -13), (41, -78, -12), 9, "visual", "ventral", "#85c1e9",
           f"Gauthier et al. 2000; {_FACE_STUDY} peak within 6 mm (-42,-84,-10 and 42,-78,-6)",
           "checked"),
    Region("FFA", (-40, -52, -20), (42, -50, -20), 11, "visual", "ventral", "#2458d3",
           f"Kanwisher et al. 1997; {_TEACHING}; {_FACE_STUDY} peak within 7 mm (-42,-46,-18 "
           "and 42,-46,-16)", "checked"),
    Region("FBA", (-41, -44, -20), (43, -42, -20), 9, "visual", "ventral", "#27ae60",
           f"Peelen & Downing 2005; Schwarzlose et al. 2005; {UNCHECKED}", "memory"),
    Region("EBA", (-48, -74, 4), (48, -72, 2), 11, "visual", "lateral", "#1e8449",
           f"Downing et al. 2001; {_TEACHING}", "checked"),
    Region("MT", (-45, -71, -1), (45, -69, 1), 8, "visual", "lateral", "#82c91e",
           "Vogel et al. 2012, MT+ (-45,-71,-1); right mirrored", "checked"),
    Region("PPA", (-26, -46, -9), (28, -45, -9), 12, "visual", "ventral", "#0e8c7f",
           f"Epstein & Kanwisher 1998; {_FACE_STUDY} peak within 5 mm (-22,-46,-8 and 24,-46,-10)",
           "checked"),
    Region("OPA", (-34, -80, 21), (36, -78, 20), 11, "visual", "parietal", "#17b3a3",
           f"Nasr et al. 2011; Dilks et al. 2013; {UNCHECKED}", "memory"),
    Region("RSC", (-18, -58, 13), (18, -55, 13), 10, "visual", "", "#7fd8cf",
           "Burles et al. 2018, ventral centroids (-22,-60,6 and 20,-56,6), moved 8 mm up the "
           "parieto-occipital sulcus, off the far periphery of V1", "checked"),
    Region("VWFA", (-45, -57, -12), None, 8, "visual", "ventral", "#4a235a",
           "Vogel et al. 2012 (-45,-57,-12); Cohen et al. 2000, 2002 (Talairach -42,-57,-6 and "
           "-42,-57,-15)", "checked"),
    Region("food_m", (-32, -58, -14), (32, -56, -14), 10, "visual", "ventral", "#d6336c",
           "between FFA and PPA as in Jain et al. 2023, Khosla et al. 2022 and Pennock et al. "
           "2023, who give no peaks", "derived"),
    Region("food_l", (-50, -60, -14), (51, -58, -13), 10, "visual", "ventral", "#f783ac",
           "lateral of FFA as in Jain et al. 2023, Khosla et al. 2022 and Pennock et al. 2023, "
           "who give no peaks", "derived"),
    Region("pSTS", (-54, -48, 10), (54, -44, 8), 11, "visual", "lateral", "#7d3ce0",
           f"Puce et al. 1998; Pitcher et al. 2011; {_FACE_STUDY} peak within 8 mm on the left "
           "(-58,-54,8), 11 mm away on the right (46,-40,14)", "approximate"),
    Region("STS", (-60, -34, 4), (56, -34, 4), 11, "visual", "", "#b197fc",
           f"superior temporal sulcus; {_TEACHING}", "checked"),
    Region("IPS", (-25, -69, 34), (26, -68, 36), 11, "visual", "parietal", "#8b5e10",
           "Vogel et al. 2012, posterior IPS (-25,-69,34); right mirrored", "checked"),
    Region("aIPS", (-25, -62, 51), (27, -60, 52), 10, "visual", "parietal", "#c58b1b",
           "Vogel et al. 2012, anterior IPS (-25,-62,51); right mirrored", "checked"),
    Region("AG", (-46, -66, 28), (49, -62, 28), 12, "visual", "", "#5b6b82",
           "angular gyrus; default-mode seeds of public code lie 8 and 5 mm away "
           "(-45,-67,36 and 49,-63,33)", "approximate"),
    Region("ATL", (-48, 15, -27), (50, 14, -27), 11, "visual", "", "#868e96",
           "Pallier et al. 2011, temporal pole (-48,15,-27); right mirrored", "checked"),
    Region("mPFC", (-6, 52, -2), (6, 52, -2), 10, "visual", "", "#adb5bd",
           "default-mode seed of public code on the midline (0,52,-2), moved 6 mm to each side",
           "checked"),
    Region("pmHG", (-40, -30, 12), (42, -28, 12), 5, "language", "", "#0b3d63",
           f"posteromedial part of Heschl's gyrus, Morosan et al. 2001 (Te1.1); {UNCHECKED}",
           "memory"),
    Region("HG", (-48, -19, 7), (50, -17, 7), 6, "language", "", "#1f6f9f",
           f"Heschl's gyrus, Morosan et al. 2001 (Te1.0, Te1.2); {UNCHECKED}", "memory"),
    Region("PT", (-56, -32, 13), (59, -29, 14), 7, "language", "", "#3c9bd0",
           "planum temporale, Westbury et al. 1999; a cluster of Skipper 2014 lies 1 mm away on "
           "the left (-56,-31,13), 12 mm on the right (55,-29,3)", "approximate"),
    Region("STG", (-63, -24, 6), (64, -20, 5), 9, "language", "", "#15aabf",
           "middle of the superior temporal gyrus; clusters of passive listening in Skipper 2014 "
           "centre 11 mm deeper (-53,-24,2 and 55,-21,0)", "approximate"),
    Region("aSTG", (-57, -2, -5), (58, 0, -6), 8, "language", "", "#66d9e8",
           f"DeWitt & Rauschecker 2012; {UNCHECKED}", "memory"),
    Region("aSTS", (-54, -12, -12), (56, -10, -13), 7, "language", "", "#2b8a3e",
           "Pallier et al. 2011 (-54,-12,-12); right mirrored", "checked"),
    Region("pSTSl", (-51, -39, 3), (53, -37, 3), 8, "language", "", "#69db7c",
           "Pallier et al. 2011, posterior STS of sentences (-51,-39,3); right mirrored",
           "checked"),
    Region("MTG", (-62, -36, -6), (63, -34, -7), 8, "language", "", "#b2f2bb",
           f"posterior temporal part of Fedorenko et al. 2010; {UNCHECKED}", "memory"),
    Region("TPJ", (-52, -56, 22), (54, -54, 22), 8, "language", "", "#ffd43b",
           "Price et al. 2015, angular gyrus and TPJ (-52,-56,22); right mirrored", "checked"),
    Region("IFGop", (-50, 12, 16), (52, 13, 17), 7, "language", "", "#ff922b",
           "Zaccarella et al. 2017, BA 44 (-50,12,16); right mirrored", "checked"),
    Region("IFGtri", (-52, 28, 10), (53, 29, 10), 7, "language", "", "#e8590c",
           "Zaccarella et al. 2017, BA 45 (-52,28,10); right mirrored", "checked"),
    Region("IFGorb", (-44, 34, -8), (46, 34, -8), 7, "language", "", "#f08c6c",
           "Zaccarella et al. 2017, BA 47 (-44,34,-8); right mirrored", "checked"),
)
# fmt: on
