//! What holds in every book at every time, whatever has been done to it. It is checked after every case.

use std::collections::{BTreeMap, BTreeSet};

use nailsage_domain::{LedgerEntry, LedgerKind, Position, StrategyId, Trade, TradeType};
use nailsage_store::StrategyRecord;

use crate::dump::Dump;

/// Fails at the first sum that does not hold.
pub(crate) fn check(dump: &Dump) {
    check_ids(dump);
    for record in &dump.strategies {
        check_ledger(dump, record);
        check_totals(dump, record);
    }
    for position in &dump.positions {
        check_position(dump, position);
    }
    for signal in &dump.signals {
        let traded = dump.trades.iter().any(|trade| trade.signal_id == Some(signal.id));
        assert_eq!(signal.was_executed(), traded, "a signal is executed if a trade came of it: {signal:?}");
    }
    check_events(dump);
    check_days(dump);
}

/// Ids are dense from 1, and the book counts them rightly.
fn check_ids(dump: &Dump) {
    fn dense(what: &str, count: i64, ids: impl Iterator<Item = i64>) {
        let found: Vec<_> = ids.collect();
        let expected: Vec<_> = (1..=count).collect();
        assert_eq!(found, expected, "the book counts {count} {what}, with ids from 1 and without gaps");
    }
    let book = &dump.book;
    dense("strategies", book.strategies, dump.strategies.iter().map(|record| record.strategy.id.get()));
    dense("positions", book.positions, dump.positions.iter().map(|position| position.id.get()));
    dense("trades", book.trades, dump.trades.iter().map(|trade| trade.id.get()));
    dense("signals", book.signals, dump.signals.iter().map(|signal| signal.id.get()));
    let mut metrics: Vec<_> = dump.metrics.iter().map(|row| row.id.get()).collect();
    metrics.sort_unstable();
    dense("metrics", book.metrics, metrics.into_iter());
    let mut snapshots: Vec<_> = dump.snapshots.iter().map(|snapshot| snapshot.id.get()).collect();
    snapshots.sort_unstable();
    dense("snapshots", book.snapshots, snapshots.into_iter());
    dense("events", book.events, dump.events.iter().map(|event| event.id.get()));
    let mut seqs = BTreeSet::new();
    for (key, outcome) in &dump.outcomes {
        if let Some(outcome) = outcome {
            assert!((1..=book.commit_seq).contains(&outcome.commit_seq), "{key} was committed as {outcome:?}");
            assert!(seqs.insert(outcome.commit_seq), "two keys share commit {}", outcome.commit_seq);
        }
    }
}

/// The bankroll is the initial one and everything in the ledger.
fn check_ledger(dump: &Dump, record: &StrategyRecord) {
    let strategy = &record.strategy;
    let mut balance = strategy.initial_bankroll.usdt().micros();
    let mut commit_seq = 1;
    let entries: Vec<&LedgerEntry> = dump.ledger.iter().filter(|entry| entry.strategy_id == strategy.id).collect();
    for (entry, seq) in entries.iter().zip(1..) {
        balance += entry.delta.micros();
        assert_eq!((entry.seq, entry.balance.micros()), (seq, balance), "seq and balance run on: {entry:?}");
        assert!((commit_seq..=dump.book.commit_seq).contains(&entry.commit_seq), "commits run on: {entry:?}");
        commit_seq = entry.commit_seq;
        entry.check().unwrap_or_else(|error| panic!("{error}: {entry:?}"));
    }
    assert_eq!(entries.first().map(|entry| entry.kind), Some(LedgerKind::Register), "a ledger begins with registering");
    assert_eq!(strategy.current_bankroll.micros(), balance, "bankroll = initial + ledger, for {}", strategy.key);
    assert_eq!(record.totals.ledger_seq, seq_of(entries.last()), "the totals know the end of the ledger");
}

fn seq_of(entry: Option<&&LedgerEntry>) -> i64 {
    entry.map_or(0, |entry| entry.seq)
}

/// The totals are what the strategy's positions and trades add up to.
fn check_totals(dump: &Dump, record: &StrategyRecord) {
    let (id, totals) = (record.strategy.id, &record.totals);
    let ended = dump.positions.iter().filter(|position| position.strategy_id == id);
    let ended: Vec<_> = ended.filter_map(|position| Some((position, position.exit()?))).collect();
    let pnl = |is_wanted: fn(i64) -> bool| {
        let all = ended.iter().map(|(_, exit)| exit.realized_pnl.micros());
        let wanted: Vec<i64> = all.filter(|micros| is_wanted(*micros)).collect();
        (wanted.len() as i128, wanted.iter().map(|micros| i128::from(*micros)).sum::<i128>())
    };
    let wide = |numbers: (i64, i64)| (i128::from(numbers.0), i128::from(numbers.1));
    assert_eq!(wide((totals.num_closed, totals.realized_micros)), pnl(|_| true), "all that ended, {totals:?}");
    assert_eq!(wide((totals.num_wins, totals.win_micros)), pnl(|micros| micros > 0), "wins, {totals:?}");
    assert_eq!(wide((totals.num_losses, totals.loss_micros)), pnl(|micros| micros <= 0), "losses, {totals:?}");
    let trades = dump.trades.iter().filter(|trade| trade.strategy_id == id);
    let fees: i128 = trades.map(|trade| i128::from(trade.fees.usdt().micros())).sum();
    assert_eq!(i128::from(totals.fees_micros), fees, "fees, {totals:?}");
    let held = ended.iter().map(|(position, exit)| exit.timestamp.get() - position.entry_timestamp.get());
    assert_eq!(totals.duration_ms, held.sum::<i64>(), "time held, {totals:?}");
}

/// A position has one entry trade, one exit trade once it has ended, and one ledger row for each.
fn check_position(dump: &Dump, position: &Position) {
    position.check().unwrap_or_else(|error| panic!("{error}: {position:?}"));
    let trades: Vec<&Trade> = dump.trades.iter().filter(|trade| trade.position_id == position.id).collect();
    let mut expected = vec![(TradeType::opening(position.side), position.entry_price, position.entry_timestamp)];
    if let Some(exit) = position.exit() {
        expected.push((TradeType::closing(position.side), exit.price, exit.timestamp));
    }
    let found: Vec<_> = trades.iter().map(|trade| (trade.trade_type, trade.price, trade.timestamp)).collect();
    assert_eq!(found, expected, "the trades of {position:?}");
    for trade in &trades {
        let found = (trade.strategy_id, trade.starlisting_id, trade.size);
        let expected = (position.strategy_id, position.starlisting_id, position.size);
        assert_eq!(found, expected, "a trade says the same as its position: {trade:?}");
    }
    let fees: i64 = trades.iter().map(|trade| trade.fees.usdt().micros()).sum();
    assert_eq!(position.fees_paid.usdt().micros(), fees, "fees of {position:?}");

    let mut posted = Vec::new();
    for entry in dump.ledger.iter().filter(|entry| entry.trade_id.is_some() && entry.position_id == Some(position.id)) {
        posted.push((entry.trade_id, entry.delta.micros()));
    }
    let pnl = [0, position.exit().map_or(0, |exit| exit.realized_pnl.micros())];
    let expected: Vec<_> = trades.iter().zip(pnl).map(|(trade, pnl)| (Some(trade.id), pnl)).collect();
    assert_eq!(posted, expected, "the ledger rows of {position:?}");
}

/// Each ledger row that an auditor wants to hear of has its event.
fn check_events(dump: &Dump) {
    for (kind, event_type) in [
        (LedgerKind::Activate, "strategy_activated"),
        (LedgerKind::Deactivate, "strategy_deactivated"),
        (LedgerKind::Adjust, "bankroll_adjusted"),
        (LedgerKind::Liquidate, "position_liquidated"),
    ] {
        let rows = dump.ledger.iter().filter(|entry| entry.kind == kind).count();
        let events = dump.events.iter().filter(|event| event.event_type.as_str() == event_type).count();
        assert_eq!(rows, events, "ledger rows of kind {kind} and events {event_type}");
    }
}

/// Days are what the positions that ended on them add up to, of each strategy and of all together.
fn check_days(dump: &Dump) {
    const DAY_MS: i64 = 86_400_000;
    let mut expected: BTreeMap<(Option<StrategyId>, i64), [i128; 6]> = BTreeMap::new();
    for position in &dump.positions {
        let Some(exit) = position.exit() else { continue };
        let (time, pnl) = (exit.timestamp.get(), i128::from(exit.realized_pnl.micros()));
        let (win, loss) = (pnl.max(0), pnl.min(0));
        let of_one = [1, i128::from(pnl > 0), i128::from(pnl <= 0), pnl, win, loss];
        for owner in [None, Some(position.strategy_id)] {
            let sums = expected.entry((owner, time - time % DAY_MS)).or_default();
            sums.iter_mut().zip(of_one).for_each(|(sum, more)| *sum += more);
        }
    }
    let found: BTreeMap<_, _> = (dump.days.iter())
        .map(|(owner, day)| {
            let closed = &day.closed;
            let counts = [closed.num_closed, closed.num_wins, closed.num_losses].map(i128::from);
            let sums = [closed.realized_micros, closed.win_micros, closed.loss_micros];
            ((*owner, day.day_start.get()), [counts, sums].concat())
        })
        .collect();
    let expected: BTreeMap<_, _> = expected.into_iter().map(|(place, sums)| (place, sums.to_vec())).collect();
    assert_eq!(found, expected, "days are the sums of their positions");
}
