//! The synthetic month: a seeded random walk whose volatility comes in clusters.
//!
//! It uses nothing but additions, multiplications, divisions and square roots, which IEEE 754 defines to the bit, so a
//! seed means the same candles on every machine.

use nailsage::{Price, UnixMillis, ValueError};

use super::candles::{Candle, MINUTE_MILLIS};

/// Thirty days of minutes.
const CANDLES: i64 = 30 * 24 * 60;
/// 2024-01-01 00:00:00 UTC.
const BEGINS_AT_MILLIS: i64 = 1_704_067_200_000;
const FIRST_PRICE: f64 = 42_000.0;
/// Prices move in steps of a tenth.
const TICKS_PER_UNIT: f64 = 10.0;
/// How many steps a minute's path has, from which its high and low come.
const STEPS: u32 = 6;

/// Variance of a minute's return as it is in the long run: 0.06 % squared, about 2.3 % a day.
const VARIANCE_MEAN: f64 = 0.0006 * 0.0006;
/// How strongly the last return moves the next variance (GARCH).
const VARIANCE_SHOCK: f64 = 0.06;
/// How long a variance lasts.
const VARIANCE_MEMORY: f64 = 0.93;

/// The month that belongs to a seed.
pub(crate) fn month(seed: u64) -> Result<Vec<Candle>, ValueError> {
    let mut random = Random(seed);
    let mut price = FIRST_PRICE;
    let mut variance = VARIANCE_MEAN;
    (0..CANDLES)
        .map(|minute| {
            let open = price;
            let (mut high, mut low) = (open, open);
            let step_deviation = (variance / f64::from(STEPS)).sqrt();
            for _ in 0..STEPS {
                price *= 1.0 + step_deviation * random.normal();
                high = high.max(price);
                low = low.min(price);
            }
            let change = price / open - 1.0;
            variance = (1.0 - VARIANCE_SHOCK - VARIANCE_MEMORY) * VARIANCE_MEAN
                + VARIANCE_SHOCK * change * change
                + VARIANCE_MEMORY * variance;
            Ok(Candle {
                opens_at: UnixMillis::new(BEGINS_AT_MILLIS + minute * MINUTE_MILLIS)?,
                open: quoted(open)?,
                high: quoted(high)?,
                low: quoted(low)?,
                close: quoted(price)?,
            })
        })
        .collect()
}

/// The price as a market quotes it, in whole ticks.
fn quoted(price: f64) -> Result<Price, ValueError> {
    Price::from_f64((price * TICKS_PER_UNIT).round() / TICKS_PER_UNIT)
}

/// `SplitMix64`: small, and the same everywhere.
struct Random(u64);

impl Random {
    fn bits(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut bits = self.0;
        bits = (bits ^ (bits >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        bits = (bits ^ (bits >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        bits ^ (bits >> 31)
    }

    /// From 0 up to 1.
    fn uniform(&mut self) -> f64 {
        // 53 bits are what a double holds.
        (self.bits() >> 11) as f64 / (1_u64 << 53) as f64
    }

    /// About normal with mean 0 and deviation 1: twelve uniform numbers less their mean. A logarithm or cosine would
    /// differ between machines.
    fn normal(&mut self) -> f64 {
        (0..12).map(|_| self.uniform()).sum::<f64>() - 6.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_seed_means_the_same_month_everywhere() -> Result<(), ValueError> {
        let month = month(1)?;
        assert_eq!(month.len(), 43_200);
        assert_eq!(month, super::month(1)?);
        assert_ne!(month, super::month(2)?);
        // Pinned: if this changes, every published number of the demo changes with it.
        insta::assert_snapshot!(format!("{:#?}", [month[0], month[43_199]]));
        Ok(())
    }

    #[test]
    fn every_candle_holds_together() -> Result<(), ValueError> {
        for candle in month(7)? {
            assert!(candle.low <= candle.open.min(candle.close), "{candle:?}");
            assert!(candle.high >= candle.open.max(candle.close), "{candle:?}");
        }
        Ok(())
    }

    #[test]
    fn volatility_comes_in_clusters() -> Result<(), ValueError> {
        // Squared returns of neighbouring hours are alike; in a plain random walk they would not be.
        let closes: Vec<f64> = month(1)?.iter().map(|candle| candle.close.to_f64()).collect();
        let hours: Vec<f64> =
            closes.chunks(60).map(|hour| hour.windows(2).map(|pair| (pair[1] / pair[0] - 1.0).powi(2)).sum()).collect();
        let mean = hours.iter().sum::<f64>() / hours.len() as f64;
        let variance: f64 = hours.iter().map(|hour| (hour - mean).powi(2)).sum();
        let covariance: f64 = hours.windows(2).map(|pair| (pair[0] - mean) * (pair[1] - mean)).sum();
        assert!(covariance / variance > 0.2, "correlation {}", covariance / variance);
        Ok(())
    }
}
