//! What is PostgreSQL's alone: reaching a server and losing it, opening, locks between processes, poolers, plans, and
//! plain SQL on the database.

#![cfg(unix)]
#![allow(clippy::unwrap_used, reason = "a test says what it expects by failing")]

mod book;
mod busy;
mod closing;
mod crash;
mod document;
mod freeze;
mod interrupted;
mod line;
mod lost;
mod open;
mod plans;
mod pooler;
mod readers;
mod recipes;
mod reset;
mod schema_page;
mod session;
mod tls;
mod unfit;
mod views;
