//! Three toy strategies. They look at doubles, because they only decide; money and prices that reach the book are
//! decimals.

use std::collections::VecDeque;

use nailsage::SignalType;

/// What a strategy thinks at the end of a bar.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Idea {
    /// Long, short, or close.
    pub(crate) signal_type: SignalType,
    /// From 0 to 1.
    pub(crate) confidence: f64,
}

/// One bar of a strategy's own interval.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Bar {
    pub(crate) open: f64,
    pub(crate) high: f64,
    pub(crate) low: f64,
    pub(crate) close: f64,
}

/// Something that has an idea now and then.
pub(crate) trait Strategy {
    /// Takes a complete bar.
    fn on_bar(&mut self, bar: Bar) -> Option<Idea>;
}

/// The last values of something, at most so many.
#[derive(Debug)]
struct Window {
    values: VecDeque<f64>,
    length: usize,
}

impl Window {
    fn new(length: usize) -> Self {
        Self { values: VecDeque::with_capacity(length + 1), length }
    }

    fn push(&mut self, value: f64) {
        self.values.push_back(value);
        if self.values.len() > self.length {
            self.values.pop_front();
        }
    }

    fn is_full(&self) -> bool {
        self.values.len() == self.length
    }

    fn mean(&self) -> f64 {
        self.values.iter().sum::<f64>() / self.values.len() as f64
    }

    fn deviation(&self) -> f64 {
        let mean = self.mean();
        (self.values.iter().map(|value| (value - mean) * (value - mean)).sum::<f64>() / self.values.len() as f64).sqrt()
    }

    fn highest(&self) -> f64 {
        self.values.iter().copied().fold(f64::MIN, f64::max)
    }

    fn lowest(&self) -> f64 {
        self.values.iter().copied().fold(f64::MAX, f64::min)
    }
}

/// Momentum: goes with a price that leaves the range of the last four hours, the surer the stronger the candle.
#[derive(Debug)]
pub(crate) struct Breakout {
    highs: Window,
    lows: Window,
    bodies: Window,
}

impl Breakout {
    pub(crate) fn new() -> Self {
        Self { highs: Window::new(240), lows: Window::new(240), bodies: Window::new(60) }
    }
}

impl Strategy for Breakout {
    fn on_bar(&mut self, bar: Bar) -> Option<Idea> {
        let body = (bar.close - bar.open).abs();
        let idea = if !self.highs.is_full() {
            None
        } else if bar.close > self.highs.highest() {
            Some(SignalType::Long)
        } else if bar.close < self.lows.lowest() {
            Some(SignalType::Short)
        } else {
            None
        };
        // Twice the usual body is worth 0.5, four times it 1.
        let usual = self.bodies.mean();
        let confidence = if usual > 0.0 { (body / usual / 4.0).min(1.0) } else { 0.0 };
        self.highs.push(bar.high);
        self.lows.push(bar.low);
        self.bodies.push(body);
        idea.map(|signal_type| Idea { signal_type, confidence })
    }
}

/// Mean reversion: goes against a price that is far from its mean of six hours, and leaves when it is back there.
#[derive(Debug)]
pub(crate) struct MeanReversion {
    closes: Window,
    last_distance: f64,
}

impl MeanReversion {
    pub(crate) fn new() -> Self {
        Self { closes: Window::new(72), last_distance: 0.0 }
    }
}

impl Strategy for MeanReversion {
    fn on_bar(&mut self, bar: Bar) -> Option<Idea> {
        self.closes.push(bar.close);
        let deviation = self.closes.deviation();
        if !self.closes.is_full() || deviation <= 0.0 {
            return None;
        }
        let distance = (bar.close - self.closes.mean()) / deviation;
        let crossed = distance * self.last_distance < 0.0;
        self.last_distance = distance;
        // Four deviations are certainty.
        let confidence = (distance.abs() / 4.0).min(1.0);
        if distance >= 2.0 {
            Some(Idea { signal_type: SignalType::Short, confidence })
        } else if distance <= -2.0 {
            Some(Idea { signal_type: SignalType::Long, confidence })
        } else if crossed {
            Some(Idea { signal_type: SignalType::Close, confidence: 1.0 })
        } else {
            None
        }
    }
}

/// Trend: goes with the fast average when it crosses the slow one, the surer the straighter the price has moved.
#[derive(Debug)]
pub(crate) struct Trend {
    fast: Option<f64>,
    slow: Option<f64>,
    closes: Window,
    was_above: Option<bool>,
}

impl Trend {
    pub(crate) fn new() -> Self {
        Self { fast: None, slow: None, closes: Window::new(33), was_above: None }
    }

    /// How much of the way of the last eight hours led anywhere, from 0 to 1.
    fn efficiency(&self) -> f64 {
        let ends = self.closes.values.back().zip(self.closes.values.front());
        let way: f64 = self
            .closes
            .values
            .iter()
            .zip(self.closes.values.iter().skip(1))
            .map(|(one, next)| (next - one).abs())
            .sum();
        match ends {
            Some((last, first)) if way > 0.0 => (last - first).abs() / way,
            _ => 0.0,
        }
    }
}

/// An exponential average over so many bars.
fn smoothed(average: Option<f64>, value: f64, bars: f64) -> f64 {
    average.map_or(value, |average| average + (value - average) * 2.0 / (bars + 1.0))
}

impl Strategy for Trend {
    fn on_bar(&mut self, bar: Bar) -> Option<Idea> {
        self.closes.push(bar.close);
        let fast = smoothed(self.fast, bar.close, 16.0);
        let slow = smoothed(self.slow, bar.close, 64.0);
        self.fast = Some(fast);
        self.slow = Some(slow);
        let is_above = fast > slow;
        let crossed = self.was_above.replace(is_above).is_some_and(|was_above| was_above != is_above);
        if !crossed || !self.closes.is_full() {
            return None;
        }
        let signal_type = if is_above { SignalType::Long } else { SignalType::Short };
        Some(Idea { signal_type, confidence: 0.5 + self.efficiency() / 2.0 })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn flat(close: f64) -> Bar {
        Bar { open: close, high: close + 1.0, low: close - 1.0, close }
    }

    #[test]
    fn a_breakout_needs_a_full_range_and_a_close_beyond_it() {
        let mut strategy = Breakout::new();
        assert_eq!((0..240).find_map(|_| strategy.on_bar(flat(100.0))), None);
        assert_eq!(strategy.on_bar(flat(101.0)), None);
        let up = strategy.on_bar(Bar { open: 100.0, high: 110.0, low: 100.0, close: 110.0 });
        assert_eq!(up.map(|idea| idea.signal_type), Some(SignalType::Long));
        let down = strategy.on_bar(Bar { open: 100.0, high: 100.0, low: 90.0, close: 90.0 });
        assert_eq!(down.map(|idea| idea.signal_type), Some(SignalType::Short));
    }

    #[test]
    fn reversion_goes_against_an_outlier_and_leaves_at_the_mean() {
        let mut strategy = MeanReversion::new();
        for bar in 0..72 {
            let _ = strategy.on_bar(flat(if bar % 2 == 0 { 99.0 } else { 101.0 }));
        }
        let high = strategy.on_bar(flat(110.0));
        assert_eq!(high.map(|idea| idea.signal_type), Some(SignalType::Short));
        let back = strategy.on_bar(flat(99.0));
        assert_eq!(back.map(|idea| idea.signal_type), Some(SignalType::Close));
    }

    #[test]
    fn a_trend_speaks_only_when_the_averages_cross() {
        let mut strategy = Trend::new();
        let falling = (0..100).filter_map(|bar| strategy.on_bar(flat(1_000.0 - f64::from(bar)))).count();
        assert_eq!(falling, 0);
        let rising: Vec<_> = (0..100).filter_map(|bar| strategy.on_bar(flat(900.0 + f64::from(bar)))).collect();
        assert_eq!(rising.iter().map(|idea| idea.signal_type).collect::<Vec<_>>(), [SignalType::Long]);
    }
}
