//! The committed files, read.

use std::{error::Error, fs, path::Path};

use nailsage_domain::{LedgerEntry, LedgerKind, StrategyId, Timeframe, UnixMillis, Usdt};
use serde::{Deserialize, de::DeserializeOwned};

/// A ledger and what is expected of it.
#[derive(Debug, Clone)]
pub struct Scenario {
    /// The name of its files.
    pub name: String,
    /// What goes in.
    pub vector: Vector,
    /// What should come out.
    pub expectation: Expectation,
}

/// The rows of a ledger, in no order, and when metrics are refreshed.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Vector {
    /// The time of the refresh, in Unix milliseconds.
    pub refresh_at: UnixMillis,
    /// What `SELECT` gives.
    pub ledger: Vec<LedgerRow>,
}

/// The columns of `ledger` that performance needs.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
#[expect(missing_docs, reason = "the columns of the table, explained there")]
pub struct LedgerRow {
    pub strategy_id: StrategyId,
    pub seq: i64,
    pub kind: LedgerKind,
    pub delta_micros: i64,
    pub balance_micros: i64,
    pub held_ms: Option<i64>,
    pub timestamp: UnixMillis,
}

/// What the libraries say.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Expectation {
    /// The later of the refresh and the latest entry, in Unix milliseconds.
    pub as_of: UnixMillis,
    /// Which libraries were asked for which figure.
    pub libraries: serde_json::Map<String, serde_json::Value>,
    /// One row a subject and period.
    pub rows: Vec<ExpectedRow>,
}

/// One row of `performance_metrics`, money in millionths.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
#[expect(missing_docs, reason = "the columns of the table, explained there")]
pub struct ExpectedRow {
    pub strategy_id: Option<StrategyId>,
    pub timeframe: Timeframe,
    pub period_start: i64,
    pub period_end: i64,
    pub total_return_pct: Option<f64>,
    pub growth_factor: Option<f64>,
    pub total_return_micros: i64,
    pub num_trades: i64,
    pub num_wins: i64,
    pub num_losses: i64,
    pub win_rate_pct: Option<f64>,
    pub avg_win_micros: Option<i64>,
    pub avg_loss_micros: Option<i64>,
    pub largest_win_micros: Option<i64>,
    pub largest_loss_micros: Option<i64>,
    pub profit_factor: Option<f64>,
    pub avg_position_duration_minutes: Option<f64>,
    pub max_drawdown_pct: f64,
    pub max_drawdown_micros: i64,
    pub sharpe_ratio: Option<f64>,
}

impl Vector {
    /// The entries in the order of (timestamp, strategy, seq).
    pub fn entries(&self) -> Result<Vec<LedgerEntry>, Box<dyn Error>> {
        let mut entries = self.ledger.iter().map(LedgerRow::entry).collect::<Result<Vec<_>, _>>()?;
        entries.sort_by_key(|entry| (entry.timestamp, entry.strategy_id, entry.seq));
        Ok(entries)
    }
}

impl LedgerRow {
    /// With what performance does not look at filled in.
    fn entry(&self) -> Result<LedgerEntry, Box<dyn Error>> {
        use LedgerKind::{Adjust, Close, Liquidate, Open, Stops};

        let entry = LedgerEntry {
            strategy_id: self.strategy_id,
            seq: self.seq,
            kind: self.kind,
            position_id: matches!(self.kind, Open | Close | Liquidate | Stops).then(|| "1".parse()).transpose()?,
            trade_id: matches!(self.kind, Open | Close | Liquidate).then(|| "1".parse()).transpose()?,
            delta: Usdt::from_micros(self.delta_micros)?,
            balance: Usdt::from_micros(self.balance_micros)?,
            held_ms: self.held_ms,
            reason: (self.kind == Adjust).then(|| "as in the scenario".parse()).transpose()?,
            request_key: None,
            commit_seq: self.seq,
            timestamp: self.timestamp,
            created_at: self.timestamp,
        };
        entry.check()?;
        Ok(entry)
    }
}

/// Every scenario there is, by name.
pub fn scenarios() -> Result<Vec<Scenario>, Box<dyn Error>> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut scenarios = Vec::new();
    for file in fs::read_dir(folder.join("vectors"))? {
        let path = file?.path();
        let name = path.file_stem().unwrap_or_default().to_string_lossy().into_owned();
        let expected = folder.join("expected").join(format!("{name}.json"));
        scenarios.push(Scenario { vector: read(&path)?, expectation: read(&expected)?, name });
    }
    scenarios.sort_by(|left, right| left.name.cmp(&right.name));
    Ok(scenarios)
}

fn read<T: DeserializeOwned>(path: &Path) -> Result<T, Box<dyn Error>> {
    let text = fs::read_to_string(path).map_err(|error| format!("{}: {error}", path.display()))?;
    serde_json::from_str(&text).map_err(|error| format!("{}: {error}", path.display()).into())
}
