//! `nailsage bankroll`.

use std::io;

use nailsage::{
    Access, AdjustBankroll, Amount, BankrollChange, Caller, Clock, Store, StoreExt, StrategyRef, SystemClock,
    time_ordered_key,
};

use super::{App, strategy};
use crate::{
    cli::{BankrollChangeArgs, BankrollCommand},
    failure::Failure,
    output::{Cell, listing::print_record},
};

pub(crate) async fn run(app: &App, command: BankrollCommand) -> Result<(), Failure> {
    match command {
        BankrollCommand::Show { strategy: of } => show(app, &of).await,
        BankrollCommand::Set(args) => adjust(app, args, BankrollChange::SetTo).await,
        BankrollCommand::Deposit(args) => adjust(app, args, BankrollChange::Deposit).await,
        BankrollCommand::Withdraw(args) => adjust(app, args, BankrollChange::Withdraw).await,
    }
}

async fn show(app: &App, of: &StrategyRef) -> Result<(), Failure> {
    let store = app.read().await?;
    let record = strategy(&*store, of).await?;
    let key = &record.strategy.key;
    let fields = [
        ("strategy_id", "id", record.strategy.id.get().into()),
        ("strategy", "strategy", Cell::text(key)),
        ("is_active", "active", Cell::Bool(record.strategy.is_active)),
        ("initial_bankroll", "started with", record.strategy.initial_bankroll.usdt().into()),
        ("current_bankroll", "bankroll", record.strategy.current_bankroll.into()),
        ("total_realized_pnl", "realized P&L", Cell::micros(record.totals.realized_micros)),
        ("total_fees_paid", "fees paid", Cell::micros(record.totals.fees_micros)),
    ];
    Ok(print_record(app.format(), &fields, &mut io::stdout().lock())?)
}

async fn adjust(app: &App, args: BankrollChangeArgs, change: fn(Amount) -> BankrollChange) -> Result<(), Failure> {
    let store = app.open(Access::Existing).await?;
    let at = args.at.unwrap_or_else(|| SystemClock.now());
    let key = args.key.unwrap_or_else(time_ordered_key);
    let action = AdjustBankroll { strategy: args.strategy.clone(), change: change(args.amount), reason: args.reason };
    let done = store.adjust_bankroll(Caller::keyed(at, key.clone()), action).await;
    let done = done.map_err(|error| Failure::of_call(error, key, at))?;
    let fields = [
        ("strategy_id", "id", done.strategy_id.get().into()),
        ("strategy", "strategy", Cell::text(name(&*store, &args.strategy).await?)),
        ("delta", "changed by", done.delta.into()),
        ("bankroll", "bankroll", done.bankroll.into()),
    ];
    Ok(print_record(app.format(), &fields, &mut io::stdout().lock())?)
}

async fn name(store: &dyn Store, of: &StrategyRef) -> Result<String, Failure> {
    Ok(strategy(store, of).await?.strategy.key.to_string())
}
