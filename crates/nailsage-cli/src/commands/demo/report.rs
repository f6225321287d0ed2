//! What a run of the demo came to.

use std::io::{self, Write};

use nailsage::{
    LedgerEntry, LedgerQuery, PAGE_ROWS_MAX, Performance, Position, PositionQuery, PositionStatus, SignalQuery, Store,
    StrategyKey, StrategyRecord, StrategyRef, Usdt,
};
use serde_json::{Value, json};

use super::{Data, Run, sparkline};
use crate::{
    cli::Format,
    commands::{App, columns, columns::Named, strategy},
    failure::Failure,
    output::{
        Cell,
        listing::write_object,
        money,
        table::{self, Layout},
        zone::Zone,
    },
};

const SPARKLINE_WIDTH: usize = 40;

/// One strategy's result.
struct Earned {
    record: StrategyRecord,
    performance: Performance,
    curve: String,
    suppressed: i64,
    open: Vec<Named<Position>>,
}

/// Prints the report.
pub(crate) async fn print(app: &App, store: &dyn Store, run: &Run, quiet: bool) -> Result<(), Failure> {
    let mut results = Vec::with_capacity(run.keys.len());
    for key in &run.keys {
        results.push(result(store, run, key).await?);
    }
    let mut out = io::stdout().lock();
    match app.format() {
        Format::Table => {
            print_tables(&mut out, run, &results)?;
            if !quiet {
                print_hints(app, &mut out, run)?;
            }
        }
        Format::Json => {
            let report = json!({
                "data": data(run),
                "commands": run.commands,
                "seconds": (run.elapsed.as_secs_f64() * 1_000.0).round() / 1_000.0,
            });
            write!(out, "{{\"run\":{report},\n\"strategies\":[")?;
            for (place, result) in results.iter().enumerate() {
                out.write_all(if place == 0 { b"\n" } else { b",\n" })?;
                let fields = fields(result);
                write_object(&mut out, fields.iter().map(|(name, cell)| (*name, cell)))?;
            }
            out.write_all(b"\n]}\n")?;
        }
        Format::Csv => {
            let mut writer = csv::Writer::from_writer(Vec::new());
            for (place, result) in results.iter().enumerate() {
                let fields = fields(result);
                if place == 0 {
                    writer.write_record(fields.iter().map(|(name, _)| *name)).map_err(io::Error::other)?;
                }
                writer.write_record(fields.iter().map(|(_, cell)| cell.csv())).map_err(io::Error::other)?;
            }
            out.write_all(&writer.into_inner().map_err(|error| io::Error::other(error.to_string()))?)?;
        }
    }
    Ok(out.flush()?)
}

async fn result(store: &dyn Store, run: &Run, key: &StrategyKey) -> Result<Earned, Failure> {
    let record = strategy(store, &StrategyRef::Key(key.clone())).await?;
    let strategy_id = record.strategy.id;
    let ledger = ledger(store, LedgerQuery::of(strategy_id)).await?;
    let mut performance = Performance::new();
    for entry in &ledger {
        performance.observe(entry).map_err(|error| Failure::DemoRange(error.into()))?;
    }
    let points: Vec<(i64, Usdt)> = ledger.iter().map(|entry| (entry.timestamp.get(), entry.balance)).collect();
    let (begin, end) = span(run);
    let curve = sparkline::draw(&points, begin, end, SPARKLINE_WIDTH);

    let query = PositionQuery {
        strategy_id: Some(strategy_id),
        status: Some(PositionStatus::Open),
        ..PositionQuery::default()
    };
    // A bot of the demo holds one position at most, so one page is all.
    let open = store.positions(query).await?.items;
    let open = open.into_iter().map(|record| Named { record, strategy: key.to_string() }).collect();
    Ok(Earned { suppressed: suppressed(store, &record).await?, record, performance, curve, open })
}

async fn ledger(store: &dyn Store, mut query: LedgerQuery) -> Result<Vec<LedgerEntry>, Failure> {
    query.limit = PAGE_ROWS_MAX;
    let mut entries = Vec::new();
    loop {
        let page = store.ledger(query.clone()).await?;
        entries.extend(page.items);
        query.after = page.next;
        if query.after.is_none() {
            return Ok(entries);
        }
    }
}

async fn suppressed(store: &dyn Store, record: &StrategyRecord) -> Result<i64, Failure> {
    let mut query = SignalQuery {
        strategy_id: Some(record.strategy.id),
        was_executed: Some(false),
        limit: PAGE_ROWS_MAX,
        ..SignalQuery::default()
    };
    let mut count = 0;
    loop {
        let page = store.signals(query.clone()).await?;
        count += i64::try_from(page.items.len()).unwrap_or(0);
        query.after = page.next;
        if query.after.is_none() {
            return Ok(count);
        }
    }
}

fn span(run: &Run) -> (i64, i64) {
    let begin = run.candles.first().map_or(0, |candle| candle.opens_at.get());
    let end = run.candles.last().map_or(0, super::candles::Candle::closes_at);
    (begin, end)
}

fn data(run: &Run) -> Value {
    let (begin, end) = span(run);
    let (source, seed) = match &run.data {
        Data::File(file) => (Value::from(file.as_str()), Value::Null),
        Data::Synthetic { seed } => (Value::from("synthetic"), Value::from(*seed)),
    };
    json!({ "source": source, "seed": seed, "candles": run.candles.len(), "from": begin, "until": end })
}

/// A result for programs.
fn fields(result: &Earned) -> Vec<(&'static str, Cell)> {
    let Earned { record, performance, .. } = result;
    let strategy = &record.strategy;
    let ratio = |value: Option<f64>| value.map_or(Cell::Null, Cell::Number);
    vec![
        ("strategy_id", strategy.id.get().into()),
        ("strategy", Cell::text(&strategy.key)),
        ("interval", Cell::text(strategy.interval)),
        ("initial_bankroll", strategy.initial_bankroll.usdt().into()),
        ("current_bankroll", strategy.current_bankroll.into()),
        ("total_return_usdt", Cell::micros(performance.total_return_micros())),
        ("total_return_pct", ratio(performance.total_return_pct())),
        ("num_trades", performance.num_trades().into()),
        ("win_rate_pct", ratio(performance.win_rate_pct())),
        ("profit_factor", ratio(performance.profit_factor())),
        ("max_drawdown_pct", Cell::Number(performance.max_drawdown_pct())),
        ("total_fees_paid", Cell::micros(record.totals.fees_micros)),
        ("num_suppressed_signals", result.suppressed.into()),
        ("num_open_positions", i64::try_from(result.open.len()).unwrap_or(i64::MAX).into()),
    ]
}

fn print_tables(out: &mut impl Write, run: &Run, results: &[Earned]) -> io::Result<()> {
    let (begin, end) = span(run);
    let at = nailsage::UnixMillis::new;
    let span = match (at(begin), at(end)) {
        (Ok(begin), Ok(end)) => Zone::shown().span(begin, end),
        _ => format!("{begin} to {end}"),
    };
    let candles = whole(i64::try_from(run.candles.len()).unwrap_or(i64::MAX));
    match &run.data {
        Data::Synthetic { seed } => writeln!(out, "A SYNTHETIC month of a made-up market (seed {seed}):")?,
        Data::File(file) => writeln!(out, "{file}:")?,
    }
    writeln!(out, "{candles} one-minute candles, {span}\n")?;
    let or_dash = |text: Option<String>| text.unwrap_or_else(|| "–".to_owned());
    let rows: Vec<Vec<String>> = results
        .iter()
        .map(|result| {
            let Earned { record, performance, .. } = result;
            vec![
                record.strategy.key.to_string(),
                money::grouped(record.strategy.current_bankroll.micros(), 2),
                or_dash(performance.total_return_pct().map(|percent| format!("{percent:+.2} %"))),
                whole(performance.num_trades()),
                or_dash(performance.win_rate_pct().map(|percent| format!("{percent:.1} %"))),
                or_dash(performance.profit_factor().map(|factor| format!("{factor:.2}"))),
                format!("{:.2} %", performance.max_drawdown_pct()),
            ]
        })
        .collect();
    let titles = ["strategy", "bankroll", "return", "trades", "win\nrate", "profit\nfactor", "max\ndrawdown"];
    let layouts: Vec<Layout> = (0..titles.len()).map(|place| Layout { is_right: place > 0, is_prose: false }).collect();
    out.write_all(table::draw_text(&titles, &rows, &layouts).as_bytes())?;
    let suppressed: i64 = results.iter().map(|result| result.suppressed).sum();
    let fees: i64 = results.iter().map(|result| result.record.totals.fees_micros).sum();
    writeln!(
        out,
        "They paid {} USDT of fees. {} signals were not traded, each for a recorded reason.",
        money::grouped(fees, 2),
        whole(suppressed)
    )?;

    writeln!(out, "\nBankroll over time, each from its lowest to its highest:")?;
    let width = results.iter().map(|result| result.record.strategy.key.to_string().chars().count()).max().unwrap_or(0);
    for result in results {
        writeln!(out, "  {:<width$}  {}", result.record.strategy.key.to_string(), result.curve)?;
    }

    let open: Vec<&Named<Position>> = results.iter().flat_map(|result| &result.open).collect();
    if open.is_empty() {
        writeln!(out, "\nNo position is open.")?;
    } else {
        writeln!(out, "\nStill open:")?;
        let columns = columns::OPEN_POSITIONS;
        let titles: Vec<&str> = columns.iter().filter_map(|column| column.title).collect();
        let rows: Vec<Vec<Cell>> =
            open.iter().map(|position| columns.iter().map(|column| (column.cell)(position)).collect()).collect();
        out.write_all(table::draw(&titles, &rows).as_bytes())?;
    }

    let millis = run.elapsed.as_millis().max(1);
    let rate = u128::from(run.commands) * 1_000 / millis;
    writeln!(
        out,
        "\n{} commands recorded in {:.2} s ({} a second), every one of them durable.",
        whole(i64::try_from(run.commands).unwrap_or(i64::MAX)),
        run.elapsed.as_secs_f64(),
        whole(i64::try_from(rate).unwrap_or(i64::MAX)),
    )
}

/// A count with its thousands set apart.
fn whole(count: i64) -> String {
    money::grouped(count.saturating_mul(1_000_000), 0)
}

fn print_hints(app: &App, out: &mut impl Write, run: &Run) -> io::Result<()> {
    let key = run.keys.first().map(ToString::to_string).unwrap_or_default();
    writeln!(out, "\nThe rules are toys; what is recorded is exact. Look around:")?;
    // Without snapshots there is no curve to look at.
    let curves = if run.has_snapshots { &["equity", "equity --png equity.png"][..] } else { &[] };
    for rest in ["performance"].iter().chain(curves) {
        writeln!(out, "  {}", app.to_type(rest))?;
    }
    for rest in [
        "positions --closed --newest --limit 10".to_owned(),
        format!("signals list --suppressed --limit 10 --strategy {key}"),
        format!("ledger show {key} --newest --limit 10"),
    ] {
        writeln!(out, "  {}", app.to_type(&rest))?;
    }
    if matches!(run.data, Data::Synthetic { .. }) {
        writeln!(out, "\nWith prices of your own: {}", app.to_type("demo --candles FILE.csv"))?;
    }
    writeln!(out, "To let your own bot write: {}", app.to_type("ingest --help"))?;
    Ok(())
}
