//! The shared P&L vectors: fills and their results, worked out elsewhere with exact rationals.

use nailsage_domain::{
    Amount, Cost, OutOfRange, Price, Side,
    rules::{gross_pnl, realized_pnl},
};

const VECTORS: &str = include_str!("../vectors/pnl.ndjson");

#[test]
fn every_vector_gives_its_pnl_to_the_micro_or_its_error() {
    let mut errors = 0;
    for (index, line) in VECTORS.lines().enumerate() {
        let vector: serde_json::Value = serde_json::from_str(line).unwrap();
        let text = |field: &str| vector[field].as_str().unwrap();
        let side: Side = text("side").parse().unwrap();
        let size: Amount = text("size").parse().unwrap();
        let (entry, exit): (Price, Price) = (text("entry_price").parse().unwrap(), text("exit_price").parse().unwrap());
        let (entry_fees, exit_fees): (Cost, Cost) =
            (text("entry_fee").parse().unwrap(), text("exit_fee").parse().unwrap());

        let gross = gross_pnl(side, size, entry, exit);
        let realized = realized_pnl(side, size, entry, exit, entry_fees, exit_fees);
        let line = index + 1;
        if let Some(error) = vector.get("error") {
            assert_eq!(error, "out_of_range", "line {line} has an error that is not known");
            assert_eq!((gross, realized), (Err(OutOfRange), Err(OutOfRange)), "line {line}");
            errors += 1;
        } else {
            assert_eq!(gross.unwrap().micros(), vector["gross_pnl_micros"].as_i64().unwrap(), "gross, line {line}");
            assert_eq!(
                realized.unwrap().micros(),
                vector["realized_pnl_micros"].as_i64().unwrap(),
                "realized, line {line}"
            );
        }
    }
    // So that an emptied or cut file does not pass.
    assert_eq!((VECTORS.lines().count(), errors), (1_005, 3));
}
