"""DraftKings' lobby and the pages of its contests."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sandbox.offers import Contest
from sandbox.payouts import Payout
from sandbox.season import Game
from sandbox.serve.draftkings_pool import DK_TEAMS, SPORT_ID, competition_id, iso, nickname
from sandbox.serve.standings import slate_ends
from sandbox.serve.world import World
from sandbox.slates import Kind, Slate
from sandbox.times import eastern_wall

CLASSIC_TYPE, SHOWDOWN_TYPE = 70, 81
_GAME_TYPES = {CLASSIC_TYPE: ("Classic", 5, "CLA"), SHOWDOWN_TYPE: ("Showdown Captain Mode", 129, "SCM")}
_RULES = {
    CLASSIC_TYPE: "Draft eight players under a $50,000 cap; players can be swapped until their own game starts.",
    SHOWDOWN_TYPE: "Draft a captain and five others of one game under a $50,000 cap.",
}


def lobby_document(world: World, slates: Sequence[Slate], at: int) -> dict[str, Any]:
    """The contests of slates, with their draft groups, game sets and game types."""
    contests = [_lobby_contest(contest, at) for slate in slates for contest in world.contests.contests(slate)]
    return {
        "SelectedSport": None,
        "SelectedSportId": None,
        "Contests": contests,
        "Tournaments": [],
        "UserPrizes": None,
        "DraftGroups": [_draft_group(slate) for slate in slates],
        "GameSets": [_game_set(world, slate, at) for slate in slates],
        "GameTypes": [_game_type(number) for number in sorted({_type_of(slate) for slate in slates})],
        "MarketingOffers": [],
        "ShowAds": True,
    }


def detail_document(contest: Contest, at: int) -> dict[str, Any]:
    """A contest's own page: terms, entries so far, and what each place wins."""
    slate, pool = contest.slate, contest.prize_pool
    state = "Upcoming" if at < slate.start else "Live" if at < slate_ends(slate, at) else "Completed"
    if slate.is_cancelled(at):
        state = "Cancelled"
    return {
        "contestSummary": f"This {contest.max_entries:,}-player contest features ${pool:,} in total prizes.",
        "payoutSummary": [_payout(payout) for payout in contest.payouts],
        "PayoutDescription": f"${pool:,}",
        "IsCashPrizeOnly": contest.payouts[0].ticket is None,
        "scoringStyleId": 1,
        "contestStateDetail": state,
        "sport": "NBA",
        "isGuaranteed": contest.is_guaranteed,
        "isPrivate": False,
        "isResizable": False,
        "wasResized": False,
        "payoutDescriptions": {_prize_kind(contest.payouts[0]): _prize_total(contest)},
        "sortOrder": contest.number,
        "filters": [],
        "contestStartTime": iso(slate.start),
        "gameTypeId": _type_of(slate),
        "ticketOnlyEntry": False,
        "gameSetKey": _game_set_key(slate),
        "contestKey": str(contest.contest_id),
        "name": contest.name,
        "draftGroupId": slate.draft_group,
        "playTypeId": 1,
        "entries": contest.entered(at),
        "maximumEntries": contest.max_entries,
        "maximumEntriesPerUser": contest.per_user,
        "entryFee": contest.fee,
        "crownAmount": contest.fee * 550,
        "totalPayouts": float(pool),
        "contestState": state,
        "attributes": dict.fromkeys(contest.attributes, "true"),
    }


def _type_of(slate: Slate) -> int:
    return SHOWDOWN_TYPE if slate.kind is Kind.SHOWDOWN else CLASSIC_TYPE


def _lobby_contest(contest: Contest, at: int) -> dict[str, Any]:
    slate, pool = contest.slate, contest.prize_pool
    wall = eastern_wall(slate.start)
    return {
        "uc": 0,
        "ec": 0,
        "mec": contest.per_user,
        "fpp": contest.fee,
        "s": SPORT_ID,
        "n": contest.name,
        "attr": dict.fromkeys(contest.attributes, "true"),
        "nt": contest.entered(at),
        "m": contest.max_entries,
        "a": contest.fee,
        "po": float(pool),
        "pd": {_prize_kind(contest.payouts[0]): _prize_total(contest)},
        "tix": False,
        "sdstring": f"{wall:%a} {wall.hour % 12 or 12}:{wall:%M%p}",
        "sd": f"/Date({slate.start * 1000})/",
        "id": contest.contest_id,
        "tmpl": 300_000 + contest.number,
        "pt": 1,
        "so": contest.number - 100,
        "fwt": False,
        "isOwner": False,
        "startTimeType": 0,
        "dg": slate.draft_group,
        "ulc": 0,
        "cs": 1,
        "gameType": _GAME_TYPES[_type_of(slate)][0],
        "ssd": None,
        "cso": contest.number,
        "ir": 0,
        "freeWithCrowns": False,
        "crownAmount": contest.fee * 550,
        "isBonusFinalized": False,
        "isSnakeDraft": False,
    }


def _draft_group(slate: Slate) -> dict[str, Any]:
    kind = _type_of(slate)
    return {
        "DraftGroupId": slate.draft_group,
        "ContestTypeId": kind,
        "StartDate": iso(slate.start),
        "StartDateEst": f"{eastern_wall(slate.start):%Y-%m-%dT%H:%M:%S}.0000000",
        "SortOrder": int(slate.kind) + 1,
        "DraftGroupTag": "Featured" if slate.kind is Kind.MAIN else "",
        "GameTypeId": kind,
        "GameType": None,
        "SportSortOrder": 3,
        "Sport": "NBA",
        "GameCount": len(slate.games),
        "ContestStartTimeSuffix": slate.suffix or None,
        "ContestStartTimeType": 0,
        "Games": None,
        "DraftGroupSeriesId": 0,
        "GameSetKey": _game_set_key(slate),
        "AllowUGC": True,
    }


def _game_set_key(slate: Slate) -> str:
    return f"{slate.draft_group:032X}"


def _game_set(world: World, slate: Slate, at: int) -> dict[str, Any]:
    return {
        "GameSetKey": _game_set_key(slate),
        "ContestStartTimeSuffix": slate.suffix,
        "Competitions": [_game_set_game(world, game, at) for game in slate.games],
        "GameStyles": [_game_style(_type_of(slate))],
        "SortOrder": int(slate.kind) + 1,
        "MinStartTime": f"/Date({slate.start * 1000})/",
        "Tag": "Featured" if slate.kind is Kind.MAIN else "",
    }


def _game_set_game(world: World, game: Game, at: int) -> dict[str, Any]:
    home, away = world.teams_of(game)
    return {
        "GameId": competition_id(game),
        "AwayTeamId": DK_TEAMS[away.code],
        "HomeTeamId": DK_TEAMS[home.code],
        "HomeTeamScore": 0,
        "AwayTeamScore": 0,
        "HomeTeamCity": home.city,
        "AwayTeamCity": away.city,
        "HomeTeamName": nickname(home),
        "AwayTeamName": nickname(away),
        "StartDate": iso(game.fixture.known(at).tip),
        "Location": home.city,
        "LastPlay": None,
        "TeamWithPossession": 0,
        "TimeRemainingStatus": "Pre-Game",
        "Sport": "NBA",
        "Status": "Pre-Game",
        "Description": f"{away.code} @ {home.code}",
        "FullDescription": f"{away.name} @ {home.name}",
        "ExceptionalMessages": [],
    }


def _game_style(kind: int) -> dict[str, Any]:
    name, style, short = _GAME_TYPES[kind]
    return {
        "GameStyleId": style,
        "SportId": SPORT_ID,
        "SortOrder": 2,
        "Name": name,
        "Abbreviation": short,
        "Description": _RULES[kind],
        "IsEnabled": True,
        "Attributes": None,
    }


def _game_type(kind: int) -> dict[str, Any]:
    return {
        "GameTypeId": kind,
        "Name": _GAME_TYPES[kind][0],
        "Description": _RULES[kind],
        "Tag": "",
        "SportId": SPORT_ID,
        "DraftType": "SalaryCap",
        "GameStyle": _game_style(kind),
        "IsSeasonLong": False,
    }


def _payout(payout: Payout) -> dict[str, Any]:
    shown = payout.ticket or f"${payout.dollars:,}.00"
    return {
        "minPosition": payout.first,
        "maxPosition": payout.last,
        "tierPayoutDescriptions": {_prize_kind(payout): shown},
        "payoutDescriptions": [
            {
                "payoutDescriptionType": "Text" if payout.ticket is None else "Ticket",
                "order": 1,
                "payoutDescription": shown,
                "quantity": 1,
                "value": float(payout.dollars),
            }
        ],
    }


def _prize_kind(payout: Payout) -> str:
    return "Cash" if payout.ticket is None else "Ticket"


def _prize_total(contest: Contest) -> str:
    first = contest.payouts[0]
    return f"${contest.prize_pool:,}" if first.ticket is None else f"{first.last} x {first.ticket}"
