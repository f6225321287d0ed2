//! Round numbers along an axis. They are pixels' business, so doubles will do.

/// Where the grid lies, and how finely its numbers are shown.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Ticks {
    pub(super) values: Vec<f64>,
    pub(super) decimals: usize,
}

/// At most about so many round numbers between two others: multiples of 1, 2, 2.5 or 5 times a power of ten.
pub(super) fn ticks(low: f64, high: f64, count_max: usize) -> Ticks {
    let rough = (high - low) / count_max.max(1) as f64;
    let power = rough.log10().floor();
    let unit = 10_f64.powf(power);
    let (step, extra) = [(1.0, 0.0), (2.0, 0.0), (2.5, 1.0), (5.0, 0.0), (10.0, -1.0)]
        .into_iter()
        .map(|(factor, extra)| (factor * unit, extra))
        .find(|(step, _)| *step >= rough * (1.0 - 1e-9))
        .unwrap_or((10.0 * unit, -1.0));
    let first = (low / step).ceil();
    let values = (0..=count_max + 1)
        .map(|place| (first + place as f64) * step)
        .take_while(|value| *value <= high + step * 1e-9)
        // Not a negative zero.
        .map(|value| if value.abs() < step * 1e-9 { 0.0 } else { value })
        .collect();
    let decimals = (extra - power).clamp(0.0, 6.0) as usize;
    Ticks { values, decimals }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ticks_are_round_few_and_inside() {
        for (low, high, expected, decimals) in [
            (0.0, 10.0, vec![0.0, 2.0, 4.0, 6.0, 8.0, 10.0], 0),
            (29_400.0, 30_100.0, vec![29_400.0, 29_600.0, 29_800.0, 30_000.0], 0),
            (-5.0, 5.0, vec![-4.0, -2.0, 0.0, 2.0, 4.0], 0),
            (0.0, 0.01, vec![0.0, 0.002, 0.004, 0.006, 0.008, 0.01], 3),
        ] {
            let found = ticks(low, high, 5);
            assert_eq!((found.values.len(), found.decimals), (expected.len(), decimals), "{found:?}");
            for (one, other) in found.values.iter().zip(expected) {
                assert!((one - other).abs() < 1e-9, "{found:?}");
            }
        }
        for high in [1e-6, 0.37, 12.0, 987_654_321.0, 8e9] {
            let found = ticks(0.0, high, 6);
            assert!((2..=7).contains(&found.values.len()), "{high}: {found:?}");
        }
    }
}
