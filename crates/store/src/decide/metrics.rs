//! Refreshing metrics: what the ledger entries since the last time come to.

use nailsage_domain::{
    Usdt,
    metrics::{MetricsRefresh, PeriodMetrics, RefreshError},
};

use super::Within;
use crate::{
    answer::MetricsRefreshed,
    metrics::{KnownMetric, MetricRow},
    refusal::{RangedValue, Refusal},
    state::Overlay,
};

pub(super) fn refresh(overlay: &mut Overlay<'_>, within: Within) -> Result<MetricsRefreshed, Refusal> {
    if within == Within::Signal {
        return Err(Refusal::RefreshIsAlone);
    }
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
