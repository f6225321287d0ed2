//! A curve in one line of text.

use nailsage::Usdt;

const BLOCKS: [char; 8] = ['▁', '▂', '▃', '▄', '▅', '▆', '▇', '█'];

/// Draws a bankroll from `begin` to `end` in so many characters, from its lowest to its highest value. Each character
/// shows the bankroll at the end of its stretch of time. A bankroll that never moved is a flat line.
pub(crate) fn draw(points: &[(i64, Usdt)], begin: i64, end: i64, width: usize) -> String {
    let Some((_, mut value)) = points.first().copied() else { return String::new() };
    let length = (end - begin).max(1);
    let mut rest = points;
    let mut values = Vec::with_capacity(width);
    for place in 1..=width {
        // In wide integers, because a span of time times a width may be more than 64 bits.
        let until = i128::from(begin) + i128::from(length) * place as i128 / width as i128;
        while let Some(((at, balance), later)) = rest.split_first()
            && (i128::from(*at) <= until || place == width)
        {
            value = *balance;
            rest = later;
        }
        values.push(i128::from(value.micros()));
    }
    let lowest = values.iter().copied().min().unwrap_or(0);
    let highest = values.iter().copied().max().unwrap_or(0);
    let range = highest - lowest;
    values
        .iter()
        .map(|value| {
            let level = if range == 0 { 3 } else { (value - lowest) * (BLOCKS.len() as i128 - 1) / range };
            usize::try_from(level).ok().and_then(|level| BLOCKS.get(level)).copied().unwrap_or(BLOCKS[0])
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_curve_goes_from_its_lowest_to_its_highest_block() {
        let points: Vec<_> = (0..8).map(|day| (day * 10, Usdt::whole(i32::try_from(day).unwrap_or(0)))).collect();
        assert_eq!(draw(&points, 0, 80, 8), "▁▂▃▄▅▆██");
        assert_eq!(draw(&points[..1], 0, 80, 5), "▄▄▄▄▄");
        assert_eq!(draw(&[], 0, 80, 5), "");
    }

    #[test]
    fn the_last_point_is_always_seen() {
        let points = [(0, Usdt::whole(1)), (500, Usdt::whole(2))];
        assert_eq!(draw(&points, 0, 10, 3), "▁▁█");
    }
}
