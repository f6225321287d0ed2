//! A curve for the terminal: a chart and the figures that it is made of.

use std::io::{self, Write};

use nailsage::{Curve, CurvePoint};

use super::{chart, flows::Flow};
use crate::output::{Cell, Figure, money, table, zone::Zone};

/// So many flows are listed; the rest is counted.
const FLOWS_SHOWN: usize = 10;

pub(super) fn print(whose: &str, curve: &Curve, flows: &[Flow], out: &mut impl Write) -> io::Result<()> {
    let points = &curve.points;
    let (Some(first), Some(last)) = (points.first(), points.last()) else { return Ok(()) };
    let whose = crate::output::cell::without_control_characters(whose);
    let span = Zone::shown().span(first.timestamp, last.timestamp);
    let snapshots = if curve.num_snapshots == 1 { "snapshot" } else { "snapshots" };
    writeln!(out, "Equity of {whose} in USDT, {span}, {} {snapshots}\n", curve.num_snapshots)?;
    for line in chart::draw(points, chart::width()) {
        writeln!(out, "{line}")?;
    }
    writeln!(out)?;

    let marks = [
        ("first", Some(first)),
        ("last", Some(last)),
        // Of equal ones the earliest.
        ("highest", points.iter().rev().max_by_key(|point| point.equity)),
        ("lowest", points.iter().min_by_key(|point| point.equity)),
        ("deepest drawdown", points.iter().rev().max_by(|one, other| one.drawdown_pct.total_cmp(&other.drawdown_pct))),
    ];
    let rows: Vec<Vec<Cell>> = marks.iter().filter_map(|(name, point)| point.map(|point| row(name, point))).collect();
    out.write_all(table::draw(&["", "time (UTC)", "equity", "P&L so far", "drawdown"], &rows).as_bytes())?;
    print_flows(flows, out)
}

fn row(name: &'static str, point: &CurvePoint) -> Vec<Cell> {
    vec![
        Cell::Label(name),
        point.timestamp.into(),
        point.equity.into(),
        Cell::micros(point.pnl_micros),
        Cell::Figure(point.drawdown_pct, Figure::Percent),
    ]
}

/// What was paid in and out, and the last of it in detail.
fn print_flows(flows: &[Flow], out: &mut impl Write) -> io::Result<()> {
    if flows.is_empty() {
        return writeln!(out, "\nNothing was paid in or out in this time.");
    }
    let sum = |is_in: bool| {
        let micros = flows.iter().map(|flow| flow.amount.micros()).filter(|micros| (*micros > 0) == is_in);
        money::grouped(micros.fold(0_i64, i64::saturating_add).saturating_abs(), 2)
    };
    writeln!(out, "\nPaid in {} USDT, paid out {} USDT, none of it profit or loss:", sum(true), sum(false))?;
    let hidden = flows.len().saturating_sub(FLOWS_SHOWN);
    let rows: Vec<Vec<Cell>> = flows[hidden..]
        .iter()
        .map(|flow| {
            let reason = if flow.is_start { Some("registered".to_owned()) } else { flow.reason.clone() };
            vec![flow.at.into(), flow.strategy.as_str().into(), flow.amount.into(), reason.into()]
        })
        .collect();
    out.write_all(table::draw(&["time (UTC)", "strategy", "amount", "why"], &rows).as_bytes())?;
    if hidden > 0 {
        writeln!(out, "and {hidden} earlier ones; `nailsage ledger show STRATEGY` lists all of a strategy.")?;
    }
    Ok(())
}
