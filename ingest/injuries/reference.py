"""The reference reader: pages from pdfplumber's words and edges; slow, and independent of pdfium."""

from __future__ import annotations

import io
from typing import Any

import pdfplumber

from ingest.injuries.page import MAX_CHARACTERS, MAX_PAGES, WORD_GAP, Page, Rule, Word
from lakehouse.errors import Unreadable

_MAX_EDGES = 20_000


def read_reference(body: bytes) -> tuple[Page, ...]:
    """The pages of a PDF; raises Unreadable for bytes that pdfplumber cannot take, or that exceed the bounds."""
    try:
        with pdfplumber.open(io.BytesIO(body)) as document:
            pages = document.pages
            if not 1 <= len(pages) <= MAX_PAGES:
                raise Unreadable(f"The injury report has {len(pages)} pages, not 1 to {MAX_PAGES}; look at the file.")
            return tuple(_read_page(page) for page in pages)
    except Unreadable:
        raise
    except Exception as error:  # pdfminer lets any error of its own parsing through on damaged bytes
        raise Unreadable(f"The injury report is no readable PDF ({type(error).__name__}); ask for it again.") from None


def _read_page(page: Any) -> Page:
    if len(page.chars) > MAX_CHARACTERS or len(page.edges) > _MAX_EDGES:
        raise Unreadable(f"Page {page.page_number} of the injury report is far too full; look at the file.")
    left, top = page.bbox[0], page.bbox[1]
    words = tuple(
        Word(word["text"], word["x0"] - left, word["x1"] - left, word["top"] - top, word["bottom"] - top)
        for word in page.extract_words(x_tolerance_ratio=WORD_GAP, y_tolerance=1, keep_blank_chars=False)
    )
    rules = tuple(
        Rule(edge["x0"] - left, edge["x1"] - left, edge["top"] - top)
        for edge in page.edges
        if edge["orientation"] == "h" and edge["x1"] > edge["x0"]
    )
    uprights = tuple(edge["x0"] - left for edge in page.edges if edge["orientation"] == "v")
    return Page(float(page.width), float(page.height), words, rules, uprights)
