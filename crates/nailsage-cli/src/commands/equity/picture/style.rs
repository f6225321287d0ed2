//! Colours, sizes and lengths of the picture.

use plotters::style::{
    Color as _, FontStyle, IntoFont as _, RGBColor, TextStyle,
    text_anchor::{HPos, Pos, VPos},
};

/// How many steps of the drawing's grid make a pixel: coordinates are whole numbers, and a curve drawn on whole pixels has
/// stairs.
pub(super) const FINENESS: u32 = 10;

/// The first is the one that the program brings along; a viewer of the SVG without it takes another.
pub(super) const FONT_FAMILY: &str = "Noto Sans, Helvetica, Arial, sans-serif";

/// The backend draws texts smaller than it is told, by this.
const BACKEND_FONT_FACTOR: f64 = 1.24;

pub(super) const BACKGROUND: RGBColor = RGBColor(255, 255, 255);
pub(super) const INK: RGBColor = RGBColor(24, 34, 48);
pub(super) const FAINT_INK: RGBColor = RGBColor(97, 110, 124);
pub(super) const GRID: RGBColor = RGBColor(232, 236, 240);
pub(super) const BORDER: RGBColor = RGBColor(203, 210, 217);
pub(super) const EQUITY: RGBColor = RGBColor(37, 99, 235);
pub(super) const DRAWDOWN: RGBColor = RGBColor(200, 46, 46);
pub(super) const PAID_IN: RGBColor = RGBColor(18, 122, 67);
pub(super) const PAID_OUT: RGBColor = RGBColor(180, 92, 9);

/// A length in pixels on the drawing's grid.
pub(super) fn px(pixels: f64) -> i32 {
    // A picture has a few thousand pixels, so it fits.
    (pixels * f64::from(FINENESS)).round() as i32
}

/// The same for widths of lines.
pub(super) fn line_px(pixels: f64) -> u32 {
    px(pixels).unsigned_abs()
}

/// A text of this height in pixels, and how it hangs on its point.
pub(super) fn text(height: f64, is_strong: bool, color: RGBColor, at: HPos, over: VPos) -> TextStyle<'static> {
    let size = height * f64::from(FINENESS) * BACKEND_FONT_FACTOR;
    let weight = if is_strong { FontStyle::Bold } else { FontStyle::Normal };
    (FONT_FAMILY, size).into_font().style(weight).color(&color.to_rgba()).pos(Pos::new(at, over))
}

/// About how wide a text is, in pixels: enough to see whether two overlap.
pub(super) fn width_about(text: &str, height: f64) -> f64 {
    text.chars().count() as f64 * height * 0.58
}

/// The text, cut off where it would be wider than this.
pub(super) fn cut(text: &str, height: f64, width: f64) -> String {
    if width_about(text, height) <= width {
        return text.to_owned();
    }
    let kept = (width / (height * 0.58)) as usize;
    text.chars().take(kept.saturating_sub(1)).chain(['…']).collect()
}
