//! Reading: what was answered is there, exactly as it was given.

use nailsage_domain::{PositionId, SignalType, StrategyId};
use nailsage_store::{FunnelQuery, FunnelRow, LogEvent, RegisterStrategy};

use crate::prelude::*;

cases! {
    funnel_counts_executed_and_suppressed_signals_by_reason,
    funnel_counts_by_strategy_market_and_time,
    empty_book_is_empty,
    see_every_command_that_was_answered,
    book_counts_what_there_is,
    what_is_not_there_is_none,
    numbers_come_back_exactly,
    texts_come_back_exactly,
    times_come_back_exactly,
    stamps_are_the_clocks,
    record_is_the_same_alone_and_in_a_list,
}

async fn empty_book_is_empty(f: &Fixture) {
    let dump = f.dump().await;
    let book = &dump.book;
    assert_eq!(book.schema_version, 1);
    let counts = [book.commit_seq, book.strategies, book.positions, book.trades, book.signals, book.events];
    assert_eq!(counts, [0, 0, 0, 0, 0, 1], "nothing has happened but that it was made");
    assert!(dump.strategies.is_empty() && dump.positions.is_empty() && dump.trades.is_empty());
    assert!(dump.signals.is_empty() && dump.ledger.is_empty() && f.events().await.is_empty());
}

async fn see_every_command_that_was_answered(f: &Fixture) {
    let bot = f.strategy("bot").await;
    let reader = f.store();
    for step in 1..=50 {
        let command = Command::new(at(step), deposit(bot, "1")).with_key(key(&format!("k{step}")));
        let outcome = f.run(command).await;
        let seen = reader.book().await.expect("the book's state can be read");
        assert_eq!(seen.commit_seq, outcome.commit_seq);
        let known = reader.outcome(key(&format!("k{step}"))).await.expect("outcomes can be read");
        assert_eq!(known, Some(outcome));
        assert_eq!(f.bankroll(bot).await.micros(), (10_000 + step) * 1_000_000);
    }
}

async fn book_counts_what_there_is(f: &Fixture) {
    let bot = f.strategy("bot").await;
    f.strategy("other").await;
    let entry = RecordSignal { then: vec![long(bot, "100").into()], ..signal(bot) };
    f.signal(at(1), entry).await;
    f.close(at(2), close(PositionId::FIRST, "100")).await;
    let book = f.dump().await.book;
    assert_eq!((book.commit_seq, book.strategies, book.positions), (4, 2, 1));
    assert_eq!((book.trades, book.signals, book.events), (2, 1, 3));
}

async fn what_is_not_there_is_none(f: &Fixture) {
    f.strategy("bot").await;
    let store = f.store();
    let second = StrategyId::new(2).expect("above 0");
    for strategy in [StrategyRef::Id(second), named("Bot").into()] {
        assert_eq!(store.strategy(strategy).await.expect("strategies can be read"), None);
    }
    let last = PositionId::new(i64::MAX).expect("above 0");
    for id in [PositionId::FIRST, last] {
        assert_eq!(store.position(id).await.expect("positions can be read"), None);
    }
    assert_eq!(store.outcome(key("nothing")).await.expect("outcomes can be read"), None);
}

/// The ends of each range, and decimals that no double holds.
async fn numbers_come_back_exactly(f: &Fixture) {
    let bot = f.strategy("bot").await;
    let money = ["0.000001", "0.1", "1234567.654321", "33.333333", "8589934591.999999", "4294967296.000001"];
    let prices = [
        "0.000000000001", "0.00000000000123456789012345", "0.1", "0.3", "95000.123456789", "999999999999",
        "999999999999.999", "123456789012345e-20",
    ];
    for (fill, index) in prices.into_iter().zip(0_usize..) {
        let text = money[index % money.len()];
        let entry = OpenPosition {
            size: size(text),
            fees: cost(text),
            slippage: cost(text),
            stop_loss_price: Some(price(fill)),
            ..long(bot, fill)
        };
        let id = f.open(at(0), entry).await.position_id;
        let position = f.position(id).await;
        assert_eq!((position.size, position.fees_paid), (amount(text), cost(text)));
        assert_eq!((position.entry_price, position.stop_loss_price), (price(fill), Some(price(fill))));
        assert_eq!(position.mark().map(|mark| mark.price), Some(price(fill)));
        let trade = f.trades().await.pop().expect("there is an entry trade");
        assert_eq!((trade.size, trade.price), (amount(text), price(fill)));
        assert_eq!((trade.fees, trade.slippage), (cost(text), cost(text)));
    }
}

async fn texts_come_back_exactly(f: &Fixture) {
    let texts = [
        " lead and trail ".to_owned(),
        "'; DROP TABLE positions; --".to_owned(),
        "%_\\\"'`\t\r\n\u{1}\u{7f}".to_owned(),
        "e\u{301} is not \u{e9}, \u{1f9ff}\u{200d}\u{ff21}".to_owned(),
        "x".repeat(1_000),
        "\u{1f9ff}".repeat(250),
    ];
    for text in &texts {
        let strategy = nailsage_domain::StrategyKey {
            name: value(text),
            version: value("v 1'"),
            starlisting_id: market(i64::MAX),
        };
        let (model_id, config_path) = (Some(value(text)), Some(value(text)));
        f.register(at(0), RegisterStrategy { strategy: strategy.clone(), model_id, config_path, ..register("x") }).await;
        let found = f.record(strategy.clone()).await.strategy;
        assert_eq!(found.key, strategy);
        assert_eq!((found.model_id, found.config_path), (Some(value(text)), Some(value(text))));
        let pass = RecordSignal { rejection_reason: Some(reason(text)), ..signal(strategy.clone()) };
        f.signal(at(0), pass).await;
        assert_eq!(f.signals().await.pop().and_then(|it| it.rejection_reason().cloned()), Some(reason(text)));
        f.log(at(0), LogEvent { event_type: value(text), ..log("x") }).await;
        assert_eq!(f.events().await.pop().map(|event| event.event_type), Some(value(text)));
        let keyed = Command::new(at(0), deposit(strategy, "1")).with_key(key(text));
        let outcome = f.run(keyed).await;
        assert_eq!(f.store().outcome(key(text)).await.expect("outcomes can be read"), Some(outcome));
    }
    assert_eq!(f.dump().await.strategies.len(), texts.len());
}

async fn times_come_back_exactly(f: &Fixture) {
    use nailsage_domain::UnixMillis;
    let bot = f.strategy("bot").await;
    for (step, time) in [UnixMillis::MIN, at(1), UnixMillis::MAX].into_iter().enumerate() {
        f.clock.set(time);
        let id = f.open(time, long(bot, "100")).await.position_id;
        f.mark(time, mark(id, "101")).await;
        let position = f.position(id).await;
        assert_eq!((position.entry_timestamp, position.mark().map(|mark| mark.at)), (time, Some(time)));
        assert_eq!((position.created_at, position.updated_at), (time, time));
        f.close(time, close(id, "102")).await;
        assert_eq!(f.position(id).await.exit().map(|exit| exit.timestamp), Some(time));
        assert_eq!(f.ledger(bot).await[1 + 2 * step].timestamp, time);
    }
}

/// `updated_at` moves when the row does, and only then.
async fn stamps_are_the_clocks(f: &Fixture) {
    f.clock.set(stamp(1));
    let bot = f.strategy("bot").await;
    f.clock.set(stamp(2));
    let id = f.open(at(0), long(bot, "100")).await.position_id;
    f.clock.set(stamp(3));
    f.log(at(0), log("x")).await;
    f.clock.set(stamp(4));
    f.close(at(1), close(id, "110")).await;
    let (strategy, position) = (f.record(bot).await.strategy, f.position(id).await);
    assert_eq!((strategy.created_at, strategy.updated_at), (stamp(1), stamp(4)));
    assert_eq!((position.created_at, position.updated_at), (stamp(2), stamp(4)));
    assert_eq!(f.trades().await.iter().map(|trade| trade.created_at).collect::<Vec<_>>(), [stamp(2), stamp(4)]);
    assert_eq!(f.events().await[1].created_at, stamp(3));
    let of_ledger: Vec<_> = f.ledger(bot).await.iter().map(|row| row.created_at).collect();
    assert_eq!(of_ledger, [stamp(1), stamp(2), stamp(4)]);
}

async fn record_is_the_same_alone_and_in_a_list(f: &Fixture) {
    let bot = f.depleted("bot").await;
    f.strategy("other").await;
    f.open(at(1), long(named("other"), "100")).await;
    let dump = f.dump().await;
    assert_eq!(dump.strategies[0], f.record(bot).await);
    assert_eq!(dump.strategies[1], f.record(named("other")).await);
    for position in &dump.positions {
        assert_eq!(*position, f.position(position.id).await);
    }
}

/// Executed ones and suppressed ones of two types, on two markets, of two strategies.
async fn many_signals(f: &Fixture) {
    let (a, b) = (f.strategy("a").await, f.strategy("b").await);
    let no = |why: &str| Some(reason(why));
    for minute in 0..3 {
        f.signal(at(minute), RecordSignal { rejection_reason: no("cooldown"), ..signal(a) }).await;
    }
    f.signal(at(3), RecordSignal { then: vec![long(a, "100").into()], ..signal(a) }).await;
    f.signal(at(4), RecordSignal { rejection_reason: no("duplicate"), ..signal(b) }).await;
    let neutral = RecordSignal { signal_type: SignalType::Neutral, ..signal(b) };
    for minute in [5, 6] {
        let elsewhere = Some(market(9));
        let signal = RecordSignal { rejection_reason: no("duplicate"), starlisting_id: elsewhere, ..neutral.clone() };
        f.signal(at(minute), signal).await;
    }
}

async fn funnel(f: &Fixture, query: FunnelQuery) -> Vec<(String, String, i64)> {
    let rows = f.store().signal_funnel(query).await.expect("signals can be counted");
    let fate = |row: &FunnelRow| row.rejection_reason.as_ref().map_or("executed".to_owned(), ToString::to_string);
    rows.iter().map(|row| (row.signal_type.to_string(), fate(row), row.count)).collect()
}

fn counted(rows: &[(&str, &str, i64)]) -> Vec<(String, String, i64)> {
    rows.iter().map(|(kind, fate, count)| ((*kind).to_owned(), (*fate).to_owned(), *count)).collect()
}

async fn funnel_counts_executed_and_suppressed_signals_by_reason(f: &Fixture) {
    assert_eq!(funnel(f, FunnelQuery::default()).await, []);
    many_signals(f).await;
    let expected =
        [("long", "cooldown", 3), ("neutral", "duplicate", 2), ("long", "executed", 1), ("long", "duplicate", 1)];
    assert_eq!(funnel(f, FunnelQuery::default()).await, counted(&expected));
}

async fn funnel_counts_by_strategy_market_and_time(f: &Fixture) {
    many_signals(f).await;
    let (a, b) = (f.record(named("a")).await.strategy.id, f.record(named("b")).await.strategy.id);
    let all = FunnelQuery::default;
    let of_a = funnel(f, FunnelQuery { strategy_id: Some(a), ..all() }).await;
    assert_eq!(of_a, counted(&[("long", "cooldown", 3), ("long", "executed", 1)]));
    let there = FunnelQuery { strategy_id: Some(b), starlisting_id: Some(market(9)), ..all() };
    assert_eq!(funnel(f, there).await, counted(&[("neutral", "duplicate", 2)]));
    let within = FunnelQuery { since: Some(at(2)), until: Some(at(4)), ..all() };
    assert_eq!(funnel(f, within).await, counted(&[("long", "executed", 1), ("long", "cooldown", 1)]));
}
