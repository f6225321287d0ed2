//! `nailsage watch`: the strategies, live.

mod frame;
mod look;

use std::{
    io::{self, IsTerminal as _, Write as _},
    process::ExitCode,
};

use tokio::time::{Instant, sleep_until};

use self::{
    frame::Frame,
    look::{Look, Looker},
};
use super::{
    App,
    interrupts::{INTERRUPTED, Interrupts},
};
use crate::{
    cli::{Format, WatchArgs},
    failure::{DONE, Failure},
    output::{
        Listing,
        screen::{Key, Screen},
    },
};

pub(crate) async fn run(app: &App, args: &WatchArgs) -> Result<ExitCode, Failure> {
    let mut looker = Looker::default();
    // Before anything is drawn: whoever has mistyped something wants to hear of it.
    let first = looker.look(app).await?;
    let is_live = !args.once && app.format() == Format::Table && io::stdout().is_terminal();
    if is_live { live(app, args, looker, first).await } else { once(app, &first).map(|()| ExitCode::from(DONE)) }
}

fn once(app: &App, look: &Look) -> Result<(), Failure> {
    let mut out = io::stdout().lock();
    if app.format() == Format::Table {
        for line in Frame::of(look).plain(&place(app)?) {
            writeln!(out, "{line}")?;
        }
        return Ok(out.flush()?);
    }
    let mut listing = Listing::begin(app.format(), look::COLUMNS, out)?;
    for line in &look.lines {
        listing.row(line)?;
    }
    listing.end("")?;
    Ok(())
}

fn place(app: &App) -> Result<String, Failure> {
    Ok(nailsage::place_of(&app.global.db)?)
}

/// What comes next while a picture stands.
enum Next {
    Exit(u8),
    Redraw,
    Seen(Result<Look, Failure>),
}

async fn live(app: &App, args: &WatchArgs, mut looker: Looker, first: Look) -> Result<ExitCode, Failure> {
    let place = place(app)?;
    let mut interrupts = Interrupts::listen_at_terminal().map_err(Failure::Runtime)?;
    // The last to be made and so the first to go: closing the book may take a while.
    let mut screen = Screen::take()?;
    let mut frame = Frame::of(&first);
    let mut trouble: Option<String> = None;
    let mut next_at = Instant::now() + args.interval;
    loop {
        Screen::draw(&frame.live(&place, args.interval, trouble.as_deref(), Screen::size()))?;
        // A look that was begun and is given up for another picture has changed nothing.
        let next = tokio::select! {
            exit_code = interrupts.first() => Next::Exit(exit_code),
            key = screen.key() => match key {
                Key::Interrupt => Next::Exit(INTERRUPTED),
                Key::Quit => Next::Exit(DONE),
                Key::Resize => Next::Redraw,
            },
            seen = async { sleep_until(next_at).await; looker.look(app).await } => Next::Seen(seen),
        };
        match next {
            Next::Exit(exit_code) => return Ok(ExitCode::from(exit_code)),
            Next::Redraw => continue,
            Next::Seen(Ok(look)) => {
                frame = Frame::of(&look);
                trouble = None;
            }
            Next::Seen(Err(failure)) => trouble = Some(failure.to_string()),
        }
        next_at = Instant::now() + args.interval;
    }
}
