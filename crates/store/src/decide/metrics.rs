//! Refreshing metrics: what the ledger entries since the last time come to.

use nailsage_domain::{
    MetricId, Usdt,
    metrics::{MetricsRefresh, PeriodMetrics, RefreshError},
};

use super::Within;
use crate::{
    answer::MetricsRefreshed,
    metrics::{KnownMetric, MetricRow},
    refusal::{RangedValue, Refusal},
    state::{Book, Overlay},
};

pub(super) fn refresh(overlay: &mut Overlay<'_>, within: Within) -> Result<MetricsRefreshed, Refusal> {
    if within == Within::Signal {
        return Err(Refusal::RefreshIsAlone);
    }
    let num_rows = overlay.state().metrics().num_rows;
    ensure_complete(&mut overlay.book, num_rows)?;
    let input = overlay.state().metrics();
    let mut refresh = MetricsRefresh::new(overlay.at, overlay.book.metrics_at.filter(|_| !input.sums.is_empty()));
    for (strategy_id, sums) in &input.sums {
        refresh.resume(*strategy_id, sums).map_err(refused)?;
    }
    for entry in &input.entries {
        refresh.observe(entry).map_err(refused)?;
    }
    let as_of = refresh.as_of();
    let rows = refresh.finish();
    let refreshed = MetricsRefreshed {
        num_entries: input.entries.len() as u64,
        num_rows: rows.len() as u64,
        as_of,
        left_from: input.until,
    };
    overlay.book.metrics_from = input.until;
    overlay.book.metrics_at = Some(as_of);
    for metrics in rows {
        let row = row(overlay, metrics)?;
        overlay.changes.metrics.push(row);
    }
    Ok(refreshed)
}

/// Rows are never deleted but by hand. Of what is left after that nobody can tell whether it still fits together: the sums
/// of a day that is missing would be taken from an earlier one, and rows that are missing would stay so. All or nothing.
fn ensure_complete(book: &mut Book, num_rows: i64) -> Result<(), Refusal> {
    if num_rows == 0 {
        book.next_metric_id = MetricId::FIRST;
    }
    // Ids are given without a gap, from 1.
    let num_written = book.next_metric_id.get() - MetricId::FIRST.get();
    if num_rows == num_written { Ok(()) } else { Err(Refusal::MetricsDoNotFit) }
}

/// A period has one row for ever: a later refresh writes it again.
fn row(overlay: &mut Overlay<'_>, metrics: PeriodMetrics) -> Result<MetricRow, Refusal> {
    for micros in [metrics.total_return_micros, metrics.max_drawdown_micros] {
        Usdt::from_micros(micros).map_err(|_| Refusal::RangeExceeded { what: RangedValue::Metrics })?;
    }
    let place = (metrics.strategy_id, metrics.period.timeframe, metrics.period.start_ms);
    let KnownMetric { id, created_at } = match overlay.state().metrics().known.get(&place) {
        Some(known) => *known,
        None => KnownMetric { id: overlay.book.take_metric_id(), created_at: overlay.now },
    };
    Ok(MetricRow { id, metrics, created_at, updated_at: overlay.now })
}

fn refused(error: RefreshError) -> Refusal {
    match error {
        RefreshError::OutOfRange(_) => Refusal::RangeExceeded { what: RangedValue::Metrics },
        // The entries come in order, so it is the sums that are not those of the days before them.
        _ => Refusal::MetricsDoNotFit,
    }
}
