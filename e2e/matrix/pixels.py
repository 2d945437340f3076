"""Contrast as it is drawn: the pixels of a control's edge, of its focus and of its icon against those beside them.

axe measures text only. A picture is taken at one pixel a CSS pixel, and read on the line through the middle of the control.
"""

from __future__ import annotations

import io
from dataclasses import dataclass
from statistics import median
from typing import Any

from PIL import Image
from playwright.sync_api import Page

EDGE, RING, CHANGE = 4.5, 9.0, 3.0
ROOM = 10  # px round a control: its ring is within
Colour = tuple[int, int, int]

# One of each kind on the page: what it is, its box in the window, the widths of its edge, and how far its ring is away.
CONTROLS = """() => {
  const isSeen = el => el.checkVisibility({visibilityProperty: true}) && el.getBoundingClientRect().width > 4
  const seen = new Map()
  const kinds = '.button:not(.quiet), .input, .choice, .choice input, .tag, .knot, .knots i, .day, .notice, .errors, .face, .waits a'
  for (const el of document.querySelectorAll(kinds)) {
    if (!isSeen(el) || el.closest('[hidden]')) continue
    const style = getComputedStyle(el)
    const states = [':checked', ':disabled', ':has(:checked)', ':has(:disabled)'].filter(state => el.matches(state)).join('')
    const kind = `${el.localName}.${[...el.classList].join('.')}${el.type ? `[${el.type}]` : ''}${states}${el.closest('.bad') ? ' in .bad' : ''}${el.closest('.done, .now, .stop, .later') ? ' ' + el.closest('.done, .now, .stop, .later').className : ''}`
    if (!seen.has(kind)) seen.set(kind, el)
  }
  window.pictured = [...seen.values()]
  return [...seen.keys()]
}"""
PLACED = """nth => {
  const el = window.pictured[nth]
  el.scrollIntoView({block: 'center', behavior: 'instant'})
  const box = el.getBoundingClientRect()
  const style = getComputedStyle(el)
  return {left: box.left, top: box.top, width: box.width, height: box.height, edge: parseFloat(style.borderLeftWidth), isDashed: style.borderLeftStyle === 'dashed'}
}"""
FOCUSABLE = """() => {
  const kinds = new Map()
  const isSeen = el => el.checkVisibility({visibilityProperty: true}) && el.getBoundingClientRect().width > 4
  for (const el of document.querySelectorAll('a[href], button, input:not([type=hidden]), select, textarea, summary')) {
    if (!isSeen(el) || el.disabled || el.tabIndex < 0) continue
    const shown = el.closest('label.choice') ?? el
    const where = el.closest('header, nav, footer, .errors, .card, .notice, .shared')
    const kind = `${shown.localName}.${[...shown.classList].join('.')}${el.checked ? ' checked' : ''} in ${where?.className ?? 'main'}`
    if (!kinds.has(kind)) kinds.set(kind, el)
  }
  window.focused = [...kinds.values()]
  return [...kinds.keys()]
}"""
RINGED = """([nth, isOn]) => {
  const el = window.focused[nth]
  const shown = el.closest('label.choice') ?? el
  if (isOn) el.focus({preventScroll: true}); else { document.activeElement?.blur?.(); shown.scrollIntoView({block: 'center', behavior: 'instant'}) }
  const box = shown.getClientRects()[0]
  const style = getComputedStyle(shown)
  return {left: box.left, top: box.top, width: box.width, height: box.height, offset: parseFloat(style.outlineOffset), ring: style.outlineStyle === 'none' ? 0 : parseFloat(style.outlineWidth)}
}"""
ICONS = """() => {
  const kinds = new Map()
  const isSeen = el => el.checkVisibility({visibilityProperty: true}) && el.getBoundingClientRect().width > 8
  for (const el of document.querySelectorAll('svg')) {
    if (!isSeen(el)) continue
    const parent = el.parentElement
    const kind = `svg.${[...el.classList].join('.')} in ${parent.localName}.${[...parent.classList].join('.')} ${el.querySelector('use')?.getAttribute('href')?.split('#')[1] ?? ''}`
    if (!kinds.has(kind)) kinds.set(kind, el)
  }
  window.pictured = [...kinds.values()]
  return [...kinds.keys()]
}"""


def luminance(colour: Colour) -> float:
    parts = [part / 255 for part in colour]
    red, green, blue = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: Colour, other: Colour) -> float:
    light, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


@dataclass
class Picture:
    """A piece of the window; asked for by the window's own coordinates."""

    image: Image.Image
    left: float
    top: float

    @classmethod
    def of(cls, page: Page, box: dict[str, float]) -> Picture:
        left, top = max(0, int(box["left"]) - ROOM), max(0, int(box["top"]) - ROOM)
        size = page.viewport_size or {"width": 360, "height": 740}
        width = min(size["width"] - left, int(box["width"]) + 2 * ROOM + 1)
        height = min(size["height"] - top, int(box["height"]) + 2 * ROOM + 1)
        clip = {"x": left, "y": top, "width": max(1, width), "height": max(1, height)}
        # To hide the caret, Playwright would write into the page.
        taken = page.screenshot(clip=clip, caret="initial", animations="allow")
        return cls(Image.open(io.BytesIO(taken)).convert("RGB"), left, top)

    def at(self, x: float, y: float) -> Colour:
        across = min(max(int(x - self.left), 0), self.image.width - 1)
        down = min(max(int(y - self.top), 0), self.image.height - 1)
        return self.image.getpixel((across, down))


def edges(page: Page) -> list[str]:
    """Edges of controls, and of what stands for a status, that can hardly be told from what is outside them."""
    found = []
    for nth, kind in enumerate(page.evaluate(CONTROLS)):
        box = page.evaluate(PLACED, nth)
        picture, middle = Picture.of(page, box), box["top"] + box["height"] / 2
        outside = picture.at(box["left"] - 2, middle)
        drawn = _strongest(picture, box, outside)
        if contrast(drawn, outside) < EDGE:
            found.append(f"the edge of {kind} is {contrast(drawn, outside):.2f} : 1 ({drawn} on {outside})")
    return found


def _strongest(picture: Picture, box: dict[str, Any], outside: Colour) -> Colour:
    """The colour of the edge on the line through the middle; of a dashed one, where a dash is."""
    wide = max(1, round(box["edge"]))
    lines = range(-8, 9) if box["isDashed"] else (0,)
    middle = box["top"] + box["height"] / 2
    pixels = [picture.at(box["left"] + across + 0.5, middle + down) for across in range(wide + 1) for down in lines]
    return max(pixels, key=lambda pixel: contrast(pixel, outside))


def rings(page: Page) -> list[str]:
    """Focus that is drawn too weakly: against its own inner band, or against what was there before."""
    found = []
    for nth, kind in enumerate(page.evaluate(FOCUSABLE)):
        box = page.evaluate(RINGED, [nth, False])
        before = Picture.of(page, box)
        with_ring = page.evaluate(RINGED, [nth, True])
        after = Picture.of(page, with_ring)
        found += [f"the focus of {kind} {fault}" for fault in _ring_faults(before, after, with_ring)]
    return found


def _ring_faults(before: Picture, after: Picture, box: dict[str, float]) -> list[str]:
    if box["ring"] < 3:
        return ["has no ring of 3 px"]
    # Along its upper line, away from the round corners.
    line = box["top"] - box["offset"] - box["ring"] / 2
    bands, changes = [], []
    for share in (0.3, 0.4, 0.5, 0.6, 0.7):
        across = box["left"] + box["width"] * share
        ring = after.at(across, line)
        bands.append(max(contrast(ring, after.at(across, line + away)) for away in (-box["ring"], box["ring"])))
        changes.append(contrast(ring, before.at(across, line)))
    faults = []
    if (band := median(bands)) < RING:
        faults.append(f"has bands of {band:.2f} : 1")
    if (change := median(changes)) < CHANGE:
        faults.append(f"changes by {change:.2f} : 1")
    return faults


def icons(page: Page) -> list[str]:
    """Icons whose strongest stroke can hardly be told from its ground."""
    found = []
    for nth, kind in enumerate(page.evaluate(ICONS)):
        box = page.evaluate(PLACED, nth)
        picture = Picture.of(page, box)
        ground = picture.at(box["left"] + 0.5, box["top"] + 0.5)
        inside = [
            picture.at(box["left"] + across, box["top"] + down)
            for across in range(0, int(box["width"]), 1)
            for down in range(0, int(box["height"]), 1)
        ]
        best = max(contrast(pixel, ground) for pixel in set(inside))
        if best < EDGE:
            found.append(f"{kind} is {best:.2f} : 1")
    return found
