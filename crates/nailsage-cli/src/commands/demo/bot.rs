//! A bot that trades one strategy on paper. It never waits for an answer: it names its position as the only open one
//! of its strategy and keeps for itself what it needs to decide.

use nailsage::{
    Action, Amount, ClosePosition, Confidence, Cost, ExitReason, Interval, MarkPosition, OpenPosition, PositionRef,
    Price, Reason, RecordSignal, RegisterStrategy, SetStops, Side, SignalType, Size, StrategyKey, ValueError,
};

use super::{
    bars::Bars,
    candles::Candle,
    decimal::{share, shifted},
    strategies::{Idea, Strategy},
};

/// Fees of each trade, in basis points of the size.
pub(crate) const FEE_BASIS_POINTS: i64 = 5;
/// How much worse than the price each fill is, in basis points.
pub(crate) const SLIPPAGE_BASIS_POINTS: i64 = 2;
/// A bot that has lost this share of what it started with opens nothing any more.
const BANKROLL_SHARE_MIN: f64 = 0.2;
/// A trailing stop moves only by a step that is worth a command.
const TRAIL_STEP: f64 = 0.0025;

/// What makes one bot different from another.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Style {
    pub(crate) name: &'static str,
    pub(crate) interval_minutes: i64,
    /// USDT.
    pub(crate) initial_bankroll: &'static str,
    /// USDT a position.
    pub(crate) size: &'static str,
    pub(crate) stop_loss_basis_points: i64,
    pub(crate) take_profit_basis_points: Option<i64>,
    /// Whether the stop follows the price.
    pub(crate) trails: bool,
    pub(crate) cooldown_minutes: i64,
    pub(crate) confidence_min: f64,
}

/// What it knows of its open position.
#[derive(Debug, Clone, Copy)]
struct Holding {
    side: Side,
    entry: f64,
    stop_loss: Price,
    take_profit: Option<Price>,
}

/// One strategy, its bars, and what it holds.
pub(crate) struct Bot {
    style: Style,
    pub(crate) key: StrategyKey,
    strategy: Box<dyn Strategy>,
    bars: Bars,
    size: Amount,
    fees: Cost,
    slippage: Cost,
    holding: Option<Holding>,
    left_at: i64,
    /// About what it has left; only to know when to stop.
    bankroll: f64,
    bankroll_min: f64,
}

impl Bot {
    pub(crate) fn new(style: Style, key: StrategyKey, strategy: Box<dyn Strategy>) -> Result<Self, ValueError> {
        let size: Amount = style.size.parse()?;
        let bankroll = style.initial_bankroll.parse::<Amount>()?.usdt().to_f64();
        Ok(Self {
            style,
            key,
            strategy,
            bars: Bars::new(style.interval_minutes),
            size,
            fees: share(size, FEE_BASIS_POINTS)?,
            slippage: share(size, SLIPPAGE_BASIS_POINTS)?,
            holding: None,
            left_at: i64::MIN,
            bankroll,
            bankroll_min: bankroll * BANKROLL_SHARE_MIN,
        })
    }

    pub(crate) fn name(&self) -> &'static str {
        self.style.name
    }

    /// The action that makes its strategy known.
    pub(crate) fn register(&self) -> Result<Action, ValueError> {
        Ok(Action::from(RegisterStrategy {
            strategy: self.key.clone(),
            interval: format!("{}m", self.style.interval_minutes).parse::<Interval>()?,
            model_id: None,
            config_path: None,
            initial_bankroll: Some(self.style.initial_bankroll.parse()?),
        }))
    }

    /// What it does at the end of a candle, in order; each is a command of its own.
    pub(crate) fn on_candle(&mut self, candle: &Candle) -> Result<Vec<Action>, ValueError> {
        let mut actions = Vec::new();
        if let Some(exit) = self.stopped_out(candle)? {
            actions.push(exit);
        }
        if let Some(bar) = self.bars.push(candle) {
            if let Some(idea) = self.strategy.on_bar(bar) {
                actions.extend(self.follow(idea, candle)?);
            }
            actions.extend(self.trail(candle)?);
        }
        Ok(actions)
    }

    /// Tells where its position stands, if it has one.
    pub(crate) fn mark(&self, candle: &Candle) -> Option<Action> {
        self.holding.map(|_| {
            Action::from(MarkPosition { position: PositionRef::only_open(self.key.clone()), price: candle.close })
        })
    }

    /// Closes at a stop that lies inside the candle. When both do, the loss is taken, since it cannot be told which came
    /// first. A candle that opens beyond a stop fills at its open.
    fn stopped_out(&mut self, candle: &Candle) -> Result<Option<Action>, ValueError> {
        let Some(holding) = self.holding else { return Ok(None) };
        let is_long = holding.side == Side::Long;
        let loses = if is_long { candle.low <= holding.stop_loss } else { candle.high >= holding.stop_loss };
        let wins = holding
            .take_profit
            .is_some_and(|take_profit| if is_long { candle.high >= take_profit } else { candle.low <= take_profit });
        let (stop, exit_reason) = match (loses, wins, holding.take_profit) {
            (true, ..) => (holding.stop_loss, ExitReason::StopLoss),
            (false, true, Some(take_profit)) => (take_profit, ExitReason::TakeProfit),
            _ => return Ok(None),
        };
        let reached = match (is_long, exit_reason) {
            (true, ExitReason::StopLoss) | (false, ExitReason::TakeProfit) => candle.open.min(stop),
            _ => candle.open.max(stop),
        };
        Ok(Some(self.close(reached, Some(exit_reason), candle)?))
    }

    /// Turns an idea into a signal, with the trades that it triggers or the reason why it triggers none.
    fn follow(&mut self, idea: Idea, candle: &Candle) -> Result<Option<Action>, ValueError> {
        let wanted = match idea.signal_type {
            SignalType::Long => Some(Side::Long),
            SignalType::Short => Some(Side::Short),
            SignalType::Neutral | SignalType::Close => None,
        };
        let Some(side) = wanted else {
            // Closing nothing is not worth a signal.
            if self.holding.is_none() {
                return Ok(None);
            }
            let exit = self.close(candle.close, None, candle)?;
            return self.signal(idea, candle, Ok(vec![exit])).map(Some);
        };
        let cools_until = self.left_at.saturating_add(self.style.cooldown_minutes * super::candles::MINUTE_MILLIS);
        let held = self.holding.map(|holding| holding.side);
        let outcome = if held == Some(side) {
            Err("duplicate")
        } else if idea.confidence < self.style.confidence_min {
            Err("low_confidence")
        } else if held.is_none() && self.bankroll < self.bankroll_min {
            Err("low_bankroll")
        } else if held.is_none() && candle.closes_at() < cools_until {
            Err("cooldown")
        } else {
            let mut then = Vec::new();
            if held.is_some() {
                then.push(self.close(candle.close, None, candle)?);
            }
            // The close may have cost too much to go on.
            if self.bankroll >= self.bankroll_min {
                then.push(self.open(side, candle.close)?);
            }
            Ok(then)
        };
        self.signal(idea, candle, outcome).map(Some)
    }

    fn signal(
        &self,
        idea: Idea,
        candle: &Candle,
        outcome: Result<Vec<Action>, &'static str>,
    ) -> Result<Action, ValueError> {
        let (then, rejection_reason) = match outcome {
            Ok(then) => (then, None),
            Err(reason) => (Vec::new(), Some(Reason::new(reason)?)),
        };
        Ok(Action::from(RecordSignal {
            strategy: self.key.clone().into(),
            starlisting_id: None,
            signal_type: idea.signal_type,
            // Three decimals are more than a toy knows.
            confidence: Some(Confidence::new((idea.confidence * 1_000.0).round() / 1_000.0)?),
            price: candle.close,
            rejection_reason,
            then,
        }))
    }

    fn open(&mut self, side: Side, price: Price) -> Result<Action, ValueError> {
        let direction = if side == Side::Long { 1 } else { -1 };
        let fill = shifted(price, direction * SLIPPAGE_BASIS_POINTS)?;
        let stop_loss = shifted(fill, -direction * self.style.stop_loss_basis_points)?;
        let take_profit = self
            .style
            .take_profit_basis_points
            .map(|basis_points| shifted(fill, direction * basis_points))
            .transpose()?;
        self.holding = Some(Holding { side, entry: fill.to_f64(), stop_loss, take_profit });
        Ok(Action::from(OpenPosition {
            strategy: self.key.clone().into(),
            starlisting_id: None,
            side,
            size: Some(Size::Usdt(self.size)),
            price: fill,
            fees: self.fees,
            slippage: self.slippage,
            stop_loss_price: Some(stop_loss),
            take_profit_price: take_profit,
        }))
    }

    /// Closes what it holds. Inside a signal the reason is left to the book.
    fn close(&mut self, price: Price, exit_reason: Option<ExitReason>, candle: &Candle) -> Result<Action, ValueError> {
        let mut fill = price;
        if let Some(holding) = self.holding.take() {
            let direction = if holding.side == Side::Long { 1 } else { -1 };
            fill = shifted(price, -direction * SLIPPAGE_BASIS_POINTS)?;
            let gross = direction as f64 * self.size.usdt().to_f64() * (fill.to_f64() / holding.entry - 1.0);
            self.bankroll += gross - 2.0 * self.fees.usdt().to_f64();
        }
        self.left_at = candle.closes_at();
        Ok(Action::from(ClosePosition {
            position: PositionRef::only_open(self.key.clone()),
            price: fill,
            fees: self.fees,
            slippage: self.slippage,
            exit_reason,
        }))
    }

    /// Moves a trailing stop after the price, never back.
    fn trail(&mut self, candle: &Candle) -> Result<Option<Action>, ValueError> {
        let Some(holding) = self.holding.as_mut().filter(|_| self.style.trails) else { return Ok(None) };
        let direction = if holding.side == Side::Long { 1 } else { -1 };
        let stop = shifted(candle.close, -direction * self.style.stop_loss_basis_points)?;
        let gain = direction as f64 * (stop.to_f64() / holding.stop_loss.to_f64() - 1.0);
        if gain < TRAIL_STEP {
            return Ok(None);
        }
        holding.stop_loss = stop;
        Ok(Some(Action::from(SetStops {
            position: PositionRef::only_open(self.key.clone()),
            stop_loss_price: Some(stop),
            take_profit_price: holding.take_profit,
        })))
    }
}
