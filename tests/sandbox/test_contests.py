"""Contests are fair: valid line-ups, ownership that sums to the slots, prizes that sum to the pool."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import numpy as np
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from lakehouse.errors import BadInput, UnknownName
from sandbox.boxes import STATS
from sandbox.contests import OWNER, ContestBook, dk_points
from sandbox.fixtures import HOUR, Change
from sandbox.health import OUT
from sandbox.league import League, generate
from sandbox.lineup_sampler import Board, draw
from sandbox.offers import Contest
from sandbox.payouts import competition_ranks, flat, top_heavy, winnings
from sandbox.slates import SALARY_CAP, Kind, Slate, day_of, planned_days, slates_of


@pytest.fixture(scope="module")
def league() -> League:
    """Twelve teams, so that an evening may have six games."""
    return generate(5, 1, date(2025, 11, 20), teams=12, games_per_team=12)


@pytest.fixture(scope="module")
def book(league: League) -> ContestBook:
    return ContestBook(league)


@pytest.fixture(scope="module")
def slates(league: League, book: ContestBook) -> list[Slate]:
    """Every slate of the season."""
    season = league.seasons[0]
    return [slate for day in sorted({game.fixture.day for game in season.games}) for slate in book.slates(day)]


@pytest.fixture(scope="module")
def contests(book: ContestBook, slates: list[Slate]) -> list[Contest]:
    """The contests of the first slates of each kind that were held."""
    held = [slate for slate in slates if not slate.is_cancelled(slate.start)]
    chosen = [slate for kind in Kind for slate in [s for s in held if s.kind is kind][:2]]
    return [contest for slate in chosen for contest in book.contests(slate)]


def test_slates_hold_the_planned_games(slates: list[Slate]) -> None:
    groups = [slate.draft_group for slate in slates]
    assert len(set(groups)) == len(groups) > 20
    assert {slate.kind for slate in slates} >= {Kind.MAIN, Kind.LATE, Kind.SHOWDOWN}
    for slate in slates:
        assert day_of(slate.draft_group) == (slate.day, slate.kind)
        assert len(slate.games) >= slate.fewest_games
        assert slate.published < slate.start
        known = [game.fixture.known(slate.published) for game in slate.games]
        assert min(line.tip for line in known) == slate.start
        assert {line.day for line in known} == {slate.day}


def test_a_day_is_out_when_its_slates_are(league: League, slates: list[Slate]) -> None:
    for slate in slates[::7]:
        assert slate.day in planned_days(league, slate.published)
        assert slate.day not in planned_days(league, slate.published - 1)


def test_salaries_are_round(slates: list[Slate]) -> None:
    for slate in slates:
        for seat in slate.pool:
            assert 3_000 <= seat.salary <= 12_400
            assert seat.salary % 100 == 0


def test_nobody_is_in_a_pool_before_his_team_has_him(slates: list[Slate]) -> None:
    for slate in slates:
        joined = {index: deal.stamp for deal in slate.season.deals for index, _ in deal.joins}
        tips = max(game.fixture.tip for game in slate.games)
        assert not [seat for seat in slate.pool if slate.published < joined.get(seat.index, 0) <= tips]


def test_line_ups_are_valid(book: ContestBook, contests: list[Contest]) -> None:
    for contest in contests:
        slate, lineups = contest.slate, book.field(contest).lineups
        price = np.array([[seat.price(slot) for slot in slate.slots] for seat in slate.pool])
        assert lineups.shape == (contest.entries, len(slate.slots))
        assert (np.take_along_axis(price, lineups, axis=0).sum(axis=1) <= SALARY_CAP).all()
        assert all(len(set(lineup)) == len(lineup) for lineup in lineups.tolist())
        for place, slot in enumerate(slate.slots):
            assert all(set(slate.pool[k].positions) & set(slot.positions) for k in set(lineups[:, place].tolist()))
        games = [{slate.pool[k].game.fixture.game_id for k in lineup} for lineup in lineups.tolist()]
        assert min(map(len, games)) >= slate.fewest_games


def test_ownership_sums_to_a_hundred_a_slot_in_printed_digits(book: ContestBook, contests: list[Contest]) -> None:
    for contest in contests:
        drafted = book.drafted(contest)
        assert sum(round(100 * share) for share in drafted.tolist()) == 10_000 * len(contest.slate.slots)
        assert np.allclose(drafted * 100, np.round(drafted * 100))


def test_a_field_follows_value(book: ContestBook, contests: list[Contest]) -> None:
    """Large classic fields are skewed, agree with each other and leave little of the cap."""
    large = [contest for contest in contests if contest.entries >= 1_000 and contest.slate.kind is Kind.MAIN]
    assert large
    for contest in large:
        drafted = book.drafted(contest)
        assert drafted.max() > 2.5 * drafted.mean()
        twin = next(other for other in large if other.slate is contest.slate and other is not contest)
        assert np.corrcoef(drafted, book.drafted(twin))[0, 1] > 0.95
        price = np.array([seat.salary for seat in contest.slate.pool])
        assert price[book.field(contest).lineups].sum(axis=1).mean() > 0.97 * SALARY_CAP


def test_who_is_known_to_be_out_is_not_drafted(book: ContestBook, contests: list[Contest]) -> None:
    for contest in contests:
        slate = contest.slate
        out = {k for k, seat in enumerate(slate.pool) if seat.status(slate.start) == OUT}
        own = len(book.own_lineups(contest))
        assert out.isdisjoint(book.field(contest).lineups[own:].ravel().tolist())
        early = {k for k in out if slate.pool[k].status(slate.start - HOUR) == OUT}
        assert early.isdisjoint(book.own_lineups(contest).ravel().tolist())


def test_prizes_are_paid_out(book: ContestBook, contests: list[Contest]) -> None:
    for contest in contests:
        result = book.result(contest)
        assert result.won.sum() == pytest.approx(contest.prize_pool)
        order = np.argsort(-result.points, kind="stable")
        assert (np.diff(result.won[order]) <= 1e-9).all()
        assert (np.diff(result.ranks[order]) >= 0).all()
        assert contest.prize_pool <= contest.fee * contest.max_entries


def test_results_are_the_box_scores(book: ContestBook, contests: list[Contest]) -> None:
    for contest in contests[:4]:
        slate = contest.slate
        scored = [
            float(book.points_of(seat.game, seat.side)[seat.row]) if seat.game.fixture.day == slate.day else 0.0
            for seat in slate.pool
        ]
        for lineup, points in zip(
            book.field(contest).lineups.tolist(), book.result(contest).points.tolist(), strict=True
        ):
            assert points == sum(scored[k] * slot.times for k, slot in zip(lineup, slate.slots, strict=True))


def test_entries_are_named_and_numbered(book: ContestBook, contests: list[Contest]) -> None:
    for contest in contests:
        field = book.field(contest)
        assert len(set(field.entry_ids.tolist())) == len(field.names) == len(set(field.names)) == contest.entries
        made = pl.Series([name.split(" (")[0] for name in field.names]).value_counts()
        assert max(made["count"].to_list()) <= contest.per_user
        assert field.names[0].split(" (")[0] == OWNER


def test_truth_does_not_depend_on_what_was_asked_before(
    league: League, book: ContestBook, contests: list[Contest]
) -> None:
    fresh = ContestBook(league)
    for contest in reversed(contests[:6]):
        again = fresh.contest(contest.contest_id)
        assert (fresh.field(again).lineups == book.field(contest).lineups).all()
        assert fresh.field(again).names == book.field(contest).names
        assert (fresh.result(again).won == book.result(contest).won).all()


def test_a_contest_fills_by_its_start(contests: list[Contest]) -> None:
    for contest in contests:
        slate = contest.slate
        steps = [contest.entered(at) for at in range(slate.published, slate.start + 1, HOUR)]
        assert steps == sorted(steps)
        assert (steps[0], contest.entered(slate.start)) == (0, contest.entries)
        assert contest.entries <= contest.max_entries


def test_a_slate_without_games_is_cancelled(book: ContestBook, slates: list[Slate]) -> None:
    slate = next(s for s in slates if s.kind is Kind.MAIN and len(s.games) == 2 and not s.is_cancelled(s.start))
    lost = slate.games[0]
    first = lost.fixture.known(slate.published)
    off = Change(slate.start - HOUR, "postponed", first.tip, slate.day)
    fixture = replace(lost.fixture, changes=(Change(0, "scheduled", first.tip, slate.day), off))
    short = replace(slate, games=(replace(lost, fixture=fixture), *slate.games[1:]))
    assert not short.is_cancelled(off.stamp - 1)
    assert short.is_cancelled(off.stamp)
    late = replace(lost, fixture=replace(fixture, changes=(fixture.changes[0], replace(off, stamp=slate.start + 60))))
    assert not replace(slate, games=(late, *slate.games[1:])).is_cancelled(slate.start + HOUR)
    assert book.projected(short, off.stamp)[[seat.game is short.games[0] for seat in short.pool]].sum() == 0
    with pytest.raises(BadInput, match="too few line-ups"):
        book.expected_ownership(replace(short, kind=Kind.EARLY), off.stamp)


def test_unknown_ids_are_refused(book: ContestBook, contests: list[Contest]) -> None:
    last = max(book.contests(contests[0].slate), key=lambda contest: contest.number)
    for number in (0, last.contest_id + 1, 10**14):
        with pytest.raises(UnknownName):
            book.contest(number)
    with pytest.raises(UnknownName):
        book.slate(10**14)


def test_a_date_without_games_has_no_slates(league: League) -> None:
    assert slates_of(league, date(2025, 8, 1)) == ()


@given(st.lists(st.lists(st.integers(0, 40), min_size=len(STATS), max_size=len(STATS)), min_size=1, max_size=6))
def test_points_follow_the_published_rule(lines: list[list[int]]) -> None:
    scored = dk_points(np.array(lines, dtype=np.int64).T)
    for line, points in zip(lines, scored.tolist(), strict=True):
        stat = dict(zip(STATS, line, strict=True))
        tens = sum(stat[name] >= 10 for name in ("pts", "reb", "ast", "stl", "blk"))
        plain = stat["pts"] + 0.5 * stat["fg3m"] + 1.25 * stat["reb"] + 1.5 * stat["ast"]
        plain += 2 * stat["stl"] + 2 * stat["blk"] - 0.5 * stat["tov"]
        assert points == plain + 1.5 * (tens >= 2) + 3 * (tens >= 3)


@given(st.integers(1, 40), st.integers(5, 5_000), st.floats(0.5, 0.95))
def test_a_payout_table_pays_the_pool(fee: int, places: int, share: float) -> None:
    pool = int(fee * places * share)
    table = top_heavy(pool, places, fee)
    assert sum(payout.total for payout in table) == pool
    assert [payout.first for payout in table] == [1, *(payout.last + 1 for payout in table[:-1])]
    assert all(payout.first <= payout.last for payout in table)
    dollars = [payout.dollars for payout in table]
    assert dollars == sorted(dollars, reverse=True)
    assert table[-1].last <= places


@given(st.lists(st.integers(0, 6), min_size=10, max_size=60))
def test_equals_share_what_their_places_win(points: list[int]) -> None:
    scored = np.array(points, dtype=np.float64)
    ranks, won = competition_ranks(scored), winnings(flat(90, 9), scored)
    assert won.sum() == pytest.approx(90)
    for k, mine in enumerate(points):
        assert ranks[k] == 1 + sum(other > mine for other in points)
        assert {won[j] for j, other in enumerate(points) if other == mine} == {won[k]}


@given(st.integers(0, 2**32), st.integers(10, 40), st.integers(2, 6))
def test_drawn_line_ups_are_valid(seed: int, players: int, slots: int) -> None:
    rng = np.random.default_rng(seed)
    fits = rng.random((players, slots)) < 0.6
    fits[:slots] |= np.eye(slots, dtype=np.bool_)
    price = np.repeat(rng.integers(30, 110, players)[:, None] * 100, slots, axis=1)
    groups = np.arange(players) % 3
    cap = int(np.sort(price[:, 0])[-slots:].sum())
    board = Board(rng.random(players) * 40, price, fits, groups, groups, cap, 2, 2)
    lineups = draw(rng, board, 25)
    assert lineups.shape == (25, slots)
    for lineup in lineups.tolist():
        assert len(set(lineup)) == slots
        assert all(fits[player, slot] for slot, player in enumerate(lineup))
        assert sum(price[player, slot] for slot, player in enumerate(lineup)) <= cap
        assert len({groups[player] for player in lineup}) >= 2


def test_a_board_without_line_ups_is_refused() -> None:
    one = np.ones(4, dtype=np.int64)
    board = Board(np.full(4, 10.0), np.full((4, 2), 3_000), np.ones((4, 2), dtype=np.bool_), one, one, 5_000, 1, 1)
    with pytest.raises(BadInput, match="too few line-ups"):
        draw(np.random.default_rng(1), board, 3)
