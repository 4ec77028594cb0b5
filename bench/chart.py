"""Draws a curve as a picture: a few lines of SVG, where a library for plotting would be larger than all benches."""

from collections.abc import Callable, Iterator, Sequence
from html import escape
from math import log10
from pathlib import Path

WIDTH, HEIGHT = 640, 360
LEFT, RIGHT, TOP, BOTTOM = 70, 40, 60, 50
STEPS = 4
LINE, GREY = "#1f6feb", "#8b949e"

Point = tuple[float, float]


def draw(path: Path, title: str, axes: tuple[str, str], points: Sequence[Point]) -> None:
    """Write an SVG file with points (x, y) joined by lines; x is told on a logarithmic scale, y from 0."""
    top = max(y for _, y in points) * 1.1
    low, high = log10(points[0][0]), log10(points[-1][0])

    def place(point: Point) -> Point:
        x = LEFT + (WIDTH - LEFT - RIGHT) * (log10(point[0]) - low) / (high - low)
        return round(x, 1), round(HEIGHT - BOTTOM - (HEIGHT - TOP - BOTTOM) * point[1] / top, 1)

    lines = [*_frame(title, axes), *_steps(top, place, points), *_curve([place(point) for point in points])]
    box = f'viewBox="0 0 {WIDTH} {HEIGHT}" font-family="sans-serif" font-size="12"'
    head = f'<svg xmlns="http://www.w3.org/2000/svg" {box}>'
    background = f'<rect width="{WIDTH}" height="{HEIGHT}" fill="white"/>'
    path.write_text("\n".join([head, background, *lines, "</svg>", ""]), encoding="utf-8")


def _frame(title: str, axes: tuple[str, str]) -> Iterator[str]:
    middle, floor = (LEFT + WIDTH - RIGHT) / 2, HEIGHT - BOTTOM
    yield _text(middle, TOP - 36, title, "middle")
    yield _text(middle, HEIGHT - 10, axes[0], "middle")
    yield _text(8, TOP - 18, axes[1], "start")
    yield f'<path d="M{LEFT} {TOP}V{floor}H{WIDTH - RIGHT}" fill="none" stroke="{GREY}"/>'


def _steps(top: float, place: Callable[[Point], Point], points: Sequence[Point]) -> Iterator[str]:
    """Yield the numbers along both axes: those of the points below, even steps on the left."""
    for x, y in points:
        yield _text(place((x, y))[0], HEIGHT - BOTTOM + 18, f"{x:,.0f}", "middle")
    for step in range(STEPS + 1):
        value = top * step / STEPS
        height = place((points[0][0], value))[1]
        yield _text(LEFT - 6, height + 4, f"{value:.2g}", "end")
        yield f'<path d="M{LEFT} {height}H{WIDTH - RIGHT}" stroke="{GREY}" stroke-opacity="0.2"/>'


def _curve(places: Sequence[Point]) -> Iterator[str]:
    joined = " ".join(f"{x},{y}" for x, y in places)
    yield f'<polyline points="{joined}" fill="none" stroke="{LINE}" stroke-width="2"/>'
    yield from (f'<circle cx="{x}" cy="{y}" r="4" fill="{LINE}"/>' for x, y in places)


def _text(x: float, y: float, words: str, anchor: str) -> str:
    return f'<text x="{x}" y="{y}" text-anchor="{anchor}" fill="#24292f">{escape(words)}</text>'
