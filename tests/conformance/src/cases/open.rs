//! Opening a position: its size, its entry, and when it is refused.

use nailsage_domain::{Severity, TradeType};

use crate::prelude::*;

cases! {
    default_size_is_a_tenth_of_the_bankroll,
    percent_sizes_follow_the_bankroll,
    percent_sizes_are_rounded_half_to_even,
    size_may_exceed_the_bankroll,
    size_that_rounds_to_nothing_is_refused,
    depleted_bankroll_opens_nothing,
    empty_bankroll_opens_nothing,
    depleted_is_told_before_size_and_stops,
    position_and_trade_say_the_same,
    entry_is_the_first_mark,
    opening_moves_no_money,
    other_market_may_be_named,
    crossed_stops_are_refused,
    stops_that_fit_the_side_are_kept,
    several_positions_may_be_open,
    unknown_strategy_is_refused,
}

async fn default_size_is_a_tenth_of_the_bankroll(f: &Fixture) {
    let bot = f.strategy("bot").await;
    let tenth = || OpenPosition { size: None, ..long(bot, "100") };
    assert_eq!(f.open(at(0), tenth()).await.size, amount("1000"));
    f.adjust(at(1), set_to(bot, "12345.67")).await;
    assert_eq!(f.open(at(2), tenth()).await.size, amount("1234.567"), "opening reserved nothing");
}

async fn percent_sizes_follow_the_bankroll(f: &Fixture) {
    let bot = f.strategy("bot").await;
    for (share, size) in [("100", "10000"), ("1000", "100000"), ("2.5", "250"), ("0.0001", "0.01"), ("33.3333", "3333.33")] {
        let opened = f.open(at(0), OpenPosition { size: percent(share), ..long(bot, "100") }).await;
        assert_eq!(opened.size, amount(size), "{share} %");
    }
    let first = f.dump().await.positions.remove(0);
    f.close(at(1), close(first.id, "120")).await;
    assert_eq!(f.open(at(2), OpenPosition { size: percent("50"), ..long(bot, "1") }).await.size, amount("6000"));
}

async fn percent_sizes_are_rounded_half_to_even(f: &Fixture) {
    for (bankroll, size) in [("0.000015", "0.000002"), ("0.000025", "0.000002"), ("0.000026", "0.000003")] {
        let bot = f.strategy_with(bankroll, bankroll).await;
        let opened = f.open(at(0), OpenPosition { size: None, ..long(bot, "100") }).await;
        assert_eq!(opened.size, amount(size), "a tenth of {bankroll}");
    }
}

async fn size_may_exceed_the_bankroll(f: &Fixture) {
    let bot = f.strategy_with("bot", "5").await;
    let opened = f.open(at(0), OpenPosition { size: size("8589934591.999999"), ..long(bot, "100") }).await;
    assert_eq!(f.position(opened.position_id).await.size, amount("8589934591.999999"));
}

async fn size_that_rounds_to_nothing_is_refused(f: &Fixture) {
    let bot = f.strategy_with("bot", "0.000005").await;
    let refusal = f.refuses(at(0), OpenPosition { size: None, ..long(bot, "100") }).await;
    assert_eq!(refusal, Refusal::SizeRoundsToZero { bankroll: usdt("0.000005") });
    f.open(at(0), OpenPosition { size: percent("11"), ..long(bot, "100") }).await;
}

async fn depleted_bankroll_opens_nothing(f: &Fixture) {
    let bot = f.depleted("bot").await;
    let expected = Refusal::BankrollDepleted { strategy_id: bot, bankroll: usdt("-2000") };
    assert_eq!(f.refuses(at(1), long(bot, "100")).await, expected);
    assert_eq!(f.refuses(at(1), OpenPosition { size: None, ..short(bot, "100") }).await, expected);
    f.adjust(at(2), deposit(bot, "2000.000001")).await;
    f.open(at(3), long(bot, "100")).await;
}

async fn empty_bankroll_opens_nothing(f: &Fixture) {
    let bot = f.strategy("bot").await;
    f.adjust(at(0), withdraw(bot, "10000")).await;
    let expected = Refusal::BankrollDepleted { strategy_id: bot, bankroll: Usdt::ZERO };
    assert_eq!(f.refuses(at(1), OpenPosition { size: size("0.000001"), ..long(bot, "100") }).await, expected);
}

async fn depleted_is_told_before_size_and_stops(f: &Fixture) {
    let bot = f.depleted("bot").await;
    let crossed = |open: OpenPosition| OpenPosition {
        stop_loss_price: Some(price("110")),
        take_profit_price: Some(price("90")),
        ..open
    };
    let tiny = OpenPosition { size: percent("0.0001"), ..long(bot, "100") };
    assert_eq!(f.refuses(at(1), crossed(tiny)).await.code(), "bankroll_depleted");
    f.deactivate(at(1), deactivate(bot)).await;
    assert_eq!(f.refuses(at(2), crossed(long(bot, "100"))).await.code(), "strategy_inactive");
    let poor = f.strategy_with("poor", "0.000001").await;
    let tenth = OpenPosition { size: None, ..long(poor, "100") };
    assert_eq!(f.refuses(at(2), crossed(tenth)).await.code(), "size_rounds_to_zero");
}

async fn position_and_trade_say_the_same(f: &Fixture) {
    let bot = f.strategy("bot").await;
    let entry = OpenPosition { fees: cost("0.4"), slippage: cost("0.15"), ..short(bot, "46377.00000712") };
    let opened = f.open(at(5), entry).await;
    assert_eq!((opened.position_id.get(), opened.trade_id.get(), opened.strategy_id), (1, 1, bot));
    let position = f.position(opened.position_id).await;
    assert_eq!((position.strategy_id, position.starlisting_id, position.side), (bot, market(7), Side::Short));
    assert_eq!((position.size, position.entry_price), (amount("1000"), price("46377.00000712")));
    assert_eq!((position.entry_timestamp, position.fees_paid), (at(5), cost("0.4")));
    assert_eq!((position.stop_loss_price, position.take_profit_price), (None, None));
    assert_eq!((position.status(), position.exit(), position.exit_reason()), (PositionStatus::Open, None, None));
    assert_eq!((position.created_at, position.updated_at), (stamp(0), stamp(0)));
    let trades = f.trades().await;
    assert_eq!(trades.len(), 1);
    let trade = &trades[0];
    assert_eq!((trade.id, trade.position_id, trade.strategy_id), (opened.trade_id, opened.position_id, bot));
    assert_eq!((trade.trade_type, trade.starlisting_id), (TradeType::OpenShort, market(7)));
    assert_eq!((trade.size, trade.price), (amount("1000"), price("46377.00000712")));
    assert_eq!((trade.fees, trade.slippage, trade.timestamp), (cost("0.4"), cost("0.15"), at(5)));
    assert_eq!((trade.signal_id, trade.created_at), (None, stamp(0)));
}

async fn entry_is_the_first_mark(f: &Fixture) {
    let bot = f.strategy("bot").await;
    let opened = f.open(at(5), OpenPosition { fees: cost("3"), ..long(bot, "100") }).await;
    let position = f.position(opened.position_id).await;
    let mark = position.mark().expect("an open position has a mark");
    assert_eq!((mark.price, mark.at, mark.unrealized_pnl), (price("100"), at(5), Usdt::ZERO));
}

async fn opening_moves_no_money(f: &Fixture) {
    let bot = f.strategy("bot").await;
    f.clock.set(stamp(1));
    let opened = f.open(at(5), OpenPosition { fees: cost("3"), ..long(bot, "100") }).await;
    let record = f.record(bot).await;
    assert_eq!((record.strategy.current_bankroll, record.strategy.updated_at), (usdt("10000"), stamp(0)));
    assert_eq!((record.totals.fees_micros, record.totals.num_closed), (3_000_000, 0));
    let row = f.ledger(bot).await.remove(1);
    assert_eq!((row.kind, row.delta, row.balance), (LedgerKind::Open, Usdt::ZERO, usdt("10000")));
    assert_eq!((row.position_id, row.trade_id), (Some(opened.position_id), Some(opened.trade_id)));
    assert_eq!((row.timestamp, row.reason), (at(5), None));
    let is_quiet = f.events().await.iter().all(|event| event.severity == Severity::Info);
    assert!(is_quiet && f.events().await.len() == 1, "opening is no event");
}

async fn other_market_may_be_named(f: &Fixture) {
    let bot = f.strategy("bot").await;
    let opened = f.open(at(0), OpenPosition { starlisting_id: Some(market(8)), ..long(bot, "100") }).await;
    assert_eq!(f.position(opened.position_id).await.starlisting_id, market(8));
    assert_eq!(f.trades().await[0].starlisting_id, market(8));
}

async fn crossed_stops_are_refused(f: &Fixture) {
    let bot = f.strategy("bot").await;
    for (side, loss, profit) in [
        (Side::Long, "110", "90"),
        (Side::Long, "100", "100"),
        (Side::Short, "90", "110"),
        (Side::Short, "100.5", "100.5"),
    ] {
        let (stop_loss_price, take_profit_price) = (Some(price(loss)), Some(price(profit)));
        let crossed = OpenPosition { side, stop_loss_price, take_profit_price, ..long(bot, "100") };
        assert_eq!(f.refuses(at(0), crossed).await, Refusal::StopsCrossed, "{side} {loss} {profit}");
    }
}

async fn stops_that_fit_the_side_are_kept(f: &Fixture) {
    let bot = f.strategy("bot").await;
    for (side, loss, profit) in [
        (Side::Long, Some("90"), Some("110")),
        (Side::Short, Some("110"), Some("90")),
        (Side::Long, Some("150"), None),
        (Side::Short, None, Some("150")),
        (Side::Long, Some("99.9999999"), Some("100")),
    ] {
        let (stop_loss_price, take_profit_price) = (loss.map(price), profit.map(price));
        let opened = f.open(at(0), OpenPosition { side, stop_loss_price, take_profit_price, ..long(bot, "100") }).await;
        let position = f.position(opened.position_id).await;
        assert_eq!((position.stop_loss_price, position.take_profit_price), (stop_loss_price, take_profit_price));
    }
}

async fn several_positions_may_be_open(f: &Fixture) {
    let bot = f.strategy("bot").await;
    for side in [Side::Long, Side::Long, Side::Short] {
        f.open(at(0), OpenPosition { side, ..long(bot, "100") }).await;
    }
    assert!(f.dump().await.positions.iter().all(nailsage_domain::Position::is_open));
}

async fn unknown_strategy_is_refused(f: &Fixture) {
    let refusal = f.refuses(at(0), long(named("nobody"), "100")).await;
    assert_eq!(refusal, Refusal::UnknownStrategy { strategy: named("nobody").into() });
}
