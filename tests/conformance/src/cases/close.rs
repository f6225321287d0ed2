//! Closing and liquidating: one exit, its trade, its ledger row, the bankroll, and exact profit and loss.

use nailsage_domain::{ExitReason, TradeType};
use nailsage_store::{ClosePosition, Done, LiquidatePosition};

use crate::prelude::*;

cases! {
    profit_of_a_long_is_exact,
    profit_of_a_short_is_the_opposite,
    half_a_micro_goes_to_the_even_one,
    fees_of_both_trades_are_taken_off_once,
    slippage_is_only_recorded,
    position_and_exit_trade_say_the_same,
    closing_twice_is_refused,
    closed_position_never_changes,
    exit_before_entry_is_refused,
    exit_at_the_moment_of_entry_is_fine,
    reason_is_manual_unless_given,
    liquidation_is_no_reason_to_close,
    liquidation_counts_like_a_close,
    several_closes_are_several_ledger_rows_in_order,
    closing_may_empty_the_bankroll_and_more,
    depleted_strategy_closes_what_it_has,
    only_the_last_result_must_be_in_range,
    closed_time_may_be_older_than_other_commands,
}

async fn profit_of_a_long_is_exact(f: &Fixture) {
    let bot = f.strategy("bot").await;
    for (entry, exit, pnl, bankroll) in [
        ("95000", "96500", "15.789474", "10015.789474"),
        ("3", "2", "-333.333333", "9682.456141"),
        ("0.00000712", "0.00000713", "1.404494", "9683.860635"),
        ("46377.123456789", "46377.123456788", "0", "9683.860635"),
        ("1", "999.999999999999", "999000", "1008683.860635"),
        ("1", "1.999999999", "999.999999", "1009683.860634"),
    ] {
        let id = f.open(at(0), long(bot, entry)).await.position_id;
        let closed = f.close(at(1), close(id, exit)).await;
        assert_eq!((closed.realized_pnl, closed.bankroll), (usdt(pnl), usdt(bankroll)), "from {entry} to {exit}");
        assert_eq!(f.bankroll(bot).await, usdt(bankroll));
    }
}

async fn profit_of_a_short_is_the_opposite(f: &Fixture) {
    let bot = f.strategy("bot").await;
    for (entry, exit) in [("95000", "96500"), ("3", "2"), ("0.00000712", "0.00000713"), ("7", "11.3")] {
        let up = f.open(at(0), long(bot, entry)).await.position_id;
        let down = f.open(at(0), short(bot, entry)).await.position_id;
        let gain = f.close(at(1), close(up, exit)).await.realized_pnl;
        let loss = f.close(at(1), close(down, exit)).await.realized_pnl;
        assert_eq!(loss, gain.negated(), "from {entry} to {exit}");
    }
    assert_eq!(f.bankroll(bot).await, usdt("10000"), "both sides of a fill come to nothing");
}

async fn half_a_micro_goes_to_the_even_one(f: &Fixture) {
    let bot = f.strategy("bot").await;
    for (notional, exit, pnl) in [
        ("0.000001", "3", "0"),
        ("0.000003", "3", "0.000002"),
        ("0.000005", "3", "0.000002"),
        ("0.000007", "1", "-0.000004"),
        ("0.000001", "1", "0"),
        ("0.000001", "3.000001", "0.000001"),
    ] {
        let id = f.open(at(0), OpenPosition { size: size(notional), ..long(bot, "2") }).await.position_id;
        assert_eq!(f.close(at(1), close(id, exit)).await.realized_pnl, usdt(pnl), "{notional} from 2 to {exit}");
    }
}

async fn fees_of_both_trades_are_taken_off_once(f: &Fixture) {
    let bot = f.strategy("bot").await;
    let id = f.open(at(0), OpenPosition { fees: cost("0.4"), ..long(bot, "100") }).await.position_id;
    assert_eq!(f.bankroll(bot).await, usdt("10000"), "entry fees wait for the exit");
    let closed = f.close(at(1), ClosePosition { fees: cost("0.44"), ..close(id, "110") }).await;
    assert_eq!((closed.realized_pnl, closed.bankroll), (usdt("99.16"), usdt("10099.16")));
    assert_eq!(f.position(id).await.fees_paid, cost("0.84"));
    let trade_fees: Vec<_> = f.trades().await.iter().map(|trade| trade.fees).collect();
    assert_eq!(trade_fees, [cost("0.4"), cost("0.44")]);
}

async fn slippage_is_only_recorded(f: &Fixture) {
    let bot = f.strategy("bot").await;
    let id = f.open(at(0), OpenPosition { slippage: cost("5"), ..long(bot, "100") }).await.position_id;
    let closed = f.close(at(1), ClosePosition { slippage: cost("7"), ..close(id, "110") }).await;
    assert_eq!(closed.realized_pnl, usdt("100"));
    let slippage: Vec<_> = f.trades().await.iter().map(|trade| trade.slippage).collect();
    assert_eq!(slippage, [cost("5"), cost("7")]);
}

async fn position_and_exit_trade_say_the_same(f: &Fixture) {
    let bot = f.strategy("bot").await;
    let id = f.open(at(0), short(bot, "100")).await.position_id;
    f.clock.set(stamp(1));
    let closed = f.close(at(60_000), ClosePosition { fees: cost("1"), ..close(id, "90") }).await;
    let position = f.position(id).await;
    let exit = position.exit().expect("a closed position has an exit");
    assert_eq!((exit.price, exit.timestamp, exit.realized_pnl), (price("90"), at(60_000), usdt("99")));
    assert_eq!((position.status(), position.mark()), (PositionStatus::Closed, None));
    assert_eq!((position.created_at, position.updated_at), (stamp(0), stamp(1)));
    let trade = f.trades().await.remove(1);
    assert_eq!((trade.id, trade.trade_type), (closed.trade_id, TradeType::CloseShort));
    assert_eq!((trade.size, trade.price, trade.timestamp), (amount("1000"), price("90"), at(60_000)));
    let row = f.ledger(bot).await.remove(2);
    assert_eq!((row.kind, row.delta, row.balance), (LedgerKind::Close, usdt("99"), usdt("10099")));
    assert_eq!((row.position_id, row.trade_id), (Some(id), Some(closed.trade_id)));
    assert_eq!(f.record(bot).await.strategy.updated_at, stamp(1), "the bankroll changed");
}

async fn closing_twice_is_refused(f: &Fixture) {
    let bot = f.strategy("bot").await;
    let id = f.open(at(0), long(bot, "100")).await.position_id;
    f.close(at(1), close(id, "110")).await;
    let expected = Refusal::PositionNotOpen { position_id: id, status: PositionStatus::Closed };
    assert_eq!(f.refuses(at(1), close(id, "110")).await, expected);
    let other = f.open(at(2), long(bot, "100")).await.position_id;
    let twice = Command::of(at(3), vec![close(other, "110").into(), close(other, "110").into()]);
    assert_eq!(f.refused(twice).await.action_index, Some(1));
}

async fn closed_position_never_changes(f: &Fixture) {
    let bot = f.strategy("bot").await;
    let closed = f.open(at(0), long(bot, "100")).await.position_id;
    f.close(at(1), close(closed, "110")).await;
    let liquidated = f.open(at(0), long(bot, "100")).await.position_id;
    f.liquidate(at(1), liquidate(liquidated, "50")).await;
    for id in [closed, liquidated] {
        let actions: [Action; 4] = [
            close(id, "120").into(),
            liquidate(id, "120").into(),
            mark(id, "120").into(),
            stops(id, Some("90"), None).into(),
        ];
        for action in actions {
            assert_eq!(f.refuses(at(2), action).await.code(), "position_not_open");
        }
    }
    let before = f.dump().await.positions;
    assert_eq!(f.mark_market(at(3), mark_market(7, "120")).await.marked, 0);
    assert_eq!(f.dump().await.positions, before);
}

async fn exit_before_entry_is_refused(f: &Fixture) {
    let bot = f.strategy("bot").await;
    let id = f.open(at(10), long(bot, "100")).await.position_id;
    let expected = Refusal::ExitBeforeEntry { entry: at(10), exit: at(9) };
    assert_eq!(f.refuses(at(9), close(id, "110")).await, expected);
    assert_eq!(f.refuses(at(9), liquidate(id, "110")).await, expected);
}

async fn exit_at_the_moment_of_entry_is_fine(f: &Fixture) {
    let bot = f.strategy("bot").await;
    let id = f.open(at(10), long(bot, "100")).await.position_id;
    f.close(at(10), close(id, "110")).await;
    assert_eq!(f.record(bot).await.totals.duration_ms, 0);
}

async fn reason_is_manual_unless_given(f: &Fixture) {
    let bot = f.strategy("bot").await;
    for (given, kept) in [
        (None, ExitReason::Manual),
        (Some(ExitReason::Signal), ExitReason::Signal),
        (Some(ExitReason::StopLoss), ExitReason::StopLoss),
        (Some(ExitReason::TakeProfit), ExitReason::TakeProfit),
        (Some(ExitReason::Manual), ExitReason::Manual),
    ] {
        let id = f.open(at(0), long(bot, "100")).await.position_id;
        f.close(at(1), ClosePosition { exit_reason: given, ..close(id, "110") }).await;
        assert_eq!(f.position(id).await.exit_reason(), Some(kept));
    }
}

async fn liquidation_is_no_reason_to_close(f: &Fixture) {
    let bot = f.strategy("bot").await;
    let id = f.open(at(0), long(bot, "100")).await.position_id;
    let with_reason = |position| ClosePosition { exit_reason: Some(ExitReason::Liquidation), ..position };
    assert_eq!(f.refuses(at(1), with_reason(close(id, "110"))).await, Refusal::LiquidationIsAnAction);
    let nobody = with_reason(close(PositionRef::OpenedBy(key("nothing")), "110"));
    assert_eq!(f.refuses(at(1), nobody).await, Refusal::LiquidationIsAnAction, "it is told before all else");
}

async fn liquidation_counts_like_a_close(f: &Fixture) {
    let bot = f.strategy("bot").await;
    let id = f.open(at(0), OpenPosition { fees: cost("1"), ..long(bot, "100") }).await.position_id;
    let end = LiquidatePosition { fees: cost("2"), slippage: cost("3"), ..liquidate(id, "60") };
    let closed = f.liquidate(at(60_000), end).await;
    assert_eq!((closed.realized_pnl, closed.bankroll), (usdt("-403"), usdt("9597")));
    let position = f.position(id).await;
    assert_eq!(position.status(), PositionStatus::Liquidated);
    assert_eq!((position.exit_reason(), position.fees_paid), (Some(ExitReason::Liquidation), cost("3")));
    let trade = f.trades().await.remove(1);
    assert_eq!((trade.trade_type, trade.slippage), (TradeType::CloseLong, cost("3")));
    let row = f.ledger(bot).await.remove(2);
    assert_eq!((row.kind, row.delta, row.trade_id), (LedgerKind::Liquidate, usdt("-403"), Some(trade.id)));
    let totals = f.record(bot).await.totals;
    assert_eq!((totals.num_closed, totals.num_wins, totals.num_losses), (1, 0, 1));
    assert_eq!((totals.realized_micros, totals.duration_ms), (-403_000_000, 60_000));
}

async fn several_closes_are_several_ledger_rows_in_order(f: &Fixture) {
    let bot = f.strategy("bot").await;
    let mut ids = Vec::new();
    for _ in 0..3 {
        ids.push(f.open(at(0), long(bot, "100")).await.position_id);
    }
    let actions =
        vec![close(ids[2], "130").into(), close(ids[0], "90").into(), liquidate(ids[1], "50").into()];
    let outcome = f.run(Command::of(at(1), actions)).await;
    let bankrolls = outcome.results.iter().map(|done| match done {
        Done::ClosePosition(closed) | Done::LiquidatePosition(closed) => closed.bankroll.to_string(),
        other => panic!("{other:?}"),
    });
    assert_eq!(bankrolls.collect::<Vec<_>>(), ["10300", "10200", "9700"]);
    let rows: Vec<_> = f.ledger(bot).await.into_iter().skip(4).collect();
    let found: Vec<_> = rows.iter().map(|row| (row.seq, row.position_id, row.balance.to_string())).collect();
    let expected =
        [(5, ids[2], "10300"), (6, ids[0], "10200"), (7, ids[1], "9700")].map(|(seq, id, text)| (seq, Some(id), text.to_owned()));
    assert_eq!(found, expected);
    assert!(rows.iter().all(|row| row.commit_seq == outcome.commit_seq));
}

async fn closing_may_empty_the_bankroll_and_more(f: &Fixture) {
    let bot = f.depleted("bot").await;
    assert_eq!(f.bankroll(bot).await, usdt("-2000"));
    let types: Vec<_> = f.events().await.iter().map(|event| event.event_type.to_string()).collect();
    assert_eq!(types, ["strategy_registered", "bankroll_depleted"]);
}

async fn depleted_strategy_closes_what_it_has(f: &Fixture) {
    let bot = f.strategy("bot").await;
    let spare = f.open(at(0), long(bot, "100")).await.position_id;
    let large = f.open(at(0), OpenPosition { size: size("20000"), ..long(bot, "100") }).await.position_id;
    f.close(at(1), close(large, "40")).await;
    assert_eq!(f.close(at(2), close(spare, "90")).await.bankroll, usdt("-2100"));
}

/// The gross profit of 8.67e9 USDT is beyond the range, what is left of it after fees is not.
async fn only_the_last_result_must_be_in_range(f: &Fixture) {
    let bot = f.strategy_with("bot", "1").await;
    let entry = OpenPosition { size: size("8500000000"), fees: cost("100000000"), ..long(bot, "1") };
    let id = f.open(at(0), entry).await.position_id;
    let closed = f.close(at(1), ClosePosition { fees: cost("100000000"), ..close(id, "2.02") }).await;
    assert_eq!((closed.realized_pnl, closed.bankroll), (usdt("8470000000"), usdt("8470000001")));
}

/// Sources need not agree on the time: `seq` orders the balances.
async fn closed_time_may_be_older_than_other_commands(f: &Fixture) {
    let bot = f.strategy("bot").await;
    let id = f.open(at(10), long(bot, "100")).await.position_id;
    f.adjust(at(1_000), deposit(bot, "1")).await;
    f.close(at(20), close(id, "110")).await;
    let rows: Vec<_> = f.ledger(bot).await.iter().map(|row| (row.timestamp, row.balance.to_string())).collect();
    assert_eq!(rows[2..], [(at(1_000), "10001".to_owned()), (at(20), "10101".to_owned())]);
}
