"""The site's page of players: the JSON that its HTML carries, at `props.pageProps.players`.

No page as served is at hand: this is built to the documented shape, whose rows are those of the player index.
"""

from __future__ import annotations

import re

from ingest.nba import Told
from ingest.payload import Parsed, PayloadKind, Stamp
from ingest.players.tables import IndexRow, as_parsed
from ingest.shapes import check, describe, read_json
from lakehouse.errors import Unreadable

WHAT = "The page of players"
_DATA = re.compile(rb"<script[^<>]{0,500}\bid=[\"']__NEXT_DATA__[\"'][^<>]{0,500}>(.*?)</script>", re.DOTALL)


class _PageProps(Told):
    players: list[IndexRow]


class _Props(Told):
    page_props: _PageProps


class _Data(Told):
    props: _Props


def parse_page(body: bytes, stamp: Stamp) -> Parsed:
    """silver.players and silver.rosters, a report a team told at the fetch.

    Raises Unreadable for a page without its JSON, or with players of too few teams to be the league.
    """
    found = _DATA.search(body)
    if found is None:
        raise Unreadable(f"{WHAT} carries no data but is {describe(body)}; the source answered with something else.")
    data = check(_Data, read_json(found[1], WHAT), WHAT)
    return as_parsed([row.as_player() for row in data.props.page_props.players], None, stamp, WHAT)


PAGE = PayloadKind("players page", 1, parse_page, lambda body: _DATA.search(body) is not None)
