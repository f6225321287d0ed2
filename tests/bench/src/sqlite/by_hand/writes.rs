//! The loop's insert and update statements, prepared once.

use nailsage_store_sqlite::sql;
use rusqlite::{Connection, Statement};

pub(super) struct Writes<'c> {
    pub(super) signal: Statement<'c>,
    pub(super) position: Statement<'c>,
    pub(super) position_end: Statement<'c>,
    pub(super) trade: Statement<'c>,
    pub(super) ledger: Statement<'c>,
    pub(super) request: Statement<'c>,
    pub(super) book: Statement<'c>,
}

impl<'c> Writes<'c> {
    pub(super) fn prepare(connection: &'c Connection) -> rusqlite::Result<Self> {
        Ok(Self {
            signal: connection.prepare(sql::SIGNAL_INSERT)?,
            position: connection.prepare(sql::POSITION_INSERT)?,
            position_end: connection.prepare(sql::POSITION_END)?,
            trade: connection.prepare(sql::TRADE_INSERT)?,
            ledger: connection.prepare(sql::LEDGER_INSERT)?,
            request: connection.prepare(sql::REQUEST_INSERT)?,
            book: connection.prepare(sql::BOOK_SET)?,
        })
    }
}
