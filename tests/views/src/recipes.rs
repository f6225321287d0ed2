//! The recipes of the documents: the SQL of their pages, the book that it is tried on, and what each says of it.

use std::{fs, path::Path};

use futures_executor::block_on;
use nailsage_domain::{Amount, Price, Side, SignalType, StrategyKey, UnixMillis, Usdt};
use nailsage_store::{
    Action, AdjustBankroll, BankrollChange, ClosePosition, Command, OpenPosition, PositionRef, RecordSignal,
    RegisterStrategy, Store, StoreExt as _, TakeSnapshot,
};

/// The SQL blocks of a page but those for the other engine, each with the heading that it stands under. One whose first
/// line names an engine is for that one.
///
/// # Panics
///
/// When there is no such page.
#[must_use]
pub fn blocks(page: &str, other_engine: &str) -> Vec<(String, String)> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs").join(page);
    let text = fs::read_to_string(path).expect("a page of the documents");
    let mut heading = "";
    let mut block: Option<String> = None;
    let mut blocks = Vec::new();
    for line in text.lines() {
        match &mut block {
            Some(sql) if line == "```" => {
                if !sql.starts_with(other_engine) {
                    blocks.push((heading.to_owned(), sql.clone()));
                }
                block = None;
            }
            Some(sql) => sql.extend([line, "\n"]),
            None if line == "```sql" => block = Some(String::new()),
            None => heading = line.strip_prefix('#').map_or(heading, |line| line.trim_start_matches('#').trim()),
        }
    }
    blocks
}

/// Two trades, of which the second lost, a third that is open, a signal that was suppressed, and two snapshots.
///
/// # Panics
///
/// When one of them is not accepted.
pub fn trade(store: &dyn Store) {
    let strategy: StrategyKey = "scalper/v1@7".parse().expect("a name");
    let run = |second: i64, action: Action| {
        let at = UnixMillis::new(1_700_000_000_000 + second * 1_000).expect("a time of this century");
        block_on(store.execute(Command::new(at, action))).expect("accepted")
    };
    let price = |text: &str| text.parse::<Price>().expect("a price");
    let open = || OpenPosition {
        fees: "0.5".parse().expect("a cost"),
        ..OpenPosition::new(strategy.clone(), Side::Long, price("46377.5"))
    };
    let close = |at: &str| ClosePosition::new(PositionRef::only_open(strategy.clone()), price(at));
    run(0, TakeSnapshot {}.into());
    run(1, open().into());
    run(2, close("51015.25").into());
    run(3, open().into());
    run(4, close("41739.75").into());
    run(5, open().into());
    let suppressed = RecordSignal {
        strategy: strategy.clone().into(),
        starlisting_id: None,
        signal_type: SignalType::Short,
        confidence: None,
        price: price("46500"),
        rejection_reason: Some("cooldown".parse().expect("a reason")),
        then: Vec::new(),
    };
    run(6, suppressed.into());
    run(7, TakeSnapshot {}.into());
}

/// Strategies with bankrolls near the largest that there are, where a double has no room for another digit.
///
/// # Panics
///
/// When one of them is not accepted.
pub fn grow_rich(store: &dyn Store) {
    let at = UnixMillis::new(1_700_000_100_000).expect("a time of this century");
    for number in 0..200 {
        let micros = |rank: i64| {
            Usdt::from_micros(8_589_934_591_999_999 - rank * 10_919_123_457_331)
                .and_then(Amount::new)
                .expect("below 2^33")
        };
        let strategy: StrategyKey = format!("rich{number}/v1@7").parse().expect("a name");
        let register = RegisterStrategy {
            initial_bankroll: Some(micros(2 * number)),
            ..RegisterStrategy::new(strategy.clone(), "1m".parse().expect("an interval"))
        };
        let adjust = AdjustBankroll {
            strategy: strategy.into(),
            change: BankrollChange::SetTo(micros(2 * number + 1)),
            reason: "awkward".parse().expect("a reason"),
        };
        block_on(store.execute(Command::of(at, vec![register.into(), adjust.into()]))).expect("accepted");
    }
}

/// What each recipe says of that book; numbers by their value, for they are written differently on each engine.
pub const RECIPES: [(&str, &str); 8] = [
    ("Equity, and how far it is below its peak", "1700000000000|10000|0|0; 1700000007000|9998.005|-1.995|1"),
    ("Win rate", "scalper|v1|7|1|1|50"),
    ("Suppressed signals by reason", "cooldown|short|1|1700000006000"),
    ("Profit and loss by day", "1|2023-11-14|2|-1.995"),
    ("Exposure by market", "7|1|999.8005|999.8005|0|1700000005000"),
    ("Fees", "1|5|1.5|0|2.99"),
    ("The trades that cost most", "1|2|manual|-101.495|-1"),
    ("Bankrolls that are not what their ledgers say", ""),
];

/// What each recipe of the page about metrics says, before a refresh and after it.
pub const METRICS_RECIPES: [(&str, &str, &str); 3] = [
    ("All times, side by side", "", "all together|2|-1.995|-0.02|1|NULL; scalper|2|-1.995|-0.02|1|NULL"),
    ("Month by month", "", "1|1698796800000|2|1|-1.995|-0.02"),
    ("Whether they are of now", "NULL|1700000000000|3", ""),
];
