//! What a book holds: plain lists, in the order in which things happened.

use nailsage_domain::{
    Event, EventData, EventId, LedgerEntry, LedgerKind, Position, PositionId, Reason, RequestKey, Severity, Signal,
    StateSnapshot, StrategySnapshot, Trade, TradeId, UnixMillis, Usdt,
};
use nailsage_store::{Command, Outcome, StrategyRecord};

/// All rows of a book, to be compared by `==`.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Rows {
    /// How many commands were accepted.
    pub commit_seq: i64,
    /// Strategies with their totals, by id.
    pub strategies: Vec<StrategyRecord>,
    /// Positions by id.
    pub positions: Vec<Position>,
    /// Trades by id.
    pub trades: Vec<Trade>,
    /// Signals by id.
    pub signals: Vec<Signal>,
    /// Ledger rows by strategy and, within one, by `seq`.
    pub ledger: Vec<LedgerEntry>,
    /// Events by id.
    pub events: Vec<Event>,
    /// Snapshots by id.
    pub snapshots: Vec<StateSnapshot>,
    /// What strategies had, by snapshot and strategy.
    pub strategy_snapshots: Vec<StrategySnapshot>,
}

/// A command that was accepted under a key.
#[derive(Debug, Clone)]
pub(crate) struct Request {
    pub(crate) key: RequestKey,
    pub(crate) command: Command,
    pub(crate) outcome: Outcome,
    pub(crate) opened: Vec<PositionId>,
}

/// The model's book. Its ledger is in the order in which it was written, all strategies together.
#[derive(Debug, Clone)]
pub(crate) struct Book {
    pub(crate) rows: Rows,
    pub(crate) requests: Vec<Request>,
}

impl Book {
    /// A book in which nothing has happened but that it was made.
    pub(crate) fn made_at(time: UnixMillis) -> Self {
        let made = Event {
            id: EventId::new(1).expect("above 0"),
            event_type: "schema_initialized".parse().expect("a short text"),
            data: Some(EventData::from_text(r#"{"schema_version": 1}"#).expect("it is JSON")),
            severity: Severity::Info,
            strategy_id: None,
            timestamp: time,
            created_at: time,
        };
        Self { rows: Rows { events: vec![made], ..Rows::default() }, requests: Vec::new() }
    }
}

/// A book of its own on which one command runs.
#[derive(Debug, Clone)]
pub(crate) struct Run {
    pub(crate) rows: Rows,
    /// The commands accepted before.
    pub(crate) requests: Vec<Request>,
    pub(crate) key: Option<RequestKey>,
    /// The command's own time.
    pub(crate) at: UnixMillis,
    pub(crate) now: UnixMillis,
    /// The positions that this command opened so far.
    pub(crate) opened: Vec<PositionId>,
    /// The signal whose actions are running.
    pub(crate) signal: Option<nailsage_domain::SignalId>,
}

/// What a ledger row says beyond who, when and in which command.
#[derive(Debug)]
pub(crate) struct Line {
    pub(crate) kind: LedgerKind,
    pub(crate) delta: Usdt,
    pub(crate) position_id: Option<PositionId>,
    pub(crate) trade_id: Option<TradeId>,
    pub(crate) held_ms: Option<i64>,
    pub(crate) reason: Option<Reason>,
}

impl Line {
    /// A row in which no money moves.
    pub(crate) fn of(kind: LedgerKind) -> Self {
        Self { kind, delta: Usdt::ZERO, position_id: None, trade_id: None, held_ms: None, reason: None }
    }
}

impl Run {
    /// Puts a strategy back in its place, with a ledger row about what happened to it. Its bankroll is the one after
    /// the row.
    pub(crate) fn post(&mut self, mut record: StrategyRecord, line: Line) {
        record.totals.ledger_seq += 1;
        self.rows.ledger.push(LedgerEntry {
            strategy_id: record.strategy.id,
            seq: record.totals.ledger_seq,
            kind: line.kind,
            position_id: line.position_id,
            trade_id: line.trade_id,
            delta: line.delta,
            balance: record.strategy.current_bankroll,
            held_ms: line.held_ms,
            reason: line.reason,
            request_key: self.key.clone(),
            commit_seq: self.rows.commit_seq,
            timestamp: self.at,
            created_at: self.now,
        });
        match self.rows.strategies.iter_mut().find(|known| known.strategy.id == record.strategy.id) {
            Some(known) => *known = record,
            None => self.rows.strategies.push(record),
        }
    }

    /// Puts a position back in its place, or at the end if it is new.
    pub(crate) fn put_position(&mut self, position: Position) {
        match self.rows.positions.iter_mut().find(|known| known.id == position.id) {
            Some(known) => *known = position,
            None => self.rows.positions.push(position),
        }
    }
}

/// The id that the next row of a list gets: they count from 1 without gaps.
pub(crate) fn next_id<T>(rows: &[T]) -> i64 {
    i64::try_from(rows.len()).expect("a model's lists are short") + 1
}
