//! A line between a store and its server that breaks at a chosen byte: what a network can do, at the moment that matters.

use std::{
    io::{Read as _, Write as _},
    net::{Shutdown, TcpListener, TcpStream},
    sync::{
        Arc, Mutex,
        atomic::{AtomicBool, Ordering},
    },
    thread,
    time::Duration,
};

/// Where it breaks, once.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Cut {
    /// Nothing that holds this text is handed on any more.
    Before(&'static [u8]),
    /// What holds this text is handed on, and nothing of the server's answer.
    After(&'static [u8]),
    /// What holds this text is swallowed, and the line stays: the server seems to think about it for ever.
    Swallow(&'static [u8]),
}

/// The line. It lasts as long as the test process.
pub(crate) struct Line {
    port: u16,
    cut: Arc<Mutex<Option<Cut>>>,
}

impl Line {
    /// A line to this port on this machine.
    pub(crate) fn to(server: u16) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        let cut: Arc<Mutex<Option<Cut>>> = Arc::default();
        let shared = Arc::clone(&cut);
        thread::spawn(move || {
            for client in listener.incoming() {
                let (client, server) = (client.unwrap(), TcpStream::connect(("127.0.0.1", server)).unwrap());
                let is_mute = Arc::new(AtomicBool::new(false));
                let (from, to, mute) = (server.try_clone().unwrap(), client.try_clone().unwrap(), Arc::clone(&is_mute));
                thread::spawn(move || {
                    hand_on(from, to, |_| if mute.load(Ordering::SeqCst) { Fate::Lost } else { Fate::Kept });
                });
                let cut = Arc::clone(&shared);
                thread::spawn(move || hand_on(client, server, |bytes| fate(&cut, &is_mute, bytes)));
            }
        });
        Self { port, cut }
    }

    /// The same URL, over this line.
    pub(crate) fn url(&self, url: &str, server: u16) -> String {
        url.replace(&format!("127.0.0.1:{server}/"), &format!("127.0.0.1:{}/", self.port))
    }

    /// From now on it breaks there, once.
    pub(crate) fn cut(&self, cut: Cut) {
        *self.cut.lock().unwrap() = Some(cut);
    }

    /// Whether it has broken.
    pub(crate) fn is_cut(&self) -> bool {
        self.cut.lock().unwrap().is_none()
    }
}

/// What becomes of some bytes.
enum Fate {
    Kept,
    Lost,
    /// They are handed on, and the line breaks when the server had time for them.
    Last,
    /// The line breaks at once.
    Broken,
}

fn fate(cut: &Mutex<Option<Cut>>, is_mute: &AtomicBool, bytes: &[u8]) -> Fate {
    let mut cut = cut.lock().unwrap();
    let holds = |text: &[u8]| bytes.windows(text.len()).any(|window| window == text);
    match *cut {
        Some(Cut::Before(text)) if holds(text) => {
            *cut = None;
            Fate::Broken
        }
        Some(Cut::After(text)) if holds(text) => {
            *cut = None;
            is_mute.store(true, Ordering::SeqCst);
            Fate::Last
        }
        Some(Cut::Swallow(text)) if holds(text) => {
            *cut = None;
            Fate::Lost
        }
        _ => Fate::Kept,
    }
}

fn hand_on(mut from: TcpStream, mut to: TcpStream, mut fate: impl FnMut(&[u8]) -> Fate) {
    let mut buffer = vec![0; 1 << 20];
    while let Ok(count @ 1..) = from.read(&mut buffer) {
        let bytes = &buffer[..count];
        match fate(bytes) {
            Fate::Kept if to.write_all(bytes).is_ok() => {}
            Fate::Lost => {}
            Fate::Last => {
                drop(to.write_all(bytes));
                thread::sleep(Duration::from_millis(300));
                break;
            }
            Fate::Kept | Fate::Broken => break,
        }
    }
    for side in [from, to] {
        // One that is closed already is closed.
        drop(side.shutdown(Shutdown::Both));
    }
}
