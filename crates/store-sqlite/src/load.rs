//! Loading a footprint: every row that a group of commands can touch.

use std::collections::BTreeSet;

use nailsage_domain::{PositionId, UnixMillis};
use nailsage_store::{
    StrategyRef,
    footprint::Footprint,
    metrics::{METRICS_ENTRIES_MAX, MetricsInput, MetricsLoading, end_ms},
    plan::StrategyState,
    rows::read as rows,
    state::{Book, State},
};
use rusqlite::{Connection, Params, Result};

use crate::{
    rows::{Map, read},
    sql,
};

/// Loads the book row.
pub(crate) fn book(connection: &Connection) -> Result<Book> {
    connection.prepare_cached(sql::BOOK)?.query_row([], read(rows::book))
}

/// Loads a footprint's rows. They all belong to one moment, because the writer's transaction has begun.
pub(crate) fn state(connection: &Connection, book: Book, footprint: &Footprint) -> Result<State> {
    let mut state = State::new(book);
    let mut positions = footprint.positions.clone();
    for key in &footprint.keys {
        if let Some(request) = one(connection, sql::REQUEST_BY_KEY, [key.as_str()], rows::request)? {
            positions.extend(request.opened_position_id);
            state.put_request(request);
        }
    }
    if footprint.everything {
        for strategy in all(connection, sql::STRATEGIES, [], rows::strategy)? {
            state.put_strategy(strategy);
        }
        for position in all(connection, sql::OPEN, [], rows::position)? {
            state.put_position(position);
        }
    }
    if let Some(at) = footprint.metrics_at {
        let input = metrics(connection, state.book(), at)?;
        state.put_metrics(input);
    }
    for strategy in &footprint.strategies {
        if let Some(strategy) = find_strategy(connection, strategy)? {
            state.put_strategy(strategy);
        }
    }
    load_open(connection, &mut state, footprint)?;
    load_positions(connection, &mut state, &positions)?;
    Ok(state)
}

/// What refreshing metrics needs.
fn metrics(connection: &Connection, book: &Book, at: UnixMillis) -> Result<MetricsInput> {
    let sums = all(connection, sql::RUNNING_SUMS, [MetricsLoading::sums_before_ms(book)], rows::running_sums)?;
    let num_rows = one(connection, sql::METRICS_COUNT, [], rows::count)?.unwrap_or(0);
    let loading = MetricsLoading::new(book, at, num_rows, sums);
    let (mut until, mut entries) = (None, Vec::new());
    if let Some(from) = loading.from().map(UnixMillis::get) {
        let one_too_many = one(connection, sql::MONEY_AFTER, (from, METRICS_ENTRIES_MAX), rows::timestamp)?;
        until = loading.until(one_too_many);
        entries = all(connection, sql::MONEY, (from, end_ms(until)), rows::ledger_entry)?;
    }
    let known = all(connection, sql::METRICS_KNOWN, (loading.known_from_ms(), end_ms(until)), rows::known_metric)?;
    Ok(loading.into_input(until, entries, known))
}

pub(crate) fn find_strategy(connection: &Connection, strategy: &StrategyRef) -> Result<Option<StrategyState>> {
    match strategy {
        StrategyRef::Id(id) => one(connection, sql::STRATEGY_BY_ID, [id.get()], rows::strategy),
        StrategyRef::Key(key) => one(
            connection,
            sql::STRATEGY_BY_KEY,
            (key.name.as_str(), key.version.as_str(), key.starlisting_id.get()),
            rows::strategy,
        ),
    }
}

pub(crate) fn find_position(connection: &Connection, id: PositionId) -> Result<Option<nailsage_domain::Position>> {
    one(connection, sql::POSITION_BY_ID, [id.get()], rows::position)
}

/// The partial indexes serve only queries that write their condition out.
fn load_open(connection: &Connection, state: &mut State, footprint: &Footprint) -> Result<()> {
    let mut places = BTreeSet::new();
    for (strategy, market) in &footprint.open_of {
        let id = match strategy {
            StrategyRef::Id(id) => Some(*id),
            StrategyRef::Key(key) => state.strategy_id(key),
        };
        if let Some(owner) = id.and_then(|id| state.strategy(id)) {
            places.insert((owner.strategy.id, market.unwrap_or(owner.strategy.key.starlisting_id)));
        }
    }
    for (owner, market) in places {
        for position in all(connection, sql::OPEN_OF_STRATEGY, [owner.get(), market.get()], rows::position)? {
            state.put_position(position);
        }
    }
    for market in &footprint.markets {
        for position in all(connection, sql::OPEN_ON_MARKET, [market.get()], rows::position)? {
            // A market's positions bring no strategies: marking touches none.
            state.put_position(position);
        }
    }
    Ok(())
}

/// Positions that are named, with the strategies that they belong to.
fn load_positions(connection: &Connection, state: &mut State, ids: &BTreeSet<PositionId>) -> Result<()> {
    for id in ids {
        let loaded = match state.position(*id) {
            Some(known) => Some(known.clone()),
            None => find_position(connection, *id)?,
        };
        let Some(position) = loaded else { continue };
        if state.strategy(position.strategy_id).is_none()
            && let Some(owner) = find_strategy(connection, &StrategyRef::Id(position.strategy_id))?
        {
            state.put_strategy(owner);
        }
        state.put_position(position);
    }
    Ok(())
}

fn one<T>(connection: &Connection, sql: &str, params: impl Params, map: Map<T>) -> Result<Option<T>> {
    let mut statement = connection.prepare_cached(sql)?;
    let mut rows = statement.query(params)?;
    rows.next()?.map(read(map)).transpose()
}

pub(crate) fn all<T>(connection: &Connection, sql: &str, params: impl Params, map: Map<T>) -> Result<Vec<T>> {
    connection.prepare_cached(sql)?.query_map(params, read(map))?.collect()
}
