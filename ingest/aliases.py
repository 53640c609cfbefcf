"""Names and numbers that stand for one team or one player in different feeds: facts, declared once."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from lakehouse.teams import FRANCHISES

# Tricodes as other feeds print them, to the league's own.
TEAM_VARIANTS: Mapping[str, str] = MappingProxyType({
    "BK": "BKN", "BRK": "BKN", "CHO": "CHA", "GS": "GSW", "NO": "NOP", "NOR": "NOP", "NY": "NYK", "PHO": "PHX",
    "SA": "SAS", "UTAH": "UTA", "UTH": "UTA", "WSH": "WAS",
})  # fmt: skip

# ESPN's own team numbers, which are not alphabetical.
ESPN_TEAMS: Mapping[int, str] = MappingProxyType({
    1: "ATL", 2: "BOS", 3: "NOP", 4: "CHI", 5: "CLE", 6: "DAL", 7: "DEN", 8: "DET", 9: "GSW", 10: "HOU", 11: "IND",
    12: "LAC", 13: "LAL", 14: "MIA", 15: "MIL", 16: "MIN", 17: "BKN", 18: "NYK", 19: "ORL", 20: "PHI", 21: "PHX",
    22: "POR", 23: "SAC", 24: "SAS", 25: "OKC", 26: "UTA", 27: "WAS", 28: "TOR", 29: "MEM", 30: "CHA",
})  # fmt: skip

# DraftKings numbers its teams as ESPN does, but for Charlotte.
DRAFTKINGS_TEAMS: Mapping[int, str] = MappingProxyType(
    {(5312 if tricode == "CHA" else number): tricode for number, tricode in ESPN_TEAMS.items()}
)

# Names under which feeds print one person; a group says nothing of which of them is in use where. Pairs that would
# name a father and his son alike are left out: they are two players.
PLAYER_NAMES: tuple[tuple[str, ...], ...] = (
    ("Ace Bailey", "Airious Bailey"),
    ("Alex Sarr", "Alexandre Sarr"),
    ("Bones Hyland", "Nah'Shon Hyland"),
    ("Brandon Boston", "Brandon Boston Jr."),
    ("Bub Carrington", "Carlton Carrington"),
    ("Cam Johnson", "Cameron Johnson"),
    ("Cam Reddish", "Cameron Reddish"),
    ("Cam Thomas", "Cameron Thomas"),
    ("Cam Whitmore", "Cameron Whitmore"),
    ("Craig Porter Jr.", "Craig Porter"),
    ("DaRon Holmes II", "DaRon Holmes"),
    ("Dereck Lively II", "Dereck Lively"),
    ("Derrick Jones Jr.", "Derrick Jones"),
    ("Enes Freedom", "Enes Kanter"),
    ("GG Jackson", "GG Jackson II", "Gregory Jackson II"),
    ("Hansen Yang", "Yang Hansen"),
    ("Herbert Jones", "Herb Jones"),
    ("Ish Smith", "Ishmael Smith"),
    ("Jeenathan Williams", "Nate Williams"),
    ("Jeff Dowtin Jr.", "Jeff Dowtin"),
    ("Jimmy Butler III", "Jimmy Butler"),
    ("KJ Martin", "Kenyon Martin Jr."),
    ("Kelly Oubre Jr.", "Kelly Oubre"),
    ("Lonnie Walker IV", "Lonnie Walker"),
    ("Marcus Morris Sr.", "Marcus Morris"),
    ("Matt Hurt", "Matthew Hurt"),
    ("Mo Bamba", "Mohamed Bamba"),
    ("Moe Wagner", "Moritz Wagner"),
    ("Nic Claxton", "Nicolas Claxton"),
    ("PJ Washington", "P.J. Washington Jr."),
    ("Patty Mills", "Patrick Mills"),
    ("Reggie Bullock Jr.", "Reggie Bullock"),
    ("Robert Williams III", "Robert Williams"),
    ("Ron Holland", "Ron Holland II", "Ronald Holland II"),
    ("Svi Mykhailiuk", "Sviatoslav Mykhailiuk"),
    ("Trey Jemison III", "Trey Jemison"),
    ("Trey Murphy III", "Trey Murphy"),
    ("Troy Brown Jr.", "Troy Brown"),
    ("Vince Williams Jr.", "Vincent Williams Jr."),
    ("Vlad Goldin", "Vladislav Goldin"),
    ("Walter Clayton Jr.", "Walter Clayton"),
    ("Wendell Carter Jr.", "Wendell Carter"),
    ("Wendell Moore Jr.", "Wendell Moore"),
    ("Willy Hernangomez", "Guillermo Hernangomez"),
    ("Xavier Tillman", "Xavier Tillman Sr."),
    ("Cui Yongxi", "Yongxi Cui"),
)

_TRICODES = frozenset(team.tricode for team in FRANCHISES)


def read_tricode(printed: str | None) -> str | None:
    """The league's tricode of a printed one, in any feed's variant; None where it is no team's."""
    code = (printed or "").strip().upper()
    found = TEAM_VARIANTS.get(code, code)
    return found if found in _TRICODES else None


def tricode_of_nickname(printed: str | None) -> str | None:
    """The tricode of a team printed by its nickname or full name, such as 'Trail Blazers'; None where it is no team's."""
    words = (printed or "").strip().casefold()
    for team in FRANCHISES:
        name = team.name.casefold()
        if words and (name == words or name.endswith(f" {words}")):
            return team.tricode
    return None
