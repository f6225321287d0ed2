//! Crashes: the program is killed, and the files under it fail, while commands are in flight.

#![cfg(target_os = "linux")]
#![allow(clippy::unwrap_used, reason = "a test says what it expects by failing")]

mod book;
mod fault;
mod input;
mod kill;
