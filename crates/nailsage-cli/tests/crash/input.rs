//! Commands to crash with: every one has a key, and most write several rows.

use std::fmt::Write as _;

/// How many strategies the commands are spread over; the first so many commands register them.
pub(crate) const STRATEGIES: usize = 4;

/// The key of the command on a line, from 0.
pub(crate) fn key(line: usize) -> String {
    format!("crash-{line:06}")
}

/// So many commands, one a line. The first ones register the strategies.
pub(crate) fn lines(count: usize) -> String {
    let mut text = String::new();
    for line in 0..count {
        writeln!(
            text,
            r#"{{"key":"{}","at":{},"actions":[{}]}}"#,
            key(line),
            1_640_991_660_000 + line * 1_000,
            actions(line)
        )
        .unwrap();
    }
    text
}

fn actions(line: usize) -> String {
    let strategy = format!("crash-{}/v1@7", line % STRATEGIES);
    if line < STRATEGIES {
        return format!(r#"{{"action":"register_strategy","strategy":"{strategy}","interval":"1m"}}"#);
    }
    let price = 100 + line * 7 % 13;
    let open = format!(
        r#"{{"action":"open_position","strategy":"{strategy}","side":"long","size":"100","price":"{price}","fees":"0.1"}}"#
    );
    let close = format!(
        r#"{{"action":"close_position","position":{{"strategy":"{strategy}"}},"price":"{price}.25","fees":"0.1"}}"#
    );
    let signal =
        format!(r#"{{"action":"record_signal","strategy":"{strategy}","signal_type":"long","price":"{price}""#);
    match line / STRATEGIES % 4 {
        1 => format!(r#"{signal},"then":[{open}]}}"#),
        2 => format!(r#"{signal},"then":[{close},{open}]}}"#),
        3 => format!(r#"{signal},"then":[{close}]}}"#),
        _ => format!(
            r#"{{"action":"adjust_bankroll","strategy":"{strategy}","change":{{"deposit":"0.01"}},"reason":"crash"}}"#
        ),
    }
}
