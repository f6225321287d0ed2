//! Strategies: registering, switching on and off, and moving money.

use nailsage_domain::{Amount, LedgerKind, Reason, Strategy, StrategyId, StrategyTotals, Usdt};
use nailsage_store::{
    AdjustBankroll, BankrollAdjusted, BankrollChange, Refusal, RegisterStrategy, StrategyActivity, StrategyRecord,
    StrategyRef, StrategyRegistered, refusal::RangedValue,
};

use crate::{
    book::{Line, Run, next_id},
    exact,
};

impl Run {
    pub(crate) fn register(&mut self, action: &RegisterStrategy) -> Result<StrategyRegistered, Refusal> {
        match self.strategy(&StrategyRef::Key(action.strategy.clone())) {
            Ok(known) => self.register_again(known, action),
            Err(_) => Ok(self.register_new(action)),
        }
    }

    fn register_new(&mut self, action: &RegisterStrategy) -> StrategyRegistered {
        let ten_thousand = Amount::new(Usdt::whole(10_000)).expect("it is above 0");
        let initial_bankroll = action.initial_bankroll.unwrap_or(ten_thousand);
        let strategy = Strategy {
            id: StrategyId::new(next_id(&self.rows.strategies)).expect("ids count from 1"),
            key: action.strategy.clone(),
            interval: action.interval,
            model_id: action.model_id.clone(),
            config_path: action.config_path.clone(),
            is_active: true,
            initial_bankroll,
            current_bankroll: initial_bankroll.usdt(),
            created_at: self.now,
            updated_at: self.now,
        };
        let registered = StrategyRegistered {
            strategy_id: strategy.id,
            created: true,
            reactivated: false,
            initial_bankroll,
            current_bankroll: initial_bankroll.usdt(),
            ignored_initial_bankroll: None,
        };
        let record = StrategyRecord { strategy, totals: StrategyTotals::default() };
        self.post(record, Line::of(LedgerKind::Register));
        registered
    }

    fn register_again(
        &mut self,
        mut record: StrategyRecord,
        action: &RegisterStrategy,
    ) -> Result<StrategyRegistered, Refusal> {
        let known = record.strategy.clone();
        if known.interval != action.interval {
            return Err(Refusal::IntervalMismatch { registered: known.interval, given: action.interval });
        }
        record.strategy.is_active = true;
        record.strategy.model_id = action.model_id.clone().or(known.model_id.clone());
        record.strategy.config_path = action.config_path.clone().or(known.config_path.clone());
        if record.strategy != known {
            record.strategy.updated_at = self.now;
            let kind = if known.is_active { LedgerKind::Register } else { LedgerKind::Activate };
            self.post(record, Line::of(kind));
        }
        Ok(StrategyRegistered {
            strategy_id: known.id,
            created: false,
            reactivated: !known.is_active,
            initial_bankroll: known.initial_bankroll,
            current_bankroll: known.current_bankroll,
            ignored_initial_bankroll: action.initial_bankroll.filter(|given| *given != known.initial_bankroll),
        })
    }

    pub(crate) fn set_active(
        &mut self,
        name: &StrategyRef,
        is_active: bool,
        reason: Option<&Reason>,
    ) -> Result<StrategyActivity, Refusal> {
        let mut record = self.strategy(name)?;
        let strategy_id = record.strategy.id;
        let changed = record.strategy.is_active != is_active;
        if changed {
            record.strategy.is_active = is_active;
            record.strategy.updated_at = self.now;
            let kind = if is_active { LedgerKind::Activate } else { LedgerKind::Deactivate };
            self.post(record, Line { reason: reason.cloned(), ..Line::of(kind) });
        }
        Ok(StrategyActivity { strategy_id, changed })
    }

    pub(crate) fn adjust(&mut self, action: &AdjustBankroll) -> Result<BankrollAdjusted, Refusal> {
        let mut record = self.strategy(&action.strategy)?;
        let bankroll = record.strategy.current_bankroll;
        let delta = match action.change {
            BankrollChange::SetTo(target) => exact::money(target) - exact::money(bankroll),
            BankrollChange::Deposit(amount) => exact::money(amount),
            BankrollChange::Withdraw(amount) if exact::money(amount) > exact::money(bankroll) => {
                return Err(Refusal::WithdrawalExceedsBankroll { amount: amount.usdt(), bankroll });
            }
            BankrollChange::Withdraw(amount) => -exact::money(amount),
        };
        let beyond = Refusal::RangeExceeded { what: RangedValue::Bankroll };
        let (Some(changed), Some(balance)) =
            (exact::in_range(&delta), exact::in_range(&(exact::money(bankroll) + delta)))
        else {
            return Err(beyond);
        };
        record.strategy.current_bankroll = balance;
        record.strategy.updated_at = self.now;
        let strategy_id = record.strategy.id;
        let line = Line { delta: changed, reason: Some(action.reason.clone()), ..Line::of(LedgerKind::Adjust) };
        self.post(record, line);
        Ok(BankrollAdjusted { strategy_id, delta: changed, bankroll: balance })
    }
}
