//! Marks: what open positions stand at. An older one changes nothing and says so.

use nailsage_store::{Done, TakeSnapshot, refusal::RangedValue};

use crate::prelude::*;

cases! {
    market_mark_reaches_every_strategy_on_it,
    market_without_positions_is_fine,
    older_mark_changes_nothing_and_says_so,
    older_market_mark_counts_as_stale,
    mark_of_the_same_time_replaces,
    mark_before_entry_is_older,
    position_with_a_mistyped_price_keeps_no_other_from_its_mark,
    unrealized_is_gross_and_exact,
    marks_are_not_in_the_ledger,
    marking_touches_only_the_position,
    position_of_the_same_command_is_marked,
    closed_position_cannot_be_marked,
    unknown_position_cannot_be_marked,
}

async fn market_mark_reaches_every_strategy_on_it(f: &Fixture) {
    let (a, b) = (f.strategy("a").await, f.strategy("b").await);
    let on_market = [f.open(at(0), long(a, "100")).await, f.open(at(0), short(b, "100")).await];
    let elsewhere = f.open(at(0), OpenPosition { starlisting_id: Some(market(8)), ..long(a, "100") }).await;
    let ended = f.open(at(0), long(b, "100")).await.position_id;
    f.close(at(1), close(ended, "100")).await;
    let marked = f.mark_market(at(2), mark_market(7, "105")).await;
    assert_eq!((marked.starlisting_id, marked.marked, marked.stale), (market(7), 2, 0));
    for (opened, unrealized) in on_market.iter().zip(["50", "-50"]) {
        let mark = *f.position(opened.position_id).await.mark().expect("it is open");
        assert_eq!((mark.price, mark.at, mark.unrealized_pnl), (price("105"), at(2), usdt(unrealized)));
    }
    assert_eq!(f.position(elsewhere.position_id).await.mark().map(|mark| mark.price), Some(price("100")));
}

async fn market_without_positions_is_fine(f: &Fixture) {
    f.strategy("bot").await;
    let marked = f.mark_market(at(1), mark_market(99, "1")).await;
    assert_eq!((marked.starlisting_id, marked.marked, marked.stale), (market(99), 0, 0));
}

async fn older_mark_changes_nothing_and_says_so(f: &Fixture) {
    let bot = f.strategy("bot").await;
    let id = f.open(at(0), long(bot, "100")).await.position_id;
    f.mark(at(10), mark(id, "105")).await;
    let before = f.position(id).await;
    f.clock.set(stamp(60_000));
    let older = f.mark(at(9), mark(id, "90")).await;
    assert_eq!((older.position_id, older.marked, older.unrealized_pnl), (id, false, usdt("50")));
    assert_eq!(f.position(id).await, before);
}

async fn older_market_mark_counts_as_stale(f: &Fixture) {
    let bot = f.strategy("bot").await;
    let marked_later = f.open(at(0), long(bot, "100")).await.position_id;
    let marked_earlier = f.open(at(0), long(bot, "100")).await.position_id;
    f.mark(at(10), mark(marked_later, "105")).await;
    let marked = f.mark_market(at(5), mark_market(7, "102")).await;
    assert_eq!((marked.marked, marked.stale), (1, 1));
    let price_of = async |id| f.position(id).await.mark().map(|mark| mark.price);
    assert_eq!((price_of(marked_later).await, price_of(marked_earlier).await), (Some(price("105")), Some(price("102"))));
}

async fn mark_of_the_same_time_replaces(f: &Fixture) {
    let bot = f.strategy("bot").await;
    let id = f.open(at(5), long(bot, "100")).await.position_id;
    for to in ["101", "102", "99"] {
        assert!(f.mark(at(5), mark(id, to)).await.marked);
        assert_eq!(f.position(id).await.mark().map(|mark| mark.price), Some(price(to)));
    }
    assert_eq!(f.mark_market(at(5), mark_market(7, "103")).await.marked, 1);
}

async fn mark_before_entry_is_older(f: &Fixture) {
    let bot = f.strategy("bot").await;
    let id = f.open(at(5), long(bot, "100")).await.position_id;
    assert!(!f.mark(at(4), mark(id, "90")).await.marked);
    assert_eq!(f.mark_market(at(4), mark_market(7, "90")).await.stale, 1);
    assert_eq!(f.position(id).await.mark().map(|mark| mark.at), Some(at(5)));
}

async fn position_with_a_mistyped_price_keeps_no_other_from_its_mark(f: &Fixture) {
    let (bot, other) = (f.strategy("bot").await, f.strategy("other").await);
    let before = f.open(at(0), long(bot, "46000")).await.position_id;
    // At 46,000 it would have earned 10^10 USDT.
    let mistyped = f.open(at(0), OpenPosition { size: size("1000"), ..long(other, "0.0046") }).await.position_id;
    let after = f.open(at(0), long(other, "46000")).await.position_id;
    let actions = vec![mark_market(7, "46460").into(), TakeSnapshot {}.into()];
    let outcome = f.run(Command::of(at(1), actions)).await;
    let Done::MarkMarket(marked) = &outcome.results[0] else { panic!("{outcome:?}") };
    assert_eq!((marked.marked, marked.stale, &marked.out_of_range[..]), (2, 0, &[mistyped][..]));
    for id in [before, after] {
        assert_eq!(f.position(id).await.mark().map(|mark| mark.unrealized_pnl), Some(usdt("10")));
    }
    let kept = *f.position(mistyped).await.mark().expect("it is open");
    assert_eq!((kept.price, kept.at, kept.unrealized_pnl), (price("0.0046"), at(0), usdt("0")));
    // By itself it is refused, as whoever marks it means this one.
    let refusal = f.refuses(at(1), mark(mistyped, "46460")).await;
    assert_eq!(refusal, Refusal::RangeExceeded { what: RangedValue::UnrealizedPnl });
}

async fn unrealized_is_gross_and_exact(f: &Fixture) {
    let bot = f.strategy("bot").await;
    let id = f.open(at(0), OpenPosition { fees: cost("3"), ..short(bot, "95000") }).await.position_id;
    let marked = f.mark(at(1), mark(id, "96500")).await;
    assert_eq!((marked.marked, marked.unrealized_pnl), (true, usdt("-15.789474")));
    assert_eq!(f.position(id).await.mark().map(|mark| mark.unrealized_pnl), Some(usdt("-15.789474")));
}

async fn marks_are_not_in_the_ledger(f: &Fixture) {
    let bot = f.strategy("bot").await;
    let id = f.open(at(0), long(bot, "100")).await.position_id;
    let (ledger, events, record) = (f.ledger(bot).await, f.events().await, f.record(bot).await);
    f.clock.set(stamp(1));
    f.mark(at(1), mark(id, "50")).await;
    f.mark_market(at(2), mark_market(7, "10")).await;
    assert_eq!((f.ledger(bot).await, f.events().await, f.record(bot).await), (ledger, events, record));
}

async fn marking_touches_only_the_position(f: &Fixture) {
    let bot = f.strategy("bot").await;
    let id = f.open(at(0), long(bot, "100")).await.position_id;
    let other = f.open(at(0), long(bot, "100")).await.position_id;
    let before = f.dump().await;
    f.clock.set(stamp(9));
    f.mark(at(1), mark(id, "101")).await;
    let after = f.position(id).await;
    assert_eq!((after.created_at, after.updated_at), (stamp(0), stamp(9)));
    assert_eq!(f.position(other).await, before.positions[1]);
    assert_eq!(f.trades().await, before.trades);
}

async fn position_of_the_same_command_is_marked(f: &Fixture) {
    let bot = f.strategy("bot").await;
    let older = f.open(at(0), long(bot, "100")).await.position_id;
    let actions: Vec<Action> = vec![long(bot, "100").into(), close(older, "100").into(), mark_market(7, "110").into()];
    let outcome = f.run(Command::of(at(1), actions)).await;
    assert!(matches!(&outcome.results[2], Done::MarkMarket(marked) if marked.marked == 1), "{outcome:?}");
    assert_eq!(f.dump().await.positions[1].mark().map(|mark| mark.unrealized_pnl), Some(usdt("100")));
}

async fn closed_position_cannot_be_marked(f: &Fixture) {
    let bot = f.strategy("bot").await;
    let id = f.open(at(0), long(bot, "100")).await.position_id;
    f.liquidate(at(1), liquidate(id, "100")).await;
    let expected = Refusal::PositionNotOpen { position_id: id, status: PositionStatus::Liquidated };
    assert_eq!(f.refuses(at(2), mark(id, "101")).await, expected);
}

async fn unknown_position_cannot_be_marked(f: &Fixture) {
    let nothing = PositionRef::OpenedBy(key("nothing"));
    let expected = Refusal::UnknownPosition { position: nothing.clone() };
    assert_eq!(f.refuses(at(2), mark(nothing, "101")).await, expected);
}
