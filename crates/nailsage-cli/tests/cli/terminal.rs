//! The program at a terminal of its own, for what it does only there.

use std::{
    fs::File,
    io::{Read as _, Write as _},
    os::fd::OwnedFd,
    process::Child,
    sync::{Arc, Mutex},
    thread::{self, sleep},
    time::{Duration, Instant},
};

use nix::{
    pty::{Winsize, openpty},
    sys::{
        signal::{Signal, kill},
        termios::{LocalFlags, tcgetattr},
    },
    unistd::Pid,
};

use crate::common::Folder;

const PATIENCE: Duration = Duration::from_mins(1);

/// What leaves the screen on which pictures are drawn.
const LEFT: &str = "\u{1b}[?1049l";

/// A terminal with the program on it.
pub(crate) struct Terminal {
    child: Child,
    master: File,
    /// Kept open, so that what was written is still there when the program is gone.
    slave: OwnedFd,
    seen: Arc<Mutex<String>>,
}

impl Terminal {
    /// Runs the program on a terminal of this many lines and columns.
    pub(crate) fn run(folder: &Folder, args: &[&str], size: (u16, u16), url: Option<&str>) -> Self {
        let size = Winsize { ws_row: size.0, ws_col: size.1, ws_xpixel: 0, ws_ypixel: 0 };
        let pty = openpty(&size, None).unwrap();
        let end = || pty.slave.try_clone().unwrap();
        let mut command = folder.command(args);
        if let Some(url) = url {
            command.env("DATABASE_URL", url);
        }
        let child = command.env("TERM", "xterm-256color").stdin(end()).stdout(end()).stderr(end()).spawn().unwrap();
        let master = File::from(pty.master);
        let seen = Arc::new(Mutex::new(String::new()));
        let (mut reader, reads) = (master.try_clone().unwrap(), Arc::clone(&seen));
        thread::spawn(move || {
            let mut part = [0; 4_096];
            while let Ok(count) = reader.read(&mut part)
                && count > 0
            {
                reads.lock().unwrap().push_str(&String::from_utf8_lossy(&part[..count]));
            }
        });
        Self { child, master, slave: pty.slave, seen }
    }

    /// Everything that was written to it.
    pub(crate) fn seen(&self) -> String {
        self.seen.lock().unwrap().clone()
    }

    /// The lines of the last whole picture.
    pub(crate) fn picture(&self) -> Vec<String> {
        let seen = self.seen();
        let Some((before, _)) = seen.rsplit_once("\u{1b}[?2026l") else { return Vec::new() };
        let (_, last) = before.rsplit_once("\u{1b}[1;1H").unwrap();
        last.split("\r\n").map(|line| line.replace("\u{1b}[K", "").replace("\u{1b}[J", "")).collect()
    }

    /// Waits until something is so.
    pub(crate) fn until(&self, what: &str, is_so: impl Fn(&Self) -> bool) {
        let give_up = Instant::now() + PATIENCE;
        while !is_so(self) {
            assert!(Instant::now() < give_up, "{what}: {:?}", self.seen());
            sleep(Duration::from_millis(20));
        }
    }

    /// Waits until the last picture has this in it.
    pub(crate) fn until_shown(&self, text: &str) {
        self.until(text, |terminal| terminal.picture().join("\n").contains(text));
    }

    pub(crate) fn type_in(&mut self, keys: &str) {
        self.master.write_all(keys.as_bytes()).unwrap();
    }

    pub(crate) fn send(&self, signal: Signal) {
        kill(Pid::from_raw(i32::try_from(self.child.id()).unwrap()), signal).unwrap();
    }

    /// Whether lines are typed as usual: shown, and handed over whole.
    pub(crate) fn is_in_order(&self) -> bool {
        let flags = tcgetattr(&self.slave).unwrap().local_flags;
        flags.contains(LocalFlags::ECHO | LocalFlags::ICANON | LocalFlags::ISIG)
    }

    /// The exit code, once the program has ended.
    pub(crate) fn exit_code(&mut self) -> Option<i32> {
        let give_up = Instant::now() + PATIENCE;
        loop {
            if let Some(status) = self.child.try_wait().unwrap() {
                return status.code();
            }
            if Instant::now() >= give_up {
                self.child.kill().unwrap();
                panic!("it does not end: {:?}", self.seen());
            }
            sleep(Duration::from_millis(20));
        }
    }

    /// After the program has ended: its screen was left, the cursor is there, and keys do what they did.
    pub(crate) fn assert_put_back(&self) {
        assert!(self.is_in_order(), "the terminal's settings");
        self.until("the screen is left", |terminal| terminal.seen().contains(LEFT));
        assert!(self.seen().contains("\u{1b}[?25h"), "the cursor is hidden: {:?}", self.seen());
    }
}
