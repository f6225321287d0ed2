//! Interrupts: the first lets a command end in good order, the second ends the program at once.

use std::{future::pending, io};
#[cfg(unix)]
use std::{future::poll_fn, task::Poll};

use tokio::sync::mpsc;

use crate::output::screen;

/// The exit code of a program that was interrupted, as shells count it.
pub(crate) const INTERRUPTED: u8 = 130;
/// The exit code of a program that was terminated, as shells count it.
#[cfg(unix)]
const TERMINATED: u8 = 143;
/// The exit codes of a program whose terminal has gone away, or that was told to quit there.
#[cfg(unix)]
const HUNG_UP: u8 = 129;
#[cfg(unix)]
const QUIT: u8 = 131;

/// The interrupts of this process, from the moment of listening.
pub(crate) struct Interrupts {
    first: Option<mpsc::Receiver<u8>>,
}

impl Interrupts {
    /// Listens on a worker thread, so that a second interrupt counts even while an answer is being written to a pipe
    /// that nobody reads.
    pub(crate) fn listen() -> io::Result<Self> {
        Ok(Self::listen_to(Any::new()?))
    }

    /// Listens to what would end the program without a chance to put its terminal back in order, as well.
    pub(crate) fn listen_at_terminal() -> io::Result<Self> {
        Ok(Self::listen_to(Any::at_terminal()?))
    }

    fn listen_to(mut any: Any) -> Self {
        let (sender, first) = mpsc::channel(1);
        tokio::spawn(async move {
            let exit_code = any.next().await;
            // Nobody listens any more when the program is about to end.
            let _ = sender.send(exit_code).await;
            let exit_code = any.next().await;
            screen::restore();
            std::process::exit(exit_code.into());
        });
        Self { first: Some(first) }
    }

    /// The exit code of the first interrupt. It resolves once.
    pub(crate) async fn first(&mut self) -> u8 {
        let Some(receiver) = &mut self.first else { return pending().await };
        let interrupt = receiver.recv().await;
        self.first = None;
        match interrupt {
            Some(exit_code) => exit_code,
            None => pending().await,
        }
    }

    /// The exit code of the first interrupt, if it has come and was not told yet.
    pub(crate) fn try_first(&mut self) -> Option<u8> {
        let exit_code = self.first.as_mut()?.try_recv().ok()?;
        self.first = None;
        Some(exit_code)
    }
}

#[cfg(unix)]
struct Any {
    signals: Vec<(tokio::signal::unix::Signal, u8)>,
}

#[cfg(unix)]
impl Any {
    fn new() -> io::Result<Self> {
        use tokio::signal::unix::SignalKind;

        Self::of(&[(SignalKind::interrupt(), INTERRUPTED), (SignalKind::terminate(), TERMINATED)])
    }

    fn at_terminal() -> io::Result<Self> {
        use tokio::signal::unix::SignalKind;

        let mut any = Self::new()?;
        any.signals.extend(Self::of(&[(SignalKind::hangup(), HUNG_UP), (SignalKind::quit(), QUIT)])?.signals);
        Ok(any)
    }

    fn of(kinds: &[(tokio::signal::unix::SignalKind, u8)]) -> io::Result<Self> {
        let signals = kinds.iter().map(|(kind, exit_code)| Ok((tokio::signal::unix::signal(*kind)?, *exit_code)));
        Ok(Self { signals: signals.collect::<io::Result<_>>()? })
    }

    async fn next(&mut self) -> u8 {
        poll_fn(|context| {
            // All are asked, so that each wakes this up.
            let mut come = Poll::Pending;
            for (signal, exit_code) in &mut self.signals {
                if signal.poll_recv(context).is_ready() {
                    come = Poll::Ready(*exit_code);
                }
            }
            come
        })
        .await
    }
}

#[cfg(not(unix))]
struct Any;

#[cfg(not(unix))]
impl Any {
    fn new() -> io::Result<Self> {
        Ok(Self)
    }

    fn at_terminal() -> io::Result<Self> {
        Self::new()
    }

    async fn next(&mut self) -> u8 {
        match tokio::signal::ctrl_c().await {
            Ok(()) => INTERRUPTED,
            Err(_) => pending().await,
        }
    }
}
