//! P&L, sizes, stops: exact against arithmetic of another kind, and no micro made or lost.

use nailsage_domain::{
    Amount, Cost, OutOfRange, Price, Side, StrategyTotals, Usdt,
    rules::{default_size, gross_pnl, realized_pnl, size_from, stops_crossed},
};
use proptest::prelude::*;

use crate::{generate, schoolbook};

fn in_range(micros: Option<i128>) -> Result<Usdt, OutOfRange> {
    micros.map_or(Err(OutOfRange), Usdt::from_wide_micros)
}

proptest! {
    #[test]
    fn a_long_and_a_short_on_the_same_fill_sum_to_exactly_0(
        size in generate::amount(), entry in generate::price(), exit in generate::price(),
        (near_entry, near_exit) in generate::near_prices(),
    ) {
        for (entry, exit) in [(entry, exit), (near_entry, near_exit)] {
            let long = gross_pnl(Side::Long, size, entry, exit);
            let short = gross_pnl(Side::Short, size, entry, exit);
            prop_assert_eq!(long.is_ok(), short.is_ok());
            if let (Ok(long), Ok(short)) = (long, short) {
                prop_assert_eq!(long.checked_add(short), Ok(Usdt::ZERO));
            }
        }
    }

    #[test]
    fn gross_pnl_is_the_exact_quotient_rounded_half_to_even(
        side in generate::side(), size in generate::amount(), entry in generate::price(), exit in generate::price(),
        (near_entry, near_exit) in generate::near_prices(),
    ) {
        for (entry, exit) in [(entry, exit), (near_entry, near_exit)] {
            let is_long = side == Side::Long;
            let expected =
                schoolbook::gross_micros(is_long, &size.to_string(), &entry.to_string(), &exit.to_string());
            prop_assert_eq!(gross_pnl(side, size, entry, exit), in_range(expected));
        }
    }

    #[test]
    fn ties_go_to_the_even_micro(micros in 0_i64..1_000_000, side in generate::side()) {
        // Half of an odd number of micros always ends in a tie.
        let size = Amount::new(Usdt::from_micros(2 * micros + 1).unwrap()).unwrap();
        let pnl = gross_pnl(side, size, "2".parse().unwrap(), "3".parse().unwrap()).unwrap();
        prop_assert_eq!(pnl.magnitude().micros(), micros + micros % 2);
    }

    #[test]
    fn realized_pnl_is_gross_less_fees_and_only_the_result_has_to_be_in_range(
        side in generate::side(), size in generate::amount(), (entry, exit) in generate::near_prices(),
        entry_fees in generate::cost(), exit_fees in generate::cost(),
    ) {
        let is_long = side == Side::Long;
        let gross = schoolbook::gross_micros(is_long, &size.to_string(), &entry.to_string(), &exit.to_string());
        let fees = i128::from(entry_fees.usdt().micros()) + i128::from(exit_fees.usdt().micros());
        let expected = in_range(gross.map(|gross| gross - fees));
        prop_assert_eq!(realized_pnl(side, size, entry, exit, entry_fees, exit_fees), expected);
    }

    #[test]
    fn a_size_is_the_exact_share_of_the_bankroll(bankroll in generate::usdt(), percent in generate::percent()) {
        // In units of 10^-12 USDT, where the share is a whole number.
        let exact = i128::from(bankroll.micros()) * i128::from(percent.units());
        match size_from(bankroll, percent) {
            Ok(Some(size)) => {
                let micros = i128::from(size.usdt().micros());
                let distance = (2 * (exact - micros * 1_000_000)).abs();
                prop_assert!(distance <= 1_000_000, "not the nearest micro");
                prop_assert!(distance < 1_000_000 || micros % 2 == 0, "a tie went to the odd micro");
            }
            Ok(None) => prop_assert!(exact <= 500_000, "there was something to take"),
            Err(OutOfRange) => prop_assert!(2 * exact >= (2 * i128::from(Usdt::MAX.micros()) + 1) * 1_000_000),
        }
    }

    #[test]
    fn no_sequence_of_rules_makes_or_loses_a_micro(
        initial in 1_i64..1_000_000_000_000,
        steps in prop::collection::vec(step(), 0..60),
    ) {
        let initial = Usdt::from_micros(initial).unwrap();
        let mut bankroll = initial;
        let mut totals = StrategyTotals::default();
        let (mut deltas, mut realized_sum, mut fees_sum) = (0_i128, 0_i128, 0_i128);
        for step in steps {
            let delta = match step {
                Step::Deposit(amount) => amount.usdt(),
                Step::Withdraw(amount) => amount.usdt().negated(),
                Step::Trade { is_long, size, entry, exit, fees } => {
                    let side = if is_long { Side::Long } else { Side::Short };
                    let Ok(pnl) = realized_pnl(side, size, entry, exit, fees, fees) else { continue };
                    let gross = schoolbook::gross_micros(
                        is_long, &size.to_string(), &entry.to_string(), &exit.to_string(),
                    ).unwrap();
                    let expected = gross - 2 * i128::from(fees.usdt().micros());
                    prop_assert_eq!(i128::from(pnl.micros()), expected);
                    pnl
                }
            };
            let Ok(next) = bankroll.checked_add(delta) else { continue };
            bankroll = next;
            deltas += i128::from(delta.micros());
            if let Step::Trade { fees, .. } = step {
                totals.add_fees(fees).unwrap();
                totals.add_closed(delta, fees, 1).unwrap();
                realized_sum += i128::from(delta.micros());
                fees_sum += 2 * i128::from(fees.usdt().micros());
            }
            prop_assert_eq!(i128::from(bankroll.micros()), i128::from(initial.micros()) + deltas);
        }
        prop_assert_eq!(i128::from(totals.realized_micros), realized_sum);
        prop_assert_eq!(i128::from(totals.fees_micros), fees_sum);
        prop_assert_eq!(totals.check(), Ok(()));
    }
}

#[derive(Debug, Clone, Copy)]
enum Step {
    Deposit(Amount),
    Withdraw(Amount),
    Trade { is_long: bool, size: Amount, entry: Price, exit: Price, fees: Cost },
}

fn step() -> impl Strategy<Value = Step> {
    let fees = (0_i64..5_000_000).prop_map(|micros| Cost::new(Usdt::from_micros(micros).unwrap()).unwrap());
    prop_oneof![
        1 => generate::amount().prop_map(Step::Deposit),
        1 => generate::amount().prop_map(Step::Withdraw),
        4 => (any::<bool>(), generate::amount(), generate::near_prices(), fees)
            .prop_map(|(is_long, size, (entry, exit), fees)| Step::Trade { is_long, size, entry, exit, fees }),
    ]
}

#[test]
fn fees_bring_back_a_gross_pnl_just_beyond_the_range() {
    let largest = Amount::new(Usdt::MAX).unwrap();
    let (entry, exit) = ("1".parse().unwrap(), "2.000000000001".parse().unwrap());
    let side = Side::Long;
    assert_eq!(gross_pnl(side, largest, entry, exit), Err(OutOfRange));
    let fee: Cost = "1".parse().unwrap();
    // The gross P&L is 8,589,934,592.008589: the size and, rounded, 0.00859 more.
    let pnl = realized_pnl(side, largest, entry, exit, fee, Cost::ZERO).unwrap();
    assert_eq!(pnl.to_string(), "8589934591.008589");
}

#[test]
fn the_default_size_is_a_tenth_of_the_bankroll_as_it_stands() {
    let size = |text: &str| default_size(text.parse().unwrap()).unwrap().map(|size| size.to_string());
    assert_eq!(size("10000").as_deref(), Some("1000"));
    assert_eq!(size("9850.000005").as_deref(), Some("985"), "half a micro goes to the even one");
    assert_eq!(size("0.000015").as_deref(), Some("0.000002"));
    assert_eq!(size("0.000005"), None, "rounds to 0");
    assert_eq!(size("0"), None);
    assert_eq!(size("-1"), None);
    assert_eq!(size_from(Usdt::MAX, "1000".parse().unwrap()), Err(OutOfRange));
    assert_eq!(size_from(Usdt::MAX, "100".parse().unwrap()).unwrap().map(Amount::usdt), Some(Usdt::MAX));
}

#[test]
fn stops_are_crossed_only_when_both_are_set_and_meet_or_pass() {
    use Side::{Long, Short};
    let price = |text: &str| Some(text.parse().unwrap());
    assert!(!stops_crossed(Long, price("99"), price("101")));
    assert!(stops_crossed(Long, price("100"), price("100")));
    assert!(stops_crossed(Long, price("101"), price("99")));
    assert!(!stops_crossed(Short, price("101"), price("99")));
    assert!(stops_crossed(Short, price("100.0"), price("100")));
    assert!(stops_crossed(Short, price("99"), price("101")));
    for side in [Long, Short] {
        assert!(!stops_crossed(side, price("100"), None));
        assert!(!stops_crossed(side, None, price("100")));
        assert!(!stops_crossed(side, None, None));
    }
}
