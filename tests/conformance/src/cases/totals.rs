//! What a strategy's ended positions come to, kept with every close.

use nailsage_store::ClosePosition;

use crate::prelude::*;

cases! {
    new_strategy_has_none,
    wins_and_losses_are_counted_apart,
    nothing_earned_is_a_loss,
    fees_decide_what_is_a_win,
    time_held_adds_up,
    each_strategy_has_its_own,
    refused_command_does_not_count,
}

async fn new_strategy_has_none(f: &Fixture) {
    let bot = f.strategy("bot").await;
    let totals = f.record(bot).await.totals;
    assert_eq!(totals, nailsage_domain::StrategyTotals { ledger_seq: 1, ..Default::default() });
}

async fn wins_and_losses_are_counted_apart(f: &Fixture) {
    let bot = f.strategy("bot").await;
    for exit in ["110", "95", "100.5", "80"] {
        let id = f.open(at(0), long(bot, "100")).await.position_id;
        f.close(at(1), close(id, exit)).await;
    }
    let totals = f.record(bot).await.totals;
    assert_eq!((totals.num_closed, totals.num_wins, totals.num_losses), (4, 2, 2));
    assert_eq!((totals.win_micros, totals.loss_micros), (105_000_000, -250_000_000));
    assert_eq!((totals.realized_micros, totals.ledger_seq), (-145_000_000, 9));
}

async fn nothing_earned_is_a_loss(f: &Fixture) {
    let bot = f.strategy("bot").await;
    let id = f.open(at(0), long(bot, "100")).await.position_id;
    f.close(at(1), close(id, "100")).await;
    let totals = f.record(bot).await.totals;
    assert_eq!((totals.num_wins, totals.num_losses, totals.loss_micros), (0, 1, 0));
}

async fn fees_decide_what_is_a_win(f: &Fixture) {
    let bot = f.strategy("bot").await;
    for fees in ["49.999999", "50", "50.000001"] {
        let id = f.open(at(0), OpenPosition { fees: cost("50"), ..long(bot, "100") }).await.position_id;
        f.close(at(1), ClosePosition { fees: cost(fees), ..close(id, "110") }).await;
    }
    let totals = f.record(bot).await.totals;
    assert_eq!((totals.num_wins, totals.num_losses), (1, 2));
    assert_eq!((totals.win_micros, totals.loss_micros, totals.fees_micros), (1, -1, 300_000_000));
}

async fn time_held_adds_up(f: &Fixture) {
    let bot = f.strategy("bot").await;
    for held in [0, 1, 59_999, 86_400_000 * 365] {
        let id = f.open(at(10), long(bot, "100")).await.position_id;
        f.close(at(10 + held), close(id, "100")).await;
    }
    assert_eq!(f.record(bot).await.totals.duration_ms, 60_000 + 86_400_000 * 365);
}

async fn each_strategy_has_its_own(f: &Fixture) {
    let (a, b) = (f.strategy("a").await, f.strategy("b").await);
    let id = f.open(at(0), long(a, "100")).await.position_id;
    f.open(at(0), OpenPosition { fees: cost("2"), ..long(b, "100") }).await;
    f.close(at(1), close(id, "110")).await;
    let (a, b) = (f.record(a).await.totals, f.record(b).await.totals);
    assert_eq!((a.num_closed, a.fees_micros, a.ledger_seq), (1, 0, 3));
    assert_eq!((b.num_closed, b.fees_micros, b.ledger_seq), (0, 2_000_000, 2));
}

async fn refused_command_does_not_count(f: &Fixture) {
    let bot = f.strategy("bot").await;
    let id = f.open(at(0), long(bot, "100")).await.position_id;
    let before = f.record(bot).await.totals;
    f.refused(Command::of(at(1), vec![close(id, "110").into(), withdraw(bot, "100000").into()])).await;
    assert_eq!(f.record(bot).await.totals, before);
}
