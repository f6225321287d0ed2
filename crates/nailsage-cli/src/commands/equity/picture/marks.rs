//! Where money was paid in or out, with the amounts while there are few.

use plotters::{
    backend::SVGBackend,
    coord::Shift,
    drawing::DrawingArea,
    element::{PathElement, Polygon, Rectangle, Text},
    style::{
        Color as _, RGBColor,
        text_anchor::{HPos, VPos},
    },
};

use super::{
    Picture, drawing,
    header::MARGIN,
    panels::{LABEL, Panel},
    style::{BACKGROUND, FAINT_INK, FINENESS, PAID_IN, PAID_OUT, line_px, px, text, width_about},
};
use crate::{commands::equity::flows::Flow, failure::Failure, output::money};

/// Up to so many have their amount beside them.
const LABELS_MAX: usize = 8;
/// Amounts that would overlap stand in another of these rows.
const ROWS: usize = 3;
const ROW_HEIGHT: f64 = 15.0;
const TRIANGLE: f64 = 5.0;
/// Between a line and its amount.
const BESIDE: f64 = 5.0;

fn has_labels(flows: &[Flow]) -> bool {
    (1..=LABELS_MAX).contains(&flows.len())
}

/// How much room the amounts take at the top, in pixels.
pub(super) fn room(flows: &[Flow]) -> f64 {
    if has_labels(flows) { ROW_HEIGHT * (ROWS.min(flows.len()) as f64 + 0.4) } else { 0.0 }
}

fn color_of(flow: &Flow) -> RGBColor {
    if flow.amount.is_negative() { PAID_OUT } else { PAID_IN }
}

/// Marks in a panel between two heights, and what they mean above it.
pub(super) fn draw(
    root: &DrawingArea<SVGBackend<'_>, Shift>,
    panel: &Panel<'_, '_>,
    picture: &Picture<'_>,
    (top, bottom): (f64, f64),
) -> Result<(), Failure> {
    let right = pixels(panel.plotting_area().get_pixel_range().0.end);
    let mut drawn = None;
    for flow in picture.flows {
        let at = place(panel, flow);
        let (color, is_out) = (color_of(flow), flow.amount.is_negative());
        // Hundreds of payments at one pixel are one mark.
        if drawn.replace((at.round() as i64, is_out)) == Some((at.round() as i64, is_out)) {
            continue;
        }
        let line = vec![(px(at), px(top)), (px(at), px(bottom))];
        root.draw(&PathElement::new(line, color.mix(0.35).stroke_width(line_px(1.0)))).map_err(drawing)?;
        triangle(root, at, bottom, is_out, color)?;
    }
    if has_labels(picture.flows) {
        amounts(root, panel, picture, (top, right))?;
    }
    if picture.flows.is_empty() { Ok(()) } else { legend(root, picture, top - 14.0) }
}

/// Each amount at the right of its line, or at the left where the picture ends, in a row where there is room for it.
fn amounts(
    root: &DrawingArea<SVGBackend<'_>, Shift>,
    panel: &Panel<'_, '_>,
    picture: &Picture<'_>,
    (top, right): (f64, f64),
) -> Result<(), Failure> {
    let mut row_ends = [f64::NEG_INFINITY; ROWS];
    for flow in picture.flows {
        let sign = if flow.amount.is_negative() { "" } else { "+" };
        let started = if flow.is_start { "new " } else { "" };
        let amount = format!("{started}{sign}{}", money::grouped(flow.amount.micros(), 2));
        let (at, width) = (place(panel, flow), width_about(&amount, LABEL));
        let left = if at + BESIDE + width > right { at - BESIDE - width } else { at + BESIDE };
        let Some(row) = row_ends.iter().position(|end| *end < left) else { continue };
        row_ends[row] = left + width;
        let middle = top + ROW_HEIGHT * (row as f64 + 0.6);
        let half = ROW_HEIGHT / 2.0;
        // Lines of other payments behind it would be read as digits.
        let behind = [(px(left - 1.0), px(middle - half)), (px(left + width), px(middle + half))];
        root.draw(&Rectangle::new(behind, BACKGROUND.mix(0.85).filled())).map_err(drawing)?;
        let style = text(LABEL, false, color_of(flow), HPos::Left, VPos::Center);
        root.draw(&Text::new(amount, (px(left), px(middle)), style)).map_err(drawing)?;
    }
    Ok(())
}

/// Where it is from the left, in pixels.
fn place(panel: &Panel<'_, '_>, flow: &Flow) -> f64 {
    pixels(panel.backend_coord(&(flow.at.get() as f64, 0.0)).0)
}

fn pixels(grid: i32) -> f64 {
    f64::from(grid) / f64::from(FINENESS)
}

/// It stands on the axis and points the way that the money went.
fn triangle(
    root: &DrawingArea<SVGBackend<'_>, Shift>,
    at: f64,
    bottom: f64,
    is_out: bool,
    color: RGBColor,
) -> Result<(), Failure> {
    let (tip, base) = if is_out { (bottom, bottom - 1.7 * TRIANGLE) } else { (bottom - 1.7 * TRIANGLE, bottom) };
    let corners = vec![(px(at), px(tip)), (px(at - TRIANGLE), px(base)), (px(at + TRIANGLE), px(base))];
    root.draw(&Polygon::new(corners, color.filled())).map_err(drawing)
}

fn legend(root: &DrawingArea<SVGBackend<'_>, Shift>, picture: &Picture<'_>, height: f64) -> Result<(), Failure> {
    let mut right = f64::from(picture.size.0) - MARGIN;
    for (name, is_out, color) in [("paid out", true, PAID_OUT), ("paid in", false, PAID_IN)] {
        if !picture.flows.iter().any(|flow| flow.amount.is_negative() == is_out) {
            continue;
        }
        let style = text(LABEL, false, FAINT_INK, HPos::Right, VPos::Center);
        root.draw(&Text::new(name, (px(right), px(height)), style)).map_err(drawing)?;
        let at = right - width_about(name, LABEL) - 6.0;
        triangle(root, at, height + 4.0, is_out, color)?;
        right = at - 22.0;
    }
    Ok(())
}
