//! Reading a whole store through its pages, and asking it everything that its queries can ask.

use std::collections::BTreeMap;

use nailsage_domain::{PositionStatus, Severity, SnapshotId, StrategyId};
use nailsage_store::{
    CurveQuery, DailyQuery, EventQuery, LeaderboardQuery, LedgerQuery, Order, Page, Pending, PositionQuery, Reader,
    SignalQuery, SnapshotQuery, StoreError, StrategyQuery, StrategyRef, TimeCursor, TradeQuery,
};

use crate::book::Rows;

/// So small that every list of a test takes several pages.
const PAGE_ROWS: u32 = 7;

/// All rows of a store, in the order of [`Rows`].
///
/// # Errors
///
/// Those of the store.
pub async fn rows(reader: &dyn Reader) -> Result<Rows, StoreError> {
    let (limit, order) = (PAGE_ROWS, Order::Ascending);
    let strategies = all(|after| reader.strategies(StrategyQuery { after, limit, ..StrategyQuery::default() })).await?;
    let mut ledger = Vec::new();
    for record in &strategies {
        let strategy_id = record.strategy.id;
        ledger.extend(
            all(|after| reader.ledger(LedgerQuery { after, limit, order, ..LedgerQuery::of(strategy_id) })).await?,
        );
    }
    let mut strategy_snapshots = Vec::new();
    for record in &strategies {
        let id = record.strategy.id;
        strategy_snapshots.extend(all(|after| reader.strategy_snapshots(id, snapshots(after))).await?);
    }
    strategy_snapshots.sort_by_key(|snapshot| (snapshot.snapshot_id, snapshot.strategy_id));
    let mut by_time = all(|after| reader.snapshots(snapshots(after))).await?;
    by_time.sort_by_key(|snapshot| snapshot.id);
    Ok(Rows {
        snapshots: by_time,
        strategy_snapshots,
        commit_seq: reader.book().await?.commit_seq,
        strategies,
        positions: all(|after| reader.positions(PositionQuery { after, limit, ..PositionQuery::default() })).await?,
        trades: all(|after| reader.trades(TradeQuery { after, limit, ..TradeQuery::default() })).await?,
        signals: all(|after| reader.signals(SignalQuery { after, limit, ..SignalQuery::default() })).await?,
        ledger,
        events: all(|after| reader.events(EventQuery { after, limit, ..EventQuery::default() })).await?,
    })
}

fn snapshots(after: Option<TimeCursor<SnapshotId>>) -> SnapshotQuery {
    SnapshotQuery { after, limit: PAGE_ROWS, ..SnapshotQuery::default() }
}

/// Asks a store that holds exactly `rows` for single rows and for lists with every filter, in both orders.
///
/// # Errors
///
/// Those of the store.
///
/// # Panics
///
/// When an answer is not what the rows say.
pub async fn assert_queries(reader: &dyn Reader, rows: &Rows) -> Result<(), StoreError> {
    let book = reader.book().await?;
    let counts = [book.strategies, book.positions, book.trades, book.signals, book.events, book.snapshots];
    let lengths = [
        rows.strategies.len(),
        rows.positions.len(),
        rows.trades.len(),
        rows.signals.len(),
        rows.events.len(),
        rows.snapshots.len(),
    ];
    assert_eq!(counts.map(|count| usize::try_from(count).ok()), lengths.map(Some), "the book's counts");

    for position in &rows.positions {
        assert_eq!(reader.position(position.id).await?.as_ref(), Some(position));
        let query = TradeQuery { position_id: Some(position.id), ..TradeQuery::default() };
        let got = reader.trades(query).await?.items;
        assert_eq!(got, only(&rows.trades, |trade| trade.position_id == position.id), "trades of {}", position.id);
    }
    for is_active in [false, true] {
        let query = StrategyQuery { is_active: Some(is_active), ..StrategyQuery::default() };
        let expected = only(&rows.strategies, |record| record.strategy.is_active == is_active);
        assert_eq!(reader.strategies(query).await?.items, expected, "strategies with is_active = {is_active}");
    }
    for record in &rows.strategies {
        let strategy = &record.strategy;
        for name in [StrategyRef::Id(strategy.id), StrategyRef::Key(strategy.key.clone())] {
            assert_eq!(reader.strategy(name).await?.as_ref(), Some(record));
        }
    }
    assert_snapshots(reader, rows).await?;
    assert_days(reader, rows).await?;
    let owners = rows.strategies.iter().map(|record| Some(record.strategy.id)).chain([None]);
    for strategy_id in owners {
        for order in [Order::Ascending, Order::Descending] {
            assert_lists(reader, rows, strategy_id, order).await?;
        }
    }
    Ok(())
}

/// The lists of one strategy, or of all, with every other filter.
async fn assert_lists(
    reader: &dyn Reader,
    rows: &Rows,
    strategy_id: Option<StrategyId>,
    order: Order,
) -> Result<(), StoreError> {
    let (is_its, limit) = (|owner| strategy_id.is_none_or(|id| id == owner), PAGE_ROWS);
    let of = format!("of {strategy_id:?}, {order:?}");

    let statuses = PositionStatus::ALL.iter().copied().map(Some).chain([None]);
    for status in statuses {
        let got = all(|after| {
            reader.positions(PositionQuery { strategy_id, status, after, limit, order, ..PositionQuery::default() })
        })
        .await?;
        let expected = only(&rows.positions, |position| {
            is_its(position.strategy_id) && status.is_none_or(|status| position.status() == status)
        });
        assert_eq!(got, ordered(expected, order), "positions with status {status:?} {of}");
    }
    for was_executed in [None, Some(false), Some(true)] {
        let got = all(|after| {
            reader.signals(SignalQuery { strategy_id, was_executed, after, limit, order, ..SignalQuery::default() })
        })
        .await?;
        let expected = only(&rows.signals, |signal| {
            is_its(signal.strategy_id) && was_executed.is_none_or(|executed| signal.was_executed() == executed)
        });
        assert_eq!(got, ordered(expected, order), "signals with was_executed {was_executed:?} {of}");
    }
    let got =
        all(|after| reader.trades(TradeQuery { strategy_id, after, limit, order, ..TradeQuery::default() })).await?;
    let expected = only(&rows.trades, |trade| is_its(trade.strategy_id));
    assert_eq!(got, ordered(expected, order), "trades {of}");

    if let Some(strategy_id) = strategy_id {
        let got =
            all(|after| reader.ledger(LedgerQuery { after, limit, order, ..LedgerQuery::of(strategy_id) })).await?;
        let expected = only(&rows.ledger, |row| row.strategy_id == strategy_id);
        assert_eq!(got, ordered(expected, order), "ledger {of}");
    }
    let middle = rows.events.get(rows.events.len() / 2);
    let queries = [
        EventQuery::default(),
        EventQuery { min_severity: Some(Severity::Warning), ..EventQuery::default() },
        EventQuery { event_type: middle.map(|event| event.event_type.clone()), ..EventQuery::default() },
        EventQuery { since: middle.map(|event| event.timestamp), ..EventQuery::default() },
    ];
    for query in queries {
        let query = EventQuery { strategy_id, limit, order, ..query };
        let got = all(|after| reader.events(EventQuery { after, ..query.clone() })).await?;
        let expected = only(&rows.events, |event| {
            (strategy_id.is_none() || event.strategy_id == strategy_id)
                && query.min_severity.is_none_or(|least| event.severity >= least)
                && query.event_type.as_ref().is_none_or(|wanted| event.event_type == *wanted)
                && query.since.is_none_or(|since| event.timestamp >= since)
        });
        assert_eq!(got, ordered(expected, order), "events of {query:?}");
    }
    Ok(())
}

/// Snapshots in the order of time, in every range that a middle one cuts, and the curves that they make.
async fn assert_snapshots(reader: &dyn Reader, rows: &Rows) -> Result<(), StoreError> {
    let mut expected = rows.snapshots.clone();
    expected.sort_by_key(|snapshot| (snapshot.timestamp, snapshot.id));
    let middle = expected.get(expected.len() / 2).map(|snapshot| snapshot.timestamp);
    for (since, until) in [(None, None), (middle, None), (None, middle)] {
        for order in [Order::Ascending, Order::Descending] {
            let query = SnapshotQuery { since, until, limit: PAGE_ROWS, order, ..SnapshotQuery::default() };
            let got = all(|after| reader.snapshots(SnapshotQuery { after, ..query.clone() })).await?;
            let wanted = only(&expected, |snapshot| {
                since.is_none_or(|since| snapshot.timestamp >= since)
                    && until.is_none_or(|until| snapshot.timestamp < until)
            });
            assert_eq!(got, ordered(wanted, order), "snapshots of {query:?}");
        }
        let curve = reader.equity_curve(CurveQuery { since, until, ..CurveQuery::default() }).await?;
        let within: Vec<_> = only(&expected, |snapshot| {
            since.is_none_or(|since| snapshot.timestamp >= since)
                && until.is_none_or(|until| snapshot.timestamp < until)
        });
        let got: Vec<_> = curve.points.iter().map(|point| (point.timestamp, point.equity)).collect();
        let points: Vec<_> = within.iter().map(|snapshot| (snapshot.timestamp, snapshot.total_equity)).collect();
        assert_eq!(got, points, "the curve");
    }
    Ok(())
}

/// What each day earned, and who earned most.
async fn assert_days(reader: &dyn Reader, rows: &Rows) -> Result<(), StoreError> {
    const DAY_MS: i64 = 86_400_000;
    for strategy_id in [None, StrategyId::new(1).ok(), StrategyId::new(2).ok()] {
        let mut expected: BTreeMap<i64, (i64, i128)> = BTreeMap::new();
        for position in &rows.positions {
            if let (Some(exit), true) = (position.exit(), strategy_id.is_none_or(|id| id == position.strategy_id)) {
                let day = expected.entry(exit.timestamp.get() / DAY_MS * DAY_MS).or_default();
                *day = (day.0 + 1, day.1 + i128::from(exit.realized_pnl.micros()));
            }
        }
        let query = DailyQuery { strategy_id, limit: PAGE_ROWS, ..DailyQuery::default() };
        let got = all(|after| reader.daily_pnl(DailyQuery { after, ..query.clone() })).await?;
        let got: BTreeMap<_, _> = (got.iter())
            .map(|day| (day.day_start.get(), (day.closed.num_closed, day.closed.realized_micros)))
            .collect();
        assert_eq!(got, expected, "days of {strategy_id:?}");
    }
    let mut expected: Vec<_> = (rows.strategies.iter())
        .filter(|record| record.totals.num_closed > 0)
        .map(|record| (-i128::from(record.totals.realized_micros), record.strategy.id))
        .collect();
    expected.sort_unstable();
    let board = reader.leaderboard(LeaderboardQuery::default()).await?;
    let got: Vec<_> = board.iter().map(|row| (-row.closed.realized_micros, row.strategy_id)).collect();
    assert_eq!(got, expected, "the leaderboard");
    Ok(())
}

/// Turns the pages of a list until the last.
async fn all<T, C>(mut ask: impl FnMut(Option<C>) -> Pending<Page<T, C>>) -> Result<Vec<T>, StoreError> {
    let mut items = Vec::new();
    let mut after = None;
    loop {
        let page = ask(after).await?;
        items.extend(page.items);
        match page.next {
            Some(next) => after = Some(next),
            None => return Ok(items),
        }
    }
}

fn only<T: Clone>(rows: &[T], is_wanted: impl Fn(&T) -> bool) -> Vec<T> {
    rows.iter().filter(|row| is_wanted(row)).cloned().collect()
}

fn ordered<T>(mut rows: Vec<T>, order: Order) -> Vec<T> {
    if order == Order::Descending {
        rows.reverse();
    }
    rows
}
