//! A curve in a few lines of text.

use nailsage::{CurvePoint, UnixMillis};
use ratatui_core::{
    buffer::{Buffer, Cell},
    layout::Rect,
    symbols::Marker,
    widgets::Widget as _,
};
use ratatui_widgets::chart::{Axis, Chart, Dataset, GraphType};

use crate::output::{money, time::Fineness, zone::Zone};

/// How wide it is where nobody says how wide the place is, and how wide at most.
const WIDTH_UNKNOWN: usize = 80;
const WIDTH_MAX: usize = 120;
const HEIGHT: u16 = 15;

/// As wide as the terminal, within reason.
pub(super) fn width() -> usize {
    use std::io::IsTerminal as _;

    let columns = if std::io::stdout().is_terminal() { crate::output::screen::Screen::size().0 } else { WIDTH_UNKNOWN };
    columns.clamp(40, WIDTH_MAX)
}

/// The equity over time, with its lowest and highest value and its first and last time beside it.
pub(super) fn draw(points: &[CurvePoint], width: usize) -> Vec<String> {
    let (Some(first), Some(last)) = (points.first(), points.last()) else { return Vec::new() };
    let micros = || points.iter().map(|point| point.equity.micros());
    let (lowest, highest) = (micros().min().unwrap_or(0), micros().max().unwrap_or(0));
    // A flat line, or a single point, lies in the middle.
    let (bottom, top) = if lowest == highest { (lowest - 1_000_000, highest + 1_000_000) } else { (lowest, highest) };
    let (begin, mut end) = (first.timestamp.get(), last.timestamp.get());
    if begin == end {
        end += 1;
    }
    let data: Vec<(f64, f64)> =
        points.iter().map(|point| (point.timestamp.get() as f64, point.equity.micros() as f64)).collect();
    let (graph, marker) =
        if points.len() == 1 { (GraphType::Scatter, Marker::Dot) } else { (GraphType::Line, Marker::Braille) };
    let middle = bottom + (top - bottom) / 2;
    let values = [bottom, middle, top].map(|micros| money::grouped(micros, 2));
    let times = time_labels(first.timestamp, last.timestamp, width);
    let chart = Chart::new(vec![Dataset::default().marker(marker).graph_type(graph).data(&data)])
        .x_axis(Axis::default().bounds([begin as f64, end as f64]).labels(times))
        .y_axis(Axis::default().bounds([bottom as f64, top as f64]).labels(values));
    let area = Rect::new(0, 0, u16::try_from(width).unwrap_or(u16::MAX), HEIGHT);
    let mut buffer = Buffer::empty(area);
    chart.render(area, &mut buffer);
    let line = |y| (0..area.width).filter_map(|x| buffer.cell((x, y))).map(Cell::symbol).collect::<String>();
    (0..area.height).map(|y| line(y).trim_end().to_owned()).collect()
}

/// The first and the last time, without the time of day where that does not fit.
fn time_labels(first: UnixMillis, last: UnixMillis, width: usize) -> Vec<String> {
    let shown = |fineness| [first, last].map(|time| Zone::shown().bare(time, fineness));
    if first == last {
        let [time, _] = shown(Fineness::Minutes);
        return vec![time, String::new()];
    }
    // A label has a third of the chart: so much is kept for those at the left, and half of what remains for the others.
    let fits = |labels: &[String; 2]| labels.iter().all(|label| 3 * (label.len() + 1) <= width);
    let labels = [Fineness::Minutes, Fineness::Days].map(shown).into_iter().find(fits);
    labels.map_or_else(Vec::new, Vec::from)
}

#[cfg(test)]
mod tests {
    use nailsage::Usdt;

    use super::*;

    fn points(equities: &[i32]) -> Vec<CurvePoint> {
        let point = |(hour, equity): (i64, &i32)| CurvePoint {
            timestamp: UnixMillis::new(1_640_995_200_000 + hour * 3_600_000).expect("a time"),
            equity: Usdt::whole(*equity),
            pnl_micros: 0,
            drawdown_pct: 0.0,
        };
        (0_i64..).zip(equities).map(point).collect()
    }

    #[test]
    fn a_chart_of_any_number_of_points_has_its_lines_and_fits_its_width() {
        for equities in [&[10_000][..], &[10_000, 10_000], &[10_000, 0], &[10_000, -5, 12_345, 9_000]] {
            let lines = draw(&points(equities), 60);
            assert_eq!(lines.len(), usize::from(HEIGHT), "{equities:?}");
            assert!(lines.iter().all(|line| line.chars().count() <= 60), "{lines:?}");
            let drawn = |character: char| ('\u{2801}'..='\u{28ff}').contains(&character) || character == '•';
            assert!(lines.iter().any(|line| line.chars().any(drawn)), "{equities:?}: {lines:?}");
        }
        assert!(draw(&[], 60).is_empty());
    }

    #[test]
    fn a_narrow_chart_says_whole_dates_or_none() {
        for width in 30..=60 {
            let text = draw(&points(&[10_000; 50]), width).join("\n");
            let times = text.lines().last().unwrap_or_default().trim();
            let words: Vec<&str> = times.split_whitespace().collect();
            let is_whole =
                matches!(words[..], ["2022-01-01", "00:00", "2022-01-03", "01:00"] | ["2022-01-01", "2022-01-03"]);
            assert!(is_whole || words.iter().all(|word| !word.contains('-')), "{width}:\n{text}");
            assert!(is_whole || width < 40, "{width}:\n{text}");
        }
    }

    #[test]
    fn a_chart_says_its_extremes_and_its_times() {
        let text = draw(&points(&[10_000, 8_000, 12_000]), 60).join("\n");
        for label in ["12,000.00", "8,000.00", "2022-01-01 00:00", "2022-01-01 02:00"] {
            assert!(text.contains(label), "{label} is missing:\n{text}");
        }
    }
}
