//! The wins or the losses of a period.

use serde::{Deserialize, Serialize};

use crate::{OutOfRange, Usdt};

/// How many there were, their sum and the largest.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(into = "StoredOutcomes", try_from = "StoredOutcomes")]
pub(super) struct Outcomes {
    count: i64,
    micros: i64,
    largest: Option<Usdt>,
}

impl Outcomes {
    pub(super) const NONE: Self = Self { count: 0, micros: 0, largest: None };

    /// Counts one more. After an error it is half counted; work on a copy.
    pub(super) fn add(&mut self, pnl: Usdt) -> Result<(), OutOfRange> {
        self.count = self.count.checked_add(1).ok_or(OutOfRange)?;
        self.micros = self.micros.checked_add(pnl.micros()).ok_or(OutOfRange)?;
        let is_largest = self.largest.is_none_or(|largest| pnl.magnitude() > largest.magnitude());
        if is_largest {
            self.largest = Some(pnl);
        }
        Ok(())
    }

    pub(super) const fn count(&self) -> i64 {
        self.count
    }

    pub(super) const fn micros(&self) -> i64 {
        self.micros
    }

    pub(super) const fn largest(&self) -> Option<Usdt> {
        self.largest
    }

    /// Rounded half to even to the millionth.
    pub(super) fn average(&self) -> Option<Usdt> {
        let (sum, count) = (i128::from(self.micros), i128::from(self.count));
        if count == 0 {
            return None;
        }
        let (floor, rest) = (sum.div_euclid(count), sum.rem_euclid(count));
        let rounds_up = rest * 2 > count || (rest * 2 == count && floor % 2 != 0);
        // An average lies between the amounts it was made of, so it is in range like them.
        Usdt::from_wide_micros(floor + i128::from(rounds_up)).ok()
    }
}

/// Count, sum in micro-USDT, the largest.
type StoredOutcomes = (i64, i64, Option<Usdt>);

impl From<Outcomes> for StoredOutcomes {
    fn from(outcomes: Outcomes) -> Self {
        (outcomes.count, outcomes.micros, outcomes.largest)
    }
}

impl TryFrom<StoredOutcomes> for Outcomes {
    type Error = &'static str;

    fn try_from((count, micros, largest): StoredOutcomes) -> Result<Self, Self::Error> {
        let largest_micros = largest.map_or(0, Usdt::micros);
        // No amount of one sign is larger than the largest, and the sum has at least that one in it.
        let (lower, upper) = (i128::from(largest_micros), i128::from(largest_micros) * i128::from(count));
        let adds_up = (lower.min(upper)..=lower.max(upper)).contains(&i128::from(micros));
        if count < 0 || (count == 0) != largest.is_none() || !adds_up {
            return Err("a sum of wins or losses fits their number and the largest");
        }
        Ok(Self { count, micros, largest })
    }
}
