//! What stands above the curve: whose it is, when it was, and what it came to.

use plotters::{
    backend::SVGBackend,
    coord::Shift,
    drawing::DrawingArea,
    element::Text,
    style::text_anchor::{HPos, VPos},
};

use super::{
    Picture, drawing,
    style::{DRAWDOWN, FAINT_INK, INK, PAID_IN, cut, px, text, width_about},
};
use crate::{
    failure::Failure,
    output::{Figure, cell::without_control_characters, money},
};

/// Left and right of everything.
pub(super) const MARGIN: f64 = 32.0;
/// How much room it takes.
pub(super) const HEIGHT: f64 = 78.0;

const TITLE: f64 = 21.0;
const LINE: f64 = 13.0;
const TITLE_AT: f64 = 33.0;
const LINE_AT: f64 = 58.0;

pub(super) fn title(whose: &str) -> String {
    format!("Equity of {}", without_control_characters(whose))
}

pub(super) fn draw(root: &DrawingArea<SVGBackend<'_>, Shift>, picture: &Picture<'_>) -> Result<(), Failure> {
    let (Some(first), Some(last)) = (picture.points.first(), picture.points.last()) else { return Ok(()) };
    let width = f64::from(picture.size.0);
    let say = |what: String, x: f64, y: f64, style| root.draw(&Text::new(what, (px(x), px(y)), style)).map_err(drawing);

    let equity = format!("{} USDT", money::grouped(last.equity.micros(), 2));
    let title_width = width - 3.0 * MARGIN - width_about(&equity, TITLE);
    let title = cut(&title(picture.whose), TITLE, title_width);
    say(title, MARGIN, TITLE_AT, text(TITLE, true, INK, HPos::Left, VPos::Center))?;
    say(equity, width - MARGIN, TITLE_AT, text(TITLE, true, INK, HPos::Right, VPos::Center))?;

    let span = picture.zone.span(first.timestamp, last.timestamp);
    say(span, MARGIN, LINE_AT, text(LINE, false, FAINT_INK, HPos::Left, VPos::Center))?;
    // P&L, and not the equity's difference: what was paid in was not earned.
    let earned = last.pnl_micros.saturating_sub(first.pnl_micros);
    let sign = if earned > 0 { "+" } else { "" };
    let deepest = picture.points.iter().map(|point| point.drawdown_pct).fold(0.0, f64::max);
    let earned_shown = format!("P&L {sign}{} USDT", money::grouped(earned, 2));
    let fallen = format!(", deepest drawdown {}", Figure::Percent.shown(deepest));
    let color = match earned.signum() {
        1 => PAID_IN,
        -1 => DRAWDOWN,
        _ => FAINT_INK,
    };
    // On a narrow picture there is room for one of them.
    let is_narrow = width < 700.0;
    let whole = if is_narrow { earned_shown } else { format!("{earned_shown}{fallen}") };
    say(whole, width - MARGIN, LINE_AT, text(LINE, false, color, HPos::Right, VPos::Center))
}
