//! A terminal that is drawn on again and again, and put back in order on every way out.

use std::{
    io::{self, Write as _},
    sync::atomic::{AtomicBool, Ordering},
    thread,
};

use crossterm::{
    cursor::{Hide, MoveTo, Show},
    event::{Event, KeyCode, KeyEventKind, KeyModifiers, read},
    execute, queue,
    terminal::{
        BeginSynchronizedUpdate, Clear, ClearType, DisableLineWrap, EnableLineWrap, EndSynchronizedUpdate,
        EnterAlternateScreen, LeaveAlternateScreen, disable_raw_mode, enable_raw_mode, size,
    },
};
use tokio::sync::mpsc;

/// Whether a screen is there; then nothing else may write to the terminal.
static IS_THERE: AtomicBool = AtomicBool::new(false);

/// Whether something is drawn on the terminal right now.
pub(crate) fn is_there() -> bool {
    IS_THERE.load(Ordering::Acquire)
}

/// What somebody did at the terminal.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Key {
    /// Ctrl-C, which is no signal while keys are read one by one.
    Interrupt,
    /// `q` or Esc.
    Quit,
    /// The window has another size now.
    Resize,
}

/// The terminal while it is drawn on. Dropping it puts the terminal back in order; so does a panic of the thread that made it,
/// before its message is printed.
#[derive(Debug)]
pub(crate) struct Screen {
    keys: mpsc::UnboundedReceiver<Key>,
}

impl Screen {
    /// Takes the terminal, with an empty screen beside the one that scrolls.
    pub(crate) fn take() -> io::Result<Self> {
        restore_on_panic();
        IS_THERE.store(true, Ordering::Release);
        let (sender, keys) = mpsc::unbounded_channel();
        // From here on dropping it puts back whatever was done.
        let screen = Self { keys };
        enable_raw_mode()?;
        execute!(io::stdout(), EnterAlternateScreen, Hide, DisableLineWrap)?;
        thread::Builder::new().name("keys".to_owned()).spawn(move || send_keys(&sender))?;
        Ok(screen)
    }

    /// How many columns and lines there are.
    pub(crate) fn size() -> (usize, usize) {
        size().map_or((80, 24), |(columns, lines)| (columns.into(), lines.into()))
    }

    /// Draws lines over what is there. Those that do not fit are cut off.
    pub(crate) fn draw(lines: &[String]) -> io::Result<()> {
        let (_, height) = Self::size();
        let mut frame = Vec::new();
        queue!(frame, BeginSynchronizedUpdate, MoveTo(0, 0))?;
        for (place, line) in lines.iter().take(height).enumerate() {
            if place > 0 {
                frame.write_all(b"\r\n")?;
            }
            frame.write_all(line.as_bytes())?;
            queue!(frame, Clear(ClearType::UntilNewLine))?;
        }
        queue!(frame, Clear(ClearType::FromCursorDown), EndSynchronizedUpdate)?;
        // In one piece, so that nobody sees a half of it.
        let mut out = io::stdout().lock();
        out.write_all(&frame)?;
        out.flush()
    }

    /// What is done at the terminal next.
    pub(crate) async fn key(&mut self) -> Key {
        match self.keys.recv().await {
            Some(key) => key,
            // No keys can be read here; signals still end it.
            None => std::future::pending().await,
        }
    }
}

impl Drop for Screen {
    fn drop(&mut self) {
        restore();
    }
}

/// Puts the terminal back in order if it was taken, once.
pub(crate) fn restore() {
    if IS_THERE.swap(false, Ordering::AcqRel) {
        // A terminal that is gone needs no order.
        let _ = execute!(io::stdout(), EnableLineWrap, Show, LeaveAlternateScreen);
        let _ = disable_raw_mode();
    }
}

fn restore_on_panic() {
    let (drawing, previous) = (thread::current().id(), std::panic::take_hook());
    std::panic::set_hook(Box::new(move |panic| {
        // Other threads' panics are caught and told, and the drawing goes on.
        if thread::current().id() == drawing {
            restore();
        }
        previous(panic);
    }));
}

/// Reads keys until nobody wants them. Nothing can interrupt it, so it ends with the program.
fn send_keys(sender: &mpsc::UnboundedSender<Key>) {
    while let Ok(event) = read() {
        if let Some(key) = meaning(&event)
            && sender.send(key).is_err()
        {
            return;
        }
    }
}

fn meaning(event: &Event) -> Option<Key> {
    match event {
        Event::Resize(..) => Some(Key::Resize),
        Event::Key(key) if key.kind == KeyEventKind::Release => None,
        Event::Key(key) => match key.code {
            KeyCode::Char('c') if key.modifiers.contains(KeyModifiers::CONTROL) => Some(Key::Interrupt),
            KeyCode::Char('q' | 'Q') | KeyCode::Esc => Some(Key::Quit),
            _ => None,
        },
        _ => None,
    }
}
