//! Snapshots taken and listed.

use crate::common::Folder;
use serde_json::Value;

#[test]
fn a_snapshot_is_taken_once_for_its_key_and_shows_what_it_took() {
    let folder = Folder::with_examples();
    let before = folder.records(&["snapshot", "list"]).len();
    let args = ["snapshot", "take", "--at", "2022-01-01T00:00:00Z", "--key", "midnight"];
    let taken = folder.ok(&args);
    insta::assert_snapshot!("table-snapshot-take", taken);
    assert_eq!(folder.ok(&args), taken, "the same key again");
    let snapshots = folder.records(&["snapshot", "list"]);
    assert_eq!(snapshots.len(), before + 1);

    let json: Value = serde_json::from_str(&folder.ok(&[&args[..], &["--format", "json"]].concat())).unwrap();
    let listed = snapshots.last().unwrap();
    for (name, value) in json.as_object().unwrap() {
        assert_eq!(&listed[name], value, "{name}");
    }
    let strategies = folder.records(&["strategies"]);
    assert_eq!(listed["total_equity"], strategies[0]["current_bankroll"], "nothing is open");
    let refused = folder.run(&["snapshot", "take", "--at", "2022-01-01T00:00:01Z", "--key", "midnight"]);
    assert_eq!(refused.code, Some(1), "another time under the same key: {refused:?}");
}

#[test]
fn snapshots_are_listed_of_all_and_of_one_in_the_order_of_time_and_in_pages() {
    let folder = Folder::with_examples();
    for at in ["2022-01-03", "2022-01-01", "2022-01-02"] {
        folder.ok(&["snapshot", "take", "--at", at]);
    }
    for of in [&[][..], &["--strategy", "my-bot/v1@7"]] {
        let list = [&["snapshot", "list"][..], of].concat();
        let whole = folder.records(&list);
        let times: Vec<i64> = whole.iter().map(|row| row["timestamp"].as_i64().unwrap()).collect();
        assert!(times.len() >= 4 && times.is_sorted(), "{times:?}");
        for newest in [false, true] {
            let mut joined: Vec<Value> = Vec::new();
            let mut after: Option<String> = None;
            loop {
                let mut args = [&list[..], &["--format", "json", "--limit", "2"]].concat();
                if newest {
                    args.push("--newest");
                }
                if let Some(after) = &after {
                    args.extend(["--after", after]);
                }
                let run = folder.run(&args);
                joined.extend(serde_json::from_str::<Vec<Value>>(&run.stdout).unwrap());
                let Some((_, hint)) = run.stderr.split_once("--after ") else { break };
                after = Some(hint.split(',').next().unwrap().to_owned());
            }
            if newest {
                joined.reverse();
            }
            assert_eq!(joined, whole, "{of:?} newest {newest}");
        }
        let within = [&list[..], &["--since", "2022-01-01", "--until", "2022-01-03"]].concat();
        assert_eq!(folder.records(&within).len(), 2, "{of:?}");
        let kind = if of.is_empty() { "all" } else { "one" };
        insta::assert_snapshot!(format!("table-snapshots-{kind}"), folder.ok(&list));
        let csv = folder.ok(&[&list[..], &["--format", "csv"]].concat());
        insta::assert_snapshot!(format!("csv-snapshots-{kind}"), csv.lines().next().unwrap());
    }
    let wrong = folder.run(&["snapshot", "list", "--after", "soon"]);
    assert_eq!(wrong.code, Some(2));
    assert!(wrong.stderr.contains("1704067200000/12"), "{wrong:?}");
}
