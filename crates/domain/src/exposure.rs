//! What open positions stand for.

use serde::{Deserialize, Serialize};

use crate::{Amount, Side, UnixMillis, Usdt};

/// Open positions together, long and short apart. Sums of money are whole micro-USDT, wide enough for any number of amounts.
///
/// ```
/// use nailsage_domain::{Exposure, Side, UnixMillis, Usdt};
///
/// let at = UnixMillis::new(1_640_991_600_000)?;
/// let mut exposure = Exposure::default();
/// exposure.add(Side::Long, "1000".parse()?, Usdt::whole(30), at);
/// exposure.add(Side::Short, "400".parse()?, Usdt::whole(-5), at);
/// assert_eq!((exposure.gross_micros(), exposure.net_micros()), (1_400_000_000, 600_000_000));
/// assert_eq!(exposure.unrealized_micros, 25_000_000);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Exposure {
    /// Open long positions.
    pub num_long: i64,
    /// Open short positions.
    pub num_short: i64,
    /// The sizes of the long ones, in micro-USDT.
    pub long_micros: i128,
    /// The sizes of the short ones, in micro-USDT.
    pub short_micros: i128,
    /// What all of them would earn before fees at their marks, in micro-USDT.
    pub unrealized_micros: i128,
    /// The time of the mark that is the oldest; absent where nothing is open.
    pub oldest_mark_at: Option<UnixMillis>,
}

impl Exposure {
    /// Adds an open position by its size.
    pub fn add(&mut self, side: Side, notional: Amount, unrealized_pnl: Usdt, marked_at: UnixMillis) {
        let (long, short) = match side {
            Side::Long => (1, 0),
            Side::Short => (0, 1),
        };
        let micros = i128::from(notional.usdt().micros());
        self.add_all(&Self {
            num_long: long,
            num_short: short,
            long_micros: micros * i128::from(long),
            short_micros: micros * i128::from(short),
            unrealized_micros: unrealized_pnl.micros().into(),
            oldest_mark_at: Some(marked_at),
        });
    }

    /// Adds all of another one.
    pub fn add_all(&mut self, other: &Self) {
        self.num_long += other.num_long;
        self.num_short += other.num_short;
        self.long_micros += other.long_micros;
        self.short_micros += other.short_micros;
        self.unrealized_micros += other.unrealized_micros;
        self.oldest_mark_at = self.oldest_mark_at.into_iter().chain(other.oldest_mark_at).min();
    }

    /// How many positions are open.
    #[must_use]
    pub const fn num_open(&self) -> i64 {
        self.num_long + self.num_short
    }

    /// Long and short together, in micro-USDT.
    #[must_use]
    pub const fn gross_micros(&self) -> i128 {
        self.long_micros + self.short_micros
    }

    /// Long less short, in micro-USDT.
    #[must_use]
    pub const fn net_micros(&self) -> i128 {
        self.long_micros - self.short_micros
    }
}
