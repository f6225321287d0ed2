//! Tables for people.

use comfy_table::{CellAlignment, ColumnConstraint, ContentArrangement, Table, TableComponent, Width, presets};

use super::{cell::Cell, zone::Zone};

/// The narrowest that a column of prose becomes on a narrow terminal.
const PROSE_WIDTH_MIN: u16 = 24;

/// How a column is laid out.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Layout {
    /// Aligned at the right.
    pub(crate) is_right: bool,
    /// May be broken over several lines when the terminal is narrow; other columns never are.
    pub(crate) is_prose: bool,
}

/// Draws rows under their titles. All values of a column are shown alike, as finely as the finest of them needs, so that
/// decimal points stand below each other and nothing is rounded away. A title that says `(UTC)` says the offset instead when times are
/// shown in another zone.
pub(crate) fn draw(titles: &[&str], rows: &[Vec<Cell>]) -> String {
    let columns = 0..titles.len();
    let looks: Vec<_> = columns
        .clone()
        .map(|column| rows.iter().map(|row| row[column].look()).fold(Cell::Null.look(), super::cell::Look::and))
        .collect();
    let layouts: Vec<Layout> = columns
        .map(|column| Layout {
            is_right: rows.iter().any(|row| row[column].is_number()),
            is_prose: rows.iter().any(|row| row[column].is_prose()),
        })
        .collect();
    let mut shown: Vec<Vec<String>> =
        rows.iter().map(|row| row.iter().zip(&looks).map(|(cell, look)| cell.shown(*look)).collect()).collect();
    let zone = Zone::shown();
    let titles: Vec<String> = titles
        .iter()
        .enumerate()
        .map(|(column, title)| {
            let (title, is_said_by_each) = zone.title(title, rows.iter().filter_map(|row| row[column].time()));
            if is_said_by_each {
                for (row, shown) in rows.iter().zip(&mut shown) {
                    if let Some(time) = row[column].time() {
                        shown[column] = format!("{} {}", shown[column], zone.offset(time));
                    }
                }
            }
            title
        })
        .collect();
    let titles: Vec<&str> = titles.iter().map(String::as_str).collect();
    draw_text(&titles, &shown, &layouts)
}

/// Draws finished texts under their titles.
pub(crate) fn draw_text(titles: &[&str], rows: &[Vec<String>], layouts: &[Layout]) -> String {
    let mut table = Table::new();
    table
        .load_preset(presets::NOTHING)
        .set_content_arrangement(ContentArrangement::Dynamic)
        .set_header(titles)
        .add_rows(rows);
    // A line under the titles, and nothing else that a copied row would carry along.
    table.set_style(TableComponent::HeaderLines, '─');
    table.set_style(TableComponent::MiddleHeaderIntersections, '─');
    for (column, layout) in table.column_iter_mut().zip(layouts) {
        column.set_padding((0, 1));
        column.set_cell_alignment(if layout.is_right { CellAlignment::Right } else { CellAlignment::Left });
        column.set_constraint(if layout.is_prose {
            ColumnConstraint::LowerBoundary(Width::Fixed(PROSE_WIDTH_MIN))
        } else {
            ColumnConstraint::ContentWidth
        });
    }
    let mut text = String::new();
    for line in table.lines() {
        text.push_str(line.trim_end());
        text.push('\n');
    }
    text
}
