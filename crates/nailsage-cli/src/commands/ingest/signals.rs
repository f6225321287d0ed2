//! Interrupts: the first stops reading, the second ends the program at once.

use std::{future::pending, io};

use tokio::sync::mpsc;

/// The exit code of a program that was interrupted, as shells count it.
const INTERRUPTED: u8 = 130;
/// The exit code of a program that was terminated, as shells count it.
#[cfg(unix)]
const TERMINATED: u8 = 143;

/// The interrupts of this process, from the moment of listening.
pub(crate) struct Interrupts {
    first: Option<mpsc::Receiver<u8>>,
}

impl Interrupts {
    /// Listens on a worker thread, so that a second interrupt counts even while an answer is being written to a pipe
    /// that nobody reads.
    pub(crate) fn listen() -> io::Result<Self> {
        let (sender, first) = mpsc::channel(1);
        let mut any = Any::new()?;
        tokio::spawn(async move {
            let exit_code = any.next().await;
            // Nobody listens any more when the program is about to end.
            let _ = sender.send(exit_code).await;
            let exit_code = any.next().await;
            std::process::exit(exit_code.into());
        });
        Ok(Self { first: Some(first) })
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
    interrupt: tokio::signal::unix::Signal,
    terminate: tokio::signal::unix::Signal,
}

#[cfg(unix)]
impl Any {
    fn new() -> io::Result<Self> {
        use tokio::signal::unix::{SignalKind, signal};

        Ok(Self { interrupt: signal(SignalKind::interrupt())?, terminate: signal(SignalKind::terminate())? })
    }

    async fn next(&mut self) -> u8 {
        tokio::select! {
            _ = self.interrupt.recv() => INTERRUPTED,
            _ = self.terminate.recv() => TERMINATED,
        }
    }
}

#[cfg(not(unix))]
struct Any;

#[cfg(not(unix))]
impl Any {
    fn new() -> io::Result<Self> {
        Ok(Self)
    }

    async fn next(&mut self) -> u8 {
        match tokio::signal::ctrl_c().await {
            Ok(()) => INTERRUPTED,
            Err(_) => pending().await,
        }
    }
}
