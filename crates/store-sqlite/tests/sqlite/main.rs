//! What is SQLite's alone: opening, locks between processes, plans, and plain SQL on the file.

#![allow(clippy::unwrap_used, reason = "a test says what it expects by failing")]

mod book;
mod busy;
mod corrupt;
mod document;
mod open;
#[cfg(target_os = "linux")]
mod permission;
mod plans;
mod recipes;
mod reset;
mod views;
