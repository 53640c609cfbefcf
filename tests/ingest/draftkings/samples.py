"""Small payloads made up to DraftKings' shapes."""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Sequence

LOBBY = {
    "Contests": [
        {
            "id": 501, "n": "NBA $5K Layup [20 Entry Max]", "a": 5, "po": 5000.0, "m": 1189, "nt": 17, "mec": 20,
            "dg": 70001, "sd": "/Date(1768435200000)/", "gameType": "Classic", "attr": {"IsGuaranteed": "true"},
        },
        {
            "id": 502, "n": "NBA $10 Double Up", "a": 10, "po": 8000.0, "m": 919, "nt": 3, "mec": 1, "dg": 70001,
            "sd": "/Date(1768435200000)/", "gameType": "Classic", "attr": {"IsGuaranteed": "true"},
        },
    ],
    "DraftGroups": [
        {
            "DraftGroupId": 70002, "GameTypeId": 81, "StartDate": "2026-01-15T00:00:00.0000000Z", "GameCount": 1,
            "ContestStartTimeSuffix": " (BOS vs NYK)", "Sport": "NBA",
        },
        {
            "DraftGroupId": 70001, "GameTypeId": 70, "StartDate": "2026-01-15T00:00:00.0000000Z", "GameCount": 2,
            "ContestStartTimeSuffix": None, "Sport": "NBA",
        },
    ],
}  # fmt: skip


def pool(*starts: str) -> bytes:
    """A classic pool of one player in two slots a game."""
    games = [
        {"competitionId": 90 + number, "name": "BOS @ NYK", "startTime": start} for number, start in enumerate(starts)
    ]
    rows = [
        {
            "draftableId": 1000 + 2 * number + place, "playerId": 40 + number, "displayName": f"Player {number}",
            "position": "PG", "rosterSlotId": slot, "salary": 5000, "status": "None", "isSwappable": True,
            "isDisabled": False, "competition": game, "teamId": 2, "teamAbbreviation": "BOS",
            "draftStatAttributes": [{"id": 219, "value": "21.5"}],
        }
        for number, game in enumerate(games)
        for place, slot in enumerate((458, 465))
    ]  # fmt: skip
    return json.dumps({"draftables": rows, "competitions": games}).encode()


def contest(contest_id: int = 501, pool_dollars: float = 5000.0) -> bytes:
    """A contest's page whose one span pays the whole pool."""
    detail = {
        "contestKey": str(contest_id), "draftGroupId": 70001, "name": "NBA $5K Layup [20 Entry Max]", "sport": "NBA",
        "gameTypeId": 70, "entryFee": 5, "totalPayouts": pool_dollars, "entries": 17, "maximumEntries": 1189,
        "maximumEntriesPerUser": 20, "contestStartTime": "2026-01-15T00:00:00.0000000Z", "isGuaranteed": True,
        "IsCashPrizeOnly": True,
        "payoutSummary": [
            {
                "minPosition": 1, "maxPosition": 5, "tierPayoutDescriptions": {"Cash": "$1,000.00"},
                "payoutDescriptions": [{"value": 1000.0}],
            }
        ],
    }  # fmt: skip
    return json.dumps({"contestDetail": detail, "errorStatus": {}}).encode()


HEADER = "Rank,EntryId,EntryName,TimeRemaining,Points,Lineup,,Player,Roster Position,%Drafted,FPTS"
LINEUP = "C Al F Bo G Cy PF Di PG Ed SF Fi SG Gu UTIL Hi"


def standings(lines: Sequence[str], name: str = "contest-standings-501.csv", members: int = 1) -> bytes:
    """A standings export of these lines."""
    out = io.BytesIO()
    text = "\ufeff" + "\n".join([HEADER, *lines]) + "\n"
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for number in range(members):
            archive.writestr(name if not number else f"{number}-{name}", text)
    return out.getvalue()


def final_standings() -> bytes:
    """Two entries, both over, and eight players drafted by both."""
    players = [
        f"{name},{slot},100.00%,30.5" for name, slot in zip(LINEUP.split()[1::2], LINEUP.split()[::2], strict=True)
    ]
    entries = [f"1,11,ann (1/2),0,244,{LINEUP}", f"1,12,ann (2/2),0,244,{LINEUP}", *[",,,,,"] * 6]
    return standings([f"{entry},,{player}" for entry, player in zip(entries, players, strict=True)])


ENTRIES = b"""Entry ID,Contest Name,Contest ID,Entry Fee,PG,SG,SF,PF,C,G,F,UTIL,,Instructions
11,NBA $5K Layup,501,$5,Ed (1),Gu (2) (LOCKED),Fi (3),Di (4),Al (5),Cy (6),Bo (7),,,1. Fill in
12,NBA $5K Layup,501,$5,LOCKED,Gu (2),Fi (3),Di (4),Al (5),Cy (6),Bo (7),Hi (8),,2. Upload
,,,,,,,,,,,,,Position,Name + ID,Name,ID
"""
SALARIES = b"""Position,Name + ID,Name,ID,Roster Position,Salary,Game Info,TeamAbbrev,AvgPointsPerGame
C,Al (5),Al,5,C/UTIL,9600,BOS@NYK 01/14/2026 07:30PM ET,NYK,50.25
PG/SG,Ed (1),Ed,1,PG/SG/G/UTIL,3000,Postponed,LAL,12
"""
PAYOUTS = b"Place,Payout,Field Size,Entry Fee\n1,2500,1189,5\n2-6,500,,\n"
