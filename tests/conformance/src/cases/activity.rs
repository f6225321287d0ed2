//! Activating and deactivating: an inactive strategy opens nothing, and closes what it has.

use nailsage_store::{Activate, Deactivate};

use crate::prelude::*;

cases! {
    inactive_strategy_opens_nothing,
    inactive_strategy_closes_and_adjusts,
    change_is_a_ledger_row_with_its_reason,
    no_change_is_no_row_and_says_so,
    unknown_strategy_is_refused,
}

async fn inactive_strategy_opens_nothing(f: &Fixture) {
    let bot = f.strategy("bot").await;
    f.deactivate(at(1), deactivate(bot)).await;
    assert!(!f.record(bot).await.strategy.is_active);
    assert_eq!(f.refuses(at(2), long(bot, "100")).await, Refusal::StrategyInactive { strategy_id: bot });
    f.activate(at(3), activate(bot)).await;
    f.open(at(4), long(bot, "100")).await;
}

async fn inactive_strategy_closes_and_adjusts(f: &Fixture) {
    let bot = f.strategy("bot").await;
    let first = f.open(at(0), long(bot, "100")).await.position_id;
    let second = f.open(at(0), long(bot, "100")).await.position_id;
    f.deactivate(at(1), deactivate(bot)).await;
    f.set_stops(at(2), stops(first, Some("90"), None)).await;
    f.mark_market(at(2), mark_market(7, "105")).await;
    assert_eq!(f.close(at(3), close(first, "110")).await.bankroll, usdt("10100"));
    f.liquidate(at(3), liquidate(second, "90")).await;
    f.adjust(at(4), set_to(bot, "5000")).await;
    f.signal(at(5), RecordSignal { rejection_reason: Some(reason("inactive")), ..signal(bot) }).await;
}

async fn change_is_a_ledger_row_with_its_reason(f: &Fixture) {
    let bot = f.strategy("bot").await;
    f.clock.set(stamp(1));
    let why = Deactivate { reason: Some(reason("drawdown")), ..deactivate(bot) };
    assert!(f.deactivate(at(1), why).await.changed);
    assert!(f.activate(at(2), activate(bot)).await.changed);
    let rows: Vec<_> = f.ledger(bot).await.into_iter().skip(1).map(|row| (row.kind, row.delta, row.reason)).collect();
    let expected =
        [(LedgerKind::Deactivate, Usdt::ZERO, Some(reason("drawdown"))), (LedgerKind::Activate, Usdt::ZERO, None)];
    assert_eq!(rows, expected);
    let strategy = f.record(bot).await.strategy;
    assert_eq!((strategy.created_at, strategy.updated_at), (stamp(0), stamp(1)));
}

async fn no_change_is_no_row_and_says_so(f: &Fixture) {
    let bot = f.strategy("bot").await;
    f.clock.set(stamp(1));
    let again = f.activate(at(1), Activate { reason: Some(reason("why not")), ..activate(bot) }).await;
    assert_eq!((again.strategy_id, again.changed), (bot, false));
    f.deactivate(at(2), deactivate(bot)).await;
    f.clock.set(stamp(2));
    assert!(!f.deactivate(at(3), deactivate(bot)).await.changed);
    assert_eq!(f.ledger(bot).await.len(), 2);
    assert_eq!(f.record(bot).await.strategy.updated_at, stamp(1));
    assert_eq!(f.commit_seq().await, 4, "they were accepted all the same");
}

async fn unknown_strategy_is_refused(f: &Fixture) {
    assert_eq!(f.refuses(at(0), activate(named("nobody"))).await.code(), "unknown_strategy");
    assert_eq!(f.refuses(at(0), deactivate(named("nobody"))).await.code(), "unknown_strategy");
}
