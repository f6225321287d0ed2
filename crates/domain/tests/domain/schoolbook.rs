//! The P&L formula once more, in schoolbook arithmetic on decimal digits. It knows the values only as texts and shares
//! nothing with the rules, so that both are unlikely to be wrong in the same way.

use std::cmp::Ordering;

/// A whole number of any size: decimal digits, the last first, without zeros in front.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Whole(Vec<u8>);

impl Whole {
    fn from_digits(digits: &str) -> Self {
        Self(digits.bytes().rev().map(|digit| digit - b'0').collect()).trimmed()
    }

    fn trimmed(mut self) -> Self {
        while self.0.last() == Some(&0) {
            self.0.pop();
        }
        self
    }

    fn times(&self, other: &Self) -> Self {
        let mut columns = vec![0_u32; self.0.len() + other.0.len() + 1];
        for (i, left) in self.0.iter().enumerate() {
            for (j, right) in other.0.iter().enumerate() {
                columns[i + j] += u32::from(*left) * u32::from(*right);
            }
        }
        Self::carried(&columns)
    }

    fn plus(&self, other: &Self) -> Self {
        let length = self.0.len().max(other.0.len()) + 1;
        let digit = |number: &Self, place: usize| u32::from(*number.0.get(place).unwrap_or(&0));
        Self::carried(&(0..length).map(|place| digit(self, place) + digit(other, place)).collect::<Vec<_>>())
    }

    fn carried(columns: &[u32]) -> Self {
        let mut carry = 0;
        let mut digits = Vec::new();
        for column in columns {
            carry += column;
            digits.push(u8::try_from(carry % 10).unwrap());
            carry /= 10;
        }
        assert_eq!(carry, 0, "the last column is there for the carry");
        Self(digits).trimmed()
    }

    fn minus(&self, smaller: &Self) -> Self {
        let mut borrow = 0_i16;
        let mut digits = Vec::new();
        for place in 0..self.0.len() {
            let digit = i16::from(self.0[place]) - i16::from(*smaller.0.get(place).unwrap_or(&0)) - borrow;
            borrow = i16::from(digit < 0);
            digits.push(u8::try_from(digit + 10 * borrow).unwrap());
        }
        assert_eq!(borrow, 0, "the smaller one is smaller");
        Self(digits).trimmed()
    }

    fn compare(&self, other: &Self) -> Ordering {
        self.0.len().cmp(&other.0.len()).then_with(|| self.0.iter().rev().cmp(other.0.iter().rev()))
    }

    /// Long division: the quotient and the rest.
    fn divided(&self, divisor: &Self) -> (Self, Self) {
        let mut rest = Self(Vec::new());
        let mut quotient = Vec::new();
        for digit in self.0.iter().rev() {
            rest.0.insert(0, *digit);
            rest = rest.trimmed();
            let mut times = 0;
            while rest.compare(divisor) != Ordering::Less {
                rest = rest.minus(divisor);
                times += 1;
            }
            quotient.insert(0, times);
        }
        (Self(quotient).trimmed(), rest)
    }

    fn half_even(&self, divisor: &Self) -> Self {
        let (quotient, rest) = self.divided(divisor);
        let is_odd = quotient.0.first().is_some_and(|last| last % 2 == 1);
        match rest.plus(&rest).compare(divisor) {
            Ordering::Greater => quotient.plus(&Self(vec![1])),
            Ordering::Equal if is_odd => quotient.plus(&Self(vec![1])),
            _ => quotient,
        }
    }
}

/// A plain decimal text times 10^`places`.
fn scaled(text: &str, places: usize) -> Whole {
    let (whole, fraction) = text.split_once('.').unwrap_or((text, ""));
    assert!(fraction.len() <= places, "{text} has more than {places} decimals");
    Whole::from_digits(&format!("{whole}{fraction:0<places$}"))
}

/// The gross P&L in micro-USDT, rounded half to even; `None` beyond ±10^30, far outside of every range.
pub(crate) fn gross_micros(is_long: bool, size: &str, entry: &str, exit: &str) -> Option<i128> {
    let (size, entry, exit) = (scaled(size, 6), scaled(entry, 30), scaled(exit, 30));
    let rises = exit.compare(&entry) == Ordering::Greater;
    let difference = if rises { exit.minus(&entry) } else { entry.minus(&exit) };
    let rounded = size.times(&difference).half_even(&entry);
    if rounded.0.len() > 30 {
        return None;
    }
    let magnitude = rounded.0.iter().rev().fold(0, |number, digit| number * 10 + i128::from(*digit));
    Some(if rises == is_long { magnitude } else { -magnitude })
}

#[test]
fn the_schoolbook_gives_known_results() {
    assert_eq!(gross_micros(true, "10000", "95000", "95150"), Some(15_789_474));
    assert_eq!(gross_micros(false, "0.000005", "2", "3"), Some(-2));
    assert_eq!(gross_micros(true, "0.000003", "1", "1.5"), Some(2));
    assert_eq!(gross_micros(true, "1000", "3", "1"), Some(-666_666_667));
}
