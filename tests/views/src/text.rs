//! Rows as text in which numbers that are equal look alike, whatever an engine keeps them as.

/// Its shortest form: PostgreSQL writes amounts with six decimals, doubles with exponents, and truth as t and f.
#[must_use]
pub fn canonical(cell: Option<String>) -> String {
    let Some(cell) = cell else { return "NULL".to_owned() };
    match cell.as_str() {
        "t" => return "1".to_owned(),
        "f" => return "0".to_owned(),
        _ => {}
    }
    let is_number = cell.parse::<f64>().is_ok_and(f64::is_finite);
    if !is_number {
        return cell;
    }
    // Only doubles are written so, and in the same digits everywhere. A sum of 2^33 and beyond has no double of its own any
    // more, so SQLite shows the nearest one.
    let is_beyond_amounts =
        cell.contains('.') && cell.parse::<f64>().is_ok_and(|number| number.abs() >= 8_589_934_592.0);
    if cell.contains('e') || is_beyond_amounts {
        return cell.parse::<f64>().map_or(cell, |number| number.to_string());
    }
    if cell.contains('.') { cell.trim_end_matches('0').trim_end_matches('.').to_owned() } else { cell }
}

/// Each row in one line.
#[must_use]
pub fn shown(rows: Vec<Vec<Option<String>>>) -> Vec<String> {
    rows.into_iter().map(|row| row.into_iter().map(canonical).collect::<Vec<_>>().join("|")).collect()
}
