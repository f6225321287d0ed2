//! Lists in every format: columns are named once, for tables, JSON and CSV alike.

use std::io::{self, BufWriter, Write};

use super::{cell::Cell, table};
use crate::cli::Format;

/// One column of a list of `T`.
#[derive(Debug)]
pub(crate) struct Column<T> {
    /// Its name in JSON and CSV, the document's column name; absent from both when `None`.
    pub(crate) field: Option<&'static str>,
    /// Its title in a table; not shown there when `None`.
    pub(crate) title: Option<&'static str>,
    /// Its value.
    pub(crate) cell: fn(&T) -> Cell,
}

impl<T> Column<T> {
    /// In every format.
    pub(crate) const fn new(field: &'static str, title: &'static str, cell: fn(&T) -> Cell) -> Self {
        Self { field: Some(field), title: Some(title), cell }
    }

    /// In JSON and CSV only.
    pub(crate) const fn data(field: &'static str, cell: fn(&T) -> Cell) -> Self {
        Self { field: Some(field), title: None, cell }
    }

    /// In tables only.
    pub(crate) const fn shown(title: &'static str, cell: fn(&T) -> Cell) -> Self {
        Self { field: None, title: Some(title), cell }
    }

    fn is_in(&self, format: Format) -> bool {
        match format {
            Format::Table => self.title.is_some(),
            Format::Json | Format::Csv => self.field.is_some(),
        }
    }
}

/// A list being printed page by page. Tables wait for their end, because a column's width depends on every row.
pub(crate) struct Listing<T: 'static, W: Write> {
    format: Format,
    columns: Vec<&'static Column<T>>,
    rows: Vec<Vec<Cell>>,
    written: u64,
    out: BufWriter<W>,
}

impl<T, W: Write> Listing<T, W> {
    /// Begins a list.
    pub(crate) fn begin(format: Format, columns: &'static [Column<T>], out: W) -> io::Result<Self> {
        let columns: Vec<_> = columns.iter().filter(|column| column.is_in(format)).collect();
        let mut listing = Self { format, columns, rows: Vec::new(), written: 0, out: BufWriter::new(out) };
        match format {
            Format::Table => {}
            Format::Json => listing.out.write_all(b"[")?,
            Format::Csv => {
                let names = listing.columns.iter().filter_map(|column| column.field).map(str::to_owned).collect();
                listing.write_csv(names)?;
            }
        }
        Ok(listing)
    }

    /// Prints one row.
    pub(crate) fn row(&mut self, item: &T) -> io::Result<()> {
        let cells: Vec<Cell> = self.columns.iter().map(|column| (column.cell)(item)).collect();
        match self.format {
            Format::Table => self.rows.push(cells),
            Format::Json => {
                let separator: &[u8] = if self.written == 0 { b"\n" } else { b",\n" };
                self.out.write_all(separator)?;
                let fields = self.columns.iter().filter_map(|column| column.field);
                write_object(&mut self.out, fields.zip(&cells))?;
            }
            Format::Csv => self.write_csv(cells.iter().map(Cell::csv).collect())?,
        }
        self.written += 1;
        Ok(())
    }

    /// Ends the list; a table without rows says `empty` instead, programs get an empty list.
    pub(crate) fn end(mut self, empty: &str) -> io::Result<u64> {
        match self.format {
            Format::Table if self.rows.is_empty() => writeln!(self.out, "{empty}")?,
            Format::Table => {
                let titles: Vec<_> = self.columns.iter().filter_map(|column| column.title).collect();
                self.out.write_all(table::draw(&titles, &self.rows).as_bytes())?;
            }
            Format::Json if self.written == 0 => self.out.write_all(b"]\n")?,
            Format::Json => self.out.write_all(b"\n]\n")?,
            Format::Csv => {}
        }
        self.out.flush()?;
        Ok(self.written)
    }

    fn write_csv(&mut self, fields: Vec<String>) -> io::Result<()> {
        self.out.write_all(&csv_line(fields)?)
    }
}

/// One row of CSV, with its line end.
pub(crate) fn csv_line(fields: Vec<String>) -> io::Result<Vec<u8>> {
    let mut writer = csv::WriterBuilder::new().from_writer(Vec::new());
    writer.write_record(fields).map_err(io::Error::other)?;
    writer.into_inner().map_err(|error| io::Error::other(error.to_string()))
}

/// Writes one JSON object whose fields keep their order.
pub(crate) fn write_object<'a>(
    out: &mut impl Write,
    fields: impl Iterator<Item = (&'a str, &'a Cell)>,
) -> io::Result<()> {
    for (place, (name, cell)) in fields.enumerate() {
        let separator = if place == 0 { "{" } else { "," };
        write!(out, "{separator}{}:{}", serde_json::Value::from(name), cell.json())?;
    }
    out.write_all(b"}")
}

/// Prints one record: a table with a line for each field, or one JSON object, or one row of CSV.
pub(crate) fn print_record(format: Format, fields: &[(&str, &str, Cell)], out: &mut impl Write) -> io::Result<()> {
    match format {
        Format::Table => {
            let width = fields.iter().map(|(_, title, _)| title.chars().count()).max().unwrap_or(0);
            for (_, title, cell) in fields {
                writeln!(out, "{title:<width$}  {}", cell.shown(cell.look()))?;
            }
        }
        Format::Json => {
            write_object(out, fields.iter().map(|(name, _, cell)| (*name, cell)))?;
            out.write_all(b"\n")?;
        }
        Format::Csv => {
            let mut writer = csv::Writer::from_writer(Vec::new());
            writer.write_record(fields.iter().map(|(name, _, _)| *name)).map_err(io::Error::other)?;
            writer.write_record(fields.iter().map(|(_, _, cell)| cell.csv())).map_err(io::Error::other)?;
            out.write_all(&writer.into_inner().map_err(|error| io::Error::other(error.to_string()))?)?;
        }
    }
    out.flush()
}
