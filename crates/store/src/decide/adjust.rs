//! Moving money into or out of a strategy: a cash flow, never a profit.

use nailsage_domain::{LedgerKind, Usdt};

use super::{
    find,
    ledger::{Line, post},
};
use crate::{
    action::{AdjustBankroll, BankrollChange},
    answer::BankrollAdjusted,
    plan::StrategyWrite,
    refusal::{RangedValue, Refusal},
    state::Overlay,
};

pub(super) fn adjust(overlay: &mut Overlay<'_>, action: &AdjustBankroll) -> Result<BankrollAdjusted, Refusal> {
    let state = find::strategy(overlay, &action.strategy)?.clone();
    let strategy_id = state.strategy.id;
    let bankroll = state.strategy.current_bankroll;
    let delta = match action.change {
        BankrollChange::SetTo(target) => Usdt::from(target)
            .checked_sub(bankroll)
            .map_err(|_| Refusal::RangeExceeded { what: RangedValue::Bankroll })?,
        BankrollChange::Deposit(amount) => Usdt::from(amount),
        BankrollChange::Withdraw(amount) => {
            let amount = Usdt::from(amount);
            if amount > bankroll {
                return Err(Refusal::WithdrawalExceedsBankroll { amount, bankroll });
            }
            amount.negated()
        }
    };
    let line = Line { delta, reason: Some(&action.reason), ..Line::of(LedgerKind::Adjust) };
    let bankroll = post(overlay, state, StrategyWrite::Bankroll, line)?;
    Ok(BankrollAdjusted { strategy_id, delta, bankroll })
}
