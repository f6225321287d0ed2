//! An equity curve as a picture: one drawing, as SVG or as PNG.

mod axis;
mod header;
mod marks;
mod money_axis;
mod panels;
mod raster;
mod style;
mod time_axis;

use std::fmt::Write as _;

use nailsage::CurvePoint;
use plotters::{backend::SVGBackend, drawing::IntoDrawingArea as _};

use self::style::{BACKGROUND, FINENESS};
use super::flows::Flow;
use crate::{failure::Failure, output::zone::Zone};

pub(super) use self::raster::png;

/// What is drawn.
pub(super) struct Picture<'a> {
    pub(super) whose: &'a str,
    /// At least one.
    pub(super) points: &'a [CurvePoint],
    pub(super) flows: &'a [Flow],
    /// In pixels.
    pub(super) size: (u32, u32),
    pub(super) zone: &'a Zone,
}

impl Picture<'_> {
    /// The drawing.
    pub(super) fn svg(&self) -> Result<String, Failure> {
        let (width, height) = self.size;
        let fine = (width * FINENESS, height * FINENESS);
        let mut drawn = String::new();
        {
            let root = SVGBackend::with_string(&mut drawn, fine).into_drawing_area();
            root.fill(&BACKGROUND).map_err(drawing)?;
            header::draw(&root, self)?;
            panels::draw(&root, self)?;
            root.present().map_err(drawing)?;
        }
        // What is inside is drawn on a grid finer than pixels; what is around it says how large it is, and what all lines
        // have in common.
        let mut svg = String::with_capacity(drawn.len() + 512);
        let _ = writeln!(
            svg,
            r#"<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height}" viewBox="0 0 {} {}" role="img" stroke-linejoin="round" stroke-linecap="round">"#,
            fine.0, fine.1
        );
        let _ = writeln!(svg, "<title>{}</title>", escaped(&header::title(self.whose)));
        svg.push_str(&drawn);
        svg.push_str("</svg>\n");
        Ok(svg)
    }
}

/// Bots choose names; XML must not obey them.
fn escaped(text: &str) -> String {
    text.chars().fold(String::with_capacity(text.len()), |mut shown, character| {
        match character {
            '<' => shown.push_str("&lt;"),
            '>' => shown.push_str("&gt;"),
            '&' => shown.push_str("&amp;"),
            _ => shown.push(character),
        }
        shown
    })
}

fn drawing(error: impl std::error::Error + Send + Sync + 'static) -> Failure {
    Failure::Drawing(Box::new(error))
}

#[cfg(test)]
mod tests;
