//! Options of `nailsage equity`.

use std::path::PathBuf;

use clap::Args;
use nailsage::{CURVE_POINTS_MAX, CURVE_POINTS_MIN, UnixMillis};

use super::{OfStrategy, TIME_FORMS};
use crate::output::time::parse_time;

/// Show how equity went.
#[derive(Debug, Args)]
#[command(after_help = format!("Examples:
  nailsage equity
  nailsage equity --strategy my-bot/v1@7 --since 7d
  nailsage equity --png equity.png
  nailsage equity --svg equity.svg --width 1600 --height 900 --local
  nailsage equity --points 10000 --format csv > equity.csv

{TIME_FORMS}"))]
pub(crate) struct EquityArgs {
    #[command(flatten)]
    pub(crate) of: OfStrategy,
    /// From this time on
    #[arg(long, value_name = "TIME", value_parser = parse_time)]
    pub(crate) since: Option<UnixMillis>,
    /// Before this time
    #[arg(long, value_name = "TIME", value_parser = parse_time)]
    pub(crate) until: Option<UnixMillis>,
    /// At most so many points, the highest, the lowest and the deepest among them
    #[arg(
        long,
        value_name = "POINTS",
        default_value = "1000",
        value_parser = clap::value_parser!(u32).range(i64::from(CURVE_POINTS_MIN)..=i64::from(CURVE_POINTS_MAX))
    )]
    pub(crate) points: u32,
    /// Draw a picture into this file; a file that is there is replaced
    #[arg(long, value_name = "FILE", group = "picture")]
    pub(crate) png: Option<PathBuf>,
    /// The same picture as SVG
    #[arg(long, value_name = "FILE", group = "picture")]
    pub(crate) svg: Option<PathBuf>,
    /// How wide the picture is
    #[arg(
        long,
        value_name = "PIXELS",
        default_value = "1200",
        requires = "picture",
        value_parser = clap::value_parser!(u32).range(500..=4000)
    )]
    pub(crate) width: u32,
    /// How high the picture is
    #[arg(
        long,
        value_name = "PIXELS",
        default_value = "700",
        requires = "picture",
        value_parser = clap::value_parser!(u32).range(350..=4000)
    )]
    pub(crate) height: u32,
}
