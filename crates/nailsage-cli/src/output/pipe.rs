//! Whether anybody still reads standard output.

/// Whether standard output leads to a reader that is gone. Whoever writes finds out by itself; whoever waits for something
/// to write would wait for nobody.
#[cfg(unix)]
pub(crate) fn is_reader_gone() -> bool {
    use rustix::event::{PollFd, PollFlags, Timespec, poll};

    let stdout = std::io::stdout();
    let mut asked = [PollFd::new(&stdout, PollFlags::empty())];
    // What is wrong is reported although nothing is asked for.
    match poll(&mut asked, Some(&Timespec::default())) {
        Ok(_) => asked[0].revents().intersects(PollFlags::ERR | PollFlags::HUP | PollFlags::NVAL),
        Err(_) => false,
    }
}

/// Elsewhere it is found out when there is something to write.
#[cfg(not(unix))]
pub(crate) fn is_reader_gone() -> bool {
    false
}
