//! `nailsage equity`: the curve that the snapshots make.

mod chart;
mod file;
mod flows;
#[allow(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "lengths on a picture are small, and what is cast is cut to the picture before"
)]
mod picture;
mod summary;

use std::io::{self, Write as _};

use nailsage::{Curve, CurvePoint, CurveQuery};

use super::{App, strategy};
use crate::{
    cli::{EquityArgs, Format},
    failure::Failure,
    output::{Cell, Column, Figure, Listing, listing::print_record, note, zone::Zone},
};

const COLUMNS: &[Column<CurvePoint>] = &[
    Column::data("timestamp", |point| point.timestamp.into()),
    Column::data("equity", |point| point.equity.into()),
    Column::data("pnl", |point| Cell::micros(point.pnl_micros)),
    Column::data("drawdown_pct", |point| Cell::Figure(point.drawdown_pct, Figure::Percent)),
];

pub(crate) async fn run(app: &App, args: &EquityArgs) -> Result<(), Failure> {
    let store = app.read().await?;
    let (strategy_id, whose) = match &args.of.strategy {
        Some(of) => {
            let strategy = strategy(&*store, of).await?.strategy;
            (Some(strategy.id), strategy.key.to_string())
        }
        None => (None, "all strategies".to_owned()),
    };
    let query = CurveQuery { strategy_id, since: args.since, until: args.until, points_max: args.points };
    let curve = store.equity_curve(query).await?;
    let target = args.png.as_ref().or(args.svg.as_ref());
    let (Some(first), Some(last)) = (curve.points.first(), curve.points.last()) else {
        let lacking = lacking(args);
        return match (target, app.format()) {
            (Some(_), _) => Err(Failure::NoSnapshots(lacking.to_owned())),
            (None, Format::Table) => {
                let take = app.to_type("snapshot take");
                Ok(writeln!(
                    io::stdout(),
                    "No snapshot {lacking}, and a curve is made of them. To take one, now and every hour or day: {take}"
                )?)
            }
            (None, _) => print_points(app, &curve),
        };
    };
    if target.is_none() && app.format() != Format::Table {
        return print_points(app, &curve);
    }
    let flows = flows::between(&*store, strategy_id, first.timestamp, last.timestamp).await?;
    let Some(target) = target else {
        return Ok(summary::print(&whose, &curve, &flows, &mut io::stdout().lock())?);
    };
    let picture = picture::Picture {
        whose: &whose,
        points: &curve.points,
        flows: &flows,
        size: (args.width, args.height),
        zone: Zone::shown(),
    };
    let svg = picture.svg()?;
    let (bytes, missing) =
        if args.png.is_some() { picture::png(&svg, picture.size)? } else { (svg.into_bytes(), String::new()) };
    let name = target.display().to_string();
    file::replace(target, &bytes).map_err(|source| Failure::Picture { file: name.clone(), source })?;
    told(app, args, name, &curve)?;
    if !missing.is_empty() {
        note(format_args!(
            "no font on this machine has {missing}, so the picture lacks that; one by --svg is drawn with the fonts of whoever looks"
        ));
    }
    Ok(())
}

/// Why there is no point.
fn lacking(args: &EquityArgs) -> &'static str {
    match (args.since.is_some() || args.until.is_some(), args.of.strategy.is_some()) {
        (true, _) => "was taken in this time",
        (false, true) => "of this strategy was taken yet",
        (false, false) => "was taken yet",
    }
}

fn print_points(app: &App, curve: &Curve) -> Result<(), Failure> {
    let mut listing = Listing::begin(app.format(), COLUMNS, io::stdout().lock())?;
    for point in &curve.points {
        listing.row(point)?;
    }
    listing.end("")?;
    Ok(())
}

/// Says what was drawn into which file.
fn told(app: &App, args: &EquityArgs, name: String, curve: &Curve) -> Result<(), Failure> {
    let (width, height) = (i64::from(args.width), i64::from(args.height));
    let mut out = io::stdout().lock();
    if app.format() == Format::Table {
        writeln!(
            out,
            "{name}: {width} by {height} pixels, {} points of {} snapshots.",
            curve.points.len(),
            curve.num_snapshots
        )?;
        return Ok(());
    }
    let count = |number: u64| Cell::Int(i64::try_from(number).unwrap_or(i64::MAX));
    let fields = [
        ("file", "", Cell::Text(name)),
        ("width", "", width.into()),
        ("height", "", height.into()),
        ("num_points", "", count(curve.points.len() as u64)),
        ("num_snapshots", "", count(curve.num_snapshots)),
    ];
    Ok(print_record(app.format(), &fields, &mut out)?)
}
