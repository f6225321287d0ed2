//! A durable, exact book for paper trading.
//!
//! Bots record what they do, the book keeps what is true: strategies with isolated bankrolls, signals, positions,
//! trades and an audit trail.
//!
#![cfg_attr(feature = "sqlite", doc = "```")]
#![cfg_attr(not(feature = "sqlite"), doc = "```text")]
//! use nailsage::{ClosePosition, OpenPosition, PositionRef, Reader, RegisterStrategy, StoreExt, UnixMillis};
//!
//! # futures_executor::block_on(async {
//! let book = nailsage::connect("sqlite::memory:").await?;
//! let at = |minute: i64| UnixMillis::new(1_640_991_660_000 + minute * 60_000);
//!
//! let strategy: nailsage::StrategyKey = "scalper/v1@7".parse()?;
//! book.register_strategy(at(0)?, RegisterStrategy::new(strategy.clone(), "1m".parse()?)).await?;
//!
//! // 10 % of the bankroll unless told otherwise, at a fill price that is told exactly.
//! let entry = OpenPosition::new(strategy.clone(), "long".parse()?, "46377".parse()?);
//! let opened = book.open_position(at(1)?, entry).await?;
//! let exit = ClosePosition::new(PositionRef::Id(opened.position_id), "46500.5".parse()?);
//! let closed = book.close_position(at(9)?, exit).await?;
//!
//! assert_eq!(opened.size.to_string(), "1000");
//! assert_eq!(closed.realized_pnl.to_string(), "2.662958");
//! assert_eq!(closed.bankroll.to_string(), "10002.662958");
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! # }).unwrap();
//! ```
//!
//! # What you hold
//!
//! [`connect`] gives an `Arc<dyn Store>`. [`StoreExt`] has a typed call for each use case, [`Reader`] answers
//! questions. Things that must happen together are one [`Command`] of several [`Action`]s; there is no transaction to
//! hold open. The promises are written down at [`Store`].
//!
//! # Features
//!
//! | feature | what it brings | default |
//! |---|---|---|
//! | `sqlite` | `sqlite:` URLs: one file, no server | yes |
//! | `postgres` | `postgresql:` URLs: a server, version 15 and later | no |
//! | `memory` | `MemoryStore`, a test double | no |
//!
//! Features only add. A URL whose feature is off is an error that names the feature.

mod connect;
#[cfg_attr(not(feature = "postgres"), path = "postgres_off.rs")]
mod postgres;
#[cfg_attr(not(feature = "sqlite"), path = "sqlite_off.rs")]
mod sqlite;

pub use connect::{connect, connect_from_env, connect_with, place_of, reset};
pub use nailsage_domain::*;
#[cfg(feature = "memory")]
pub use nailsage_store::MemoryStore;
pub use nailsage_store::{
    ACTIONS_MAX, Access, Action, Activate, AdjustBankroll, Answer, BankrollAdjusted, BankrollChange, BookStatus,
    CURVE_POINTS_MAX, CURVE_POINTS_MIN, CallError, Caller, Clock, ClosePosition, ClosedQuery, Command, Curve,
    CurveQuery, DEFAULT_TIMEOUT, Deactivate, Done, EventLogged, EventQuery, LedgerQuery, LiquidatePosition, LogEvent,
    MarkMarket, MarkPosition, MarketMarked, MetricCursor, MetricRow, MetricsOf, MetricsQuery, MetricsRefreshed,
    OpenError, OpenOptions, OpenPosition, Order, Outcome, PAGE_ROWS_MAX, Page, Pending, PositionClosed, PositionMarked,
    PositionOpened, PositionQuery, PositionRef, Reader, RecordRecovery, RecordSignal, RecordSnapshot, RefreshMetrics,
    Refusal, Refused, RegisterStrategy, SetStops, SignalQuery, SignalRecorded, Size, SnapshotQuery, StopsSet, Store,
    StoreError, StoreExt, StrategyActivity, StrategyQuery, StrategyRecord, StrategyRef, StrategyRegistered,
    SystemClock, TakeSnapshot, TimeCursor, TradeQuery, time_ordered_key,
};
pub use nailsage_store::{
    DailyPnl, DailyQuery, Funds, LeaderboardQuery, LeaderboardRow, MarketExposure, Overview, StrategyOverview, Summary,
};
pub use nailsage_store::{FunnelQuery, FunnelRow, RecoveredStrategy, Recovery, RecoveryRecorded};
