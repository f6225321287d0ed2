//! Stops of an open position: both are replaced together.

use crate::prelude::*;

cases! {
    both_are_replaced,
    absent_stop_is_removed,
    unchanged_stops_write_nothing_and_say_so,
    change_is_a_ledger_row,
    crossed_stops_are_refused,
    ended_position_has_no_stops_to_set,
    stops_stay_when_it_closes,
}

async fn both_are_replaced(f: &Fixture) {
    let bot = f.strategy("bot").await;
    let id = f.open(at(0), long(bot, "100")).await.position_id;
    for (loss, profit) in [("90", "110"), ("95", "120"), ("130", "140")] {
        let set = f.set_stops(at(1), stops(id, Some(loss), Some(profit))).await;
        assert_eq!((set.position_id, set.changed), (id, true));
        let position = f.position(id).await;
        assert_eq!((position.stop_loss_price, position.take_profit_price), (Some(price(loss)), Some(price(profit))));
    }
}

async fn absent_stop_is_removed(f: &Fixture) {
    let bot = f.strategy("bot").await;
    let id = f.open(at(0), OpenPosition { stop_loss_price: Some(price("90")), ..long(bot, "100") }).await.position_id;
    f.set_stops(at(1), stops(id, None, Some("110"))).await;
    let position = f.position(id).await;
    assert_eq!((position.stop_loss_price, position.take_profit_price), (None, Some(price("110"))));
    assert!(f.set_stops(at(2), stops(id, None, None)).await.changed);
    assert_eq!(f.position(id).await.take_profit_price, None);
}

async fn unchanged_stops_write_nothing_and_say_so(f: &Fixture) {
    let bot = f.strategy("bot").await;
    let id = f.open(at(0), OpenPosition { stop_loss_price: Some(price("90")), ..long(bot, "100") }).await.position_id;
    let before = f.dump().await;
    f.clock.set(stamp(1));
    assert!(!f.set_stops(at(1), stops(id, Some("90.00"), None)).await.changed);
    let mut after = f.dump().await;
    after.book.commit_seq -= 1;
    after.must_be(&before);
}

async fn change_is_a_ledger_row(f: &Fixture) {
    let bot = f.strategy("bot").await;
    let id = f.open(at(0), long(bot, "100")).await.position_id;
    f.clock.set(stamp(1));
    f.set_stops(at(7), stops(id, Some("90"), None)).await;
    let row = f.ledger(bot).await.remove(2);
    assert_eq!((row.kind, row.position_id, row.trade_id), (LedgerKind::Stops, Some(id), None));
    assert_eq!((row.delta, row.balance, row.timestamp), (Usdt::ZERO, usdt("10000"), at(7)));
    assert_eq!(f.position(id).await.updated_at, stamp(1));
    assert_eq!(f.record(bot).await.strategy.updated_at, stamp(0), "its bankroll and terms did not change");
    assert_eq!(f.events().await.len(), 1);
}

async fn crossed_stops_are_refused(f: &Fixture) {
    let bot = f.strategy("bot").await;
    let up = f.open(at(0), long(bot, "100")).await.position_id;
    let down = f.open(at(0), short(bot, "100")).await.position_id;
    for (id, loss, profit) in [(up, "110", "90"), (up, "90", "90"), (down, "90", "110"), (down, "90", "90")] {
        assert_eq!(f.refuses(at(1), stops(id, Some(loss), Some(profit))).await, Refusal::StopsCrossed);
    }
}

async fn ended_position_has_no_stops_to_set(f: &Fixture) {
    let bot = f.strategy("bot").await;
    let id = f.open(at(0), long(bot, "100")).await.position_id;
    f.close(at(1), close(id, "100")).await;
    // Told before the stops themselves are looked at.
    assert_eq!(f.refuses(at(2), stops(id, Some("110"), Some("90"))).await.code(), "position_not_open");
}

async fn stops_stay_when_it_closes(f: &Fixture) {
    let bot = f.strategy("bot").await;
    let id = f.open(at(0), OpenPosition { stop_loss_price: Some(price("90")), ..long(bot, "100") }).await.position_id;
    f.close(at(1), close(id, "89")).await;
    assert_eq!(f.position(id).await.stop_loss_price, Some(price("90")));
}
