"""The thirty franchises, as the league's own ids, tricodes and full names have them."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Franchise:
    """A team of the league."""

    team_id: int
    tricode: str
    name: str


FRANCHISES: tuple[Franchise, ...] = (
    Franchise(1610612737, "ATL", "Atlanta Hawks"),
    Franchise(1610612738, "BOS", "Boston Celtics"),
    Franchise(1610612739, "CLE", "Cleveland Cavaliers"),
    Franchise(1610612740, "NOP", "New Orleans Pelicans"),
    Franchise(1610612741, "CHI", "Chicago Bulls"),
    Franchise(1610612742, "DAL", "Dallas Mavericks"),
    Franchise(1610612743, "DEN", "Denver Nuggets"),
    Franchise(1610612744, "GSW", "Golden State Warriors"),
    Franchise(1610612745, "HOU", "Houston Rockets"),
    Franchise(1610612746, "LAC", "LA Clippers"),
    Franchise(1610612747, "LAL", "Los Angeles Lakers"),
    Franchise(1610612748, "MIA", "Miami Heat"),
    Franchise(1610612749, "MIL", "Milwaukee Bucks"),
    Franchise(1610612750, "MIN", "Minnesota Timberwolves"),
    Franchise(1610612751, "BKN", "Brooklyn Nets"),
    Franchise(1610612752, "NYK", "New York Knicks"),
    Franchise(1610612753, "ORL", "Orlando Magic"),
    Franchise(1610612754, "IND", "Indiana Pacers"),
    Franchise(1610612755, "PHI", "Philadelphia 76ers"),
    Franchise(1610612756, "PHX", "Phoenix Suns"),
    Franchise(1610612757, "POR", "Portland Trail Blazers"),
    Franchise(1610612758, "SAC", "Sacramento Kings"),
    Franchise(1610612759, "SAS", "San Antonio Spurs"),
    Franchise(1610612760, "OKC", "Oklahoma City Thunder"),
    Franchise(1610612761, "TOR", "Toronto Raptors"),
    Franchise(1610612762, "UTA", "Utah Jazz"),
    Franchise(1610612763, "MEM", "Memphis Grizzlies"),
    Franchise(1610612764, "WAS", "Washington Wizards"),
    Franchise(1610612765, "DET", "Detroit Pistons"),
    Franchise(1610612766, "CHA", "Charlotte Hornets"),
)
