//! What a day's entries made of the capital, as a return: it is what is near 0, so that is where its digits have to be.

/// The return of one day, entry by entry.
///
/// As long as nothing is paid in or out, the factors of the entries multiply to what is there at the end by what was
/// there at the beginning. So each such run is one division of whole numbers, rounded once: a day that earned nothing has
/// a return of exactly 0, and days that earned the same share have the same bits, in however many trades.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct DayReturn {
    /// Of the runs that are over.
    before_run: f64,
    /// Their factors' product.
    before_run_factor: f64,
    /// 0 while there is no run.
    run_start_micros: i64,
    run_end_micros: i64,
}

impl DayReturn {
    pub(super) const NONE: Self =
        Self { before_run: 0.0, before_run_factor: 1.0, run_start_micros: 0, run_end_micros: 0 };

    /// An entry took what is there from one amount above 0 to another.
    pub(super) fn grow(&mut self, before_micros: i64, after_micros: i64) {
        if before_micros != self.run_end_micros || self.run_start_micros == 0 {
            (self.before_run, self.before_run_factor) = (self.value(), self.factor());
            self.run_start_micros = before_micros;
        }
        self.run_end_micros = after_micros;
    }

    /// What one unit earned: -1 or more, 0 before the first entry.
    pub(super) fn value(&self) -> f64 {
        if self.run_start_micros == 0 {
            return self.before_run;
        }
        // Both are above 0, so that the difference fits.
        let run = (self.run_end_micros - self.run_start_micros) as f64 / self.run_start_micros as f64;
        compound(self.before_run, run).unwrap_or_else(|| self.factor() - 1.0)
    }

    /// What one unit became.
    pub(super) fn factor(&self) -> f64 {
        if self.run_start_micros == 0 {
            return self.before_run_factor;
        }
        self.before_run_factor * (self.run_end_micros as f64 / self.run_start_micros as f64)
    }
}

/// One return after another, (1 + first) (1 + second) - 1, without the 1 in which a small return would lose its digits.
/// `None` when the first is not small: then nothing is lost in the 1, and here would be, if a fall follows.
pub(super) fn compound(first: f64, second: f64) -> Option<f64> {
    (second == 0.0 || first.abs() <= 0.5).then_some(first + (1.0 + first) * second)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(entries: &[(i64, i64)]) -> DayReturn {
        let mut day = DayReturn::NONE;
        for (before_micros, after_micros) in entries {
            day.grow(*before_micros, *after_micros);
        }
        day
    }

    #[test]
    fn what_is_earned_and_lost_again_is_exactly_nothing() {
        let day = of(&[(10_000, 10_070), (10_070, 10_003), (10_003, 10_000)]);
        assert_eq!((day.value(), day.factor()), (0.0, 1.0));
        assert_eq!((DayReturn::NONE.value(), DayReturn::NONE.factor()), (0.0, 1.0));
    }

    #[test]
    fn the_same_share_in_any_number_of_trades_has_the_same_bits() {
        let day = of(&[(11_000, 11_003), (11_003, 12_100)]);
        assert_eq!(day.value().to_bits(), of(&[(10_000, 11_000)]).value().to_bits());
    }

    #[test]
    fn runs_on_both_sides_of_a_payment_multiply() {
        let day = of(&[(100, 110), (200, 180), (180, 220)]);
        assert!((day.value() - 0.21).abs() < 1e-15, "{day:?}");
        assert!((day.factor() - 1.21).abs() < 1e-15, "{day:?}");
    }

    #[test]
    fn a_great_gain_that_is_lost_again_leaves_what_is_left_to_the_last_digits() {
        // 10^-6 to 10^9 USDT; after a payment, half of 10^-15 of it is left.
        let day = of(&[(1, 1_000_000_000_000_000), (2_000_000_000_000_000, 1)]);
        assert!((day.value() + 0.5).abs() < 1e-15 && (day.factor() - 0.5).abs() < 1e-15, "{day:?}");
        // Whatever is lost, it is not more than all.
        let day = of(&[(9_007_199_254_740_991, 1), (9_007_199_254_740_990, 1), (9_007_199_254_740_989, 1)]);
        assert!(day.value() >= -1.0 && day.factor() > 0.0, "{day:?}");
    }

    #[test]
    fn a_tiny_return_keeps_its_digits() {
        let day = of(&[(8_000_000_000_000_000, 8_000_000_000_000_001), (9_000_000_000_000_000, 9_000_000_000_000_000)]);
        assert!((day.value() / 1.25e-16 - 1.0).abs() < 1e-15, "{day:?}");
    }
}
