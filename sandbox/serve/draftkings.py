"""DraftKings: lobby, draftables, contest details, standings exports and one's own entries."""

from __future__ import annotations

from datetime import timedelta

from lakehouse.errors import UnknownName
from sandbox.offers import Contest
from sandbox.serve.draftkings_exports import csv_bytes, entry_rows, standings_rows, zipped
from sandbox.serve.draftkings_lobby import detail_document, lobby_document
from sandbox.serve.draftkings_pool import pool_document
from sandbox.serve.routes import CSV, HTML, ZIP, Ask, Reply, Route, bytes_reply, json_reply, not_found, redirect
from sandbox.serve.world import World
from sandbox.slates import Slate
from sandbox.times import eastern_wall

SESSION = ("dk", "sandbox")
LOGIN = "https://myaccount.draftkings.com/login"
_MOST_DIGITS = 12
_HISTORY = ("Sport", "Game_Type", "Entry_Key", "Entry", "Contest_Key", "Contest_Date_EST", "Place", "Points")


def lobby(world: World, ask: Ask) -> Reply:
    """Contests that take entries, with their draft groups; empty for another sport than NBA."""
    slates = _open_slates(world, ask.at) if ask.query.get("sport", "NBA").upper() == "NBA" else []
    return json_reply(lobby_document(world, slates, ask.at))


def draftables(world: World, ask: Ask) -> Reply:
    """The pool of a draft group; 404 before it is out."""
    slate = _published(world, int(ask.match["group"]), ask.at)
    return not_found() if slate is None else json_reply(pool_document(world, slate, ask.at))


def contest_detail(world: World, ask: Ask) -> Reply:
    """A contest's own page: what it costs, who is in, what each place wins; 404 before it is out."""
    contest = _contest(world, int(ask.match["contest"]), ask.at)
    if contest is None:
        return not_found()
    return json_reply({"contestDetail": detail_document(contest, ask.at), "errorStatus": {}})


def standings_export(world: World, ask: Ask) -> Reply:
    """The standings as a ZIP of one CSV, two tables side by side; a redirect to the login page without a session."""
    if not _has_session(ask):
        return redirect(LOGIN)
    contest = _contest(world, int(ask.match["contest"]), ask.at)
    if contest is None or ask.at < contest.slate.start or contest.slate.is_cancelled(ask.at):
        return not_found()
    name = f"contest-standings-{contest.contest_id}.csv"
    written = eastern_wall(contest.slate.start).timetuple()[:6]
    headers = {"Content-Disposition": f'attachment; filename="{name[:-4]}.zip"'}
    rows = standings_rows(world, contest, ask.at)
    return Reply(rows, zipped(name, written), ZIP, headers=headers)


def own_entries(world: World, ask: Ask) -> Reply:
    """The account's entries of a draft group as CSV; the address is not documented anywhere."""
    if not _has_session(ask):
        return redirect(LOGIN)
    group = ask.query.get("draftGroupId", "")
    slate = _published(world, int(group), ask.at) if group.isdecimal() and len(group) < _MOST_DIGITS else None
    return not_found() if slate is None else Reply(entry_rows(world, slate, ask.at), csv_bytes, CSV)


def entry_history(world: World, ask: Ask) -> Reply:
    """The account's finished contests as CSV: here none, under the columns that the real one has."""
    if not _has_session(ask):
        return redirect(LOGIN)
    return bytes_reply(csv_bytes([_HISTORY]), CSV)


def login(world: World, ask: Ask) -> Reply:
    """The login page."""
    page = b"<!DOCTYPE html><html><head><title>Log In</title></head><body><form method='post'></form></body></html>"
    return bytes_reply(page, HTML)


ROUTES: tuple[Route, ...] = (
    Route("www.draftkings.com", "/lobby/getcontests", lobby),
    Route("api.draftkings.com", r"/draftgroups/v1/draftgroups/(?P<group>\d{1,12})/draftables", draftables),
    Route("api.draftkings.com", r"/contests/v1/contests/(?P<contest>\d{1,15})", contest_detail),
    Route("www.draftkings.com", r"/contest/exportfullstandingscsv/(?P<contest>\d{1,15})", standings_export),
    Route("www.draftkings.com", "/entry/export", own_entries),
    Route("www.draftkings.com", "/mycontests/historycsv", entry_history),
    Route("myaccount.draftkings.com", "/login", login),
)


def _has_session(ask: Ask) -> bool:
    name, value = SESSION
    return ask.cookies.get(name) == value


def _open_slates(world: World, at: int) -> list[Slate]:
    """The slates that are out and have not started, of today and tomorrow."""
    today = eastern_wall(at).date()
    days = (today, today + timedelta(days=1))
    slates = [slate for day in days for slate in world.contests.slates(day)]
    return [slate for slate in slates if slate.published <= at < slate.start and not slate.is_cancelled(at)]


def _published(world: World, draft_group: int, at: int) -> Slate | None:
    try:
        slate = world.contests.slate(draft_group)
    except UnknownName:
        return None
    return slate if slate.published <= at else None


def _contest(world: World, contest_id: int, at: int) -> Contest | None:
    try:
        contest = world.contests.contest(contest_id)
    except UnknownName:
        return None
    return contest if contest.slate.published <= at else None
