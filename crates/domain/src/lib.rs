//! Values and rules of a paper-trading book: exact money and prices, positions, the ledger, metrics.
//!
//! Pure values: nothing here reads a clock, a file or the environment. A value that exists is valid; what comes from
//! outside is checked where it is parsed, converted or deserialised, and a [`ValueError`] says what is wrong with it.
//!
//! ```
//! use nailsage_domain::{Cost, Price, Side, Usdt, rules};
//!
//! let bankroll = Usdt::whole(10_000);
//! let size = rules::default_size(bankroll)?.expect("a tenth of 10,000 is more than nothing");
//! let entry: Price = "95000".parse()?;
//! let exit = Price::from_f64(95_150.0)?;
//! let fees: Cost = "0.4".parse()?;
//!
//! let pnl = rules::realized_pnl(Side::Long, size, entry, exit, fees, fees)?;
//! assert_eq!(pnl.to_string(), "0.778947");
//! assert_eq!(bankroll.checked_add(pnl)?.to_string(), "10000.778947");
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! In JSON, money and prices are decimal strings; numbers are read too.

mod amount;
mod checked;
mod closed;
mod confidence;
mod decimal;
mod equity_curve;
mod error;
mod event;
mod exposure;
mod holdings;
mod id;
mod integer;
mod interval;
mod ledger;
pub mod metrics;
mod names;
mod percent;
mod position;
mod price;
pub mod rules;
mod signal;
mod snapshot;
mod strategy;
mod text;
mod time;
mod totals;
mod trade;
mod usdt;

pub use amount::{Amount, Cost};
pub use closed::{ClosedTotals, DailyTotals};
pub use confidence::Confidence;
pub use equity_curve::{CurvePoint, EquityCurve, EquityPoint};
pub use error::{OutOfRange, Problem, ValueError};
pub use event::{EVENT_DATA_BYTES_MAX, Event, EventData};
pub use exposure::Exposure;
pub use holdings::Holdings;
pub use id::{EventId, MetricId, PositionId, SignalId, SnapshotId, StarlistingId, StrategyId, TradeId};
pub use interval::{Interval, IntervalUnit};
pub use ledger::LedgerEntry;
pub use metrics::Performance;
pub use names::{ExitReason, LedgerKind, PositionStatus, Severity, Side, SignalType, Timeframe, TradeType};
pub use percent::BankrollPercent;
pub use position::{Exit, Mark, Position, PositionState};
pub use price::{PRICE_DIGITS_MAX, Price};
pub use signal::{Signal, SignalFate};
pub use snapshot::{StateSnapshot, StrategySnapshot};
pub use strategy::{Strategy, StrategyKey};
pub use text::{ConfigPath, EventType, ModelId, Reason, RequestKey, StrategyName, TEXT_BYTES_MAX, Version};
pub use time::{DAY_MILLIS, UnixMillis};
pub use totals::StrategyTotals;
pub use trade::Trade;
pub use usdt::{MICROS_PER_USDT, Usdt};
