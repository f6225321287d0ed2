//! Serial: commands never interleave, whoever hands them over, and those of one caller keep their order.

use nailsage_domain::StrategyId;
use nailsage_store::{DEFAULT_TIMEOUT, Done, Outcome};

use crate::{fixture::done, prelude::*};

cases! {
    order_of_handover_is_kept,
    waiting_commands_see_what_those_before_them_do,
    refusals_in_between_disturb_nobody,
    sixty_four_tasks_lose_nothing,
    two_stores_of_one_book_take_turns,
    more_cannot_be_taken_out_than_is_there,
    one_of_many_closes_the_position,
    one_of_many_creates_the_strategy,
    market_mark_keeps_its_place,
}

fn seqs(outcomes: &[Outcome]) -> Vec<i64> {
    outcomes.iter().map(|outcome| outcome.commit_seq).collect()
}

async fn order_of_handover_is_kept(f: &Fixture) {
    let bot = f.strategy("bot").await;
    let first = f.commit_seq().await + 1;
    let pending: Vec<_> = (0..1_000).map(|step| f.submit(Command::new(at(step), long(bot, "100")))).collect();
    let mut outcomes = Vec::new();
    // Asked for in the wrong order, so that the order of asking is not what keeps it.
    for pending in pending.into_iter().rev() {
        outcomes.push(done(pending).await);
    }
    outcomes.reverse();
    assert_eq!(seqs(&outcomes), (first..first + 1_000).collect::<Vec<_>>());
    let positions = outcomes.iter().map(|outcome| match &outcome.results[..] {
        [Done::OpenPosition(opened)] => opened.position_id.get(),
        other => panic!("{other:?}"),
    });
    assert_eq!(positions.collect::<Vec<_>>(), (1..=1_000).collect::<Vec<_>>());
    assert_eq!(f.dump().await.positions[499].entry_timestamp, at(499));
}

/// A whole day handed over at once: each command names what an earlier one makes, and nobody waits for an answer.
async fn waiting_commands_see_what_those_before_them_do(f: &Fixture) {
    let bot = || named("bot");
    let opened_by = |name| PositionRef::OpenedBy(key(name));
    let entry = RecordSignal { then: vec![short(bot(), "110").into()], ..signal(bot()) };
    let day: Vec<(Action, &str)> = vec![
        (register("bot").into(), "register"),
        (long(bot(), "100").into(), "long"),
        (stops(opened_by("long"), Some("90"), None).into(), "stops"),
        (mark_market(7, "105").into(), "mark"),
        (close(PositionRef::only_open(bot()), "110").into(), "close"),
        (entry.into(), "short"),
        (mark(opened_by("short"), "105").into(), "mark again"),
        (liquidate(opened_by("short"), "120").into(), "liquidate"),
        (set_to(bot(), "1").into(), "adjust"),
        (OpenPosition { size: None, ..long(bot(), "100") }.into(), "small"),
        (deactivate(bot()).into(), "deactivate"),
    ];
    let late = vec![
        (long(bot(), "100").into(), "strategy_inactive"),
        (close(opened_by("long"), "100").into(), "position_not_open"),
        (withdraw(bot(), "2").into(), "withdrawal_exceeds_bankroll"),
        (close(opened_by("stops"), "100").into(), "unknown_position"),
    ];
    let command = |step, action: Action, name: &str| f.submit(Command::new(at(step), action).with_key(key(name)));
    let accepted: Vec<_> = (0..).zip(day).map(|(step, (action, name))| command(step, action, name)).collect();
    let refused: Vec<(_, &str)> = late.into_iter().map(|(action, code)| (command(99, action, code), code)).collect();
    for (pending, seq) in accepted.into_iter().zip(1..) {
        assert_eq!(done(pending).await.commit_seq, seq);
    }
    for (pending, code) in refused {
        let answer = pending.await;
        assert!(matches!(&answer, Ok(Answer::Refused(refused)) if refused.refusal.code() == code), "{code}: {answer:?}");
    }
    let dump = f.dump().await;
    assert_eq!(dump.positions[0].exit().map(|exit| exit.realized_pnl), Some(usdt("100")));
    assert_eq!(dump.positions[1].exit().map(|exit| exit.realized_pnl), Some(usdt("-90.909091")));
    assert_eq!((dump.positions[0].stop_loss_price, dump.positions[2].size), (Some(price("90")), amount("0.1")));
}

async fn refusals_in_between_disturb_nobody(f: &Fixture) {
    let bot = f.strategy("bot").await;
    let first = f.commit_seq().await + 1;
    let is_bad = |step: i64| step % 3 == 1;
    let command = |step: i64| {
        let last: Action = if is_bad(step) { withdraw(bot, "1000000").into() } else { log("fine").into() };
        Command::of(at(step), vec![long(bot, "100").into(), last]).with_key(key(&format!("k{step}")))
    };
    let pending: Vec<_> = (0..300).map(|step| f.submit(command(step))).collect();
    let mut accepted = Vec::new();
    for (pending, step) in pending.into_iter().zip(0..) {
        match pending.await {
            Ok(Answer::Done(outcome)) if !is_bad(step) => accepted.push(outcome),
            Ok(Answer::Refused(refused)) if is_bad(step) => assert_eq!(refused.action_index, Some(1)),
            other => panic!("command {step}: {other:?}"),
        }
    }
    assert_eq!(seqs(&accepted), (first..first + 200).collect::<Vec<_>>());
    let book = f.dump().await.book;
    assert_eq!((book.positions, book.trades), (200, 200));
}

/// One task's work: open, close with a profit of 10, pay in 1, five times.
async fn work(store: std::sync::Arc<dyn Store>, bot: StrategyId, task: usize) {
    for round in 0..5 {
        let opening = key(&format!("task {task} round {round}"));
        let open = Command::new(at(0), long(bot, "100")).with_key(opening.clone());
        done(store.submit(open, DEFAULT_TIMEOUT * 6)).await;
        let close = Command::new(at(1), close(PositionRef::OpenedBy(opening), "101"));
        done(store.submit(close, DEFAULT_TIMEOUT * 6)).await;
        done(store.submit(Command::new(at(2), deposit(bot, "1")), DEFAULT_TIMEOUT * 6)).await;
    }
}

async fn four_strategies(f: &Fixture) -> Vec<StrategyId> {
    let mut bots = Vec::new();
    for name in ["a", "b", "c", "d"] {
        bots.push(f.strategy(name).await);
    }
    bots
}

/// 16 tasks for each strategy, 5 rounds each, 11 USDT a round, 3 ledger rows a round.
async fn nothing_is_lost(f: &Fixture, bots: &[StrategyId]) {
    for bot in bots {
        assert_eq!(f.bankroll(*bot).await, usdt("10880"));
        assert_eq!(f.ledger(*bot).await.len(), 1 + 16 * 5 * 3);
        assert_eq!(f.record(*bot).await.totals.num_wins, 80);
    }
    let book = f.dump().await.book;
    assert_eq!((book.commit_seq, book.positions, book.trades), (4 + 64 * 15, 320, 640));
}

async fn sixty_four_tasks_lose_nothing(f: &Fixture) {
    let bots = four_strategies(f).await;
    all_at_once((0..64).map(|task| work(f.store(), bots[task % 4], task))).await;
    nothing_is_lost(f, &bots).await;
}

async fn two_stores_of_one_book_take_turns(f: &Fixture) {
    let bots = four_strategies(f).await;
    let stores = [f.store(), f.second().await];
    all_at_once((0..64).map(|task| work(stores[task / 32].clone(), bots[task % 4], task))).await;
    nothing_is_lost(f, &bots).await;
}

async fn more_cannot_be_taken_out_than_is_there(f: &Fixture) {
    let bot = f.strategy("bot").await;
    let attempt = |store: std::sync::Arc<dyn Store>| async move {
        store.submit(Command::new(at(1), withdraw(bot, "1000")), DEFAULT_TIMEOUT).await
    };
    let answers = all_at_once((0..25).map(|_| attempt(f.store()))).await;
    let taken = answers.iter().filter(|answer| matches!(answer, Ok(Answer::Done(_)))).count();
    assert_eq!(taken, 10, "{answers:?}");
    assert_eq!(f.bankroll(bot).await, Usdt::ZERO);
}

async fn one_of_many_closes_the_position(f: &Fixture) {
    let bot = f.strategy("bot").await;
    let position = f.open(at(0), long(bot, "100")).await.position_id;
    let stores = [f.store(), f.second().await];
    let attempt = |store: std::sync::Arc<dyn Store>| async move {
        store.submit(Command::new(at(1), close(position, "110")), DEFAULT_TIMEOUT).await
    };
    let answers = all_at_once((0..20).map(|task| attempt(stores[task % 2].clone()))).await;
    let closed = answers.iter().filter(|answer| matches!(answer, Ok(Answer::Done(_)))).count();
    let is_late = |answer: &&Result<Answer, StoreError>| {
        matches!(answer, Ok(Answer::Refused(refused)) if refused.refusal.code() == "position_not_open")
    };
    assert_eq!((closed, answers.iter().filter(is_late).count()), (1, 19), "{answers:?}");
    assert_eq!(f.bankroll(bot).await, usdt("10100"));
}

async fn one_of_many_creates_the_strategy(f: &Fixture) {
    let stores = [f.store(), f.second().await];
    let attempt = |store: std::sync::Arc<dyn Store>| async move {
        done(store.submit(Command::new(at(1), register("bot")), DEFAULT_TIMEOUT)).await
    };
    let outcomes = all_at_once((0..20).map(|task| attempt(stores[task % 2].clone()))).await;
    let created = outcomes.iter().filter(|outcome| match &outcome.results[..] {
        [Done::RegisterStrategy(registered)] => registered.created,
        other => panic!("{other:?}"),
    });
    assert_eq!(created.count(), 1);
    assert_eq!(f.dump().await.strategies.len(), 1);
}

/// A command for a whole market forms a group of its own; that must not let it overtake or be overtaken.
async fn market_mark_keeps_its_place(f: &Fixture) {
    let bot = f.strategy("bot").await;
    let mut pending = Vec::new();
    for step in 0..50 {
        pending.push(f.submit(Command::new(at(step), long(bot, "100"))));
        pending.push(f.submit(Command::new(at(step), mark_market(7, "101"))));
    }
    for (pending, index) in pending.into_iter().zip(0_u64..) {
        match &done(pending).await.results[..] {
            [Done::MarkMarket(market)] => assert_eq!((market.marked, market.stale), (index.div_ceil(2), 0)),
            [Done::OpenPosition(opened)] => assert_eq!(opened.position_id.get().cast_unsigned(), index / 2 + 1),
            other => panic!("{other:?}"),
        }
    }
}
