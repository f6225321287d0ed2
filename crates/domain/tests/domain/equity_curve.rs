//! Equity curves: few points out of many, every extreme among them, and flows that look like nothing.

use nailsage_domain::{CurvePoint, EquityCurve, EquityPoint, UnixMillis, Usdt};
use proptest::prelude::*;

const START: i64 = 1_640_995_200_000;

fn point(offset_ms: i64, equity: i32, pnl: i32) -> EquityPoint {
    EquityPoint {
        timestamp: UnixMillis::new(START + offset_ms).unwrap(),
        equity: Usdt::whole(equity),
        realized_pnl: Usdt::whole(pnl),
        unrealized_pnl: Usdt::ZERO,
    }
}

fn curve(points_max: usize, points: &[EquityPoint]) -> Vec<CurvePoint> {
    let mut curve = EquityCurve::new(points_max);
    for point in points {
        curve.observe(*point);
    }
    assert_eq!(curve.count(), points.len() as u64);
    curve.into_points()
}

fn drawdowns(points: &[EquityPoint]) -> Vec<f64> {
    curve(points.len(), points).iter().map(|point| point.drawdown_pct).collect()
}

#[test]
fn as_many_points_as_fit_are_all_kept() {
    let points: Vec<_> = (0..50).map(|index| point(index, 10_000, 0)).collect();
    assert_eq!(curve(50, &points).len(), 50);
    assert!(curve(49, &points).len() < 50);
    assert!(curve(49, &[]).is_empty());
}

#[test]
fn a_top_up_is_no_recovery() {
    // 10,000 lost to 5,000 and topped up to 10,000: still half.
    let points = [point(0, 10_000, 0), point(1, 5_000, -5_000), point(2, 10_000, -5_000), point(3, 12_000, -3_000)];
    assert_eq!(drawdowns(&points), [0.0, 50.0, 50.0, 40.0]);
}

#[test]
fn a_withdrawal_is_no_loss() {
    assert_eq!(drawdowns(&[point(0, 10_000, 0), point(1, 1_000, 0), point(2, 1_100, 100)]), [0.0, 0.0, 0.0]);
}

#[test]
fn everything_lost_is_a_hundred_percent_until_capital_is_paid_in() {
    let points = [point(0, 100, 0), point(1, -5, -105), point(2, 10, -90), point(3, 50, -90), point(4, 25, -115)];
    assert_eq!(drawdowns(&points), [0.0, 100.0, 100.0, 0.0, 50.0]);
}

#[test]
fn taking_everything_out_is_neither_a_loss_nor_a_recovery() {
    let points = [point(0, 100, 0), point(1, 0, -50), point(2, 0, -50), point(3, 100, -50), point(4, 120, -30)];
    assert_eq!(drawdowns(&points), [0.0, 50.0, 50.0, 50.0, 40.0]);
    // At a profit, nothing is there and nothing was lost.
    assert_eq!(drawdowns(&[point(0, 100, 0), point(1, 0, 50), point(2, 100, 50)]), [0.0, 0.0, 0.0]);
}

#[test]
fn where_nothing_was_paid_in_yet_nothing_was_lost() {
    let points = [point(0, 0, 0), point(1, 0, 0), point(2, 100, 0), point(3, 75, -25)];
    assert_eq!(drawdowns(&points), [0.0, 0.0, 0.0, 25.0]);
    assert_eq!(drawdowns(&[point(0, 0, 0), point(1, -5, -5), point(2, 100, -5)]), [0.0, 100.0, 0.0]);
}

#[test]
fn what_is_earned_beside_a_payment_is_earned_with_it() {
    // 100, then 10,000 are paid in and 200 of it all are lost: not twice what was there at first.
    let drawdown = drawdowns(&[point(0, 100, 0), point(1, 9_900, -200)])[1];
    assert!((drawdown - 100.0 * 200.0 / 10_100.0).abs() < 1e-9, "{drawdown}");
    // 10,000, of which 100 are lost before all but 100 is taken out: not half of what was left.
    let drawdown = drawdowns(&[point(0, 10_000, 0), point(1, 100, -100)])[1];
    assert!((drawdown - 1.0).abs() < 1e-9, "{drawdown}");
}

#[test]
fn a_capital_that_outgrows_every_number_still_has_its_drawdown() {
    // A millionth becomes 10^9 USDT, all but a millionth is taken out, and so on.
    let micro = |offset_ms, equity_micros, pnl_micros| EquityPoint {
        equity: Usdt::from_micros(equity_micros).unwrap(),
        realized_pnl: Usdt::from_micros(pnl_micros).unwrap(),
        ..point(offset_ms, 0, 0)
    };
    let mut points = vec![micro(0, 1, -4_000_000_000_000_000)];
    for round in 0..40 {
        let pnl_micros = -4_000_000_000_000_000 + round * 100_000_000_000_000;
        points.push(micro(2 * round + 1, 1 + 100_000_000_000_000, pnl_micros + 100_000_000_000_000));
        points.push(micro(2 * round + 2, 1, pnl_micros + 100_000_000_000_000));
    }
    let last = points.last().unwrap().realized_pnl.micros();
    points.push(micro(100, 1_000_000, last));
    points.push(micro(101, 750_000, last - 250_000));
    let drawdowns = drawdowns(&points);
    assert!(drawdowns[..drawdowns.len() - 1].iter().all(|drawdown| *drawdown == 0.0), "{drawdowns:?}");
    assert!((drawdowns.last().unwrap() - 25.0).abs() < 1e-9, "{drawdowns:?}");
}

fn walks() -> impl Strategy<Value = Vec<EquityPoint>> {
    // Several at one time, and long pauses.
    let step = (prop_oneof![Just(0_i64), 1..60_000_i64, Just(86_400_000_i64)], -100..100_i32, -30..30_i32);
    prop::collection::vec(step, 1..400).prop_map(|steps| {
        let (mut at, mut pnl, mut paid) = (0, 0, 1_000);
        steps
            .into_iter()
            .map(|(pause, earned, flow)| {
                (at, pnl, paid) = (at + pause, pnl + earned, paid + flow.max(0));
                point(at, paid + pnl, pnl)
            })
            .collect()
    })
}

proptest! {
    #[test]
    fn extremes_ends_and_order_are_kept_within_the_limit(points in walks(), points_max in 5_usize..60) {
        let all = curve(points.len().max(5), &points);
        let few = curve(points_max, &points);
        prop_assert!(few.len() <= points_max);
        prop_assert_eq!((few.first(), few.last()), (all.first(), all.last()));
        // Each is one of all, and they come in the same order.
        let mut rest = all.iter();
        for kept in &few {
            prop_assert!(rest.any(|point| point == kept), "{:?} is out of order or was never there", kept);
        }
        let lowest = |points: &[CurvePoint]| points.iter().map(|point| point.equity).min();
        let highest = |points: &[CurvePoint]| points.iter().map(|point| point.equity).max();
        let deepest = |points: &[CurvePoint]| points.iter().map(|point| point.drawdown_pct).fold(0.0, f64::max);
        prop_assert_eq!(lowest(&few), lowest(&all));
        prop_assert_eq!(highest(&few), highest(&all));
        prop_assert!((deepest(&few) - deepest(&all)).abs() < f64::EPSILON);
    }

    #[test]
    fn steps_that_hold_both_payments_and_losses_never_exaggerate_them(
        steps in prop::collection::vec((prop::bool::ANY, 1..40_i32), 1..60),
        pays_in in prop::bool::ANY,
        together in 1_usize..20,
    ) {
        // Each step either loses a little or is a payment, so that a point after each tells exactly what was lost.
        let (mut equity, mut pnl) = (10_000, 0);
        let mut points = vec![point(0, equity, pnl)];
        for (at, (is_payment, amount)) in (1..).zip(steps) {
            if is_payment {
                equity += if pays_in { 10 * amount } else { -amount };
            } else {
                (equity, pnl) = (equity - amount, pnl - amount);
            }
            points.push(point(at, equity, pnl));
        }
        let exact = *drawdowns(&points).last().unwrap();
        let last = *points.last().unwrap();
        let few: Vec<_> = points.into_iter().step_by(together).chain([last]).collect();
        let told = *drawdowns(&few).last().unwrap();
        prop_assert!(told <= exact + 1e-9, "{told} instead of {exact}");
        prop_assert!((told > 0.0) == (pnl < 0), "{told} after {pnl}");
    }

    #[test]
    fn the_deepest_point_is_as_deep_as_the_worst_fall_from_a_peak_before_it(
        returns in prop::collection::vec(-50..100_i32, 1..60),
    ) {
        // Without flows, the NAV is the equity.
        let mut equity = 1_000_000_i32;
        let mut points = vec![point(0, equity, 0)];
        for (index, per_mille) in (1..).zip(returns) {
            equity += equity / 1_000 * per_mille;
            points.push(point(index, equity, equity - 1_000_000));
        }
        for (index, drawdown) in drawdowns(&points).into_iter().enumerate() {
            let peak = points[..=index].iter().map(|point| point.equity.micros()).max().unwrap() as f64;
            let expected = 100.0 * (peak - points[index].equity.micros() as f64) / peak;
            prop_assert!((drawdown - expected).abs() < 1e-9, "{drawdown} instead of {expected}");
        }
    }
}
