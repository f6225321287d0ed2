//! Strategies and how they are named.

use std::{fmt, str};

use serde::{Deserialize, Serialize};

use crate::{
    Amount, ConfigPath, Interval, ModelId, Problem, StarlistingId, StrategyId, StrategyName, UnixMillis, Usdt,
    ValueError, Version,
};

/// What makes a strategy itself: its name, version and market. As text `name/version@market`.
///
/// ```
/// use nailsage_domain::StrategyKey;
///
/// let key: StrategyKey = "dev_scalper_1m/v1@7".parse()?;
/// assert_eq!(key.version.as_str(), "v1");
/// assert_eq!(key.starlisting_id.get(), 7);
/// assert_eq!(key.to_string(), "dev_scalper_1m/v1@7");
/// # Ok::<(), nailsage_domain::ValueError>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct StrategyKey {
    /// What it is called; in JSON `strategy_name`.
    #[serde(rename = "strategy_name")]
    pub name: StrategyName,
    /// Which version of it.
    pub version: Version,
    /// The market it trades.
    pub starlisting_id: StarlistingId,
}

impl fmt::Display for StrategyKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { name, version, starlisting_id } = self;
        f.pad(&format!("{name}/{version}@{starlisting_id}"))
    }
}

impl str::FromStr for StrategyKey {
    type Err = ValueError;

    /// Splits at the last `@`, then at the last `/` before it, so that a name may contain both.
    fn from_str(text: &str) -> Result<Self, ValueError> {
        let split = text.rsplit_once('@').and_then(|(strategy, market)| Some((strategy.rsplit_once('/')?, market)));
        let Some(((name, version), market)) = split else {
            let problem = Problem::BadForm { expected: "of the form name/version@market" };
            return Err(ValueError::new("strategy", problem, text));
        };
        Ok(Self { name: name.parse()?, version: version.parse()?, starlisting_id: market.parse()? })
    }
}

/// A trading strategy with its own bankroll. In JSON the key's parts stand among the other fields.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Strategy {
    /// Its number in this book.
    pub id: StrategyId,
    /// Its name, version and market.
    #[serde(flatten)]
    pub key: StrategyKey,
    /// The candles it works on.
    pub interval: Interval,
    /// The model behind it, if any.
    pub model_id: Option<ModelId>,
    /// Where its configuration lives, if anywhere.
    pub config_path: Option<ConfigPath>,
    /// Whether it may open positions.
    pub is_active: bool,
    /// What it started with.
    pub initial_bankroll: Amount,
    /// What it has: the initial bankroll and everything the ledger moved since. It may be below 0.
    pub current_bankroll: Usdt,
    /// When the book wrote it first, by the book's clock.
    pub created_at: UnixMillis,
    /// When the book wrote it last, by the book's clock.
    pub updated_at: UnixMillis,
}
