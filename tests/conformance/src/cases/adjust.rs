//! Adjusting a bankroll: a cash flow with a reason, never a profit.

use nailsage_store::AdjustBankroll;

use crate::prelude::*;

cases! {
    deposit_adds,
    withdrawal_takes,
    set_to_makes_it_exactly_that,
    set_to_the_same_is_a_row_all_the_same,
    all_can_be_taken_but_no_more,
    nothing_can_be_taken_below_zero,
    reason_stays_in_the_ledger,
    totals_do_not_move,
    largest_bankroll_keeps_its_last_micro,
    bankroll_is_initial_plus_ledger_after_anything,
    unknown_strategy_is_refused,
}

async fn deposit_adds(f: &Fixture) {
    let bot = f.strategy("bot").await;
    f.clock.set(stamp(1));
    let adjusted = f.adjust(at(1), deposit(bot, "0.000001")).await;
    assert_eq!((adjusted.strategy_id, adjusted.delta, adjusted.bankroll), (bot, usdt("0.000001"), usdt("10000.000001")));
    assert_eq!(f.bankroll(bot).await, usdt("10000.000001"));
    assert_eq!(f.record(bot).await.strategy.updated_at, stamp(1));
}

async fn withdrawal_takes(f: &Fixture) {
    let bot = f.strategy("bot").await;
    let adjusted = f.adjust(at(1), withdraw(bot, "1234.567891")).await;
    assert_eq!((adjusted.delta, adjusted.bankroll), (usdt("-1234.567891"), usdt("8765.432109")));
}

async fn set_to_makes_it_exactly_that(f: &Fixture) {
    let bot = f.depleted("bot").await;
    let up = f.adjust(at(1), set_to(bot, "10000")).await;
    assert_eq!((up.delta, up.bankroll), (usdt("12000"), usdt("10000")));
    let down = f.adjust(at(2), set_to(bot, "0.5")).await;
    assert_eq!((down.delta, down.bankroll), (usdt("-9999.5"), usdt("0.5")));
    assert_eq!(f.record(bot).await.strategy.initial_bankroll, amount("10000"), "what it started with stays");
}

async fn set_to_the_same_is_a_row_all_the_same(f: &Fixture) {
    let bot = f.strategy("bot").await;
    assert_eq!(f.adjust(at(1), set_to(bot, "10000")).await.delta, Usdt::ZERO);
    assert_eq!(f.ledger_lines(bot).await[1..], [(LedgerKind::Adjust, "0".to_owned())]);
}

async fn all_can_be_taken_but_no_more(f: &Fixture) {
    let bot = f.strategy("bot").await;
    let refusal = f.refuses(at(1), withdraw(bot, "10000.000001")).await;
    let expected = Refusal::WithdrawalExceedsBankroll { amount: usdt("10000.000001"), bankroll: usdt("10000") };
    assert_eq!(refusal, expected);
    assert_eq!(f.adjust(at(1), withdraw(bot, "10000")).await.bankroll, Usdt::ZERO);
    assert_eq!(f.refuses(at(2), withdraw(bot, "0.000001")).await.code(), "withdrawal_exceeds_bankroll");
}

async fn nothing_can_be_taken_below_zero(f: &Fixture) {
    let bot = f.depleted("bot").await;
    let expected = Refusal::WithdrawalExceedsBankroll { amount: usdt("1"), bankroll: usdt("-2000") };
    assert_eq!(f.refuses(at(1), withdraw(bot, "1")).await, expected);
}

async fn reason_stays_in_the_ledger(f: &Fixture) {
    let bot = f.strategy("bot").await;
    let long_reason = "ü".repeat(500);
    for text in ["replenish", "\"quoted\" \\ and\nbroken", long_reason.as_str()] {
        f.adjust(at(5), AdjustBankroll { reason: reason(text), ..deposit(bot, "1") }).await;
        let row = f.ledger(bot).await.pop().expect("there is a row");
        assert_eq!((row.kind, row.reason, row.timestamp), (LedgerKind::Adjust, Some(reason(text)), at(5)));
        assert_eq!((row.position_id, row.trade_id), (None, None));
    }
}

async fn totals_do_not_move(f: &Fixture) {
    let bot = f.depleted("bot").await;
    let before = f.record(bot).await.totals;
    f.adjust(at(1), deposit(bot, "5000")).await;
    f.adjust(at(2), withdraw(bot, "100")).await;
    f.adjust(at(3), set_to(bot, "10000")).await;
    let mut after = f.record(bot).await.totals;
    after.ledger_seq -= 3;
    assert_eq!(after, before);
}

async fn largest_bankroll_keeps_its_last_micro(f: &Fixture) {
    let bot = f.strategy_with("bot", "8589934591.999999").await;
    f.adjust(at(1), withdraw(bot, "0.000001")).await;
    assert_eq!(f.bankroll(bot).await, usdt("8589934591.999998"));
    f.adjust(at(2), withdraw(bot, "8589934591.999997")).await;
    assert_eq!(f.bankroll(bot).await, usdt("0.000001"));
    f.adjust(at(3), deposit(bot, "5000000000.000007")).await;
    let balances: Vec<_> = f.ledger(bot).await.iter().map(|row| row.balance.to_string()).collect();
    assert_eq!(balances, ["8589934591.999999", "8589934591.999998", "0.000001", "5000000000.000008"]);
}

/// Some hundred actions as they come, refused ones among them. That the sums hold is checked after every case; here
/// they have something to hold for.
async fn bankroll_is_initial_plus_ledger_after_anything(f: &Fixture) {
    let bots = [f.strategy("a").await, f.strategy_with("b", "37.5").await];
    // Knuth's MMIX generator; what matters is that every run does the same.
    let mut state = 42_u64;
    let mut next = |bound: u64| {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (state >> 33) % bound
    };
    let mut realized = [Usdt::ZERO; 2];
    let mut paid = [Usdt::ZERO; 2];
    for step in 0..400 {
        let which = usize::from(next(2) == 1);
        let bot = bots[which];
        let fill = format!("{}.{}", 50 + next(100), next(1_000_000));
        let money = format!("{}.{:06}", next(50), 1 + next(999_999));
        let only = PositionRef::only_open(bot);
        let action: Action = match next(8) {
            0 | 1 => OpenPosition { size: None, fees: cost("0.000007"), ..long(bot, &fill) }.into(),
            2 => short(bot, &fill).into(),
            3 | 4 => close(only, &fill).into(),
            5 => liquidate(only, &fill).into(),
            6 => deposit(bot, &money).into(),
            _ => withdraw(bot, &money).into(),
        };
        let Answer::Done(outcome) = f.answer(Command::new(at(step), action)).await else { continue };
        match &outcome.results[0] {
            nailsage_store::Done::ClosePosition(closed) | nailsage_store::Done::LiquidatePosition(closed) => {
                realized[which] = realized[which].checked_add(closed.realized_pnl).expect("small");
            }
            nailsage_store::Done::AdjustBankroll(adjusted) => {
                paid[which] = paid[which].checked_add(adjusted.delta).expect("small");
            }
            _ => {}
        }
    }
    for (which, initial) in ["10000", "37.5"].into_iter().enumerate() {
        let expected = usdt(initial).checked_add(realized[which]).and_then(|sum| sum.checked_add(paid[which]));
        assert_eq!(Ok(f.bankroll(bots[which]).await), expected);
        assert!(f.ledger(bots[which]).await.len() > 50, "enough of it was accepted");
    }
}

async fn unknown_strategy_is_refused(f: &Fixture) {
    for action in [deposit(named("nobody"), "1"), withdraw(named("nobody"), "1"), set_to(named("nobody"), "1")] {
        assert_eq!(f.refuses(at(1), action).await.code(), "unknown_strategy");
    }
}
