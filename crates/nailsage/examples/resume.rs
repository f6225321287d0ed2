//! A bot that may be killed at any moment and carries on where it stopped, without a duplicate and without a gap.
//!
//! ```console
//! $ cargo run --example resume -- sqlite:///resume.db 500
//! ```
//!
//! It needs no state of its own. Everything that a candle leads to is one command under a key made of the candle's time:
//! so either all of it is in the book or nothing is, and the last signal in the book tells which candle comes next.

use std::{error::Error, sync::Arc};

use nailsage::{
    Action, Clock as _, ClosePosition, Command, Done, OpenPosition, PositionRef, Price, RecordRecovery, RecordSignal,
    RegisterStrategy, Side, SignalType, Store, StoreError, StoreExt as _, StrategyKey, SystemClock, UnixMillis,
};

const STRATEGY: &str = "resume/v1@7";

/// The first candle, and one a minute from then on.
const FIRST_CANDLE: i64 = 1_640_995_200_000;
const MINUTE_MS: i64 = 60_000;

/// The most positions are held for so many candles.
const HOLD_CANDLES: i64 = 3;

fn main() -> Result<(), Box<dyn Error>> {
    let mut arguments = std::env::args().skip(1);
    let url = arguments.next().ok_or("give the URL of a book, such as sqlite:///resume.db")?;
    let candles: i64 = arguments.next().map_or(Ok(500), |number| number.parse())?;
    futures_executor::block_on(run(&url, candles))
}

async fn run(url: &str, candles: i64) -> Result<(), Box<dyn Error>> {
    let book = nailsage::connect(url).await?;
    let mut bot = Bot::resume(&book).await?;
    while bot.next_candle < candles {
        let (number, price) = (bot.next_candle, price(bot.next_candle)?);
        bot.trade(&book, number, price).await?;
    }
    println!("{candles} candles are in the book");
    Ok(())
}

struct Bot {
    strategy: StrategyKey,
    next_candle: i64,
    /// The candle at which the open position was opened, if there is one.
    opened_at: Option<i64>,
}

impl Bot {
    /// Registers, which changes nothing when that was done before, and asks the book where it stopped.
    async fn resume(book: &Arc<dyn Store>) -> Result<Self, Box<dyn Error>> {
        let strategy: StrategyKey = STRATEGY.parse()?;
        book.register_strategy(time_of(0)?, RegisterStrategy::new(strategy.clone(), "1m".parse()?)).await?;
        let recovery = book.recover().await?;
        let mine = recovery.strategies.iter().find(|it| it.record.strategy.key == strategy);
        let mine = mine.ok_or("the strategy was registered just now")?;
        let last = mine.last_signals.first().map(|signal| candle_at(signal.timestamp));
        let opened_at = mine.open_positions.first().map(|position| candle_at(position.entry_timestamp));
        if let Some(last) = last {
            book.record_recovery(SystemClock.now(), RecordRecovery {}).await?;
            eprintln!("going on after candle {last}, with {}", if opened_at.is_some() { "a position" } else { "none" });
        }
        Ok(Self { strategy, next_candle: last.map_or(0, |last| last + 1), opened_at })
    }

    /// One command: the signal, and the trade that it leads to.
    async fn trade(&mut self, book: &Arc<dyn Store>, number: i64, price: Price) -> Result<(), Box<dyn Error>> {
        let strategy = self.strategy.clone();
        let mut signal = RecordSignal {
            strategy: strategy.clone().into(),
            starlisting_id: None,
            signal_type: SignalType::Neutral,
            confidence: None,
            price,
            rejection_reason: None,
            then: Vec::new(),
        };
        let mut opened_at = self.opened_at;
        match opened_at {
            Some(opened) if number - opened >= HOLD_CANDLES => {
                signal.signal_type = SignalType::Close;
                signal.then = vec![ClosePosition::new(PositionRef::only_open(strategy), price).into()];
                opened_at = None;
            }
            None if number % 5 == 0 => {
                signal.signal_type = SignalType::Long;
                signal.then = vec![Action::from(OpenPosition::new(strategy, Side::Long, price))];
                opened_at = Some(number);
            }
            Some(_) | None => signal.rejection_reason = Some("no setup".parse()?),
        }
        let at = time_of(number)?;
        let command = Command::new(at, signal).with_key(format!("{STRATEGY} {at}").parse()?);
        let outcome = loop {
            match book.execute(command.clone()).await {
                Ok(outcome) => break outcome,
                // Whether it was carried out is settled by repeating it under its key.
                Err(nailsage::CallError::Store(StoreError::Unknown { .. } | StoreError::Unavailable { .. })) => {}
                Err(error) => return Err(error.into()),
            }
        };
        // A rule may have refused the trade, of a strategy that was deactivated, say; then the signal says why.
        if matches!(outcome.results.first(), Some(Done::RecordSignal(recorded)) if recorded.was_executed) {
            self.opened_at = opened_at;
        }
        self.next_candle = number + 1;
        Ok(())
    }
}

/// Prices that go up and down; a real bot asks its exchange.
fn price(candle: i64) -> Result<Price, Box<dyn Error>> {
    Ok((46_000 + (candle * 37) % 211).to_string().parse()?)
}

fn time_of(candle: i64) -> Result<UnixMillis, Box<dyn Error>> {
    Ok(UnixMillis::new(FIRST_CANDLE + candle * MINUTE_MS)?)
}

fn candle_at(time: UnixMillis) -> i64 {
    (time.get() - FIRST_CANDLE) / MINUTE_MS
}
