//! The curve itself, and below it how far it lies under water.

use plotters::{
    backend::SVGBackend,
    chart::{ChartBuilder, ChartContext},
    coord::{Shift, cartesian::Cartesian2d},
    drawing::DrawingArea,
    element::{Circle, PathElement, Text},
    series::{AreaSeries, LineSeries},
    style::{
        Color as _, RGBColor, TRANSPARENT,
        text_anchor::{HPos, VPos},
    },
};

use super::{
    Picture,
    axis::Axis,
    drawing,
    header::{self, MARGIN},
    marks, money_axis,
    style::{BORDER, DRAWDOWN, EQUITY, FAINT_INK, GRID, line_px, px, text},
    time_axis,
};
use crate::{failure::Failure, output::money};

/// Texts along the axes.
pub(super) const LABEL: f64 = 12.0;
/// The share of the equity's panel in the height of both.
const EQUITY_SHARE: f64 = 0.7;
/// Between the two, with the name of the lower one in it.
const GAP: f64 = 34.0;
/// Below both, with the times in it.
const FOOT: f64 = 40.0;
/// At least so much lies between two lines of the grid, and between two times.
const ROW_SPACE: f64 = 38.0;
const TIME_SPACE: f64 = 90.0;
/// Up to so many points each is a dot.
const DOTS_MAX: usize = 40;
/// A single moment is shown within an hour.
const MOMENT_MS: i64 = 1_800_000;

pub(super) type Panel<'a, 'b> = ChartContext<'a, SVGBackend<'b>, Cartesian2d<Axis, Axis>>;
type Root<'b> = DrawingArea<SVGBackend<'b>, Shift>;

/// A panel's place, what it shows and how.
struct Layout<'a> {
    name: &'a str,
    /// Of the plotted area, from the picture's top.
    top: f64,
    bottom: f64,
    low: f64,
    high: f64,
    label: &'a dyn Fn(f64, usize) -> String,
    has_times: bool,
}

pub(super) fn draw(root: &Root<'_>, picture: &Picture<'_>) -> Result<(), Failure> {
    let height = f64::from(picture.size.1);
    let both = height - header::HEIGHT - GAP - GAP - FOOT;
    let top = header::HEIGHT + GAP;
    let middle = top + both * EQUITY_SHARE;

    let equity: Vec<(f64, f64)> =
        picture.points.iter().map(|point| (point.timestamp.get() as f64, point.equity.to_f64())).collect();
    let (low, high) = equity_range(&equity, marks::room(picture.flows) / (middle - top));
    let money_label = |value: f64, decimals: usize| money::grouped((value * 1e6).round() as i64, decimals);
    let layout =
        Layout { name: "equity in USDT", top, bottom: middle, low, high, label: &money_label, has_times: false };
    let mut panel = panel(root, picture, &layout)?;
    curve(&mut panel, &equity, low, EQUITY, 0.09, 1.8)?;
    marks::draw(root, &panel, picture, (top, middle))?;

    let under: Vec<(f64, f64)> =
        picture.points.iter().map(|point| (point.timestamp.get() as f64, -point.drawdown_pct)).collect();
    let deepest = picture.points.iter().map(|point| point.drawdown_pct).fold(0.0, f64::max);
    let percent_label = |value: f64, decimals: usize| format!("{value:.decimals$} %");
    let layout = Layout {
        name: "drawdown in percent",
        top: middle + GAP,
        bottom: height - FOOT,
        // Less than a percent is shown as the little that it is.
        low: -(deepest * 1.12).max(1.0),
        high: 0.0,
        label: &percent_label,
        has_times: true,
    };
    let mut panel = self::panel(root, picture, &layout)?;
    curve(&mut panel, &under, 0.0, DRAWDOWN, 0.16, 1.2)
}

/// A little more than what is there, and this share of it above. Below zero only if the curve was there.
fn equity_range(equity: &[(f64, f64)], share_above: f64) -> (f64, f64) {
    let lowest = equity.iter().map(|(_, value)| *value).fold(f64::INFINITY, f64::min);
    let highest = equity.iter().map(|(_, value)| *value).fold(f64::NEG_INFINITY, f64::max);
    let mut room = (highest - lowest) * 0.07;
    if room <= 0.0 {
        room = (highest.abs() * 0.01).max(1.0);
    }
    let mut low = lowest - room;
    if lowest >= 0.0 {
        low = low.max(0.0);
    }
    let share_above = share_above.clamp(0.0, 0.5);
    (low, highest + room + (highest + room - low) * share_above / (1.0 - share_above))
}

fn times(picture: &Picture<'_>) -> (i64, i64) {
    let first = picture.points.first().map_or(0, |point| point.timestamp.get());
    let last = picture.points.last().map_or(0, |point| point.timestamp.get());
    if first == last { (first - MOMENT_MS, last + MOMENT_MS) } else { (first, last) }
}

/// How much room the numbers at the left take.
fn label_width(picture: &Picture<'_>) -> f64 {
    let widest = picture.points.iter().map(|point| money::grouped(point.equity.micros(), 2).len()).max().unwrap_or(0);
    (widest as f64 * LABEL * 0.58).clamp(56.0, 140.0)
}

/// The panel with its grid, its numbers and its name.
fn panel<'a, 'b>(root: &'a Root<'b>, picture: &Picture<'_>, layout: &Layout<'_>) -> Result<Panel<'a, 'b>, Failure> {
    let (width, height) = (f64::from(picture.size.0), f64::from(picture.size.1));
    let (begin, end) = times(picture);
    let left = MARGIN + label_width(picture);
    let count_max = ((layout.bottom - layout.top) / ROW_SPACE).max(2.0) as usize;
    let numbers = money_axis::ticks(layout.low, layout.high, count_max);
    let numbers = numbers.values.iter().map(|value| (*value, (layout.label)(*value, numbers.decimals))).collect();
    let times_max = ((width - left - MARGIN) / TIME_SPACE).max(2.0) as usize;
    let times = time_axis::ticks(begin, end, picture.zone.time_zone(), times_max);
    let times = times.into_iter().map(|(time, name)| (time as f64, name)).collect();
    let across = Axis { low: begin as f64, high: end as f64, ticks: times };
    let up = Axis { low: layout.low, high: layout.high, ticks: numbers };
    let foot = height - layout.bottom;
    let mut chart = ChartBuilder::on(root)
        .margin_top(px(layout.top))
        .margin_right(px(MARGIN))
        .margin_left(px(MARGIN))
        .margin_bottom(px(if layout.has_times { 0.0 } else { foot }))
        .x_label_area_size(px(if layout.has_times { foot } else { 0.0 }))
        .y_label_area_size(px(label_width(picture)))
        .build_cartesian_2d(across, up)
        .map_err(drawing)?;
    chart
        .configure_mesh()
        .bold_line_style(GRID.stroke_width(line_px(1.0)))
        .light_line_style(TRANSPARENT)
        .axis_style(BORDER.stroke_width(line_px(1.0)))
        .set_all_tick_mark_size(px(5.0))
        .x_label_style(text(LABEL, false, FAINT_INK, HPos::Center, VPos::Center))
        .y_label_style(text(LABEL, false, FAINT_INK, HPos::Right, VPos::Center))
        .draw()
        .map_err(drawing)?;
    let name = text(LABEL, false, FAINT_INK, HPos::Left, VPos::Center);
    root.draw(&Text::new(layout.name, (px(left), px(layout.top - 14.0)), name)).map_err(drawing)?;
    Ok(chart)
}

/// A line, what lies between it and its base, and dots where there are few.
fn curve(
    panel: &mut Panel<'_, '_>,
    points: &[(f64, f64)],
    base: f64,
    color: RGBColor,
    opacity: f64,
    width: f64,
) -> Result<(), Failure> {
    panel.draw_series(AreaSeries::new(points.iter().copied(), base, color.mix(opacity))).map_err(drawing)?;
    let line = LineSeries::new(points.iter().copied(), color.stroke_width(line_px(width)));
    panel.draw_series(line).map_err(drawing)?;
    if points.len() <= DOTS_MAX {
        let dots = points.iter().map(|point| Circle::new(*point, px(width * 1.6), color.filled()));
        panel.draw_series(dots).map_err(drawing)?;
    }
    if base == 0.0 && points.len() > 1 {
        let ends = points.first().zip(points.last()).map(|(first, last)| vec![(first.0, 0.0), (last.0, 0.0)]);
        let zero = ends.into_iter().map(|ends| PathElement::new(ends, BORDER.stroke_width(line_px(1.0))));
        panel.draw_series(zero).map_err(drawing)?;
    }
    Ok(())
}
