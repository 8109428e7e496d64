"""Parts of vehicles: wheels, windows, coaches, sails and cabins."""

from __future__ import annotations

from explorer.demo.canvas import Canvas
from explorer.demo.colours import COLOURS, GLASS, METAL, RUBBER, Colour, darker, hex_colour, lighter

LAMP = hex_colour("fff2b8")
REAR_LAMP = hex_colour("b3302b")
TINTED = hex_colour("bcdcea")
GLARE: Colour = (255, 255, 255, 120)


def draw_wheel(canvas: Canvas, x: float, y: float, radius: float) -> None:
    """Draw a wheel about ``(x, y)``."""
    canvas.ellipse(x, y, radius, radius, RUBBER)
    canvas.ellipse(x, y, radius * 0.6, radius * 0.6, (192, 196, 202))
    canvas.ring(x, y, radius * 0.46, radius * 0.08, (150, 154, 160))
    canvas.ellipse(x, y, radius * 0.2, radius * 0.2, (90, 92, 98))


def draw_window(canvas: Canvas, left: float, top: float, width: float) -> None:
    """Draw a window with a glare."""
    low = top + 0.17
    canvas.rounded(left, top, left + width, low, 0.016, GLASS)
    glare = [(left + 0.03, low - 0.01), (left + 0.07, top + 0.01), (left + 0.1, top + 0.01),
             (left + 0.06, low - 0.01)]  # fmt: skip
    canvas.polygon(glare, GLARE)


def draw_coach(canvas: Canvas, paint: Colour, first: bool) -> None:
    """Draw a coach from -0.5 to 0.5 with its wheels on y = 0; the ``first`` has the driver."""
    canvas.rect(-0.54, -0.14, -0.46, -0.08, RUBBER)
    for wheel in (-0.36, -0.22, 0.2, 0.34):
        canvas.ellipse(wheel, -0.035, 0.045, 0.045, RUBBER)
        canvas.ellipse(wheel, -0.035, 0.018, 0.018, METAL)
    if first:
        canvas.blob([(-0.47, -0.49), (0.2, -0.5), (0.4, -0.43), (0.53, -0.25), (0.56, -0.11),
                     (0.48, -0.05), (-0.47, -0.05), (-0.5, -0.27)], paint)  # fmt: skip
        canvas.rounded(-0.5, -0.5, 0.0, -0.05, 0.03, paint)
        canvas.polygon([(0.3, -0.44), (0.42, -0.38), (0.51, -0.26), (0.3, -0.26)], GLASS)
        canvas.polygon([(0.34, -0.27), (0.36, -0.42), (0.39, -0.4), (0.38, -0.27)], GLARE)
        canvas.ellipse(0.515, -0.14, 0.03, 0.026, LAMP)
    else:
        canvas.rounded(-0.5, -0.5, 0.5, -0.05, 0.04, paint)
    for i in range(4 if first else 5):
        left = -0.45 + i * 0.185
        if i == 1:
            canvas.rounded(left + 0.01, -0.43, left + 0.12, -0.09, 0.01, darker(paint, 0.75))
            canvas.rounded(left + 0.03, -0.41, left + 0.1, -0.25, 0.01, TINTED)
        else:
            canvas.rounded(left, -0.42, left + 0.14, -0.27, 0.016, GLASS)
            canvas.polygon([(left + 0.03, -0.28), (left + 0.06, -0.41), (left + 0.09, -0.41),
                            (left + 0.06, -0.28)], GLARE)  # fmt: skip
    canvas.rect(-0.5, -0.215, 0.49, -0.17, lighter(paint, 0.6))
    canvas.rect(-0.5, -0.1, 0.5, -0.05, darker(paint, 0.6))
    canvas.rounded(-0.3, -0.53, -0.05, -0.49, 0.015, darker(paint, 0.7))


def draw_rig(canvas: Canvas, flag: Colour) -> None:
    """Draw mast and sails, the foresail in the colour of the ``flag``."""
    cloth = hex_colour("faf7f0")
    canvas.line([(0, -0.14), (0, -1.02)], 0.024, (110, 84, 60))
    canvas.blob([(0.03, -0.98), (0.26, -0.56), (0.47, -0.25), (0.25, -0.235), (0.03, -0.24),
                 (0.03, -0.6)], cloth)  # fmt: skip
    for y, right in ((-0.7, 0.17), (-0.5, 0.3)):
        canvas.line([(0.03, y), (right, y + 0.03)], 0.008, (214, 208, 196))
    canvas.blob([(-0.03, -0.9), (-0.03, -0.5), (-0.03, -0.24), (-0.2, -0.235), (-0.35, -0.25),
                 (-0.18, -0.55)], flag)  # fmt: skip
    canvas.polygon([(0.0, -1.02), (0.1, -0.99), (0.0, -0.95)], flag)


def draw_cabin(canvas: Canvas) -> None:
    """Draw the cabin of a motor boat."""
    canvas.rounded(-0.2, -0.36, 0.16, -0.12, 0.03, (246, 244, 238))
    canvas.rounded(-0.24, -0.39, 0.2, -0.35, 0.02, (206, 202, 194))
    for left in (-0.16, -0.05, 0.06):
        canvas.rounded(left, -0.32, left + 0.08, -0.23, 0.012, hex_colour("8fc1d8"))
    canvas.line([(-0.05, -0.38), (-0.05, -0.54)], 0.018, (90, 90, 96))
    canvas.polygon([(-0.04, -0.54), (0.1, -0.5), (-0.04, -0.45)], COLOURS["red"])
