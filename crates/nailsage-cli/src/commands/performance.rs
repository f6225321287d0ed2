//! `nailsage performance`: what each strategy earned, and all of them together.

use std::{cmp::Ordering, collections::HashMap, io};

use nailsage::{
    ClosedTotals, MetricsOf, MetricsQuery, Overview, PAGE_ROWS_MAX, Store, StrategyId, StrategyRecord, Timeframe,
    UnixMillis, metrics::PeriodMetrics,
};

use super::{App, staleness::Staleness, strategy, together::Open};
use crate::{
    cli::{PerformanceArgs, SortBy},
    failure::Failure,
    output::{Cell, Column, Figure, Listing},
};

/// A strategy, or all of them together.
struct Line {
    /// None for all together.
    key: Option<(StrategyId, String)>,
    is_active: Option<bool>,
    bankroll_micros: i128,
    closed: ClosedTotals,
    open: Open,
    /// Those of all times, as they were refreshed last.
    metrics: Option<PeriodMetrics>,
    metrics_at: Option<UnixMillis>,
    metrics_from: Option<UnixMillis>,
}

impl Line {
    fn win_rate_pct(&self) -> Option<f64> {
        self.closed.win_rate_pct()
    }

    fn figure(&self, of: impl Fn(&PeriodMetrics) -> Option<f64>) -> Option<f64> {
        self.metrics.as_ref().and_then(of)
    }

    fn drawdown_pct(&self) -> Option<f64> {
        self.figure(|metrics| Some(metrics.max_drawdown_pct))
    }
}

fn figure(value: Option<f64>, figure: Figure) -> Cell {
    value.map_or(Cell::Null, |value| Cell::Figure(value, figure))
}

const COLUMNS: &[Column<Line>] = &[
    Column::data("strategy_id", |row| row.key.as_ref().map(|(id, _)| id.get()).into()),
    Column::data("strategy", |row| row.key.as_ref().map(|(_, name)| name.as_str()).into()),
    Column::shown("strategy", |row| match &row.key {
        Some((_, name)) => name.as_str().into(),
        None => Cell::Label("all strategies"),
    }),
    Column::data("is_active", |row| row.is_active.map_or(Cell::Null, Cell::Bool)),
    Column::new("current_bankroll", "bankroll", |row| Cell::micros(row.bankroll_micros)),
    Column::new("total_realized_pnl", "realized\nP&L", |row| Cell::micros(row.closed.realized_micros)),
    Column::new("total_unrealized_pnl", "unrealized\nP&L", |row| {
        row.open.unrealized_micros.map_or(Cell::Null, Cell::micros)
    }),
    Column::new("num_open_positions", "open", |row| row.open.count.into()),
    Column::new("num_closed_positions", "closed", |row| row.closed.num_closed.into()),
    Column::new("win_rate_pct", "win\nrate", |row| figure(row.win_rate_pct(), Figure::Percent)),
    Column::new("total_return_pct", "return", |row| {
        figure(row.figure(|metrics| metrics.total_return_pct), Figure::Growth)
    }),
    Column::new("max_drawdown_pct", "max\ndrawdown", |row| figure(row.drawdown_pct(), Figure::Percent)),
    Column::new("sharpe_ratio", "Sharpe", |row| figure(row.figure(|metrics| metrics.sharpe_ratio), Figure::Ratio)),
    Column::new("profit_factor", "profit\nfactor", |row| {
        figure(row.figure(|metrics| metrics.profit_factor), Figure::Ratio)
    }),
    Column::data("metrics_at", |row| row.metrics_at.into()),
    Column::data("metrics_from", |row| row.metrics_from.into()),
];

pub(crate) async fn run(app: &App, args: &PerformanceArgs) -> Result<(), Failure> {
    let store = app.read().await?;
    let one = match &args.of.strategy {
        Some(of) => Some(strategy(&*store, of).await?),
        None => None,
    };
    let one_id = one.as_ref().map(|record| record.strategy.id);
    // Before the metrics, so that what is refreshed in between is told of as older than it is, never as newer.
    let Overview { book, strategies, .. } = store.overview().await?;
    let staleness = Staleness::of(&book);
    let mut metrics = all_times(&*store, one_id).await?;
    let mut lines: Vec<Line> = (strategies.iter())
        .filter(|of| one_id.is_none_or(|id| id == of.record.strategy.id))
        .map(|of| {
            let metrics = metrics.remove(&Some(of.record.strategy.id));
            line(&of.record, Open::from(&of.exposure), metrics, staleness)
        })
        .collect();
    // Equal ones stay in the order of their ids.
    lines.sort_by(|one, other| compare(args.sort, one, other));
    if one_id.is_none() && !lines.is_empty() {
        let together = total(&lines, metrics.remove(&None), staleness);
        lines.push(together);
    }

    let mut listing = Listing::begin(app.format(), COLUMNS, io::stdout().lock())?;
    for line in &lines {
        listing.row(line)?;
    }
    let written = listing.end(
        "No strategies yet. Bots register theirs through `nailsage ingest`; `nailsage demo` adds three examples.",
    )?;
    if written > 0 {
        staleness.tell(app, &mut io::stdout().lock())?;
    }
    Ok(())
}

/// The metrics of all times, of one strategy or of everyone.
async fn all_times(
    store: &dyn Store,
    one: Option<StrategyId>,
) -> Result<HashMap<Option<StrategyId>, PeriodMetrics>, Failure> {
    let of = one.map_or(MetricsOf::Everyone, MetricsOf::Strategy);
    let mut query = MetricsQuery { limit: PAGE_ROWS_MAX, ..MetricsQuery::of(of, Timeframe::AllTime) };
    let mut found = HashMap::new();
    loop {
        let page = store.metrics(query.clone()).await?;
        found.extend(page.items.into_iter().map(|row| (row.metrics.strategy_id, row.metrics)));
        query.after = page.next;
        if query.after.is_none() {
            return Ok(found);
        }
    }
}

fn line(record: &StrategyRecord, open: Open, metrics: Option<PeriodMetrics>, staleness: Staleness) -> Line {
    Line {
        key: Some((record.strategy.id, record.strategy.key.to_string())),
        is_active: Some(record.strategy.is_active),
        bankroll_micros: record.strategy.current_bankroll.micros().into(),
        closed: record.totals.closed(),
        open,
        metrics,
        metrics_at: staleness.as_of(),
        metrics_from: staleness.lacks_from(),
    }
}

/// All strategies together: what can be added up is, and the metrics are those of all together.
fn total(lines: &[Line], metrics: Option<PeriodMetrics>, staleness: Staleness) -> Line {
    let mut all = Line {
        key: None,
        is_active: None,
        bankroll_micros: 0,
        closed: ClosedTotals::default(),
        open: Open::default(),
        metrics,
        metrics_at: staleness.as_of(),
        metrics_from: staleness.lacks_from(),
    };
    for line in lines {
        all.bankroll_micros += line.bankroll_micros;
        all.closed.add_all(&line.closed);
        all.open.add(line.open);
    }
    all
}

/// The best first, what is undefined last.
fn compare(by: SortBy, one: &Line, other: &Line) -> Ordering {
    let falling = |of: fn(&Line) -> Option<f64>| match (of(one), of(other)) {
        (Some(one), Some(other)) => other.total_cmp(&one),
        (Some(_), None) => Ordering::Less,
        (None, Some(_)) => Ordering::Greater,
        (None, None) => Ordering::Equal,
    };
    match by {
        SortBy::Name => one.key.as_ref().map(|(_, name)| name).cmp(&other.key.as_ref().map(|(_, name)| name)),
        SortBy::Bankroll => other.bankroll_micros.cmp(&one.bankroll_micros),
        SortBy::Realized => other.closed.realized_micros.cmp(&one.closed.realized_micros),
        // Nothing marked is less than anything, which comes last here.
        SortBy::Unrealized => other.open.unrealized_micros.cmp(&one.open.unrealized_micros),
        SortBy::Closed => other.closed.num_closed.cmp(&one.closed.num_closed),
        SortBy::WinRate => falling(Line::win_rate_pct),
        SortBy::Return => falling(|line| line.figure(|metrics| metrics.total_return_pct)),
        SortBy::Drawdown => falling(|line| line.drawdown_pct().map(|percent| -percent)),
        SortBy::Sharpe => falling(|line| line.figure(|metrics| metrics.sharpe_ratio)),
        SortBy::ProfitFactor => falling(|line| line.figure(|metrics| metrics.profit_factor)),
    }
}
