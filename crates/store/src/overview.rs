//! How everything stands at one moment: all strategies together, each of them, and each market.

use std::collections::BTreeMap;

use nailsage_domain::{Amount, ClosedTotals, Exposure, Side, StarlistingId, StrategyId, UnixMillis, Usdt};
use serde::Serialize;

use crate::{
    plan::StrategyState,
    reader::{BookStatus, StrategyRecord},
};

/// How the book stands, as of one moment. Sums of money are whole micro-USDT.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Overview {
    /// The book itself.
    pub book: BookStatus,
    /// All strategies together.
    pub summary: Summary,
    /// Each strategy, active or not, by id.
    pub strategies: Vec<StrategyOverview>,
    /// Each market on which a position is open, by its number.
    pub markets: Vec<MarketExposure>,
}

/// All strategies together.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize)]
pub struct Summary {
    /// How many strategies there are.
    pub num_strategies: i64,
    /// How many of them may open positions.
    pub num_strategies_active: i64,
    /// What they began with, in micro-USDT.
    pub initial_bankroll_micros: i128,
    /// The money that they have.
    #[serde(flatten)]
    pub funds: Funds,
    /// All fees paid, of positions still open too, in micro-USDT.
    pub fees_micros: i128,
    /// Their positions that ended.
    #[serde(flatten)]
    pub closed: ClosedTotals,
    /// Their open positions.
    pub exposure: Exposure,
}

/// Where money is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize)]
pub struct Funds {
    /// The bankroll, in micro-USDT.
    pub bankroll_micros: i128,
    /// The bankroll and the unrealized P&L, in micro-USDT.
    pub equity_micros: i128,
    /// The sizes of open positions, in micro-USDT.
    pub allocated_micros: i128,
    /// The bankroll without that; below 0 where positions are larger than it, in micro-USDT.
    pub available_micros: i128,
}

/// A strategy, and where its money is.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct StrategyOverview {
    /// The strategy with its totals.
    #[serde(flatten)]
    pub record: StrategyRecord,
    /// The money that it has.
    #[serde(flatten)]
    pub funds: Funds,
    /// Its open positions.
    pub exposure: Exposure,
    /// Its open positions by market, by the market's number.
    pub markets: Vec<MarketExposure>,
}

/// Open positions on a market.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct MarketExposure {
    /// The market.
    pub starlisting_id: StarlistingId,
    /// The positions.
    #[serde(flatten)]
    pub exposure: Exposure,
}

/// What an overview needs to know of an open position.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct OpenHolding {
    /// Whose it is.
    pub strategy_id: StrategyId,
    /// On which market.
    pub starlisting_id: StarlistingId,
    /// Long or short.
    pub side: Side,
    /// Its notional at entry.
    pub size: Amount,
    /// What it would earn before fees at its mark.
    pub unrealized_pnl: Usdt,
    /// When that was.
    pub marked_at: UnixMillis,
}

impl Funds {
    fn of(bankroll_micros: i128, exposure: &Exposure) -> Self {
        let allocated_micros = exposure.gross_micros();
        Self {
            bankroll_micros,
            equity_micros: bankroll_micros + exposure.unrealized_micros,
            allocated_micros,
            available_micros: bankroll_micros - allocated_micros,
        }
    }

    /// The share of the bankroll that is in open positions, in percent; `None` where there is no bankroll.
    #[must_use]
    pub fn allocated_pct(&self) -> Option<f64> {
        (self.bankroll_micros > 0).then(|| self.allocated_micros as f64 / self.bankroll_micros as f64 * 100.0)
    }
}

impl Overview {
    /// Puts together what was read at one moment: the book row, all strategies by id, and all open positions.
    #[must_use]
    pub fn new(book: BookStatus, strategies: Vec<StrategyState>, open: impl IntoIterator<Item = OpenHolding>) -> Self {
        let mut of_strategies: BTreeMap<StrategyId, BTreeMap<StarlistingId, Exposure>> = BTreeMap::new();
        let mut of_markets: BTreeMap<StarlistingId, Exposure> = BTreeMap::new();
        for OpenHolding { strategy_id, starlisting_id, side, size, unrealized_pnl, marked_at } in open {
            let own = of_strategies.entry(strategy_id).or_default().entry(starlisting_id).or_default();
            for exposure in [own, of_markets.entry(starlisting_id).or_default()] {
                exposure.add(side, size, unrealized_pnl, marked_at);
            }
        }
        let mut summary = Summary::default();
        let mut found = Vec::with_capacity(strategies.len());
        for StrategyState { strategy, totals } in strategies {
            let markets = of_strategies.remove(&strategy.id).unwrap_or_default();
            let mut exposure = Exposure::default();
            for of_market in markets.values() {
                exposure.add_all(of_market);
            }
            let funds = Funds::of(strategy.current_bankroll.micros().into(), &exposure);
            let record = StrategyRecord { strategy, totals };
            summary.add(&record, &exposure);
            found.push(StrategyOverview { record, funds, exposure, markets: by_number(markets) });
        }
        summary.funds = Funds::of(summary.funds.bankroll_micros, &summary.exposure);
        Self { book, summary, strategies: found, markets: by_number(of_markets) }
    }
}

fn by_number(markets: BTreeMap<StarlistingId, Exposure>) -> Vec<MarketExposure> {
    markets.into_iter().map(|(starlisting_id, exposure)| MarketExposure { starlisting_id, exposure }).collect()
}

impl Summary {
    /// Adds a strategy; of its funds only the bankroll, from which the rest is worked out.
    fn add(&mut self, of: &StrategyRecord, exposure: &Exposure) {
        self.num_strategies += 1;
        self.num_strategies_active += i64::from(of.strategy.is_active);
        self.initial_bankroll_micros += i128::from(of.strategy.initial_bankroll.usdt().micros());
        self.funds.bankroll_micros += i128::from(of.strategy.current_bankroll.micros());
        self.fees_micros += i128::from(of.totals.fees_micros);
        self.closed.add_all(&of.totals.closed());
        self.exposure.add_all(exposure);
    }
}
