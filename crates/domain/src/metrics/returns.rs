//! Daily returns and their Sharpe ratio.

use serde::{Deserialize, Serialize};

/// Days in a year of a market that never closes.
const DAYS_PER_YEAR: f64 = 365.0;

/// The first magnitude that the book does not hold.
const RATIO_BOUND: f64 = 1e308;

/// What rounding can make of a deviation that is none, as a share of the mean: returns of days with payments in them are
/// exact to a few bits.
const ROUNDING: f64 = 8.0 * f64::EPSILON;

/// Mean and squared deviations of the returns of a run of days, one day after the other in one way only, so that the
/// same days give the same bits.
///
/// Welford's recurrence (Knuth, "The Art of Computer Programming", volume 2, 4.2.2), which does not cancel as the
/// difference of two large sums does. A run of days without a return is merged in one step (Chan, Golub and `LeVeque`,
/// "Updating Formulae and a Pairwise Algorithm for Computing Sample Variances").
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(into = "StoredReturns", try_from = "StoredReturns")]
pub(super) struct DailyReturns {
    days: i64,
    mean: f64,
    /// The sum of the squared deviations from the mean.
    squares: f64,
}

impl DailyReturns {
    pub(super) const NONE: Self = Self { days: 0, mean: 0.0, squares: 0.0 };

    /// With one more day; `None` when that is too large for a double.
    pub(super) fn with(self, day_return: f64) -> Option<Self> {
        let days = self.days.checked_add(1)?;
        let deviation = day_return - self.mean;
        let mean = self.mean + deviation / days as f64;
        Self { days, mean, squares: self.squares + deviation * (day_return - mean) }.finite()
    }

    /// With so many more days without a return.
    pub(super) fn with_zeros(self, zeros: i64) -> Option<Self> {
        if zeros <= 0 {
            return Some(self);
        }
        let days = self.days.checked_add(zeros)?;
        let (before, share) = (self.days as f64, zeros as f64 / days as f64);
        let mean = self.mean * (before / days as f64);
        Self { days, mean, squares: self.squares + self.mean * self.mean * before * share }.finite()
    }

    fn finite(self) -> Option<Self> {
        (self.mean.is_finite() && self.squares.is_finite()).then_some(self)
    }

    /// Mean by sample deviation (of n - 1), a year long; the risk-free return is taken to be 0. `None` below two days
    /// and without a deviation.
    pub(super) fn sharpe_ratio(self) -> Option<f64> {
        if self.days < 2 {
            return None;
        }
        let deviation = (self.squares / (self.days - 1) as f64).sqrt();
        // Without a deviation it is not finite or not a number.
        let ratio = self.mean / deviation * DAYS_PER_YEAR.sqrt();
        (deviation > ROUNDING * self.mean.abs() && ratio.abs() < RATIO_BOUND).then_some(ratio)
    }
}

/// Days, mean, squared deviations.
type StoredReturns = (i64, f64, f64);

impl From<DailyReturns> for StoredReturns {
    fn from(returns: DailyReturns) -> Self {
        (returns.days, returns.mean, returns.squares)
    }
}

impl TryFrom<StoredReturns> for DailyReturns {
    type Error = &'static str;

    fn try_from((days, mean, squares): StoredReturns) -> Result<Self, Self::Error> {
        if days < 0 || squares < 0.0 {
            return Err("a number of days and a sum of squares are not below 0");
        }
        Ok(Self { days, mean, squares })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(returns: &[f64]) -> DailyReturns {
        returns.iter().fold(DailyReturns::NONE, |sums, day| sums.with(*day).expect("it is small"))
    }

    fn is_close(left: Option<f64>, right: f64) -> bool {
        left.is_some_and(|left| (left - right).abs() <= 1e-12 * right.abs())
    }

    #[test]
    fn it_is_mean_by_sample_deviation_a_year_long() {
        // Mean 0.01, deviations ±0.02: of three days (n - 1 = 2) the variance is 0.0004.
        let sharpe = of(&[0.03, -0.01, 0.01]).sharpe_ratio();
        assert!(is_close(sharpe, 0.01 / 0.02 * 365_f64.sqrt()), "{sharpe:?}");
    }

    #[test]
    fn a_run_of_zeros_merged_is_the_same_as_one_after_the_other() {
        let mut singly = of(&[0.03, -0.01]);
        for _ in 0..1_000 {
            singly = singly.with(0.0).unwrap();
        }
        let merged = of(&[0.03, -0.01]).with_zeros(1_000).unwrap();
        assert_eq!(merged.days, singly.days);
        assert!(is_close(
            merged.with(0.02).unwrap().sharpe_ratio(),
            singly.with(0.02).unwrap().sharpe_ratio().unwrap()
        ));
        assert_eq!(merged.with_zeros(0), Some(merged));
    }

    #[test]
    fn it_does_not_cancel_when_the_mean_is_large() {
        // The squares of these days differ only beyond the 16th digit of their sum.
        let sharpe = of(&[1e9 - 1.0, 1e9, 1e9 + 1.0]).sharpe_ratio();
        assert!(is_close(sharpe, 1e9 * 365_f64.sqrt()), "{sharpe:?}");
    }

    #[test]
    fn below_two_days_or_without_a_deviation_there_is_none() {
        assert_eq!(DailyReturns::NONE.sharpe_ratio(), None);
        assert_eq!(of(&[0.1]).sharpe_ratio(), None);
        assert_eq!(of(&[0.1, 0.1, 0.1]).sharpe_ratio(), None);
        // 1.05 * 1.047619… is 1.1 only to the last bits.
        assert_eq!(of(&[0.1, 0.1 + f64::EPSILON / 8.0, 0.1]).sharpe_ratio(), None);
        assert!(of(&[0.1, 0.1 + 1e-14, 0.1]).sharpe_ratio().is_some());
        assert_eq!(DailyReturns::NONE.with_zeros(30).unwrap().sharpe_ratio(), None);
        assert!(of(&[0.1]).with_zeros(1).unwrap().sharpe_ratio().is_some());
    }

    #[test]
    fn what_a_double_cannot_hold_is_none() {
        assert_eq!(of(&[1e200]).with(0.0), None);
        assert_eq!(of(&[1e200]).with_zeros(3), None);
    }
}
