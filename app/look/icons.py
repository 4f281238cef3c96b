"""Icons out of the sprite that Bootstrap-Flask brings, written into the page.

The sprite itself weighs a megabyte; a page needs a dozen of its 2,000 drawings. So they are read once from the
package and written inline: nothing to fetch, and they print.
"""

import re
from functools import cache
from pathlib import Path

import flask_bootstrap
from markupsafe import Markup, escape

_SPRITE = Path(flask_bootstrap.__file__).parent / "static" / "bootstrap5" / "icons" / "bootstrap-icons.svg"
_SYMBOL = re.compile(r"<symbol([^>]*)>(.*?)</symbol>", re.DOTALL)
_ID = re.compile(r'\bid="([a-z0-9-]+)"')


@cache
def _drawings() -> dict[str, str]:
    found = {}
    for attributes, body in _SYMBOL.findall(_SPRITE.read_text(encoding="utf-8")):
        name = _ID.search(attributes)
        if name:
            found[name.group(1)] = " ".join(body.split())
    return found


@cache
def icon(name: str, classes: str = "", title: str = "") -> Markup:
    """Return an inline SVG of a Bootstrap icon. Hidden from screen readers unless it has a title.

    Raises KeyError for a name that the sprite does not have, so that a page with a wrong name fails its test.
    """
    body = Markup(_drawings()[name])
    kind = Markup('role="img"') if title else Markup('aria-hidden="true" focusable="false"')
    words = Markup("<title>{}</title>").format(title) if title else Markup()
    return Markup('<svg class="bi{}" viewBox="0 0 16 16" {}>{}{}</svg>').format(
        " " + escape(classes) if classes else "", kind, words, body
    )
