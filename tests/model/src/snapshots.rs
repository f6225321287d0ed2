//! Snapshots: what every strategy has, and all of them together.

use nailsage_domain::{SnapshotId, StateSnapshot, StrategySnapshot, Usdt};
use nailsage_store::{RecordSnapshot, Refusal, StrategyRecord, refusal::RangedValue};
use num_rational::BigRational;

use crate::{
    book::{Run, next_id},
    exact,
};

/// What somebody has, in USDT.
struct Sums {
    bankroll: BigRational,
    allocated: BigRational,
    unrealized: BigRational,
    realized: BigRational,
    open: i64,
}

impl Run {
    pub(crate) fn take_snapshot(&mut self) -> Result<StateSnapshot, Refusal> {
        let id = SnapshotId::new(next_id(&self.rows.snapshots)).expect("ids count from 1");
        let strategies = self.rows.strategies.clone();
        for record in &strategies {
            let sums = self.sums(std::slice::from_ref(record));
            let snapshot = StrategySnapshot {
                snapshot_id: id,
                strategy_id: record.strategy.id,
                equity: usdt(&(&sums.bankroll + &sums.unrealized))?,
                available_capital: usdt(&(&sums.bankroll - &sums.allocated))?,
                allocated_capital: usdt(&sums.allocated)?,
                unrealized_pnl: usdt(&sums.unrealized)?,
                realized_pnl: usdt(&sums.realized)?,
                num_open_positions: sums.open,
                is_active: record.strategy.is_active,
                timestamp: self.at,
                created_at: self.now,
            };
            self.rows.strategy_snapshots.push(snapshot);
        }
        let sums = self.sums(&strategies);
        let active = strategies.iter().filter(|record| record.strategy.is_active).count();
        let snapshot = StateSnapshot {
            id,
            total_equity: usdt(&(&sums.bankroll + &sums.unrealized))?,
            available_capital: usdt(&(&sums.bankroll - &sums.allocated))?,
            allocated_capital: usdt(&sums.allocated)?,
            total_unrealized_pnl: usdt(&sums.unrealized)?,
            total_realized_pnl: usdt(&sums.realized)?,
            num_open_positions: sums.open,
            num_strategies_active: i64::try_from(active).expect("a test has few strategies"),
            timestamp: self.at,
            created_at: self.now,
        };
        self.rows.snapshots.push(snapshot.clone());
        Ok(snapshot)
    }

    fn sums(&self, strategies: &[StrategyRecord]) -> Sums {
        let zero = || BigRational::from_integer(0.into());
        let mut sums = Sums { bankroll: zero(), allocated: zero(), unrealized: zero(), realized: zero(), open: 0 };
        for record in strategies {
            sums.bankroll += exact::money(record.strategy.current_bankroll);
            for position in self.rows.positions.iter().filter(|it| it.strategy_id == record.strategy.id) {
                if let Some(exit) = position.exit() {
                    sums.realized += exact::money(exit.realized_pnl);
                }
                if let Some(mark) = position.mark() {
                    sums.allocated += exact::money(position.size);
                    sums.unrealized += exact::money(mark.unrealized_pnl);
                    sums.open += 1;
                }
            }
        }
        sums
    }

    pub(crate) fn record_snapshot(&mut self, action: &RecordSnapshot) -> Result<StateSnapshot, Refusal> {
        let parts = exact::money(action.available_capital)
            + exact::money(action.allocated_capital)
            + exact::money(action.total_unrealized_pnl);
        if parts != exact::money(action.total_equity) {
            return Err(Refusal::SnapshotDoesNotAddUp { total_equity: action.total_equity });
        }
        let snapshot = StateSnapshot {
            id: SnapshotId::new(next_id(&self.rows.snapshots)).expect("ids count from 1"),
            total_equity: action.total_equity,
            available_capital: action.available_capital,
            allocated_capital: action.allocated_capital.into(),
            total_unrealized_pnl: action.total_unrealized_pnl,
            total_realized_pnl: action.total_realized_pnl,
            num_open_positions: action.num_open_positions.into(),
            num_strategies_active: action.num_strategies_active.into(),
            timestamp: self.at,
            created_at: self.now,
        };
        self.rows.snapshots.push(snapshot.clone());
        Ok(snapshot)
    }
}

fn usdt(sum: &BigRational) -> Result<Usdt, Refusal> {
    exact::in_range(sum).ok_or(Refusal::RangeExceeded { what: RangedValue::Snapshot })
}
