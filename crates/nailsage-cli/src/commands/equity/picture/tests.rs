//! Pictures of every shape of data.

use nailsage::{UnixMillis, Usdt};

use super::*;

fn points(equities: &[i32]) -> Vec<CurvePoint> {
    let point = |(hour, equity): (i64, &i32)| CurvePoint {
        timestamp: UnixMillis::new(1_640_995_200_000 + hour * 3_600_000).expect("a time"),
        equity: Usdt::whole(*equity),
        pnl_micros: i64::from(*equity) * 1_000_000,
        drawdown_pct: f64::from((10_000 - equity).max(0)) / 100.0,
    };
    (0_i64..).zip(equities).map(point).collect()
}

fn flow(hour: i64, amount: i32) -> Flow {
    Flow {
        at: UnixMillis::new(1_640_995_200_000 + hour * 3_600_000).expect("a time"),
        amount: Usdt::whole(amount),
        is_start: false,
        strategy: "my-bot/v1@7".to_owned(),
        reason: None,
    }
}

fn drawn(whose: &str, points: &[CurvePoint], flows: &[Flow], size: (u32, u32)) -> String {
    Picture { whose, points, flows, size, zone: &Zone::UTC }.svg().expect("a picture")
}

#[test]
fn every_shape_of_data_makes_a_picture_of_its_size_in_both_forms() {
    for equities in [&[10_000][..], &[10_000, 10_000], &[10_000, 5_000, 0], &[0], &[10_000, -300, 12_000, 9_000]] {
        for size in [(500, 350), (1_200, 700), (4_000, 350)] {
            let svg = drawn("all strategies", &points(equities), &[flow(1, 500), flow(1, -20)], size);
            let (png, _) = png(&svg, size).expect("a PNG");
            let number = |place: usize| u32::from_be_bytes(png[place..place + 4].try_into().expect("four bytes"));
            assert_eq!(&png[..8], b"\x89PNG\r\n\x1a\n");
            assert_eq!((number(16), number(20)), size, "{equities:?}");
            assert!(!svg.contains("NaN") && !svg.contains("inf"), "{svg}");
        }
    }
}

/// Dark pixels in a rectangle: something is written there.
fn dark_pixels(png: &[u8], across: std::ops::Range<u32>, down: std::ops::Range<u32>) -> usize {
    let pixels = resvg::tiny_skia::Pixmap::decode_png(png).expect("a PNG");
    down.flat_map(|y| across.clone().map(move |x| (x, y)))
        .filter_map(|(x, y)| pixels.pixel(x, y))
        .filter(|pixel| pixel.red() < 100 && pixel.green() < 100)
        .count()
}

#[test]
fn texts_are_drawn_on_a_machine_without_fonts() {
    let size = (1_200, 700);
    let svg = drawn("my-bot/v1@7", &points(&[10_000, 9_000]), &[], size);
    let (png, missing) = png(&svg, size).expect("a PNG");
    assert!(dark_pixels(&png, 20..400, 15..50) > 300, "the title");
    assert_eq!(missing, "");
}

#[test]
fn characters_that_no_font_has_are_told() {
    // Cuneiform, and of it a sign that nobody has given a meaning yet.
    let svg = drawn("bot \u{1254f}\u{1254f}/v1@7", &points(&[10_000, 9_000]), &[], (1_200, 700));
    assert_eq!(png(&svg, (1_200, 700)).expect("a PNG").1, "\u{1254f}");
}

#[test]
fn a_name_is_text_whatever_is_in_it() {
    let name = "<script>alert('&')</script>\u{1b}/v1@7";
    let svg = drawn(name, &points(&[10_000, 9_000]), &[], (1_200, 700));
    assert!(!svg.contains("<script>") && !svg.contains('\u{1b}'), "{svg}");
    png(&svg, (1_200, 700)).expect("it can still be read");
    let long = drawn(&"long".repeat(250), &points(&[10_000, 9_000]), &[], (1_200, 700));
    assert!(long.contains('…'), "it is cut off");
}

#[test]
fn payments_have_their_amounts_while_there_are_few() {
    let points = points(&[10_000, 9_000, 9_500, 9_700]);
    let few = drawn("x/v1@1", &points, &[flow(1, 500), flow(2, -200)], (1_200, 700));
    assert!(few.contains("+500.00") && few.contains("-200.00"), "{few}");
    assert!(few.contains("paid in") && few.contains("paid out"));
    let many: Vec<Flow> = (0..50).map(|place| flow(place % 3, 500)).collect();
    let many = drawn("x/v1@1", &points, &many, (1_200, 700));
    assert!(!many.contains("+500.00") && many.contains("paid in") && !many.contains("paid out"), "{many}");
}

#[test]
fn a_fall_is_drawn_below_zero() {
    let svg = drawn("x/v1@1", &points(&[10_000, 0]), &[], (1_200, 700));
    assert!(svg.contains("-100 %") || svg.contains("-80 %"), "{svg}");
    assert!(svg.contains("deepest drawdown 100.00 %"), "{svg}");
}
