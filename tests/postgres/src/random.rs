//! Names, passwords and ports that no other test process has.

use std::hash::{BuildHasher, RandomState};

/// A number that cannot be foreseen: the standard library seeds its hashers from the system.
pub(crate) fn number() -> u64 {
    RandomState::new().hash_one(std::process::id())
}

/// 16 hexadecimal digits.
pub(crate) fn word() -> String {
    format!("{:016x}", number())
}

/// A port below those that systems give to outgoing connections: there, a client that knocks at a stopped server would
/// sooner or later be given the server's own port and reach itself.
#[cfg(unix)]
pub(crate) fn port() -> u16 {
    const FIRST: u16 = 20_000;
    const COUNT: u64 = 12_000;
    let free = |port: &u16| std::net::TcpListener::bind(("127.0.0.1", *port)).is_ok();
    let mut ports = std::iter::repeat_with(|| FIRST + u16::try_from(number() % COUNT).expect("it is below 12,000"));
    ports.find(free).expect("the numbers do not end")
}
