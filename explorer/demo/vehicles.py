"""Vehicles: by road, on rails, on water and in the air."""

from __future__ import annotations

from explorer.demo.canvas import Canvas, drawn
from explorer.demo.colours import (
    COLOURS,
    GLASS,
    METAL,
    RUBBER,
    WHITE,
    darker,
    hex_colour,
    lighter,
    with_alpha,
)
from explorer.demo.vehicle_parts import (
    GLARE,
    LAMP,
    REAR_LAMP,
    TINTED,
    draw_cabin,
    draw_coach,
    draw_rig,
    draw_wheel,
    draw_window,
)

SADDLE = hex_colour("322c2c")


@drawn
def draw_car(
    canvas: Canvas, x: float, y: float, size: float, face: int = 1, colour: str = "red"
) -> None:
    """Draw a car of length ``size`` with its wheels on ``y``; ``colour`` of ``COLOURS``."""
    paint = COLOURS[colour]
    dark = darker(paint, 0.7)
    canvas.shadow(x, y, size * 0.55, size * 0.06, 80)
    with canvas.push(x, y, size * face, size):
        canvas.blob(
            [(-0.32, -0.29), (-0.2, -0.52), (0.08, -0.54), (0.27, -0.31)], darker(paint, 0.95)
        )
        canvas.polygon([(-0.25, -0.31), (-0.17, -0.47), (-0.03, -0.49), (-0.03, -0.31)], GLASS)
        canvas.polygon([(0.0, -0.31), (0.0, -0.49), (0.08, -0.48), (0.21, -0.31)], TINTED)
        canvas.polygon([(-0.2, -0.32), (-0.13, -0.47), (-0.09, -0.475), (-0.16, -0.32)], GLARE)
        canvas.polygon([(0.06, -0.32), (0.03, -0.48), (0.06, -0.475), (0.12, -0.32)], GLARE)
        canvas.blob(
            [
                (-0.5, -0.12), (-0.49, -0.3), (-0.3, -0.33), (0.24, -0.33), (0.46, -0.27),
                (0.52, -0.12), (0.4, -0.07), (-0.4, -0.07),
            ],
            paint,
        )  # fmt: skip
        canvas.curve([(-0.47, -0.27), (-0.2, -0.3), (0.24, -0.3), (0.44, -0.245)], 0.014,
                     with_alpha(lighter(paint, 0.6), 150))  # fmt: skip
        canvas.rect(-0.48, -0.16, 0.5, -0.12, with_alpha(dark, 120))
        for wheel in (-0.29, 0.3):
            canvas.sector(wheel, -0.1, (0.135, 0.14), (180, 360), darker(paint, 0.55))
        canvas.ellipse(0.475, -0.215, 0.035, 0.032, LAMP)
        canvas.ellipse(-0.485, -0.24, 0.024, 0.032, REAR_LAMP)
        canvas.line([(-0.015, -0.31), (-0.015, -0.13)], 0.008, dark)
        canvas.line([(0.03, -0.26), (0.08, -0.26)], 0.014, dark)
        canvas.ellipse(0.19, -0.33, 0.03, 0.026, darker(paint, 0.85))
        canvas.rounded(0.42, -0.12, 0.53, -0.08, 0.02, METAL)
        canvas.rounded(-0.53, -0.12, -0.42, -0.08, 0.02, METAL)
        draw_wheel(canvas, -0.29, -0.1, 0.1)
        draw_wheel(canvas, 0.3, -0.1, 0.1)


@drawn
def draw_bus(
    canvas: Canvas,
    x: float,
    y: float,
    size: float,
    face: int = 1,
    colour: str = "red",
    double: bool = False,
) -> None:
    """Draw a bus of length ``size``, half as tall, or 0.78 as tall with a ``double`` deck."""
    paint = COLOURS[colour]
    top = -0.78 if double else -0.5
    low = -0.44
    canvas.shadow(x, y, size * 0.55, size * 0.05, 80)
    with canvas.push(x, y, size * face, size):
        canvas.rounded(-0.5, top, 0.5, -0.07, 0.05, paint)
        canvas.rounded(-0.46, top - 0.012, 0.44, top + 0.02, 0.016, lighter(paint, 0.25))
        if double:
            for i in range(6):
                draw_window(canvas, -0.46 + i * 0.158, top + 0.07, 0.14)
            canvas.rect(-0.5, -0.5, 0.5, -0.47, darker(paint, 0.8))
        for i in range(4):
            draw_window(canvas, -0.46 + i * 0.165, low, 0.145)
        canvas.rounded(0.22, low, 0.37, -0.09, 0.012, darker(paint, 0.7))
        for left in (0.23, 0.3):
            canvas.rounded(left, low + 0.015, left + 0.06, -0.11, 0.01, TINTED)
        canvas.rounded(0.4, low, 0.5, -0.2, 0.02, hex_colour("dff0f6"))
        canvas.polygon(
            [(0.42, -0.22), (0.46, low + 0.01), (0.48, low + 0.01), (0.44, -0.22)], GLARE
        )
        canvas.rect(-0.5, -0.21, 0.21, -0.17, lighter(paint, 0.55))
        canvas.rect(-0.5, -0.12, 0.5, -0.07, with_alpha(darker(paint, 0.6), 120))
        canvas.ellipse(0.478, -0.145, 0.02, 0.026, LAMP)
        canvas.rect(-0.505, -0.19, -0.485, -0.13, REAR_LAMP)
        for wheel in (-0.3, 0.12):
            canvas.sector(wheel, -0.08, (0.11, 0.115), (180, 360), darker(paint, 0.55))
            draw_wheel(canvas, wheel, -0.08, 0.085)


@drawn
def draw_train(
    canvas: Canvas,
    x: float,
    y: float,
    size: float,
    face: int = 1,
    colour: str = "blue",
    coaches: int = 2,
) -> None:
    """Draw a train of coaches of length ``size``, the first one about ``x``, on rails at ``y``."""
    paint = COLOURS[colour]
    with canvas.push(x, y, size * face, size):
        for i in range(coaches - 1, -1, -1):
            with canvas.push(-1.04 * i, 0):
                draw_coach(canvas, paint, first=i == 0)


@drawn
def draw_bicycle(
    canvas: Canvas,
    x: float,
    y: float,
    size: float,
    face: int = 1,
    colour: str = "red",
    shade: bool = True,
) -> None:
    """Draw a bicycle; in units of ``size``, saddle at (-0.16, -0.55), grips at (0.33, -0.6)."""
    paint = COLOURS[colour]
    if shade:
        canvas.shadow(x, y, size * 0.5, size * 0.04)
    with canvas.push(x, y, size * face, size):
        for hub in (-0.32, 0.34):
            for dx, dy in ((0.18, 0), (0, 0.18), (0.127, 0.127), (0.127, -0.127)):
                canvas.line([(hub - dx, -0.2 - dy), (hub + dx, -0.2 + dy)], 0.007, (170, 172, 178))
            canvas.ring(hub, -0.2, 0.19, 0.034, RUBBER)
            canvas.ellipse(hub, -0.2, 0.022, 0.022, METAL)
        canvas.line([(0, -0.2), (-0.32, -0.2)], 0.012, (90, 90, 96))
        frame = [(-0.32, -0.2), (-0.14, -0.46), (0.25, -0.46), (0, -0.2), (-0.32, -0.2)]
        canvas.line(frame, 0.032, paint)
        canvas.line([(-0.14, -0.46), (0, -0.2)], 0.032, paint)
        canvas.line([(0.34, -0.2), (0.25, -0.58)], 0.032, darker(paint, 0.9))
        canvas.line([(0.25, -0.58), (0.34, -0.605)], 0.034, SADDLE)
        canvas.line([(-0.14, -0.46), (-0.165, -0.54)], 0.026, METAL)
        canvas.blob([(-0.27, -0.57), (-0.16, -0.565), (-0.06, -0.56), (-0.14, -0.535),
                     (-0.25, -0.53)], SADDLE)  # fmt: skip
        canvas.ellipse(0, -0.2, 0.048, 0.048, (110, 110, 116))
        canvas.line([(0, -0.2), (0.05, -0.11)], 0.018, (90, 90, 96))
        canvas.line([(0.02, -0.11), (0.09, -0.11)], 0.02, RUBBER)


@drawn
def draw_motorcycle(
    canvas: Canvas, x: float, y: float, size: float, face: int = 1, colour: str = "black"
) -> None:
    """Draw a motorcycle of length ``size``; its seat is 0.44 of that above the ground."""
    paint = COLOURS[colour]
    canvas.shadow(x, y, size * 0.52, size * 0.05, 65)
    with canvas.push(x, y, size * face, size):
        draw_wheel(canvas, -0.34, -0.17, 0.17)
        draw_wheel(canvas, 0.37, -0.17, 0.17)
        canvas.line([(-0.34, -0.17), (-0.05, -0.24)], 0.045, (110, 112, 118))
        canvas.line([(0.37, -0.17), (0.22, -0.58)], 0.04, (150, 152, 158))
        canvas.blob([(0.2, -0.3), (0.36, -0.37), (0.52, -0.3), (0.36, -0.32)], darker(paint, 0.85))
        canvas.blob(
            [(-0.5, -0.33), (-0.38, -0.38), (-0.2, -0.32), (-0.34, -0.3)], darker(paint, 0.85)
        )
        canvas.blob([(-0.18, -0.32), (0.18, -0.32), (0.1, -0.09), (-0.14, -0.09)], (112, 116, 124))
        for i in range(3):
            canvas.line(
                [(-0.08, -0.27 + i * 0.04), (0.08, -0.27 + i * 0.04)], 0.014, (180, 182, 188)
            )
        canvas.blob(
            [(-0.12, -0.44), (0.06, -0.52), (0.22, -0.45), (0.13, -0.31), (-0.08, -0.32)], paint
        )
        canvas.curve([(-0.04, -0.44), (0.06, -0.475), (0.15, -0.44)], 0.016,
                     with_alpha(lighter(paint, 0.6), 170))  # fmt: skip
        canvas.blob([(-0.44, -0.42), (-0.3, -0.46), (-0.08, -0.42), (-0.1, -0.35), (-0.36, -0.36)],
                    SADDLE)  # fmt: skip
        canvas.line([(-0.1, -0.11), (-0.48, -0.13)], 0.05, (176, 178, 184), 0.06)
        canvas.line([(0.22, -0.58), (0.1, -0.62)], 0.035, SADDLE)
        canvas.ellipse(0.295, -0.5, 0.055, 0.055, METAL)
        canvas.ellipse(0.31, -0.5, 0.042, 0.045, LAMP)


@drawn
def draw_boat(
    canvas: Canvas,
    x: float,
    y: float,
    size: float,
    face: int = 1,
    colour: str = "white",
    kind: str = "sail",
) -> None:
    """Draw a boat of length ``size`` afloat at ``y``: "sail", "motor" or "row" (an empty hull)."""
    paint = COLOURS[colour]
    with canvas.push(x, y, size * face, size):
        if kind == "sail":
            draw_rig(canvas, COLOURS["blue" if colour == "red" else "red"])
        elif kind == "motor":
            draw_cabin(canvas)
        canvas.blob(
            [(-0.46, -0.18), (0, -0.145), (0.53, -0.21), (0.4, 0), (0, 0.03), (-0.36, 0)], paint
        )
        canvas.blob([(-0.42, -0.08), (0.0, -0.05), (0.46, -0.1), (0.4, 0), (0, 0.03), (-0.36, 0)],
                    with_alpha(darker(paint, 0.6), 110))  # fmt: skip
        canvas.curve([(-0.44, -0.165), (0, -0.13), (0.5, -0.19)], 0.022, darker(paint, 0.72))
        for left, right, low in ((-0.48, -0.1, 0.03), (0.06, 0.5, 0.035), (-0.3, 0.3, 0.06)):
            canvas.line([(left, low), (right, low)], 0.014, (255, 255, 255, 120))


@drawn
def draw_airplane(
    canvas: Canvas, x: float, y: float, size: float, face: int = 1, colour: str = "blue"
) -> None:
    """Draw an airliner of length ``size`` about ``(x, y)``, climbing."""
    paint = COLOURS[colour]
    with canvas.push(x, y, size * face, size, -0.12 * face):
        canvas.polygon([(-0.08, -0.05), (-0.3, -0.32), (-0.22, -0.33), (0.12, -0.05)],
                       hex_colour("c7cfd8"))  # fmt: skip
        canvas.polygon([(-0.5, -0.04), (-0.57, -0.27), (-0.47, -0.27), (-0.33, -0.07)], paint)
        canvas.blob([(-0.53, -0.045), (-0.42, -0.09), (0.0, -0.105), (0.36, -0.1), (0.53, -0.02),
                     (0.36, 0.06), (0.0, 0.065), (-0.32, 0.05)], (248, 248, 250))  # fmt: skip
        canvas.blob([(-0.4, 0.02), (0.1, 0.02), (0.5, 0.0), (0.36, 0.06), (0, 0.065),
                     (-0.32, 0.05)],
                    (205, 212, 222))  # fmt: skip
        canvas.polygon([(-0.48, -0.03), (0.5, -0.03), (0.515, 0.0), (-0.44, 0.0)],
                       with_alpha(paint, 225))  # fmt: skip
        for i in range(11):
            canvas.ellipse(-0.36 + i * 0.066, -0.058, 0.014, 0.017, hex_colour("5f98bb"))
        canvas.polygon([(0.41, -0.082), (0.47, -0.052), (0.42, -0.045), (0.4, -0.05)],
                       hex_colour("4f7d9c"))  # fmt: skip
        canvas.rounded(0.0, 0.09, 0.12, 0.14, 0.025, darker(paint, 0.9))
        canvas.polygon(
            [(0.1, 0.02), (-0.22, 0.3), (-0.12, 0.3), (0.25, 0.02)], hex_colour("aeb8c4")
        )
        canvas.polygon([(-0.22, 0.3), (-0.12, 0.3), (-0.09, 0.265), (-0.18, 0.265)], paint)
        canvas.polygon([(-0.44, 0.0), (-0.6, 0.08), (-0.53, 0.085), (-0.34, 0.01)],
                       hex_colour("aeb8c4"))  # fmt: skip


@drawn
def draw_balloon(canvas: Canvas, x: float, y: float, size: float, colour: str = "red") -> None:
    """Draw a hot air balloon, 1.1 ``size`` tall, its basket at ``y``."""
    paint = COLOURS[colour]
    stripe = COLOURS["white" if colour == "yellow" else "yellow"]
    with canvas.push(x, y, size):
        for side in (-1, 1):
            canvas.line([(side * 0.09, -0.24), (side * 0.07, -0.08)], 0.01, (90, 70, 50))
        for width, tone in ((1.0, paint), (0.72, stripe), (0.42, paint), (0.15, stripe)):
            canvas.blob(
                [
                    (0, -1.1), (0.26 * width, -1.02), (0.37 * width, -0.78), (0.3 * width, -0.48),
                    (0.1 * width, -0.22), (-0.1 * width, -0.22), (-0.3 * width, -0.48),
                    (-0.37 * width, -0.78), (-0.26 * width, -1.02),
                ],
                tone,
            )  # fmt: skip
        shade = [
            (0.05, -1.09),
            (0.27, -1.0),
            (0.37, -0.78),
            (0.3, -0.48),
            (0.1, -0.22),
            (0.2, -0.7),
        ]
        canvas.blob(shade, (40, 20, 50, 40))
        canvas.ellipse(-0.17, -0.86, 0.05, 0.11, with_alpha(WHITE, 70))
        canvas.rounded(-0.1, -0.25, 0.1, -0.21, 0.02, darker(paint, 0.8))
        canvas.rounded(-0.09, -0.1, 0.09, 0.04, 0.02, (140, 96, 56))
        canvas.rounded(-0.1, -0.11, 0.1, -0.08, 0.015, (110, 74, 42))
        for low in (-0.045, -0.005):
            canvas.line([(-0.08, low), (0.08, low)], 0.008, (110, 74, 42))
