//! How a look is drawn: a line for each strategy, their totals, and what is wrong.

use std::time::Duration;

use nailsage::{ClosedTotals, UnixMillis};

use super::look::{Line, Look};
use crate::{
    commands::together::Open,
    output::{
        Cell, money,
        table::{self, Layout},
        time::Fineness,
        zone::Zone,
    },
};

const EMPTY: &str =
    "No strategies yet. Bots register theirs through `nailsage ingest`; `nailsage demo` adds three examples.";

/// Columns that are text, at the left; the others are numbers.
const NAME: usize = 0;
const LAST_EVENT: usize = 7;

/// How many columns there are, and how many stay however narrow the screen.
const COLUMNS: usize = 9;
const COLUMNS_OF_NUMBERS: usize = 7;

/// A picture of the book at one moment.
#[derive(Debug)]
pub(super) struct Frame {
    at: UnixMillis,
    titles: [String; COLUMNS],
    /// The last one has the totals.
    rows: Vec<[String; COLUMNS]>,
}

/// A table as lines.
struct Drawn {
    /// Titles and the line below them.
    head: Vec<String>,
    strategies: Vec<String>,
    totals: Vec<String>,
}

impl Frame {
    pub(super) fn of(look: &Look) -> Self {
        let mut lines: Vec<&Line> = look.lines.iter().collect();
        // Stable, so that among their like the oldest are first. When not all fit, those that rest are left out.
        lines.sort_by_key(|line| !line.record.strategy.is_active);
        let zone = Zone::shown();
        let times = lines.iter().filter_map(|line| line.last.as_ref()).map(|event| event.timestamp);
        let (time_title, is_said_by_each) = zone.title("at (UTC)", times);
        let titles = [
            "strategy",
            "bankroll",
            "realized\nP&L",
            "open",
            "unrealized\nP&L",
            "closed",
            "win\nrate",
            "last event",
            &time_title,
        ];
        let mut rows: Vec<_> = lines.iter().map(|line| row(line, zone, is_said_by_each)).collect();
        rows.push(totals(&lines));
        Self { at: look.at, titles: titles.map(str::to_owned), rows }
    }

    fn is_empty(&self) -> bool {
        self.rows.len() == 1
    }

    /// Draws so many of the columns.
    fn draw(&self, columns: usize) -> Drawn {
        let titles: Vec<&str> = self.titles.iter().take(columns).map(String::as_str).collect();
        let rows: Vec<Vec<String>> = self.rows.iter().map(|row| row[..columns].to_vec()).collect();
        let is_right = |place| place != NAME && place < LAST_EVENT;
        let layouts: Vec<Layout> =
            (0..columns).map(|place| Layout { is_right: is_right(place), is_prose: false }).collect();
        let mut lines: Vec<String> = table::draw_text(&titles, &rows, &layouts).lines().map(str::to_owned).collect();
        let totals = lines.split_off(lines.len() - 1);
        let strategies = lines.split_off(lines.len() + 1 - rows.len());
        // The line below the titles stands above the totals, too.
        let rule = lines.last().cloned();
        Drawn { head: lines, strategies, totals: rule.into_iter().chain(totals).collect() }
    }

    /// Draws as many of the columns as this width has room for.
    fn draw_within(&self, width: usize) -> Drawn {
        let mut columns = COLUMNS;
        loop {
            let drawn = self.draw(columns);
            let is_wider = drawn.head.iter().chain(&drawn.strategies).any(|line| line.chars().count() > width);
            if !is_wider || columns == COLUMNS_OF_NUMBERS {
                return drawn;
            }
            columns -= 1;
        }
    }

    /// All of it, for a file or a page.
    pub(super) fn plain(&self, place: &str) -> Vec<String> {
        let mut lines = vec![format!("{place} at {}", self.time()), String::new()];
        if self.is_empty() {
            lines.push(EMPTY.to_owned());
        } else {
            let Drawn { head, strategies, totals } = self.draw(COLUMNS);
            lines.extend(head.into_iter().chain(strategies).chain(totals));
        }
        lines
    }

    /// What fits a screen of this size. Nobody reads logs there, so what is wrong is said in the picture.
    pub(super) fn live(
        &self,
        place: &str,
        interval: Duration,
        trouble: Option<&str>,
        (width, height): (usize, usize),
    ) -> Vec<String> {
        let state = match trouble {
            Some(trouble) => format!("RECONNECTING; as it was at {}: {}", self.time(), one_line(trouble)),
            None => format!("{}, every {} s; q ends", self.time(), interval.as_secs_f64()),
        };
        let mut lines = vec![one_line(place), state, String::new()];
        if self.is_empty() {
            lines.push(EMPTY.to_owned());
            return lines;
        }
        let Drawn { head, mut strategies, mut totals } = self.draw_within(width);
        // A strategy, and how many more there are, are worth more than the empty line, the place and the totals' rule.
        let least = head.len() + strategies.len().min(2);
        for line in [2, 0] {
            if lines.len() + totals.len() + least > height {
                lines.remove(line);
            }
        }
        if lines.len() + totals.len() + least > height {
            totals.remove(0);
        }
        lines.extend(head);
        let room = height.saturating_sub(lines.len() + totals.len());
        if strategies.len() > room {
            let shown = room.saturating_sub(1);
            let hidden = strategies.len() - shown;
            strategies.truncate(shown);
            strategies.push(format!("… {hidden} more; `nailsage strategies` lists all"));
        }
        lines.extend(strategies.into_iter().chain(totals));
        lines
    }

    fn time(&self) -> String {
        Zone::shown().full(self.at, Fineness::Seconds)
    }
}

/// Bots choose names, and servers their words; a terminal must not obey them.
fn one_line(text: &str) -> String {
    Cell::text(text).shown(Cell::Null.look())
}

fn micros(amount: impl Into<i128>) -> String {
    money::grouped(amount, 2)
}

fn count(count: i64) -> String {
    money::grouped(count.saturating_mul(1_000_000), 0)
}

fn or_dash(text: Option<String>) -> String {
    text.unwrap_or_else(|| "–".to_owned())
}

fn percent(rate: Option<f64>) -> String {
    or_dash(rate.map(|rate| format!("{rate:.1} %")))
}

fn row(line: &Line, zone: &Zone, is_said_by_each: bool) -> [String; COLUMNS] {
    let strategy = &line.record.strategy;
    let totals = &line.record.totals;
    let name = one_line(&strategy.key.to_string());
    let time = |at| if is_said_by_each { zone.full(at, Fineness::Seconds) } else { zone.bare(at, Fineness::Seconds) };
    [
        if strategy.is_active { name } else { format!("{name} (inactive)") },
        micros(strategy.current_bankroll.micros()),
        micros(totals.realized_micros),
        count(line.open.count),
        or_dash(line.open.unrealized_micros.map(micros)),
        count(totals.num_closed),
        percent(line.win_rate_pct()),
        or_dash(line.last.as_ref().map(|event| one_line(event.event_type.as_str()))),
        or_dash(line.last.as_ref().map(|event| time(event.timestamp))),
    ]
}

fn totals(lines: &[&Line]) -> [String; COLUMNS] {
    let (mut open, mut closed, mut bankroll) = (Open::default(), ClosedTotals::default(), 0_i128);
    for line in lines {
        open.add(line.open);
        closed.add_all(&line.record.totals.closed());
        bankroll += i128::from(line.record.strategy.current_bankroll.micros());
    }
    [
        if lines.len() == 1 { "1 strategy".to_owned() } else { format!("{} strategies", lines.len()) },
        micros(bankroll),
        micros(closed.realized_micros),
        count(open.count),
        or_dash(open.unrealized_micros.map(micros)),
        count(closed.num_closed),
        percent(closed.win_rate_pct()),
        String::new(),
        String::new(),
    ]
}
