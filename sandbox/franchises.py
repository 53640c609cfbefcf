"""The thirty franchises: ids, codes, names and home arenas as the league itself uses them."""

from __future__ import annotations

from dataclasses import dataclass

_TABLE = """
1610612737|ATL|Atlanta Hawks|State Farm Arena|Atlanta|GA|0
1610612738|BOS|Boston Celtics|TD Garden|Boston|MA|0
1610612739|CLE|Cleveland Cavaliers|Rocket Arena|Cleveland|OH|0
1610612740|NOP|New Orleans Pelicans|Smoothie King Center|New Orleans|LA|1
1610612741|CHI|Chicago Bulls|United Center|Chicago|IL|1
1610612742|DAL|Dallas Mavericks|American Airlines Center|Dallas|TX|1
1610612743|DEN|Denver Nuggets|Ball Arena|Denver|CO|2
1610612744|GSW|Golden State Warriors|Chase Center|San Francisco|CA|3
1610612745|HOU|Houston Rockets|Toyota Center|Houston|TX|1
1610612746|LAC|LA Clippers|Intuit Dome|Inglewood|CA|3
1610612747|LAL|Los Angeles Lakers|Crypto.com Arena|Los Angeles|CA|3
1610612748|MIA|Miami Heat|Kaseya Center|Miami|FL|0
1610612749|MIL|Milwaukee Bucks|Fiserv Forum|Milwaukee|WI|1
1610612750|MIN|Minnesota Timberwolves|Target Center|Minneapolis|MN|1
1610612751|BKN|Brooklyn Nets|Barclays Center|Brooklyn|NY|0
1610612752|NYK|New York Knicks|Madison Square Garden|New York|NY|0
1610612753|ORL|Orlando Magic|Kia Center|Orlando|FL|0
1610612754|IND|Indiana Pacers|Gainbridge Fieldhouse|Indianapolis|IN|0
1610612755|PHI|Philadelphia 76ers|Xfinity Mobile Arena|Philadelphia|PA|0
1610612756|PHX|Phoenix Suns|Mortgage Matchup Center|Phoenix|AZ|2
1610612757|POR|Portland Trail Blazers|Moda Center|Portland|OR|3
1610612758|SAC|Sacramento Kings|Golden 1 Center|Sacramento|CA|3
1610612759|SAS|San Antonio Spurs|Frost Bank Center|San Antonio|TX|1
1610612760|OKC|Oklahoma City Thunder|Paycom Center|Oklahoma City|OK|1
1610612761|TOR|Toronto Raptors|Scotiabank Arena|Toronto|ON|0
1610612762|UTA|Utah Jazz|Delta Center|Salt Lake City|UT|2
1610612763|MEM|Memphis Grizzlies|FedExForum|Memphis|TN|1
1610612764|WAS|Washington Wizards|Capital One Arena|Washington|DC|0
1610612765|DET|Detroit Pistons|Little Caesars Arena|Detroit|MI|0
1610612766|CHA|Charlotte Hornets|Spectrum Center|Charlotte|NC|0
"""


@dataclass(frozen=True)
class Franchise:
    """One team: NBA id, three-letter code, full name, arena, and hours behind Eastern time."""

    team_id: int
    code: str
    name: str
    arena: str
    city: str
    state: str
    hours_behind: int


def franchises(count: int) -> tuple[Franchise, ...]:
    """The first `count` franchises, in order of their ids."""
    rows = [line.split("|") for line in _TABLE.strip().splitlines()]
    return tuple(Franchise(int(r[0]), r[1], r[2], r[3], r[4], r[5], int(r[6])) for r in rows[:count])
