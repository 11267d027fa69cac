"""Elements of a page or picture, well-formed by construction: whatever text goes in comes out escaped.

HTML and inline SVG are written as XML that a browser also reads as HTML: `xml.etree.ElementTree` does the escaping, and
an empty text becomes a blank.
"""

from typing import Any
from xml.etree.ElementTree import Element, SubElement, tostring

SVG, XHTML = "http://www.w3.org/2000/svg", "http://www.w3.org/1999/xhtml"


def add(parent: Element, tag: str, text: str | None = None, /, **attributes: Any) -> Element:
    """A new last child. Attributes are named as in Python: `class_`, `text_anchor`."""
    written = {name.rstrip("_").replace("_", "-"): _spell(value) for name, value in attributes.items()}
    child = SubElement(parent, tag, written)
    # A browser takes <td/> for an opening tag, so an empty text is a blank.
    child.text = "\u00a0" if text == "" else text
    return child


def start_picture(width: float, height: float, title: str, description: str, name: str) -> Element:
    """An SVG that scales to its place, with a title and a description for those who do not see it."""
    picture = Element(
        "svg",
        {
            "xmlns": SVG,
            "viewBox": f"0 0 {_spell(width)} {_spell(height)}",
            "width": _spell(width),
            "role": "img",
            "aria-labelledby": f"{name}-title {name}-description",
        },
    )
    add(picture, "title", title, id=f"{name}-title")
    add(picture, "desc", description, id=f"{name}-description")
    return picture


def write_markup(root: Element) -> str:
    """A document as text."""
    return "<!DOCTYPE html>\n" + tostring(root, encoding="unicode") + "\n"


def _spell(value: Any) -> str:
    return f"{value:.1f}".removesuffix(".0") if isinstance(value, float) else str(value)
