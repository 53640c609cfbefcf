"""Ops: what the lake and its runs say of themselves."""

from __future__ import annotations

import dataframely as dy

from lakehouse.schemas.columns import count, flag, instant, number, text


class Log(dy.Schema):
    """The lake's log: one row a batch, the only thing that makes a version visible."""

    seq = dy.Int64(min=1, description="number of the entry; also its Delta version", primary_key=True)
    instant_ts = instant("instant of the batch, whole milliseconds, strictly increasing")
    batch_id = text("source, request and attempt time of the batch; never its content")
    kind = text("scrape, import, run, train, evaluate, freeze, rebuild, compaction, heartbeat, configuration")
    versions = text("visible Delta version of every table, as canonical JSON")
    changes = text("per table written: version, and SHA-256 of its commit and data files, as canonical JSON")
    previous_sha256 = text("SHA-256 of the previous entry's commit file")
    clock_ts = instant("what the clock said, where it was behind the log")


class Runs(dy.Schema):
    """A run's manifest: everything it is a function of, by value, and a digest of each output."""

    run_id = text("run", primary_key=True)
    run_ts = instant("instant the run knew the world at")
    kind = text("run, live or backfill")
    status = text("ok, degraded or blocked")
    reasons = text("why it is not ok, as a JSON list")
    knowledge = text("observed or published")
    slate_date = dy.Date(description="Eastern date of the slate")
    slate = text("date, games and draft group, as canonical JSON")
    pins = text("log entry and version of every table it may read, as canonical JSON")
    lags = text("lag of each source in force, as canonical JSON")
    models = text("model id by head, as canonical JSON")
    configuration = text("worlds, overrides and switches, as canonical JSON")
    seed = dy.Int64(description="seed of the simulation")
    code_version = text("digest of the package's sources and locked versions")
    fingerprint = text("what the numbers may depend on: CPU features, libm, library versions, as canonical JSON")
    digests = text("digest by output, as canonical JSON")
    step_seconds = text("seconds of each step, as JSON; not part of any digest")
    started_ts = instant("wall time the run began")


class Code(dy.Schema):
    """A version of the code that made a run, as a wheel, so that a copied lake carries it."""

    code_version = text("digest of the package's sources and locked versions", primary_key=True)
    wheel_name = text("file name of the wheel")
    wheel = dy.Binary(description="bytes of the wheel: the sources of every room")
    wheel_sha256 = text("SHA-256 of the bytes", min_length=64, max_length=64)
    libraries = text("version of each distribution it needs, as canonical JSON")
    python = text("version of Python it ran under")
    kept_ts = instant("when it was kept")


class Models(dy.Schema):
    """A fitted model, with its text, so that a copied lake carries it."""

    model_id = text("digest of the artifact", primary_key=True)
    head = text("what it predicts, such as minutes")
    trained_ts = instant("when it was fitted")
    until_ts = instant("no row available at or after this instant was used")
    knowledge_until = instant("latest availability of any row used")
    window = text("first and last game dates of each window, and holes declared then, as JSON")
    rows = dy.Int64(min=0, description="training rows")
    proxies = flag("rows of the proxy tables were used")
    feature_schema_digest = text("digest of the feature set's declaration")
    parameters = text("hyper-parameters and priors, as JSON")
    metrics = text("metrics on the validation window, as JSON")
    code_version = text("digest of the code that fitted it")
    pins = text("log entry it was trained from")
    artifact = text("the model's text")
    artifact_sha256 = text("SHA-256 of the text", min_length=64, max_length=64)


class Promotions(dy.Schema):
    """A model put to use; a rollback is a later row naming an older model."""

    promoted_ts = instant("when", primary_key=True)
    head = text("what it predicts", primary_key=True)
    model_id = text("model")
    reason = text("why")


class Lags(dy.Schema):
    """A changed lag of a source: how long its facts take to be fetchable."""

    lag_source = text("source whose lag it is", primary_key=True)
    from_ts = instant("facts published from this instant on have the lag", primary_key=True)
    lag_seconds = dy.Int64(min=0, description="lag, seconds")
    reason = text("why")


class Holes(dy.Schema):
    """A span of days in which a table, or a training set, is known to lack rows; a later row may take it back."""

    table_name = text("table, table.column, or training set that lacks them", primary_key=True)
    first_day = dy.Date(primary_key=True, description="first Eastern date of the span")
    last_day = dy.Date(primary_key=True, description="last Eastern date of the span")
    declared_ts = instant("when it was declared or taken back", primary_key=True)
    withdrawn = flag("from then on it is no hole")
    reason = text("why the rows are missing, or why it is taken back")


class Alerts(dy.Schema):
    """Something a person should know."""

    alert_ts = instant("when it was noticed", primary_key=True)
    kind = text("what it is about, such as clock-behind", primary_key=True)
    message = text("one sentence")


class Scrapes(dy.Schema):
    """An attempt to fetch something, also a failed one and one that brought nothing new."""

    scrape_id = text("batch of the question: source, request, attempt time", primary_key=True)
    attempt = dy.Int32(min=0, primary_key=True, description="number of the attempt, from 1; 0: refused unasked")
    source = text("source asked")
    request = text("what was asked, without secrets")
    attempted_ts = instant("when")
    status = count("HTTP status; none where no answer came")
    outcome = text("stored, unchanged, absent, retried, failed, unreadable, stale or refused")
    reason = text("why it is not stored, one sentence", nullable=True)
    body_sha256 = text("SHA-256 of the body", nullable=True)
    body_bytes = dy.Int64(nullable=True, description="length of the body")
    elapsed_seconds = number("how long it took")
    skew_seconds = number("by how much the server's Date was ahead of our clock")
