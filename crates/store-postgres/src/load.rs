//! Loading a footprint: every row that a group of commands can touch, as of the moment when the book row was locked.

use std::time::Duration;

use nailsage_domain::{PositionId, StarlistingId, StrategyKey, UnixMillis};
use nailsage_store::{
    StoreError, StrategyRef,
    footprint::Footprint,
    inspect::ensure_version,
    metrics::{METRICS_ENTRIES_MAX, MetricsInput, MetricsLoading, end_ms},
    rows::read as rows,
    state::{Book, State},
};
use tokio_postgres::{Row, types::Type};

use crate::{
    connection::{Session, loses_commits},
    fault::Fault,
    pipeline::{all_at_once, command, query},
    rows::{BadRow, Param, read},
    sql,
};

/// How long a group waits for another process at the book row before it goes back to the queue, where deadlines are
/// watched.
const LOCK_TIMEOUT_MS: u32 = 1_000;

/// How long the server bears with a writer that has begun and says nothing. The whole book waits for that one.
const IDLE_TIMEOUT_MS: u32 = 10_000;

/// What the rows of an answer are.
#[derive(Debug, Clone, Copy)]
enum Kind {
    Requests,
    Strategies,
    Positions,
}

/// A statement that loads a part of the footprint.
struct Part {
    kind: Kind,
    sql: &'static str,
    params: Vec<Param<'static>>,
}

/// Begins a transaction, locks the book and loads a footprint, in one round trip; in two where a key is known that opened
/// a position.
pub(crate) async fn begin(session: &mut Session, footprint: &Footprint, time_left: Duration) -> Result<State, Fault> {
    let begin = format!(
        "BEGIN ISOLATION LEVEL READ COMMITTED READ WRITE; SET LOCAL lock_timeout = {LOCK_TIMEOUT_MS}; \
         SET LOCAL statement_timeout = {}; SET LOCAL idle_in_transaction_session_timeout = {IDLE_TIMEOUT_MS}{}",
        milliseconds(time_left),
        session.between.plans().map_or("", |plans| plans.setting()),
    );
    let parts = parts(footprint);
    // Locking the book tells where the transaction runs, so it cannot depend on what was prepared there.
    let mut requests = vec![command(&session.client, &begin), query(&session.client, sql::BOOK_LOCKED, &[])];
    requests.extend(parts.iter().map(|part| session.run(part.sql, &part.params)));
    let answers = all_at_once(requests).await?;
    let mut answers = answers.into_iter().skip(1);
    let locked = answers.next().unwrap_or_default();
    let row = locked.first().ok_or_else(|| BadRow::missing("the book has no row"))?;
    session.between.meet(row.try_get(sql::BOOK_LOCKED_MARK)?)?;
    if let Some(missing) = loses_commits(row, sql::BOOK_LOCKED_SETTINGS)? {
        tracing::error!(missing, "the server cannot keep the book's promises any more");
        return Err(StoreError::unavailable(missing).into());
    }
    let book: Option<Book> = read(rows::book, &locked)?.pop();
    let book = book.ok_or_else(|| BadRow::missing("the book has no row"))?;
    ensure_version(&book)?;
    if let Some(plans) = session.between.plans() {
        plans.see(&book);
    }
    let mut state = State::new(book);
    let mut opened = Vec::new();
    for (part, answer) in parts.iter().zip(answers) {
        opened.extend(put(&mut state, part.kind, &answer)?);
    }
    if let Some(at) = footprint.metrics_at {
        let input = metrics(session, state.book(), at).await?;
        state.put_metrics(input);
    }
    // One that came with its market has come without its strategy.
    let is_whole = |id: &PositionId| state.position(*id).is_some_and(|it| state.strategy(it.strategy_id).is_some());
    opened.retain(|id| !is_whole(id));
    if !opened.is_empty() {
        let parts = positions_with_owners(Vec::new(), opened);
        let requests = parts.iter().map(|part| session.run(part.sql, &part.params)).collect();
        for (part, answer) in parts.iter().zip(all_at_once(requests).await?) {
            put(&mut state, part.kind, &answer)?;
        }
    }
    Ok(state)
}

/// What refreshing metrics needs. Some round trips more, which matter little to so rare a command.
async fn metrics(session: &Session, book: &Book, at: UnixMillis) -> Result<MetricsInput, Fault> {
    let before = number(MetricsLoading::sums_before_ms(book));
    let sums = read(rows::running_sums, &fetch(session, sql::RUNNING_SUMS, vec![before]).await?)?;
    let num_rows = read(rows::count, &fetch(session, sql::METRICS_COUNT, vec![]).await?)?.pop().unwrap_or(0);
    let loading = MetricsLoading::new(book, at, num_rows, sums);
    let (mut until, mut entries) = (None, Vec::new());
    if let Some(from) = loading.from().map(UnixMillis::get) {
        let place = vec![number(from), number(METRICS_ENTRIES_MAX.into())];
        let one_too_many = read(rows::timestamp, &fetch(session, sql::MONEY_AFTER, place).await?)?.pop();
        until = loading.until(one_too_many);
        let within = vec![number(from), number(end_ms(until))];
        entries = read(rows::ledger_entry, &fetch(session, sql::MONEY, within).await?)?;
    }
    let within = vec![number(loading.known_from_ms()), number(end_ms(until))];
    let known = read(rows::known_metric, &fetch(session, sql::METRICS_KNOWN, within).await?)?;
    Ok(loading.into_input(until, entries, known))
}

fn number(value: i64) -> Param<'static> {
    (Box::new(value), Type::INT8)
}

async fn fetch(session: &Session, sql: &'static str, params: Vec<Param<'static>>) -> Result<Vec<Row>, Fault> {
    Ok(query(&session.client, sql, &params).await?)
}

/// What a server takes as a limit; 0 would be none.
pub(crate) fn milliseconds(time_left: Duration) -> i32 {
    i32::try_from(time_left.as_millis()).unwrap_or(i32::MAX).max(1)
}

/// Puts rows into the state and tells which positions they refer to.
fn put(state: &mut State, kind: Kind, loaded: &[Row]) -> Result<Vec<PositionId>, BadRow> {
    let mut opened = Vec::new();
    match kind {
        Kind::Requests => {
            for request in read(rows::request, loaded)? {
                opened.extend(request.opened_position_id);
                state.put_request(request);
            }
        }
        Kind::Strategies => read(rows::strategy, loaded)?.into_iter().for_each(|it| state.put_strategy(it)),
        Kind::Positions => read(rows::position, loaded)?.into_iter().for_each(|it| state.put_position(it)),
    }
    Ok(opened)
}

/// Only what the footprint asks for costs a statement.
fn parts(footprint: &Footprint) -> Vec<Part> {
    let mut parts = Vec::new();
    if !footprint.keys.is_empty() {
        let keys = footprint.keys.iter().map(ToString::to_string).collect();
        parts.push(Part { kind: Kind::Requests, sql: sql::REQUESTS_BY_KEY, params: vec![texts(keys)] });
    }
    let (ids, keys) = apart(footprint.strategies.iter().map(|strategy| (strategy, ())));
    if !keys.is_empty() {
        let params = names(keys.iter().map(|(key, ())| *key));
        parts.push(Part { kind: Kind::Strategies, sql: sql::STRATEGIES_BY_KEY, params });
    }
    let ids: Vec<i64> = ids.into_iter().map(|(id, ())| id).collect();
    parts.extend(positions_with_owners(ids, footprint.positions.iter().copied().collect()));
    parts.extend(open_positions(footprint));
    if footprint.everything {
        parts.push(Part { kind: Kind::Strategies, sql: sql::STRATEGIES, params: Vec::new() });
        parts.push(Part { kind: Kind::Positions, sql: sql::OPEN, params: Vec::new() });
    }
    parts
}

/// Strategies by id, positions by id, and the strategies that these belong to.
fn positions_with_owners(strategies: Vec<i64>, positions: Vec<PositionId>) -> Vec<Part> {
    let positions: Vec<i64> = positions.into_iter().map(PositionId::get).collect();
    let mut parts = Vec::new();
    if !strategies.is_empty() || !positions.is_empty() {
        let params = vec![numbers(strategies), numbers(positions.clone())];
        parts.push(Part { kind: Kind::Strategies, sql: sql::STRATEGIES_BY_ID, params });
    }
    if !positions.is_empty() {
        parts.push(Part { kind: Kind::Positions, sql: sql::POSITIONS_BY_ID, params: vec![numbers(positions)] });
    }
    parts
}

fn open_positions(footprint: &Footprint) -> Vec<Part> {
    let mut parts = Vec::new();
    let (ids, keys) =
        apart(footprint.open_of.iter().map(|(strategy, market)| (strategy, market.map(StarlistingId::get))));
    if !ids.is_empty() {
        let (ids, markets): (Vec<_>, Vec<_>) = ids.into_iter().unzip();
        let params = vec![numbers(ids), optional_numbers(markets)];
        parts.push(Part { kind: Kind::Positions, sql: sql::OPEN_BY_ID, params });
    }
    if !keys.is_empty() {
        let mut params = names(keys.iter().map(|(key, _)| *key));
        params.push(optional_numbers(keys.iter().map(|(_, market)| *market).collect()));
        parts.push(Part { kind: Kind::Positions, sql: sql::OPEN_BY_KEY, params });
    }
    if !footprint.markets.is_empty() {
        let markets = footprint.markets.iter().copied().map(StarlistingId::get).collect();
        parts.push(Part { kind: Kind::Positions, sql: sql::OPEN_ON_MARKETS, params: vec![numbers(markets)] });
    }
    parts
}

/// Names, each with something more.
type With<N, T> = Vec<(N, T)>;

/// Strategies that are named by their ids, and those that are named by their keys.
fn apart<'a, T>(strategies: impl Iterator<Item = (&'a StrategyRef, T)>) -> (With<i64, T>, With<&'a StrategyKey, T>) {
    let (mut ids, mut keys) = (Vec::new(), Vec::new());
    for (strategy, with) in strategies {
        match strategy {
            StrategyRef::Id(id) => ids.push((id.get(), with)),
            StrategyRef::Key(key) => keys.push((key, with)),
        }
    }
    (ids, keys)
}

fn names<'a>(keys: impl Iterator<Item = &'a StrategyKey> + Clone) -> Vec<Param<'static>> {
    vec![
        texts(keys.clone().map(|key| key.name.as_str().to_owned()).collect()),
        texts(keys.clone().map(|key| key.version.as_str().to_owned()).collect()),
        numbers(keys.map(|key| key.starlisting_id.get()).collect()),
    ]
}

fn texts(values: Vec<String>) -> Param<'static> {
    (Box::new(values), Type::TEXT_ARRAY)
}

fn numbers(values: Vec<i64>) -> Param<'static> {
    (Box::new(values), Type::INT8_ARRAY)
}

fn optional_numbers(values: Vec<Option<i64>>) -> Param<'static> {
    (Box::new(values), Type::INT8_ARRAY)
}
