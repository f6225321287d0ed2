//! The binary form: there and back for every amount and price, and as the server itself understands it.

use futures_util::FutureExt as _;
use nailsage_test_postgres::server;
use proptest::{prelude::*, strategy::ValueTree as _};
use tokio::runtime::Builder;
use tokio_postgres::NoTls;

use super::*;

fn encoded(numeric: Numeric) -> BytesMut {
    let mut bytes = BytesMut::new();
    assert!(matches!(numeric.to_sql(&Type::NUMERIC, &mut bytes), Ok(IsNull::No)));
    bytes
}

fn there_and_back(numeric: Numeric) -> Numeric {
    Numeric::from_sql(&Type::NUMERIC, &encoded(numeric)).unwrap()
}

fn micros() -> impl Strategy<Value = i64> {
    let (least, most) = (Usdt::MIN.micros(), Usdt::MAX.micros());
    let round =
        (0..16_u32, -9_999..=9_999_i64).prop_map(|(power, digits)| digits * 10_i64.pow(power).min(800_000_000_000));
    prop_oneof![least..=most, -1_000_000..=1_000_000_i64, round.prop_map(move |it| it.clamp(least, most))]
}

/// Up to fifteen digits, the leading one anywhere from 10^-12 to 10^11.
fn price() -> impl Strategy<Value = Price> {
    (1..=15_u32, -12..=11_i32).prop_flat_map(|(digits, leading)| {
        let (first, beyond) = (10_u64.pow(digits - 1), 10_u64.pow(digits));
        let exponent = leading + 1 - i32::try_from(digits).unwrap();
        (first..beyond).prop_map(move |mantissa| format!("{mantissa}e{exponent}").parse().unwrap())
    })
}

/// Where digits, groups of four and signs begin and end.
fn edges() -> Vec<Usdt> {
    let texts =
        ["0", "1", "0.000001", "0.0001", "0.01", "0.1", "9999", "10000", "10001", "9999.9999", "99999999.999999"];
    let numbers = texts.iter().flat_map(|text| [(*text).to_owned(), format!("-{text}")]);
    let edges = numbers.map(|text| text.parse().unwrap()).chain([Usdt::MIN, Usdt::MAX]);
    edges.chain([1_i64, 1_000_000].map(|it| Usdt::from_micros(Usdt::MAX.micros() - it).unwrap())).collect()
}

fn price_edges() -> Vec<Price> {
    let texts = [
        "1e-12",
        "1.00000000000001e-12",
        "9.99999999999999e-12",
        "0.0001",
        "0.00009999",
        "0.001",
        "1",
        "10",
        "9999",
        "10000",
        "12345.6789",
        "1e11",
        "999999999999",
        "999999999999.999",
        "100000000000.001",
        "46377.5",
    ];
    texts.iter().map(|text| text.parse().unwrap()).collect()
}

proptest! {
    #[test]
    fn every_amount_comes_back(micros in micros()) {
        let usdt = Usdt::from_micros(micros).unwrap();
        prop_assert_eq!(there_and_back(usdt.into()).to_usdt().unwrap(), usdt);
    }

    #[test]
    fn every_price_comes_back(price in price()) {
        prop_assert_eq!(there_and_back(price.into()).to_price().unwrap(), price);
    }

    #[test]
    fn no_bytes_bring_reading_down(bytes in proptest::collection::vec(any::<u8>(), 0..64)) {
        if let Ok(numeric) = Numeric::from_sql(&Type::NUMERIC, &bytes) {
            drop((numeric.to_usdt(), numeric.to_price()));
        }
    }

    #[test]
    fn what_is_cut_short_is_refused(price in price(), kept in 0..8_usize) {
        let bytes = encoded(price.into());
        let kept = kept.min(bytes.len() - 1);
        prop_assert!(Numeric::from_sql(&Type::NUMERIC, &bytes[..kept]).is_err());
    }
}

#[test]
fn the_edges_come_back() {
    for usdt in edges() {
        assert_eq!(there_and_back(usdt.into()).to_usdt().unwrap(), usdt);
    }
    for price in price_edges() {
        assert_eq!(there_and_back(price.into()).to_price().unwrap(), price);
    }
}

/// One value a run of a generator, always the same ones.
fn samples<T: std::fmt::Debug>(strategy: &impl Strategy<Value = T>) -> Vec<T> {
    let mut runner = proptest::test_runner::TestRunner::deterministic();
    (0..2_000).map(|_| strategy.new_tree(&mut runner).unwrap().current()).collect()
}

/// Asks the server, with one parameter.
fn ask(sql: &str, parameter: &(dyn ToSql + Sync), kind: Type) -> Vec<tokio_postgres::Row> {
    let database = server().database();
    let runtime = Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(async {
        let (client, connection) = tokio_postgres::connect(database.url(), NoTls).await.unwrap();
        tokio::spawn(connection.map(drop));
        client.query_typed(sql, &[(parameter, kind)]).await.unwrap()
    })
}

const AS_TEXT: &str = "SELECT v::text FROM unnest($1::numeric[]) WITH ORDINALITY AS n (v, i) ORDER BY i";
const AS_NUMERIC: &str = "SELECT v::numeric FROM unnest($1::text[]) WITH ORDINALITY AS n (v, i) ORDER BY i";

#[test]
fn the_server_understands_every_number_as_it_is_meant() {
    let amounts: Vec<_> =
        edges().into_iter().chain(samples(&micros()).into_iter().map(|it| Usdt::from_micros(it).unwrap())).collect();
    let sent: Vec<_> = amounts.iter().copied().map(Numeric::from).collect();
    for (row, amount) in ask(AS_TEXT, &sent, Type::NUMERIC_ARRAY).iter().zip(&amounts) {
        let micros = amount.micros();
        let sign = if micros < 0 { "-" } else { "" };
        let magnitude = micros.unsigned_abs();
        let expected = format!("{sign}{}.{:06}", magnitude / 1_000_000, magnitude % 1_000_000);
        assert_eq!(row.get::<_, &str>(0), expected);
    }

    let prices: Vec<_> = price_edges().into_iter().chain(samples(&price())).collect();
    let sent: Vec<_> = prices.iter().copied().map(Numeric::from).collect();
    for (row, price) in ask(AS_TEXT, &sent, Type::NUMERIC_ARRAY).iter().zip(&prices) {
        let text: &str = row.get(0);
        assert_eq!(text.parse::<Price>().unwrap(), *price, "{text}");
        assert!(!(text.contains('.') && text.ends_with('0')), "no digit that is not there is shown: {text}");
    }
}

#[test]
fn every_number_of_the_server_is_understood_as_it_is_meant() {
    let amounts: Vec<_> =
        edges().into_iter().chain(samples(&micros()).into_iter().map(|it| Usdt::from_micros(it).unwrap())).collect();
    // With the digits of its column, and as somebody else may write it.
    for trailing in ["", "000", "0000000000"] {
        let texts: Vec<_> = amounts
            .iter()
            .map(|amount| {
                let text = amount.to_string();
                if text.contains('.') { format!("{text}{trailing}") } else { text }
            })
            .collect();
        for (row, amount) in ask(AS_NUMERIC, &texts, Type::TEXT_ARRAY).iter().zip(&amounts) {
            assert_eq!(row.get::<_, Numeric>(0).to_usdt().unwrap(), *amount);
        }
    }
    let prices: Vec<_> = price_edges().into_iter().chain(samples(&price())).collect();
    let texts: Vec<_> = prices.iter().map(|price| format!("{}e{}", price.mantissa(), price.exponent())).collect();
    for (row, price) in ask(AS_NUMERIC, &texts, Type::TEXT_ARRAY).iter().zip(&prices) {
        assert_eq!(row.get::<_, Numeric>(0).to_price().unwrap(), *price);
    }
}

#[test]
fn what_is_no_amount_or_price_is_refused_and_never_guessed() {
    let texts = ["NaN", "Infinity", "-Infinity"].map(str::to_owned).to_vec();
    for row in ask(AS_NUMERIC, &texts, Type::TEXT_ARRAY) {
        assert!(row.try_get::<_, Numeric>(0).is_err());
    }
    let texts: Vec<String> = [
        "0.0000001",
        "1.0000005",
        "-0.0000001",
        "8589934592",
        "-8589934592",
        "9223372036854775808",
        "1e40",
        "1e1000",
        "1e-100",
        "1e131000",
        "1e-16000",
    ]
    .map(str::to_owned)
    .to_vec();
    for (row, text) in ask(AS_NUMERIC, &texts, Type::TEXT_ARRAY).iter().zip(&texts) {
        let read = row.try_get::<_, Numeric>(0).map_err(Problem::from).and_then(Numeric::to_usdt);
        assert!(read.is_err(), "{text} was read as {read:?}");
    }
    let texts: Vec<String> = [
        "0",
        "-1",
        "1e12",
        "9.9e-13",
        "1.234567890123456",
        "0.1234567890123456",
        "1e40",
        "1e131000",
        "1e-16000",
        "123456789012345678901234567890123456789012345678901234567890",
    ]
    .map(str::to_owned)
    .to_vec();
    for (row, text) in ask(AS_NUMERIC, &texts, Type::TEXT_ARRAY).iter().zip(&texts) {
        let read = row.try_get::<_, Numeric>(0).map_err(Problem::from).and_then(Numeric::to_price);
        assert!(read.is_err(), "{text} was read as {read:?}");
    }
}
