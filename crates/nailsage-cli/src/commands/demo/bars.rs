//! One-minute candles put together to a strategy's own interval.

use super::{
    candles::{Candle, MINUTE_MILLIS},
    strategies::Bar,
};

/// Puts candles together. A bar is complete at the last minute of its interval; one whose last minute is missing from
/// the data is never seen, as a bot would not have seen it in time.
#[derive(Debug)]
pub(crate) struct Bars {
    interval_millis: i64,
    current: Option<(i64, Bar)>,
}

impl Bars {
    pub(crate) fn new(interval_minutes: i64) -> Self {
        Self { interval_millis: interval_minutes * MINUTE_MILLIS, current: None }
    }

    /// Takes a candle; the bar that it completes, if it does.
    pub(crate) fn push(&mut self, candle: &Candle) -> Option<Bar> {
        let number = candle.opens_at.get().div_euclid(self.interval_millis);
        let (high, low, close) = (candle.high.to_f64(), candle.low.to_f64(), candle.close.to_f64());
        let bar = match self.current {
            Some((current, bar)) if current == number => {
                Bar { open: bar.open, high: bar.high.max(high), low: bar.low.min(low), close }
            }
            _ => Bar { open: candle.open.to_f64(), high, low, close },
        };
        if candle.closes_at() >= (number + 1) * self.interval_millis {
            self.current = None;
            Some(bar)
        } else {
            self.current = Some((number, bar));
            None
        }
    }
}

#[cfg(test)]
mod tests {
    use nailsage::{UnixMillis, ValueError};

    use super::*;

    fn candle(minute: i64, low: f64, high: f64) -> Result<Candle, ValueError> {
        let price = nailsage::Price::from_f64;
        Ok(Candle {
            opens_at: UnixMillis::new(1_640_995_200_000 + minute * MINUTE_MILLIS)?,
            open: price(low)?,
            high: price(high)?,
            low: price(low)?,
            close: price(high)?,
        })
    }

    #[test]
    fn a_bar_spans_its_interval_and_a_gap_does_not_mix_two() -> Result<(), ValueError> {
        let mut bars = Bars::new(5);
        for minute in 0..4 {
            assert_eq!(bars.push(&candle(minute, 10.0, 20.0 + minute as f64)?), None);
        }
        let bar = bars.push(&candle(4, 5.0, 15.0)?);
        assert_eq!(bar, Some(Bar { open: 10.0, high: 23.0, low: 5.0, close: 15.0 }));

        assert_eq!(bars.push(&candle(6, 1.0, 99.0)?), None);
        // Minutes 7 to 10 are missing.
        assert_eq!(bars.push(&candle(11, 30.0, 40.0)?), None);
        let bar = bars.push(&candle(14, 31.0, 35.0)?);
        assert_eq!(bar, Some(Bar { open: 30.0, high: 40.0, low: 30.0, close: 35.0 }));
        Ok(())
    }
}
