//! Performance: worked by hand, and against the definitions computed the long way.

use nailsage_domain::{DAY_MILLIS, LedgerEntry, LedgerKind, OutOfRange, Performance, UnixMillis, Usdt};
use proptest::prelude::*;

/// Noon of a UTC day.
const START: i64 = 18_992 * DAY_MILLIS + DAY_MILLIS / 2;

/// A ledger as the kernel writes it, one method a kind of entry.
struct Ledger {
    balance: Usdt,
    at: i64,
    performance: Performance,
}

impl Ledger {
    fn registered(bankroll: &str) -> Self {
        let mut ledger = Self { balance: bankroll.parse().unwrap(), at: START, performance: Performance::new() };
        ledger.observe(LedgerKind::Register, Usdt::ZERO).unwrap();
        ledger
    }

    fn observe(&mut self, kind: LedgerKind, delta: Usdt) -> Result<(), OutOfRange> {
        let entry = LedgerEntry {
            strategy_id: "1".parse().unwrap(),
            seq: 1,
            kind,
            position_id: None,
            trade_id: None,
            delta,
            balance: self.balance.checked_add(delta)?,
            held_ms: matches!(kind, LedgerKind::Close | LedgerKind::Liquidate).then_some(60_000),
            reason: None,
            request_key: None,
            commit_seq: 1,
            timestamp: UnixMillis::new(self.at).unwrap(),
            created_at: UnixMillis::new(self.at).unwrap(),
        };
        self.performance.observe(&entry)?;
        self.balance = entry.balance;
        Ok(())
    }

    fn closed(mut self, pnl: &str) -> Self {
        self.observe(LedgerKind::Close, pnl.parse().unwrap()).unwrap();
        self
    }

    fn liquidated(mut self, pnl: &str) -> Self {
        self.observe(LedgerKind::Liquidate, pnl.parse().unwrap()).unwrap();
        self
    }

    fn adjusted(mut self, delta: &str) -> Self {
        self.observe(LedgerKind::Adjust, delta.parse().unwrap()).unwrap();
        self
    }

    fn days_later(mut self, days: i64) -> Self {
        self.at += days * DAY_MILLIS;
        self
    }

    fn performance(&self) -> Performance {
        self.performance
    }
}

fn text(usdt: Option<Usdt>) -> Option<String> {
    usdt.map(|usdt| usdt.to_string())
}

#[track_caller]
fn assert_close(left: f64, right: f64) {
    assert!((left - right).abs() <= 1e-12 * right.abs().max(1.0), "{left} is not {right}");
}

#[test]
fn nothing_observed_is_nothing_defined() {
    let performance = Performance::new();
    assert_eq!(performance.total_return_pct(), None);
    assert_eq!(performance.win_rate_pct(), None);
    assert_eq!(performance.profit_factor(), None);
    assert_eq!((performance.avg_win(), performance.avg_loss()), (None, None));
    assert_eq!((performance.largest_win(), performance.largest_loss()), (None, None));
    assert_eq!((performance.num_trades(), performance.total_return_micros()), (0, 0));
    assert_close(performance.max_drawdown_pct(), 0.0);
    assert_eq!(performance.max_drawdown_micros(), 0);
}

#[test]
fn a_registered_strategy_without_trades_returned_0() {
    let performance = Ledger::registered("10000").performance();
    assert_eq!(performance.total_return_pct(), Some(0.0));
    assert_eq!(performance.win_rate_pct(), None);
}

#[test]
fn topping_up_after_a_loss_of_half_changes_neither_return_nor_drawdown() {
    let lost = Ledger::registered("10000").closed("-5000");
    assert_eq!(lost.performance().total_return_pct(), Some(-50.0));
    let topped_up = lost.adjusted("5000");
    assert_eq!(topped_up.balance, Usdt::whole(10_000));
    let performance = topped_up.performance();
    assert_eq!(performance.total_return_pct(), Some(-50.0));
    assert_close(performance.max_drawdown_pct(), 50.0);
    assert_eq!(performance.max_drawdown_micros(), 5_000_000_000);
    assert_eq!(performance.total_return_micros(), -5_000_000_000);
    // Winning half of the new bankroll brings the NAV to three quarters, not to where it began.
    assert_eq!(topped_up.closed("5000").performance().total_return_pct(), Some(-25.0));
}

#[test]
fn the_figures_of_a_small_ledger_are_those_worked_by_hand() {
    let ledger = Ledger::registered("10000")
        .closed("100") // 10100, NAV 1.01
        .closed("-201") // 9899, NAV 0.9899 or nearly
        .adjusted("101") // 10000
        .days_later(1)
        .closed("0") // a loss of nothing
        .closed("250.000001")
        .liquidated("-1000.000004");
    let performance = ledger.performance();
    assert_eq!((performance.num_trades(), performance.num_wins(), performance.num_losses()), (5, 2, 3));
    assert_eq!(performance.win_rate_pct(), Some(40.0));
    assert_eq!(performance.avg_position_duration_minutes(), Some(1.0));
    assert_eq!(performance.total_return_micros(), -851_000_003);
    assert_eq!(text(performance.avg_win()).as_deref(), Some("175"), "half a micro goes to the even one");
    assert_eq!(text(performance.avg_loss()).as_deref(), Some("-400.333335"));
    assert_eq!(text(performance.largest_win()).as_deref(), Some("250.000001"));
    assert_eq!(text(performance.largest_loss()).as_deref(), Some("-1000.000004"));
    assert_close(performance.profit_factor().unwrap(), 350.000_001 / 1_201.000_004);
    let nav = (10_100.0 / 10_000.0) * (9_899.0 / 10_100.0) * (9_249.999_997 / 10_000.0);
    assert_close(performance.nav(), nav);
    assert_close(performance.total_return_pct().unwrap(), (nav - 1.0) * 100.0);
    assert_close(performance.growth_factor().unwrap(), nav);
    // The last loss fell from a new peak, since 0.9899 × 1.025 is more than 1.01.
    assert_close(performance.max_drawdown_pct(), 1_000.000_004 / 10_250.000_001 * 100.0);
    // The sums were 100, -101, -101, 149.000001, -851.000003: from 149.000001 at most 1000.000004, from 100 less.
    assert_eq!(performance.max_drawdown_micros(), 1_000_000_004);
}

#[test]
fn a_profit_factor_needs_a_losing_amount() {
    assert_eq!(Ledger::registered("100").closed("10").performance().profit_factor(), None);
    let broke_even = Ledger::registered("100").closed("10").closed("0").performance();
    assert_eq!((broke_even.num_losses(), broke_even.profit_factor()), (1, None));
    assert_eq!(text(broke_even.largest_loss()).as_deref(), Some("0"));
    assert_eq!(Ledger::registered("100").closed("-10").performance().profit_factor(), Some(0.0));
}

#[test]
fn a_bankroll_of_0_or_below_ends_the_segment() {
    for loss in ["-10000", "-10000.000001", "-25000"] {
        let performance = Ledger::registered("10000").closed("500").adjusted("-500").closed(loss).performance();
        assert_eq!(performance.total_return_pct(), Some(-100.0), "{loss}");
        assert_close(performance.max_drawdown_pct(), 100.0);
        assert_close(performance.nav(), 0.0);
    }
    let nearly = Ledger::registered("10000").closed("-9999.999999").performance();
    assert!(nearly.total_return_pct().unwrap() > -100.0);
}

#[test]
fn what_closes_on_a_bankroll_that_was_taken_out_ends_the_segment_too() {
    let performance = Ledger::registered("10000").adjusted("-10000").closed("5").performance();
    assert_eq!(performance.total_return_pct(), Some(-100.0));
    assert_eq!(performance.total_return_micros(), 5_000_000);
}

#[test]
fn the_next_payment_that_leaves_a_bankroll_starts_a_segment_at_1() {
    let lost = Ledger::registered("10000").closed("-12000").days_later(1);
    // Too little to get above 0, and a profit, which is no payment: nothing starts.
    let still_lost = lost.adjusted("1000").closed("500");
    assert_close(still_lost.performance().nav(), 0.0);
    let again = still_lost.adjusted("10500");
    assert_eq!(again.balance, Usdt::whole(10_000));
    assert_close(again.performance().nav(), 1.0);
    let earning = again.closed("2500").days_later(1).closed("-1250");
    assert_close(earning.performance().nav(), 1.25 * 0.9);
    // The period in which the capital was lost shows that, whatever came after.
    assert_eq!(earning.performance().total_return_pct(), Some(-100.0));
    assert_close(earning.performance().max_drawdown_pct(), 100.0);
    assert_eq!(earning.performance().total_return_micros(), -10_250_000_000);
}

#[test]
fn a_bankroll_lost_to_exactly_0_starts_again_too() {
    let again = Ledger::registered("10000").closed("-10000").adjusted("5000");
    assert_close(again.performance().nav(), 1.0);
    let performance = again.closed("500").performance();
    assert_close(performance.nav(), 1.1);
    assert_close(performance.max_drawdown_pct(), 100.0);
}

#[test]
fn only_new_capital_starts_a_segment() {
    let lost = || Ledger::registered("100").closed("-150").closed("200");
    assert_close(lost().adjusted("0").performance().nav(), 0.0);
    assert_close(lost().adjusted("-10").performance().nav(), 0.0);
    assert_close(lost().adjusted("10").performance().nav(), 1.0);
}

#[test]
fn a_period_that_begins_in_the_middle_of_a_ledger_starts_with_what_was_there() {
    let mut ledger = Ledger { balance: Usdt::whole(200), at: START, performance: Performance::new() };
    ledger.observe(LedgerKind::Close, Usdt::whole(50)).unwrap();
    assert_eq!(ledger.performance().total_return_pct(), Some(25.0));
}

#[test]
fn entries_without_money_change_nothing() {
    let mut ledger = Ledger::registered("10000").closed("-5000");
    let before = ledger.performance();
    for kind in [LedgerKind::Open, LedgerKind::Stops, LedgerKind::Activate, LedgerKind::Deactivate] {
        ledger.observe(kind, Usdt::ZERO).unwrap();
    }
    assert_eq!(ledger.performance(), before);
}

#[test]
fn a_sum_beyond_64_bits_is_refused_and_not_taken() {
    let mut ledger = Ledger::registered("1");
    ledger.balance = Usdt::MIN;
    let gain = Usdt::MAX;
    let refused = (0..2_000).find_map(|_| {
        ledger.balance = Usdt::ZERO;
        let before = ledger.performance();
        ledger.observe(LedgerKind::Close, gain).err().map(|error| (error, before))
    });
    let (error, before) = refused.unwrap();
    assert_eq!(error, OutOfRange);
    assert_eq!(ledger.performance(), before);
    assert!(before.total_return_micros() > i64::MAX - Usdt::MAX.micros());
}

proptest! {
    #[test]
    fn the_nav_is_the_product_of_day_factors_to_the_last_bit_whatever_was_paid_in(
        entries in prop::collection::vec((1_i64..1_000_000_000, -999_i32..3_000, 0_i64..3), 1..60),
    ) {
        let mut ledger = Ledger::registered("10000");
        // Days in order, each the factors of its entries.
        let mut days: Vec<(i64, f64)> = Vec::new();
        let mut path = vec![1.0];
        let (mut sums, mut sum) = (vec![0_i64], 0_i64);
        for (thousands, permille, days_between) in entries {
            ledger = ledger.days_later(days_between);
            // A payment sets a bankroll of which every permille is a whole number of micros.
            let base = Usdt::from_micros(thousands * 1_000).unwrap();
            let paid = base.checked_sub(ledger.balance).unwrap();
            ledger.observe(LedgerKind::Adjust, paid).unwrap();
            let pnl = Usdt::from_micros(thousands * i64::from(permille)).unwrap();
            ledger.observe(LedgerKind::Close, pnl).unwrap();

            let factor = f64::from(1_000 + permille) / 1_000.0;
            match days.last_mut() {
                Some((day, product)) if *day == ledger.at / DAY_MILLIS => *product *= factor,
                _ => days.push((ledger.at / DAY_MILLIS, factor)),
            }
            path.push(days.iter().map(|(_, factor)| factor).product());
            sum += pnl.micros();
            sums.push(sum);
        }
        let performance = ledger.performance();
        let nav: f64 = days.iter().map(|(_, factor)| factor).product();
        prop_assert_eq!(performance.nav().to_bits(), nav.to_bits());
        // Less 1, but with the digits that a small return loses there.
        let return_pct = performance.total_return_pct().unwrap();
        prop_assert!((return_pct - (nav - 1.0) * 100.0).abs() < 1e-9 * nav.max(1.0), "{return_pct}");
        prop_assert_eq!(performance.total_return_micros(), sum);

        let pairs = |length: usize| (0..length).flat_map(move |end| (0..=end).map(move |start| (start, end)));
        let drawdown = pairs(path.len()).map(|(start, end)| (path[start] - path[end]) / path[start]).fold(0.0, f64::max);
        prop_assert!((performance.max_drawdown_pct() - drawdown * 100.0).abs() < 1e-9);
        let fall = pairs(sums.len()).map(|(start, end)| sums[start] - sums[end]).max().unwrap();
        prop_assert_eq!(performance.max_drawdown_micros(), fall);
    }

    #[test]
    fn without_payments_the_nav_is_what_the_bankroll_became(pnls in prop::collection::vec(-100_000_i64..120_000, 1..80)) {
        let mut ledger = Ledger::registered("100");
        for pnl in &pnls {
            ledger.observe(LedgerKind::Close, Usdt::from_micros(*pnl).unwrap()).unwrap();
        }
        let became = 1.0 + pnls.iter().sum::<i64>() as f64 / 100e6;
        prop_assert!((ledger.performance().nav() - became).abs() < 1e-9);
        let performance = ledger.performance();
        let wins: Vec<i64> = pnls.iter().copied().filter(|pnl| *pnl > 0).collect();
        let losses: Vec<i64> = pnls.iter().copied().filter(|pnl| *pnl <= 0).collect();
        prop_assert_eq!(usize::try_from(performance.num_wins()).unwrap(), wins.len());
        prop_assert_eq!(usize::try_from(performance.num_losses()).unwrap(), losses.len());
        prop_assert_eq!(performance.largest_win().map(Usdt::micros), wins.iter().max().copied());
        prop_assert_eq!(performance.largest_loss().map(Usdt::micros), losses.iter().min().copied());
        for (average, of) in [(performance.avg_win(), &wins), (performance.avg_loss(), &losses)] {
            let (count, sum) = (i64::try_from(of.len()).unwrap(), of.iter().sum::<i64>());
            match average {
                None => prop_assert_eq!(count, 0),
                Some(average) => {
                    let distance = (2 * (average.micros() * count - sum)).abs();
                    prop_assert!(distance < count || (distance == count && average.micros() % 2 == 0));
                }
            }
        }
    }
}
