//! Commands, decisions and the [`Store`] contract of NailSage's paper-trading book, without any I/O.
//!
//! Everything that changes the book is a [`Command`]: plain data, one or more [`Action`]s that happen together or
//! not at all. A backend loads what a command touches into a [`State`], [`decide`](decide::decide) turns both into a
//! [`Plan`](plan::Plan), and the backend writes the plan's rows and commits. Nothing is decided anywhere else.
//!
//! * Programs use [`Store`], [`Reader`] and [`StoreExt`].
//! * Tests of programs use [`MemoryStore`].
//! * Backends use [`writer`], which drives [`group`], and [`rows`], which maps [`plan`] and [`state`].

pub mod action;
pub mod answer;
pub mod audit;
pub mod by_time;
pub mod clock;
pub mod command;
pub mod daily;
pub mod decide;
pub mod error;
pub mod events;
pub mod ext;
pub mod fingerprint;
pub mod footprint;
pub mod group;
pub mod inspect;
pub mod memory;
pub mod metrics;
pub mod open;
pub mod overview;
pub mod plan;
pub mod query;
pub mod reader;
pub mod recovery;
pub mod reference;
pub mod refusal;
pub mod rows;
pub mod size;
pub mod state;
pub mod store;
pub mod submission;
pub mod timed;
pub mod walk;
pub mod writer;

pub use action::{
    Action, Activate, AdjustBankroll, BankrollChange, ClosePosition, Deactivate, LiquidatePosition, LogEvent,
    MarkMarket, MarkPosition, OpenPosition, RecordRecovery, RecordSignal, RecordSnapshot, RefreshMetrics,
    RegisterStrategy, SetStops, TakeSnapshot,
};
pub use answer::{
    Answer, BankrollAdjusted, Done, EventLogged, MarketMarked, MetricsRefreshed, Outcome, PositionClosed,
    PositionMarked, PositionOpened, RecoveryRecorded, Refused, SignalRecorded, StopsSet, StrategyActivity,
    StrategyRegistered,
};
pub use clock::{Clock, SystemClock};
pub use command::{ACTIONS_MAX, Command};
pub use daily::{DailyPnl, DailyQuery, LeaderboardQuery, LeaderboardRow};
pub use error::StoreError;
pub use ext::{CallError, Caller, StoreExt, time_ordered_key};
pub use memory::MemoryStore;
pub use metrics::MetricRow;
pub use open::{Access, OpenError, OpenOptions};
pub use overview::{Funds, MarketExposure, Overview, StrategyOverview, Summary};
pub use query::{ClosedQuery, EventQuery, LedgerQuery, PositionQuery, SignalQuery, StrategyQuery, TradeQuery};
pub use reader::{BookStatus, Order, PAGE_ROWS_MAX, Page, Reader, StrategyRecord};
pub use recovery::{RecoveredStrategy, Recovery};
pub use reference::{PositionRef, StrategyRef};
pub use refusal::Refusal;
pub use size::Size;
pub use state::State;
pub use store::{DEFAULT_TIMEOUT, Pending, Store};
pub use submission::Submission;
pub use timed::{
    CURVE_POINTS_MAX, CURVE_POINTS_MIN, Curve, CurveQuery, FunnelQuery, FunnelRow, MetricCursor, MetricsOf,
    MetricsQuery, SnapshotQuery, TimeCursor,
};
pub use walk::{PAGE_EXAMINED_MAX, Walk};
