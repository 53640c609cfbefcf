"""Silver of contests: DraftKings' lobby, pools, payouts, standings and entries, and Linestar's slates."""

from __future__ import annotations

import dataframely as dy

from lakehouse.schemas.columns import Fact, count, flag, instant, number, text


class DkDraftGroups(Fact):
    """A draft group: the games a pool of players is drawn from."""

    draft_group = dy.Int64(description="DraftKings draft group")
    game_type_id = dy.Int64(nullable=True, description="DraftKings game type; 70 is NBA classic, 81 showdown")
    start_ts = instant("start of its first game", nullable=True)
    games = count("games in it")
    label = text("its suffix, such as '(Turbo)'", nullable=True)


class DkContests(Fact):
    """A contest as the lobby, or its own page, shows it."""

    contest_id = dy.Int64(description="DraftKings contest")
    draft_group = dy.Int64(description="draft group it is played on")
    contest_name = text("name")
    game_type = text("such as 'Classic'", nullable=True)
    entry_fee = number("dollars")
    prize_pool = number("dollars")
    max_entries = dy.Int64(nullable=True, description="entries it takes")
    entries = dy.Int64(nullable=True, description="entries so far")
    max_entries_per_user = dy.Int64(nullable=True, description="entries one person may make")
    start_ts = instant("start of the contest", nullable=True)
    is_guaranteed = flag("its prize pool is guaranteed", nullable=True)
    is_gpp = flag("a classic guaranteed tournament worth collecting", nullable=True)


class DkDraftables(Fact):
    """A player in one slot of a draft group's pool."""

    draft_group = dy.Int64(description="DraftKings draft group; 0 where a local file does not say")
    draftable_id = dy.Int64(description="id of the player in this slot of this draft group")
    dk_player_id = dy.Int64(nullable=True, description="DraftKings' own player id; a salary file has none")
    player_name = text("name as printed")
    position = text("positions, such as 'PG/SG'", nullable=True)
    roster_slot_id = dy.Int64(nullable=True, description="slot he may fill; a salary file has only their names")
    slot = text(
        "name of the slot, such as PG, CPT or T1; of several in a salary file, such as PG/G/UTIL", nullable=True
    )
    slate_type = text("classic, showdown, single-game, tiers, snake or list, by the slots of the pool", nullable=True)
    salary = dy.Int64(nullable=True, description="dollars; none in formats without salaries")
    status = text("status as printed, such as None, Q or OUT", nullable=True)
    is_swappable = flag("can still be swapped", nullable=True)
    is_disabled = flag("cannot be drafted", nullable=True)
    team = text("team as printed", nullable=True)
    dk_team_id = dy.Int64(nullable=True, description="DraftKings' own team id")
    competition_id = dy.Int64(nullable=True, description="DraftKings' id of his game")
    competition = text("his game as printed, such as 'OKC @ SAS'", nullable=True)
    lock_ts = instant("start of his game: from then on he cannot be changed", nullable=True)
    fppg = number("fantasy points a game as printed")


class DkPayouts(Fact):
    """What a span of places of a contest wins."""

    contest_id = dy.Int64(description="DraftKings contest; 0 where a local file does not say")
    min_position = dy.Int64(min=1, description="first place of the span")
    max_position = dy.Int64(min=1, description="last place of the span")
    cash = number("dollars each of them wins")
    prize = text("what they win besides, as printed", nullable=True)


class DkStandings(Fact):
    """An entry in a contest's standings; a report is all rows of one contest and report_ts."""

    contest_id = dy.Int64(description="DraftKings contest; 0 where a local file does not say")
    report_ts = instant("when the standings were fetched")
    entry_id = dy.Int64(description="DraftKings entry")
    entry_name = text("name of the entry as printed", nullable=True)
    rank = dy.Int64(nullable=True, description="place")
    points = number("fantasy points")
    time_remaining = number("minutes its players have left, summed")
    lineup = text("line-up as printed: slot and name in turn", nullable=True)
    is_final = flag("nobody has minutes left and no slot is locked")


class DkOwnership(Fact):
    """How often a player was drafted in a contest; a report is all rows of one contest and report_ts.

    A classic contest prints a player once, with all his slots summed; its rows sum to about 800.
    """

    contest_id = dy.Int64(description="DraftKings contest; 0 where a local file does not say")
    report_ts = instant("when the standings were fetched")
    player_name = text("name as printed")
    roster_position = text("slot as printed: one of those he was drafted in")
    drafted_pct = number("percent of the entries, 0-100")
    fpts = number("his fantasy points")
    is_final = flag("nobody has minutes left and no slot is locked")


class DkEntries(Fact):
    """A slot of one of one's own entries; a report is all rows of one contest and report_ts."""

    contest_id = dy.Int64(description="DraftKings contest")
    report_ts = instant("when the list was fetched")
    entry_id = dy.Int64(description="DraftKings entry")
    slot_number = dy.Int32(min=1, description="place of the slot in the line-up")
    slot = text("such as PG or UTIL")
    contest_name = text("name", nullable=True)
    entry_fee = number("dollars")
    player_name = text("name as printed; none in an empty slot", nullable=True)
    draftable_id = dy.Int64(nullable=True, description="id of the player in this slot")
    is_locked = flag("can no longer be changed")


class LinestarSlates(Fact):
    """A slate of a period; every slate, not only the first."""

    period_id = dy.Int64(description="Linestar period (a slate date)")
    slate_id = dy.Int64(description="Linestar slate")
    dk_draft_group = dy.Int64(nullable=True, description="draft group it stands for, where the feed says")
    slate_name = text("name", nullable=True)
    is_tiered = flag("played by tiers, without salaries", nullable=True)
    games = count("games in it")
    start_ts = instant("start of its first game", nullable=True)


class LinestarOwnership(Fact):
    """A player on one slate, as printed when it was fetched: salary, projected ownership and points."""

    slate_id = dy.Int64(description="Linestar slate")
    salary_id = dy.Int64(description="Linestar salary row")
    period_id = dy.Int64(description="Linestar period")
    linestar_player_id = dy.Int64(description="Linestar's own player id")
    player_name = text("name as printed")
    team = text("team as printed", nullable=True)
    salary = number("salary on this slate, dollars")
    tier = count("tier on this slate, where it is played by tiers")
    proj_own_pct = number("projected ownership, percent as printed, never rescaled; none where none is projected")
    proj_fpts = number("projected DraftKings points")


class LinestarContestIds(Fact):
    """Which DraftKings contest, draft group and Linestar slate a contest of Linestar's stands for."""

    contest_id = dy.Int64(description="Linestar's own contest id")
    dk_contest_id = dy.Int64(nullable=True, description="DraftKings contest")
    dk_draft_group = dy.Int64(nullable=True, description="DraftKings draft group")
    slate_id = dy.Int64(nullable=True, description="Linestar slate")
    period_id = dy.Int64(description="Linestar period")
