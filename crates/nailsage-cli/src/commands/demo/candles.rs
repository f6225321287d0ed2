//! One-minute candles from a CSV file, checked line by line.

use std::path::Path;

use nailsage::{Price, UnixMillis};

use crate::{failure::Failure, output::time::parse_stamp};

/// The candles of the demo are one minute long.
pub(crate) const MINUTE_MILLIS: i64 = 60_000;

const HEADER: [&str; 6] = ["timestamp", "open", "high", "low", "close", "volume"];

/// What happened to the price in one minute. The toy strategies do not look at volumes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Candle {
    /// When it opens.
    pub(crate) opens_at: UnixMillis,
    pub(crate) open: Price,
    pub(crate) high: Price,
    pub(crate) low: Price,
    pub(crate) close: Price,
}

impl Candle {
    /// When it is complete, which is when a bot sees it.
    pub(crate) fn closes_at(&self) -> i64 {
        self.opens_at.get() + MINUTE_MILLIS
    }
}

/// Reads a file.
pub(crate) fn read(path: &Path) -> Result<Vec<Candle>, Failure> {
    let file = path.display().to_string();
    let source = std::fs::File::open(path).map_err(|source| Failure::Input { name: file.clone(), source })?;
    parse(source).map_err(|problem| match problem {
        Problem::Text(problem) => Failure::Candles { file, problem },
        Problem::Input(source) => Failure::Input { name: file, source },
    })
}

enum Problem {
    Text(String),
    Input(std::io::Error),
}

impl From<String> for Problem {
    fn from(text: String) -> Self {
        Self::Text(text)
    }
}

impl From<csv::Error> for Problem {
    fn from(error: csv::Error) -> Self {
        let text = match error.kind() {
            csv::ErrorKind::UnequalLengths { pos, len, .. } => {
                let line = pos.as_ref().map_or(0, csv::Position::line);
                format!("line {line} has {len} fields instead of {}", HEADER.len())
            }
            csv::ErrorKind::Utf8 { pos, .. } => {
                let line = pos.as_ref().map_or(0, csv::Position::line);
                format!("line {line} is not UTF-8 text")
            }
            _ => error.to_string(),
        };
        match error.into_kind() {
            csv::ErrorKind::Io(source) => Self::Input(source),
            _ => Self::Text(text),
        }
    }
}

fn parse(source: impl std::io::Read) -> Result<Vec<Candle>, Problem> {
    let mut reader = csv::ReaderBuilder::new().trim(csv::Trim::All).from_reader(source);
    let header = reader.headers()?;
    let name = |field: &str| field.trim_start_matches('\u{feff}').to_ascii_lowercase();
    if !header.iter().map(name).eq(HEADER) {
        let found = header.iter().collect::<Vec<_>>().join(",");
        return Err(format!("line 1 is \"{}\" instead of the header {}", short(&found), HEADER.join(",")).into());
    }
    let mut candles: Vec<Candle> = Vec::new();
    let mut record = csv::StringRecord::new();
    let mut smallest_step = i64::MAX;
    while reader.read_record(&mut record)? {
        let line = record.position().map_or(0, csv::Position::line);
        let candle = candle(&record).map_err(|problem| format!("line {line}: {problem}"))?;
        if let Some(last) = candles.last() {
            let step = candle.opens_at.get() - last.opens_at.get();
            if step <= 0 {
                return Err(format!("line {line}: its time is not after that of the line before").into());
            }
            if step < MINUTE_MILLIS {
                return Err(format!("line {line}: it is only {step} ms after the line before, not a minute").into());
            }
            smallest_step = smallest_step.min(step);
        }
        candles.push(candle);
    }
    if candles.is_empty() {
        return Err("it has no candles".to_owned().into());
    }
    if candles.len() > 1 && smallest_step > MINUTE_MILLIS {
        let minutes = smallest_step / MINUTE_MILLIS;
        return Err(format!("its candles are at least {minutes} minutes apart, not one").into());
    }
    Ok(candles)
}

fn candle(record: &csv::StringRecord) -> Result<Candle, String> {
    let field = |place: usize| record.get(place).unwrap_or_default();
    let price = |place: usize| -> Result<Price, String> {
        field(place).parse().map_err(|error| format!("{}: {error}", HEADER[place]))
    };
    let opens_at = parse_stamp(field(0)).map_err(|error| format!("timestamp: {error}"))?;
    let candle = Candle { opens_at, open: price(1)?, high: price(2)?, low: price(3)?, close: price(4)? };
    if UnixMillis::new(candle.closes_at()).is_err() {
        return Err("timestamp: the candle ends after the last time that the book knows".to_owned());
    }
    let volume = field(5);
    if !volume.parse::<f64>().is_ok_and(|volume| volume.is_finite() && volume >= 0.0) {
        return Err(format!("volume: \"{}\" is no number of at least 0", short(volume)));
    }
    let body = [candle.open, candle.close];
    if body.iter().any(|price| *price > candle.high || *price < candle.low) {
        return Err("open and close must lie between low and high".to_owned());
    }
    Ok(candle)
}

fn short(text: &str) -> String {
    crate::output::cell::without_control_characters(&text.chars().take(64).collect::<String>())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn problem(text: &str) -> String {
        match parse(text.as_bytes()) {
            Ok(candles) => panic!("{text} gives {candles:?}"),
            Err(Problem::Text(problem)) => problem,
            Err(Problem::Input(error)) => panic!("reading from memory failed: {error}"),
        }
    }

    #[test]
    fn iso_and_unix_times_gaps_and_windows_line_ends_are_read() {
        let text = "\u{feff}timestamp,open,high,low,close,volume\r\n\
            2021-12-31 23:01:00.000000,46319.0,46385.0,46319.0,46377.0,2300413.7295\r\n\
            1640991720000,46377.0,46411.0,46377.0,46411.0,0\r\n\
            2021-12-31T23:05:00Z,1,1,1,1,1e3";
        let Ok(candles) = parse(text.as_bytes()) else { panic!("{text} is fine") };
        let times: Vec<_> = candles.iter().map(|candle| candle.opens_at.get()).collect();
        assert_eq!(times, [1_640_991_660_000, 1_640_991_720_000, 1_640_991_900_000]);
        assert_eq!(candles[0].open.to_string(), "46319");
    }

    #[test]
    fn what_is_wrong_with_a_file_is_said_with_its_line() {
        let header = "timestamp,open,high,low,close,volume\n";
        let first = "2022-01-01 00:00:00,2,3,1,2,5\n";
        let cases = [
            String::new(),
            "time,open,high,low,close,volume\n".to_owned(),
            header.to_owned(),
            format!("{header}2022-01-01 00:00:00,2,3,1\n"),
            format!("{header}yesterday,2,3,1,2,5\n"),
            format!("{header}1640991660,2,3,1,2,5\n"),
            format!("{header}{first}2022-01-01 00:01:00,2,NaN,1,2,5\n"),
            format!("{header}{first}2022-01-01 00:01:00,2,3,1,4,5\n"),
            format!("{header}{first}2022-01-01 00:01:00,2,3,1,2,-5\n"),
            format!("{header}{first}{first}"),
            format!("{header}{first}2022-01-01 00:00:01,2,3,1,2,5\n"),
            format!("{header}{first}2022-01-01 01:00:00,2,3,1,2,5\n"),
        ];
        insta::assert_snapshot!(cases.map(|text| problem(&text)).join("\n"));
    }
}
