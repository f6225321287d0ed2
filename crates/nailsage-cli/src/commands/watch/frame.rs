//! How a look is drawn: a line for each strategy, their totals, and what is wrong.

use std::time::Duration;

use nailsage::UnixMillis;

use super::look::{Line, Look, Open, win_rate_pct};
use crate::output::{
    Cell, money,
    table::{self, Layout},
    time::Fineness,
    zone::Zone,
};

const EMPTY: &str =
    "No strategies yet. Bots register theirs through `nailsage ingest`; `nailsage demo` adds three examples.";

/// The place of the first column that is text again.
const LAST_EVENT: usize = 7;

/// A picture of the book at one moment.
#[derive(Debug)]
pub(super) struct Frame {
    at: UnixMillis,
    /// Titles and the line below them.
    head: Vec<String>,
    strategies: Vec<String>,
    totals: Vec<String>,
}

impl Frame {
    pub(super) fn of(look: &Look) -> Self {
        if look.lines.is_empty() {
            let head = vec![EMPTY.to_owned()];
            return Self { at: look.at, head, strategies: Vec::new(), totals: Vec::new() };
        }
        let mut lines: Vec<&Line> = look.lines.iter().collect();
        // Stable, so that among their like the oldest are first. When not all fit, those that rest are left out.
        lines.sort_by_key(|line| !line.record.strategy.is_active);
        let zone = Zone::shown();
        let times = lines.iter().filter_map(|line| line.last.as_ref()).map(|event| event.timestamp);
        let (time_title, is_said_by_each) = zone.title("at (UTC)", times);
        let mut rows: Vec<Vec<String>> = lines.iter().map(|line| row(line, zone, is_said_by_each)).collect();
        rows.push(totals(&lines));
        let titles = [
            "strategy",
            "bankroll",
            "realized P&L",
            "open",
            "unrealized P&L",
            "closed",
            "win rate",
            "last event",
            &time_title,
        ];
        let layouts: Vec<Layout> = (0..titles.len())
            .map(|place| Layout { is_right: (1..LAST_EVENT).contains(&place), is_prose: false })
            .collect();
        let mut head: Vec<String> = table::draw_text(&titles, &rows, &layouts).lines().map(str::to_owned).collect();
        let mut strategies = head.split_off(2.min(head.len()));
        let sum = strategies.pop();
        let rule = head.last().cloned();
        let totals = rule.into_iter().chain(sum).collect();
        Self { at: look.at, head, strategies, totals }
    }

    /// All of it, for a file or a page.
    pub(super) fn plain(&self, place: &str) -> Vec<String> {
        let mut lines = vec![format!("{place} at {}", self.time()), String::new()];
        lines.extend(self.head.iter().chain(&self.strategies).chain(&self.totals).cloned());
        lines
    }

    /// What fits a screen of this size. Nobody reads logs there, so what is wrong is said in the picture.
    pub(super) fn live(
        &self,
        place: &str,
        interval: Duration,
        trouble: Option<&str>,
        (_, height): (usize, usize),
    ) -> Vec<String> {
        let state = match trouble {
            Some(trouble) => format!("RECONNECTING; as it was at {}: {}", self.time(), one_line(trouble)),
            None => format!("{}, every {} s; q ends", self.time(), interval.as_secs_f64()),
        };
        let mut lines = vec![one_line(place), state, String::new()];
        lines.extend(self.head.iter().cloned());
        let room = height.saturating_sub(lines.len() + self.totals.len());
        if self.strategies.len() <= room {
            lines.extend(self.strategies.iter().cloned());
        } else {
            let shown = room.saturating_sub(1);
            lines.extend(self.strategies.iter().take(shown).cloned());
            lines.push(format!("… {} more; `nailsage strategies` lists all", self.strategies.len() - shown));
        }
        lines.extend(self.totals.iter().cloned());
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

fn micros(amount: i64) -> String {
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

fn row(line: &Line, zone: &Zone, is_said_by_each: bool) -> Vec<String> {
    let strategy = &line.record.strategy;
    let totals = &line.record.totals;
    let name = one_line(&strategy.key.to_string());
    let time = |at| if is_said_by_each { zone.full(at, Fineness::Seconds) } else { zone.bare(at, Fineness::Seconds) };
    vec![
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

fn totals(lines: &[&Line]) -> Vec<String> {
    let sum = |of: fn(&Line) -> i64| lines.iter().fold(0_i64, |sum, line| sum.saturating_add(of(line)));
    let mut open = Open::default();
    lines.iter().for_each(|line| open.add(line.open));
    let closed = sum(|line| line.record.totals.num_closed);
    let wins = sum(|line| line.record.totals.num_wins);
    vec![
        if lines.len() == 1 { "1 strategy".to_owned() } else { format!("{} strategies", lines.len()) },
        micros(sum(|line| line.record.strategy.current_bankroll.micros())),
        micros(sum(|line| line.record.totals.realized_micros)),
        count(open.count),
        or_dash(open.unrealized_micros.map(micros)),
        count(closed),
        percent(win_rate_pct(wins, closed)),
        String::new(),
        String::new(),
    ]
}
