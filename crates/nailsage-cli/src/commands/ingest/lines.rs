//! Lines of bounded length: one that is too long is skipped without being kept.

use std::io::{self, BufRead};

/// The longest line that is read. The largest command, 1,000 actions with events of 64 KiB, is no bot's daily bread.
pub(crate) const LINE_BYTES_MAX: usize = 8 * 1024 * 1024;

/// What a line turned out to be.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Read {
    /// The line is in the buffer, without its line feed.
    Line,
    /// It is longer than allowed and was skipped.
    TooLong,
    /// There are no more lines.
    End,
}

/// Reads the next line into `line`, of at most `max` bytes. The last one needs no line feed.
pub(crate) fn read_line(source: &mut impl BufRead, line: &mut Vec<u8>, max: usize) -> io::Result<Read> {
    line.clear();
    let mut is_too_long = false;
    let mut is_at_start = true;
    loop {
        let available = match source.fill_buf() {
            Ok(available) => available,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
            Err(error) => return Err(error),
        };
        if available.is_empty() {
            return Ok(match (is_at_start, is_too_long) {
                (true, _) => Read::End,
                (false, true) => Read::TooLong,
                (false, false) => Read::Line,
            });
        }
        is_at_start = false;
        let feed = available.iter().position(|byte| *byte == b'\n');
        let part = &available[..feed.unwrap_or(available.len())];
        if is_too_long || line.len() + part.len() > max {
            is_too_long = true;
            line.clear();
        } else {
            line.extend_from_slice(part);
        }
        let used = part.len() + usize::from(feed.is_some());
        source.consume(used);
        if feed.is_some() {
            return Ok(if is_too_long { Read::TooLong } else { Read::Line });
        }
    }
}

#[cfg(test)]
mod tests {
    use std::io::BufReader;

    use super::*;

    fn all(text: &[u8], max: usize) -> Vec<(Read, Vec<u8>)> {
        // A tiny buffer, so that lines are put together from parts.
        let mut source = BufReader::with_capacity(3, text);
        let mut lines = Vec::new();
        loop {
            let mut line = Vec::new();
            match read_line(&mut source, &mut line, max) {
                Ok(Read::End) => return lines,
                Ok(read) => lines.push((read, line)),
                Err(error) => panic!("reading from memory failed: {error}"),
            }
        }
    }

    #[test]
    fn lines_are_taken_apart_with_and_without_a_last_line_feed() {
        let expected = vec![(Read::Line, b"one".to_vec()), (Read::Line, Vec::new()), (Read::Line, b"three\r".to_vec())];
        assert_eq!(all(b"one\n\nthree\r\n", 10), expected);
        assert_eq!(all(b"one\n\nthree\r", 10), expected);
        assert_eq!(all(b"", 10), vec![]);
    }

    #[test]
    fn a_line_that_is_too_long_is_skipped_and_the_next_one_is_whole() {
        let lines = all(b"12345678\n123456789\nok", 8);
        assert_eq!(
            lines,
            vec![(Read::Line, b"12345678".to_vec()), (Read::TooLong, Vec::new()), (Read::Line, b"ok".to_vec())]
        );
        assert_eq!(all(b"123456789", 8), vec![(Read::TooLong, Vec::new())]);
    }
}
