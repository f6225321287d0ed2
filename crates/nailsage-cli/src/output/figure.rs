//! Percentages and ratios as tables round them. They are no money, so doubles will do.

/// From here on the digits before the point say less than the power of ten.
const PLAIN_MAX: f64 = 1e9;

/// How a number that is no money is shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Figure {
    /// A share or a fall: `12.34 %`.
    Percent,
    /// Growth, with its sign: `+12.34 %`.
    Growth,
    /// A ratio: `1.09`.
    Ratio,
}

impl Figure {
    /// The number with two decimals, never a negative zero.
    pub(crate) fn shown(self, number: f64) -> String {
        let number = if (number * 100.0).round() == 0.0 { 0.0 } else { number };
        let is_plain = number.abs() < PLAIN_MAX;
        match self {
            Self::Percent if is_plain => format!("{number:.2} %"),
            Self::Growth if is_plain => format!("{number:+.2} %"),
            Self::Ratio if is_plain => format!("{number:.2}"),
            Self::Percent => format!("{number:.2e} %"),
            Self::Growth => format!("{number:+.2e} %"),
            Self::Ratio => format!("{number:.2e}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_figure_is_rounded_and_never_a_negative_zero_or_hundreds_of_digits() {
        for (figure, number, text) in [
            (Figure::Percent, 3.295, "3.29 %"),
            (Figure::Growth, 0.77, "+0.77 %"),
            (Figure::Growth, -0.001, "+0.00 %"),
            (Figure::Ratio, -1.5, "-1.50"),
            (Figure::Growth, 1.5e300, "+1.50e300 %"),
        ] {
            assert_eq!(figure.shown(number), text);
        }
    }
}
