//! Running sums as text: exact, and refused when they are no such sums.

use nailsage_domain::metrics::RunningSums;
use proptest::prelude::*;

use super::book::{Book, at};

fn sums_of(book: &Book) -> Vec<RunningSums> {
    book.rows(at(100, 0)).into_iter().filter_map(|row| row.running_sums).collect()
}

fn text() -> String {
    let book = Book::of_one().closed(1, at(0, 1), -123_456_789).closed(1, at(2, 1), 987_654_321);
    serde_json::to_string(sums_of(&book).last().unwrap()).unwrap()
}

proptest! {
    #[test]
    fn they_survive_as_json_to_the_last_bit(pnls in prop::collection::vec((-800_000_000_i64..900_000_000, 0_i64..3), 1..30)) {
        let (book, _) = pnls.iter().fold((Book::of_one(), 0), |(book, day), (pnl, days)| {
            (book.closed(1, at(day + days, 1), *pnl), day + days)
        });
        for sums in sums_of(&book) {
            let text = serde_json::to_string(&sums).unwrap();
            let read: RunningSums = serde_json::from_str(&text).unwrap();
            prop_assert_eq!(format!("{:?}", read), format!("{:?}", sums));
            prop_assert_eq!(serde_json::to_string(&read).unwrap(), text);
        }
    }
}

#[test]
fn their_json_stays_short() {
    let text = text();
    assert!(text.len() < 1_000, "{} bytes: {text}", text.len());
}

#[test]
fn an_unknown_field_is_refused() {
    for inside in ["{\"first_entry\"", "\"week\":{\"nav\""] {
        let (before, after) = inside.split_at(inside.find('{').unwrap() + 1);
        let changed = text().replacen(inside, &format!("{before}\"surplus\":1,{after}"), 1);
        let error = serde_json::from_str::<RunningSums>(&changed).unwrap_err();
        assert!(error.to_string().contains("unknown field"), "{error}");
    }
}

#[test]
fn what_no_refresh_gives_is_refused() {
    let value: serde_json::Value = serde_json::from_str(&text()).unwrap();
    let changed = |pointer: &str, to: serde_json::Value| {
        let mut changed = value.clone();
        *changed.pointer_mut(pointer).unwrap() = to;
        serde_json::from_value::<RunningSums>(changed)
    };
    for (pointer, to) in [
        ("/last_entry", 5.into()),
        ("/segment", "sleeping".into()),
        ("/all_time/nav/1", 0.0.into()),
        ("/all_time/nav/2", (-1.5).into()),
        ("/all_time/nav/3", 0.5.into()),
        ("/all_time/nav/4", 1.5.into()),
        ("/month/pnl_drawdown/1", (-1).into()),
        ("/month/wins/0", (-1).into()),
        ("/month/wins/1", 5_000_000_000_i64.into()),
        ("/week/losses/2", serde_json::Value::Null),
        ("/week/held_ms", (-1).into()),
        ("/week/returns/0", (-1).into()),
        ("/week/returns/2", (-0.5).into()),
    ] {
        assert!(changed(pointer, to).is_err(), "{pointer}");
    }
    assert!(changed("/segment", "running".into()).is_ok());
}
