//! Positions: from one entry to one exit.

use serde::{Deserialize, Serialize};

use crate::{
    Amount, Cost, ExitReason, PositionId, PositionStatus, Price, Problem, Side, StarlistingId, StrategyId, UnixMillis,
    Usdt, ValueError, rules::stops_crossed,
};

/// A position in a market. In JSON it is flat, the fields that its state does not have being null.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "PositionFields", into = "PositionFields")]
pub struct Position {
    /// Its number in this book.
    pub id: PositionId,
    /// Whose it is.
    pub strategy_id: StrategyId,
    /// In which market.
    pub starlisting_id: StarlistingId,
    /// Long or short.
    pub side: Side,
    /// Its notional value at the entry, in USDT.
    pub size: Amount,
    /// The fill price of the entry.
    pub entry_price: Price,
    /// When it was entered, by the caller's clock.
    pub entry_timestamp: UnixMillis,
    /// All fees so far: those of the entry and, once it has ended, of the exit.
    pub fees_paid: Cost,
    /// Where a loss is cut, if set.
    pub stop_loss_price: Option<Price>,
    /// Where a profit is taken, if set.
    pub take_profit_price: Option<Price>,
    /// Open, closed or liquidated, with what belongs to that.
    pub state: PositionState,
    /// When the book wrote it first, by the book's clock.
    pub created_at: UnixMillis,
    /// When the book wrote it last, by the book's clock.
    pub updated_at: UnixMillis,
}

/// What a position has in each of its states, and nothing else.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PositionState {
    /// Held.
    Open {
        /// Where it stands; the entry itself until it is marked.
        mark: Mark,
    },
    /// Closed by choice.
    Closed {
        /// How it ended.
        exit: Exit,
        /// Why; never [`ExitReason::Liquidation`].
        reason: ExitReason,
    },
    /// Closed because its margin was gone; the reason is [`ExitReason::Liquidation`].
    Liquidated {
        /// How it ended.
        exit: Exit,
    },
}

/// Where an open position stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Mark {
    /// The market's price; in JSON `mark_price`.
    #[serde(rename = "mark_price")]
    pub price: Price,
    /// When that was the price, by the caller's clock; in JSON `marked_at`.
    #[serde(rename = "marked_at")]
    pub at: UnixMillis,
    /// The gross P&L at that price: fees are not in it.
    pub unrealized_pnl: Usdt,
}

/// How a position ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Exit {
    /// The fill price; in JSON `exit_price`.
    #[serde(rename = "exit_price")]
    pub price: Price,
    /// When, by the caller's clock; in JSON `exit_timestamp`.
    #[serde(rename = "exit_timestamp")]
    pub timestamp: UnixMillis,
    /// The gross P&L less all fees.
    pub realized_pnl: Usdt,
}

impl Position {
    /// Its state's name.
    #[must_use]
    pub const fn status(&self) -> PositionStatus {
        match self.state {
            PositionState::Open { .. } => PositionStatus::Open,
            PositionState::Closed { .. } => PositionStatus::Closed,
            PositionState::Liquidated { .. } => PositionStatus::Liquidated,
        }
    }

    /// Whether it is still held.
    #[must_use]
    pub const fn is_open(&self) -> bool {
        matches!(self.state, PositionState::Open { .. })
    }

    /// How it ended, if it has.
    #[must_use]
    pub const fn exit(&self) -> Option<&Exit> {
        match &self.state {
            PositionState::Open { .. } => None,
            PositionState::Closed { exit, .. } | PositionState::Liquidated { exit } => Some(exit),
        }
    }

    /// Where it stands, if it is open.
    #[must_use]
    pub const fn mark(&self) -> Option<&Mark> {
        match &self.state {
            PositionState::Open { mark } => Some(mark),
            PositionState::Closed { .. } | PositionState::Liquidated { .. } => None,
        }
    }

    /// Why it ended, if it has.
    #[must_use]
    pub const fn exit_reason(&self) -> Option<ExitReason> {
        match self.state {
            PositionState::Open { .. } => None,
            PositionState::Closed { reason, .. } => Some(reason),
            PositionState::Liquidated { .. } => Some(ExitReason::Liquidation),
        }
    }

    /// Checks what holds between the fields of every position in a book. Deserialising does so by itself.
    ///
    /// # Errors
    ///
    /// `bad_form` when the exit or the mark is before the entry, when the stops are crossed, or when a closed position
    /// has the reason of a liquidated one.
    pub fn check(&self) -> Result<(), ValueError> {
        let entry = self.entry_timestamp;
        if self.exit().is_some_and(|exit| exit.timestamp < entry) {
            return Err(broken("one whose exit is not before its entry", self.id));
        }
        if self.mark().is_some_and(|mark| mark.at < entry) {
            return Err(broken("one whose mark is not before its entry", self.id));
        }
        if stops_crossed(self.side, self.stop_loss_price, self.take_profit_price) {
            return Err(broken("one whose stop-loss and take-profit prices are not crossed", self.id));
        }
        if matches!(self.state, PositionState::Closed { reason: ExitReason::Liquidation, .. }) {
            return Err(broken("liquidated if its exit reason is liquidation", self.id));
        }
        Ok(())
    }
}

fn broken(expected: &'static str, id: PositionId) -> ValueError {
    ValueError::new("position", Problem::BadForm { expected }, format_args!("position {id}"))
}

/// A position as JSON and as a database row have it.
#[derive(Serialize, Deserialize)]
struct PositionFields {
    id: PositionId,
    strategy_id: StrategyId,
    starlisting_id: StarlistingId,
    side: Side,
    size: Amount,
    entry_price: Price,
    entry_timestamp: UnixMillis,
    exit_price: Option<Price>,
    exit_timestamp: Option<UnixMillis>,
    realized_pnl: Option<Usdt>,
    unrealized_pnl: Option<Usdt>,
    fees_paid: Cost,
    status: PositionStatus,
    stop_loss_price: Option<Price>,
    take_profit_price: Option<Price>,
    exit_reason: Option<ExitReason>,
    mark_price: Option<Price>,
    marked_at: Option<UnixMillis>,
    created_at: UnixMillis,
    updated_at: UnixMillis,
}

impl From<Position> for PositionFields {
    fn from(position: Position) -> Self {
        let (exit, mark) = (position.exit().copied(), position.mark().copied());
        Self {
            id: position.id,
            strategy_id: position.strategy_id,
            starlisting_id: position.starlisting_id,
            side: position.side,
            size: position.size,
            entry_price: position.entry_price,
            entry_timestamp: position.entry_timestamp,
            exit_price: exit.map(|exit| exit.price),
            exit_timestamp: exit.map(|exit| exit.timestamp),
            realized_pnl: exit.map(|exit| exit.realized_pnl),
            unrealized_pnl: mark.map(|mark| mark.unrealized_pnl),
            fees_paid: position.fees_paid,
            status: position.status(),
            stop_loss_price: position.stop_loss_price,
            take_profit_price: position.take_profit_price,
            exit_reason: position.exit_reason(),
            mark_price: mark.map(|mark| mark.price),
            marked_at: mark.map(|mark| mark.at),
            created_at: position.created_at,
            updated_at: position.updated_at,
        }
    }
}

impl TryFrom<PositionFields> for Position {
    type Error = ValueError;

    fn try_from(fields: PositionFields) -> Result<Self, ValueError> {
        let position = Self {
            id: fields.id,
            strategy_id: fields.strategy_id,
            starlisting_id: fields.starlisting_id,
            side: fields.side,
            size: fields.size,
            entry_price: fields.entry_price,
            entry_timestamp: fields.entry_timestamp,
            fees_paid: fields.fees_paid,
            stop_loss_price: fields.stop_loss_price,
            take_profit_price: fields.take_profit_price,
            state: fields.state()?,
            created_at: fields.created_at,
            updated_at: fields.updated_at,
        };
        position.check()?;
        Ok(position)
    }
}

impl PositionFields {
    fn state(&self) -> Result<PositionState, ValueError> {
        let exit = (self.exit_price, self.exit_timestamp, self.realized_pnl);
        let mark = (self.mark_price, self.marked_at, self.unrealized_pnl);
        match (self.status, exit, mark, self.exit_reason) {
            (PositionStatus::Open, (None, None, None), (Some(price), Some(at), Some(unrealized_pnl)), None) => {
                Ok(PositionState::Open { mark: Mark { price, at, unrealized_pnl } })
            }
            (
                PositionStatus::Closed,
                (Some(price), Some(timestamp), Some(realized_pnl)),
                (None, None, None),
                Some(reason),
            ) => Ok(PositionState::Closed { exit: Exit { price, timestamp, realized_pnl }, reason }),
            (
                PositionStatus::Liquidated,
                (Some(price), Some(timestamp), Some(realized_pnl)),
                (None, None, None),
                Some(ExitReason::Liquidation),
            ) => Ok(PositionState::Liquidated { exit: Exit { price, timestamp, realized_pnl } }),
            _ => Err(broken("one with a mark if it is open, and with an exit and its reason if it is not", self.id)),
        }
    }
}
