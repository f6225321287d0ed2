//! Recovery: everything that a bot needs to carry on after a crash, as of one moment.

use std::sync::Arc;

use nailsage_domain::{Price, Signal, SignalType, StrategyId};
use nailsage_store::{Recovery, Store, TakeSnapshot};

use crate::prelude::*;

cases! {
    empty_book_has_nothing_to_recover,
    active_strategies_come_with_their_bankrolls,
    inactive_strategy_is_left_out_unless_it_holds_a_position,
    open_positions_come_with_their_stops_and_marks,
    last_signal_is_the_last_by_its_time_on_each_market,
    last_signal_tells_whether_it_was_executed_or_why_not,
    latest_snapshot_is_the_latest_by_its_time,
    recovery_is_the_same_after_a_restart,
    recovery_is_of_one_moment,
}

async fn recovered(f: &Fixture) -> Recovery {
    f.store().recover().await.expect("a book can be recovered")
}

async fn empty_book_has_nothing_to_recover(f: &Fixture) {
    let found = recovered(f).await;
    assert_eq!((found.strategies.len(), found.latest_snapshot, found.book.commit_seq), (0, None, 0));
}

async fn active_strategies_come_with_their_bankrolls(f: &Fixture) {
    let (a, b) = (f.strategy("a").await, f.strategy("b").await);
    f.adjust(at(1), deposit(b, "0.5")).await;
    let found = recovered(f).await;
    let bankrolls: Vec<_> =
        found.strategies.iter().map(|it| (it.record.strategy.id, it.record.strategy.current_bankroll)).collect();
    assert_eq!(bankrolls, [(a, usdt("10000")), (b, usdt("10000.5"))]);
    assert_eq!(found.strategies[1].record, f.record(b).await);
    assert_eq!(found.book, f.store().book().await.expect("the book's state can be read"));
}

async fn inactive_strategy_is_left_out_unless_it_holds_a_position(f: &Fixture) {
    let (a, b) = (f.strategy("a").await, f.strategy("b").await);
    let position = f.open(at(0), long(b, "100")).await.position_id;
    f.deactivate(at(1), deactivate(named("a"))).await;
    f.deactivate(at(1), deactivate(named("b"))).await;
    let ids = async || recovered(f).await.strategies.iter().map(|it| it.record.strategy.id).collect::<Vec<_>>();
    assert_eq!(ids().await, [b], "somebody has to watch its position");
    f.close(at(2), close(position, "100")).await;
    assert_eq!(ids().await, []);
    f.register(at(3), register("a")).await;
    assert_eq!(ids().await, [a]);
}

async fn open_positions_come_with_their_stops_and_marks(f: &Fixture) {
    let bot = f.strategy("bot").await;
    let first = f.open(at(0), long(bot, "100")).await.position_id;
    let second = f.open(at(1), short(bot, "100")).await.position_id;
    let ended = f.open(at(1), long(bot, "100")).await.position_id;
    f.close(at(2), close(ended, "101")).await;
    f.set_stops(at(2), stops(first, Some("90"), Some("120"))).await;
    f.mark_market(at(3), mark_market(7, "105")).await;
    let found = recovered(f).await.strategies.remove(0).open_positions;
    assert_eq!(found, [f.position(first).await, f.position(second).await]);
    let prices = |price: &str| Some(price.parse::<Price>().expect("a price"));
    assert_eq!((found[0].stop_loss_price, found[0].take_profit_price), (prices("90"), prices("120")));
}

async fn seen(f: &Fixture, strategy: StrategyId, market_id: i64, minute: i64) {
    let rejection_reason = Some(reason("no"));
    let starlisting_id = Some(market(market_id));
    f.signal(at(minute), RecordSignal { rejection_reason, starlisting_id, ..signal(strategy) }).await;
}

async fn last_signals(f: &Fixture, strategy: StrategyId) -> Vec<Signal> {
    let strategies = recovered(f).await.strategies;
    strategies.into_iter().find(|it| it.record.strategy.id == strategy).expect("it is active").last_signals
}

async fn last_signal_is_the_last_by_its_time_on_each_market(f: &Fixture) {
    let (a, b) = (f.strategy("a").await, f.strategy("b").await);
    for (market_id, minute) in [(7, 1), (9, 5), (7, 4), (8, 2), (7, 3), (7, 4), (100, 1)] {
        seen(f, a, market_id, minute).await;
    }
    seen(f, b, 7, 9).await;
    let places = |signals: &[Signal]| {
        signals.iter().map(|it| (it.starlisting_id.get(), it.timestamp, it.id.get())).collect::<Vec<_>>()
    };
    let found = last_signals(f, a).await;
    assert_eq!(places(&found), [(7, at(4), 6), (8, at(2), 4), (9, at(5), 2), (100, at(1), 7)]);
    assert_eq!(places(&last_signals(f, b).await), [(7, at(9), 8)]);
    f.strategy("without signals").await;
    assert_eq!(recovered(f).await.strategies.len(), 3);
}

async fn last_signal_tells_whether_it_was_executed_or_why_not(f: &Fixture) {
    let bot = f.strategy("bot").await;
    f.signal(at(1), RecordSignal { then: vec![long(bot, "100").into()], ..signal(bot) }).await;
    let executed = last_signals(f, bot).await.remove(0);
    assert!(executed.was_executed());
    assert_eq!((executed.signal_type, executed.timestamp), (SignalType::Long, at(1)));
    f.signal(at(2), RecordSignal { rejection_reason: Some(reason("cooldown")), ..signal(bot) }).await;
    let suppressed = last_signals(f, bot).await.remove(0);
    assert_eq!(suppressed.rejection_reason().map(nailsage_domain::Reason::as_str), Some("cooldown"));
}

async fn latest_snapshot_is_the_latest_by_its_time(f: &Fixture) {
    f.strategy("bot").await;
    let later = f.snapshot(at(9), TakeSnapshot {}).await;
    f.snapshot(at(3), TakeSnapshot {}).await;
    assert_eq!(recovered(f).await.latest_snapshot, Some(later));
}

async fn recovery_is_the_same_after_a_restart(f: &Fixture) {
    let bot = f.strategy("bot").await;
    f.signal(at(1), RecordSignal { then: vec![long(bot, "100").into()], ..signal(bot) }).await;
    f.snapshot(at(2), TakeSnapshot {}).await;
    let before = recovered(f).await;
    f.restart().await;
    assert_eq!(recovered(f).await, before);
}

/// A signal, its position and its mark are one command, so no reader may ever see a part of it.
async fn recovery_is_of_one_moment(f: &Fixture) {
    let bot = f.strategy("bot").await;
    let tick = move |number: i64| {
        let then = match number % 2 {
            0 => vec![long(bot, "100").into()],
            _ => vec![close(PositionRef::only_open(bot), "100").into()],
        };
        Command::of(at(number), vec![RecordSignal { then, ..signal(bot) }.into(), TakeSnapshot {}.into()])
    };
    f.run(tick(0)).await;
    let look = |store: Arc<dyn Store>| async move {
        let found = store.recover().await.expect("a book can be recovered");
        let snapshot = found.latest_snapshot.expect("the first command took one");
        let strategy = &found.strategies[0];
        let last = strategy.last_signals[0].timestamp;
        assert_eq!(snapshot.timestamp, last, "the snapshot and the signal are of the same command");
        let open = i64::try_from(strategy.open_positions.len()).expect("one at most");
        assert_eq!(open, (last.get() - at(0).get() + 1) % 2, "the position is of the same command");
        assert_eq!(snapshot.num_open_positions, open);
        assert_eq!(found.book.signals, last.get() - at(0).get() + 1, "the book row is of the same command");
    };
    f.look_while((1..120).map(tick), look).await;
}
