"""Fantasy contests on the league's games: who entered what, what his players scored, what he won."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
from typing import Any, TypeVar

import numpy as np
import polars as pl

from lakehouse.errors import UnknownName
from sandbox.boxes import STATS
from sandbox.fixtures import HOUR
from sandbox.health import DOUBTFUL, OUT, PROBABLE, QUESTIONABLE
from sandbox.league import League
from sandbox.lineup_sampler import Board, draw
from sandbox.offers import CONTESTS_A_GROUP, Contest, contests_of
from sandbox.payouts import competition_ranks, winnings
from sandbox.rotation import Floats, Ints
from sandbox.season import Game, Side
from sandbox.slates import SALARY_CAP, Seat, Slate, day_of, slates_of
from sandbox.streams import Purpose, stream
from simulation.scoring import dk_fpts

OWNER = "sandbox"
_ENTRIES_A_CONTEST = 10_000
_POINTS_A_MINUTE, _POINTS_AT_NONE, _REDISTRIBUTED = 0.91, 3.2, 0.7
_ROTATION_MINUTES = 12.0
_PLAYS = {OUT: 0.0, DOUBTFUL: 0.15, QUESTIONABLE: 0.7, PROBABLE: 0.95}
_FIELD, _CROWD, _EXPERTS, _OWN, _IDS = 1, 2, 3, 4, 5
_FIRST_NAMES = ("Board", "Corner", "Deep", "Glass", "Hoop", "Iso", "Nylon", "Paint", "Pivot", "Rim", "Screen", "Swish")
_LAST_NAMES = ("Baron", "Bandit", "Chaser", "Doctor", "Ghost", "Hawk", "Jockey", "Pilot", "Ranger", "Sage", "Tinker")
Made = TypeVar("Made")


@dataclass(frozen=True, eq=False)
class Field:
    """Everyone in a contest: names of entries, and line-ups as rows of the slate's pool by slot (entries, slots)."""

    entry_ids: Ints
    names: tuple[str, ...]
    lineups: Ints


@dataclass(frozen=True, eq=False)
class Result:
    """How a contest ended: points, places and dollars won, beside the field's entries."""

    points: Floats
    ranks: Ints
    won: Floats


@dataclass(frozen=True, eq=False)
class ContestBook:
    """Every slate and contest of a league, made when first asked for and kept."""

    league: League
    _kept: dict[tuple[Any, ...], Any] = field(default_factory=dict, repr=False)

    def slates(self, day: date) -> tuple[Slate, ...]:
        """The slates of an Eastern date."""
        return self._keep(("slates", day), lambda: slates_of(self.league, day))

    def slate(self, draft_group: int) -> Slate:
        """The slate of a draft group; raises UnknownName where there is none."""
        found = day_of(draft_group)
        for slate in self.slates(found[0]) if found else ():
            if slate.draft_group == draft_group:
                return slate
        raise UnknownName(f"The sandbox has no draft group {draft_group}; ask its lobby for those there are.")

    def contests(self, slate: Slate) -> tuple[Contest, ...]:
        """The contests of a slate."""
        return self._keep(("contests", slate.draft_group), lambda: contests_of(slate))

    def contest(self, contest_id: int) -> Contest:
        """The contest of that id; raises UnknownName where there is none."""
        for contest in self.contests(self.slate(contest_id // CONTESTS_A_GROUP)):
            if contest.contest_id == contest_id:
                return contest
        raise UnknownName(f"The sandbox has no contest {contest_id}; ask its lobby for those there are.")

    def field(self, contest: Contest) -> Field:
        """Who entered a contest with what: known to its site when it starts, to others player by player as games tip.

        Raises BadInput for a contest of a slate that was cancelled.
        """
        return self._keep(("field", contest.contest_id), lambda: self._enter(contest))

    def result(self, contest: Contest) -> Result:
        """Points by the final box scores, places and winnings."""
        return self._keep(("result", contest.contest_id), lambda: self._settle(contest))

    def drafted(self, contest: Contest) -> Floats:
        """Percent of the entries that hold each player of the pool, 0-100, in any slot; sums to 100 a slot."""
        lineups = self.field(contest).lineups
        return np.bincount(lineups.ravel(), minlength=len(contest.slate.pool)) * 100.0 / len(lineups)

    def expected_ownership(self, slate: Slate, at: int, count: int = 400) -> Floats:
        """Percent of a crowd, informed as of `at`, that would draft each player of the pool; sums to 100 a slot."""

        def draw_crowd() -> Floats:
            rng = stream(self.league.seed, Purpose.CONTESTS, slate.draft_group, _EXPERTS)
            lineups = draw(rng, self._board(slate, at), count)
            return np.bincount(lineups.ravel(), minlength=len(slate.pool)) * 100.0 / count

        return self._keep(("expected", slate.draft_group, at), draw_crowd)

    def average(self, slate: Slate) -> Floats:
        """Points a game of each player of the pool in the season's games that tipped before the slate was published."""
        return self._keep(("average", slate.draft_group), lambda: self._average(slate))

    def points_of(self, game: Game, side: Side) -> Floats:
        """DraftKings points of everyone a team held, by the final box score."""
        return self._points(game.fixture.season)[game.fixture.game_id, side.team]

    def projected(self, slate: Slate, at: int) -> Floats:
        """Points expected of each player of the pool by one who knows what was said until `at`; none of who is out.

        Minutes of rotation players who are out go to their team-mates in proportion to their own.
        """
        people = self.league.people
        usual = np.array([seat.side.sheet.usual[seat.row] for seat in slate.pool], dtype=np.float64)
        appeal = np.array([people[seat.index].appeal for seat in slate.pool], dtype=np.float64)
        plays = np.array([_plays(slate, seat, at) for seat in slate.pool], dtype=np.float64)
        team = np.array([seat.side.team for seat in slate.pool], dtype=np.int64)
        lost = np.where(usual >= _ROTATION_MINUTES, usual * (1 - plays), 0.0)
        teams = len(self.league.teams)
        missing, whole = (np.bincount(team, weights=w, minlength=teams)[team] for w in (lost, usual))
        more = 1 + _REDISTRIBUTED * missing / np.maximum(whole - missing, 1.0)
        points = (_POINTS_AT_NONE + _POINTS_A_MINUTE * usual * more * appeal) * plays
        return np.asarray(np.where(usual < 1, 0.0, points), dtype=np.float64)

    @cached_property
    def _users(self) -> tuple[str, ...]:
        names = [f"{first}{last}" for first in _FIRST_NAMES for last in _LAST_NAMES]
        return tuple(f"{name}{number}" if number else name for number in range(40) for name in names)

    def own_lineups(self, contest: Contest) -> Ints:
        """Line-ups of the sandbox's own account, made an hour before the start; they are the field's first."""

        def make() -> Ints:
            rng = stream(self.league.seed, Purpose.CONTESTS, contest.contest_id, _OWN)
            count = sum(name.split(" (")[0] == OWNER for name in self.names(contest))
            return draw(rng, self._board(contest.slate, contest.slate.start - HOUR), count)

        return self._keep(("own", contest.contest_id), make)

    def entry_ids(self, contest: Contest) -> Ints:
        """DraftKings' ids of a contest's entries."""
        rng = stream(self.league.seed, Purpose.CONTESTS, contest.contest_id, _IDS)
        return contest.contest_id * _ENTRIES_A_CONTEST + rng.permutation(contest.entries)

    def names(self, contest: Contest) -> tuple[str, ...]:
        """Names of a contest's entries: 'user', or 'user (2/20)' for one who made several."""
        rng = stream(self.league.seed, Purpose.CONTESTS, contest.contest_id, _CROWD)
        return self._keep(("names", contest.contest_id), lambda: self._names(rng, contest))

    def _enter(self, contest: Contest) -> Field:
        slate = contest.slate
        rng = stream(self.league.seed, Purpose.CONTESTS, contest.contest_id, _FIELD)
        own = self.own_lineups(contest)
        others = draw(rng, self._board(slate, slate.start), contest.entries - len(own))
        return Field(self.entry_ids(contest), self.names(contest), np.concatenate((own, others)))

    def _names(self, rng: np.random.Generator, contest: Contest) -> tuple[str, ...]:
        """The sandbox's own account is the first."""
        names: list[str] = []
        order = rng.permutation(len(self._users))
        for turn in range(contest.entries):
            room = contest.entries - len(names)
            if not room:
                break
            user = self._users[int(order[turn % len(order)])] if turn else OWNER
            wanted = 1 + int(rng.geometric(0.35)) if rng.random() < 0.45 else 1
            wanted = contest.per_user if rng.random() < 0.03 else wanted
            made = min(wanted, contest.per_user, room)
            names += [user] if made == 1 else [f"{user} ({number}/{made})" for number in range(1, made + 1)]
        return tuple(names)

    def _board(self, slate: Slate, at: int) -> Board:
        points = self.projected(slate, at)
        able = points > 0
        fits = np.array([[p & set(slot.positions) != set() for slot in slate.slots] for p in _places(slate)])
        return Board(
            points=points,
            price=np.array([[seat.price(slot) for slot in slate.slots] for seat in slate.pool], dtype=np.int64),
            fits=fits & able[:, None],
            team=np.array([seat.side.team for seat in slate.pool], dtype=np.int64),
            game=np.array([int(seat.game.fixture.game_id) for seat in slate.pool], dtype=np.int64),
            cap=SALARY_CAP,
            games=slate.fewest_games,
            teams=2,
        )

    def _settle(self, contest: Contest) -> Result:
        slate = contest.slate
        scored = np.array([self._scored(slate, k) for k in range(len(slate.pool))], dtype=np.float64)
        points = lineup_points(slate, self.field(contest).lineups, scored)
        return Result(points, competition_ranks(points), winnings(contest.payouts, points))

    def _scored(self, slate: Slate, k: int) -> float:
        seat = slate.pool[k]
        return float(self.points_of(seat.game, seat.side)[seat.row]) if seat.game.fixture.day == slate.day else 0.0

    def _average(self, slate: Slate) -> Floats:
        known = self._histories(slate.season.year)
        found = np.zeros(len(slate.pool), dtype=np.float64)
        for k, seat in enumerate(slate.pool):
            before = [points for tip, points in known.get(seat.index, ()) if tip < slate.published - 6 * 3_600]
            found[k] = round(sum(before) / len(before), 2) if before else 0.0
        return found

    def _points(self, year: int) -> dict[tuple[str, int], Floats]:
        def score() -> dict[tuple[str, int], Floats]:
            games = next(season.games for season in self.league.seasons if season.year == year)
            sides = [(game, side) for game in games for side in (game.home, game.away)]
            flat_points = dk_points(np.concatenate([side.stats for _, side in sides], axis=1))
            cuts = np.cumsum([len(side.players) for _, side in sides])[:-1]
            parts = np.split(flat_points, cuts)
            return {(g.fixture.game_id, s.team): part for (g, s), part in zip(sides, parts, strict=True)}

        return self._keep(("points", year), score)

    def _histories(self, year: int) -> dict[int, list[tuple[int, float]]]:
        def collect() -> dict[int, list[tuple[int, float]]]:
            points = self._points(year)
            found: dict[int, list[tuple[int, float]]] = {}
            for game in next(season.games for season in self.league.seasons if season.year == year):
                for side in (game.home, game.away):
                    scored = points[game.fixture.game_id, side.team].tolist()
                    for index, seconds, got in zip(side.players, side.seconds.tolist(), scored, strict=True):
                        if seconds:
                            found.setdefault(index, []).append((game.fixture.tip, got))
            return found

        return self._keep(("histories", year), collect)

    def _keep(self, key: tuple[Any, ...], make: Callable[[], Made]) -> Made:
        if key not in self._kept:
            self._kept[key] = make()
        kept: Made = self._kept[key]
        return kept


def dk_points(stats: Ints) -> Floats:
    """DraftKings points of box-score columns (a row for each of `STATS`, a column for each player)."""
    frame = pl.DataFrame({name: stats[row] for row, name in enumerate(STATS)})
    return frame.select(dk_fpts().alias("points"))["points"].to_numpy()


def lineup_points(slate: Slate, lineups: Ints, scored: Floats) -> Floats:
    """Points of line-ups, given those of each player of the pool."""
    times = np.array([slot.times for slot in slate.slots])
    return np.asarray((scored[lineups] * times).sum(axis=1), dtype=np.float64)


def _plays(slate: Slate, seat: Seat, at: int) -> float:
    return 0.0 if slate.is_off(seat.game, at) else _PLAYS.get(seat.status(at) or "", 1.0)


def _places(slate: Slate) -> list[set[str]]:
    return [set(seat.positions) for seat in slate.pool]
