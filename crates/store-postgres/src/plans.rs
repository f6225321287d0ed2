//! When the plans of prepared statements are made anew.
//!
//! A prepared statement's plan is kept. That is what it is prepared for; but what was a good plan for an empty book is none
//! for a large one, and the server makes it anew only when it analyses a table, which may be a minute of bulk loading later.
//! The book row tells how large the tables are, so plans are thrown away whenever one has doubled: a plan is never older
//! than half of what it reads, and over a book's life that costs a few dozen plans. It renews the foreign keys' own plans,
//! too, which a connection keeps as well.

use nailsage_store::state::Book;

/// Keeps the plans, instead of having them made anew because they might be a little better for some values, and finds
/// every row by an index.
const KEPT: &str = "; SET LOCAL plan_cache_mode = force_generic_plan; SET LOCAL enable_seqscan = off; \
     SET LOCAL enable_hashjoin = off; SET LOCAL enable_mergejoin = off";

const RENEWED: &str = "; DISCARD PLANS; SET LOCAL plan_cache_mode = force_generic_plan; SET LOCAL enable_seqscan = off; \
     SET LOCAL enable_hashjoin = off; SET LOCAL enable_mergejoin = off";

/// Below so many rows any plan will do.
const FEW_ROWS: i64 = 64;

/// The ids that come next in the tables that are searched: strategies, positions, signals (which foreign keys look for), and
/// commands, of which those with keys are.
type Sizes = [i64; 4];

/// For how large a book the plans were made.
#[derive(Debug, Default)]
pub(crate) struct Plans {
    /// None before the first group.
    made_for: Option<Sizes>,
    are_outgrown: bool,
}

impl Plans {
    /// What is added where a group's transaction begins.
    pub(crate) fn setting(&self) -> &'static str {
        if self.are_outgrown { RENEWED } else { KEPT }
    }

    /// A group that began with this setting has seen the book.
    pub(crate) fn see(&mut self, book: &Book) {
        let sizes =
            [book.next_strategy_id.get(), book.next_position_id.get(), book.next_signal_id.get(), book.commit_seq]
                .map(|size| size.max(FEW_ROWS));
        match self.made_for {
            Some(made_for) if !self.are_outgrown => {
                self.are_outgrown = sizes.iter().zip(made_for).any(|(size, before)| size / 2 >= before);
            }
            Some(_) | None => *self = Self { made_for: Some(sizes), are_outgrown: false },
        }
    }
}

#[cfg(test)]
mod tests {
    use nailsage_domain::{PositionId, StrategyId, UnixMillis};

    use super::*;

    fn book(positions: i64, commands: i64) -> Book {
        let next_position_id = PositionId::new(positions + 1).unwrap();
        Book { next_position_id, commit_seq: commands, ..Book::new(1, UnixMillis::MIN) }
    }

    fn is_renewed(plans: &Plans) -> bool {
        plans.setting().contains("DISCARD PLANS")
    }

    #[test]
    fn plans_are_made_anew_once_whenever_a_table_has_doubled() {
        let mut plans = Plans::default();
        plans.see(&book(0, 0));
        let mut renewed_at = Vec::new();
        for positions in 0..10_000 {
            if is_renewed(&plans) {
                renewed_at.push(positions);
            }
            plans.see(&book(positions, 0));
        }
        assert_eq!(renewed_at, [128, 258, 518, 1038, 2078, 4158, 8318]);
    }

    #[test]
    fn a_table_that_grows_is_seen_beside_a_large_one_that_does_not() {
        let mut plans = Plans::default();
        plans.see(&book(0, 1_000_000));
        plans.see(&book(100, 1_000_100));
        assert!(!is_renewed(&plans));
        plans.see(&book(200, 1_000_200));
        assert!(is_renewed(&plans));
        let mut plans = Plans::default();
        plans.see(&Book { next_strategy_id: StrategyId::new(100).unwrap(), ..book(0, 0) });
        plans.see(&Book { next_strategy_id: StrategyId::new(200).unwrap(), ..book(0, 0) });
        assert!(is_renewed(&plans));
    }

    #[test]
    fn a_group_that_did_not_begin_leaves_the_renewal_to_the_next() {
        let mut plans = Plans::default();
        plans.see(&book(0, 0));
        plans.see(&book(1_000, 0));
        // Its lock was not to be had, so it has seen nothing.
        assert!(is_renewed(&plans) && is_renewed(&plans));
        plans.see(&book(1_000, 0));
        assert!(!is_renewed(&plans));
    }
}
