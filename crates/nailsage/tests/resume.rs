//! The example bot, killed again and again, ends with the same book as one that was never killed.
#![cfg(feature = "sqlite")]
#![allow(clippy::unwrap_used, reason = "a test says what it expects by failing")]

use std::{
    path::PathBuf,
    process::{Command, Stdio},
    thread,
    time::Duration,
};

use futures_executor::block_on;
use nailsage::{Access, OpenOptions, Position, PositionQuery, Signal, SignalQuery, TradeQuery, UnixMillis};

const CANDLES: usize = 600;

/// Cargo builds examples beside the tests, one folder up.
fn bot() -> PathBuf {
    let mut path = std::env::current_exe().unwrap();
    path.pop();
    path.pop();
    path.push("examples");
    path.push(format!("resume{}", std::env::consts::EXE_SUFFIX));
    assert!(path.exists(), "{} is missing: run the tests of this crate without --test", path.display());
    path
}

fn start(url: &str) -> std::process::Child {
    let mut command = Command::new(bot());
    command.args([url, &CANDLES.to_string()]).stdout(Stdio::null()).stderr(Stdio::null());
    command.spawn().unwrap()
}

/// What a bot has done, without the times at which it was written.
fn done(url: &str) -> (Vec<Signal>, Vec<Position>, usize) {
    let unstamped = UnixMillis::MIN;
    block_on(async {
        let options = OpenOptions { access: Access::ReadOnly, ..OpenOptions::default() };
        let book = nailsage::connect_with(url, &options).await.unwrap();
        let limit = nailsage::PAGE_ROWS_MAX;
        let mut signals = book.signals(SignalQuery { limit, ..SignalQuery::default() }).await.unwrap().items;
        let mut positions = book.positions(PositionQuery { limit, ..PositionQuery::default() }).await.unwrap().items;
        let trades = book.trades(TradeQuery { limit, ..TradeQuery::default() }).await.unwrap().items;
        for signal in &mut signals {
            signal.created_at = unstamped;
        }
        for position in &mut positions {
            (position.created_at, position.updated_at) = (unstamped, unstamped);
        }
        (signals, positions, trades.len())
    })
}

/// Whoever starts a second one by mistake, or before the first is gone: what both send happens once, by its key.
#[test]
fn two_of_the_bot_at_once_do_everything_once() {
    let folder = tempfile::tempdir().unwrap();
    let url = |name: &str| format!("sqlite:///{}", folder.path().join(name).display());
    assert!(start(&url("one.db")).wait().unwrap().success());
    let two = url("two.db");
    for mut bot in [start(&two), start(&two)] {
        assert!(bot.wait().unwrap().success());
    }
    assert_eq!(done(&two), done(&url("one.db")));
}

#[test]
fn a_bot_that_is_killed_resumes_without_a_duplicate() {
    let folder = tempfile::tempdir().unwrap();
    let url = |name: &str| format!("sqlite:///{}", folder.path().join(name).display());
    assert!(start(&url("calm.db")).wait().unwrap().success());
    let killed = url("killed.db");
    let mut kills = 0;
    loop {
        let mut child = start(&killed);
        // Later every time, so that it is killed while it opens the book, and everywhere after that.
        for _ in 0..=kills {
            thread::sleep(Duration::from_millis(9));
            if child.try_wait().unwrap().is_some() {
                break;
            }
        }
        if let Some(status) = child.try_wait().unwrap() {
            assert!(status.success(), "a bot that was started again could not go on: {status}");
            break;
        }
        child.kill().unwrap();
        child.wait().unwrap();
        kills += 1;
    }
    assert!(kills >= 3, "it was killed {kills} times only");
    let (signals, positions, trades) = done(&killed);
    assert_eq!(signals.len(), CANDLES, "one signal a candle");
    assert_eq!((signals, positions, trades), done(&url("calm.db")));
}
