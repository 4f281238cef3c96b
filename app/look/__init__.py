"""The look: one theme (app/static/theme.css), macros (templates/macros/), layouts, and the style page that shows them.

``icons``, ``tones``, ``addresses``, ``fields`` and ``charts`` serve the macros; ``frame`` fills the layouts;
``samples`` is the style page's content. How to build a page: docs/design.md.
"""
