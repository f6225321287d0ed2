//! `nailsage demo`: three toy strategies trade a month of one-minute candles on paper, as bots would.

mod bars;
mod bot;
mod candles;
mod decimal;
mod flight;
mod report;
mod sparkline;
mod strategies;
mod synthetic;

use std::{
    io::{self, IsTerminal},
    sync::Arc,
    time::{Duration, Instant},
};

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use nailsage::{
    Action, CallError, Caller, Command, DEFAULT_TIMEOUT, Done, EventData, LogEvent, MarkMarket, PAGE_ROWS_MAX,
    RefreshMetrics, RequestKey, Severity, StarlistingId, Store, StoreExt as _, StrategyKey, StrategyName,
    StrategyQuery, TakeSnapshot, UnixMillis, Version,
};

use self::{
    bot::{Bot, Style},
    candles::Candle,
    flight::Flight,
    strategies::{Breakout, MeanReversion, Strategy, Trend},
};
use super::App;
use crate::{cli::DemoArgs, failure::Failure};

/// How many candles lie between two marks of the bots' own positions.
const MARK_EVERY: usize = 15;
/// How many candles lie between two marks of the whole market. The book commits such a mark by itself, because it may
/// reach any strategy; that is no way to keep many commands in flight.
const MARK_MARKET_EVERY: usize = 24 * 60;
/// Of what market time a snapshot is taken at the end.
const SNAPSHOT_EVERY_MILLIS: i64 = 3_600_000;
/// How many candles lie between two updates of the progress bar.
const PROGRESS_EVERY: usize = 240;

const BREAKOUT: Style = Style {
    name: "breakout",
    interval_minutes: 1,
    initial_bankroll: "10000",
    size: "2000",
    stop_loss_basis_points: 60,
    take_profit_basis_points: Some(150),
    trails: false,
    cooldown_minutes: 60,
    confidence_min: 0.6,
};

const MEAN_REVERSION: Style = Style {
    name: "mean-reversion",
    interval_minutes: 5,
    initial_bankroll: "10000",
    size: "2500",
    stop_loss_basis_points: 120,
    take_profit_basis_points: Some(200),
    trails: false,
    cooldown_minutes: 120,
    confidence_min: 0.55,
};

const TREND: Style = Style {
    name: "trend",
    interval_minutes: 15,
    initial_bankroll: "10000",
    size: "4000",
    stop_loss_basis_points: 250,
    take_profit_basis_points: None,
    trails: true,
    cooldown_minutes: 0,
    confidence_min: 0.53,
};

/// Where the candles came from.
pub(crate) enum Data {
    File(String),
    Synthetic { seed: u64 },
}

/// One run, as it is reported.
pub(crate) struct Run {
    pub(crate) data: Data,
    pub(crate) candles: Vec<Candle>,
    pub(crate) keys: Vec<StrategyKey>,
    pub(crate) commands: u64,
    pub(crate) elapsed: Duration,
    /// Whether the book has a curve of it.
    pub(crate) has_snapshots: bool,
}

pub(crate) async fn run(app: &App, args: &DemoArgs) -> Result<(), Failure> {
    // The candles first: a bad file must not leave a new book behind.
    let (data, candles) = match &args.candles {
        Some(path) => (Data::File(path.display().to_string()), candles::read(path)?),
        None => (Data::Synthetic { seed: args.seed }, synthetic::month(args.seed)?),
    };
    let store = app.create(args.stamp).await?;
    let set = Set::free(&*store).await?;
    let progress = progress(args, candles.len());

    let began = Instant::now();
    let mut bots = set.bots()?;
    let mut commands = trade(&store, &set, &data, &mut bots, &candles, &progress).await?;
    commands += refresh_metrics(&store, &set, &candles).await?;
    progress.finish_and_clear();
    let keys = bots.into_iter().map(|bot| bot.key).collect();
    let run = Run { data, candles, keys, commands, elapsed: began.elapsed(), has_snapshots: set.takes_snapshots };
    report::print(app, &*store, &run, args.quiet).await
}

/// A set of strategies that belongs to one run: a version and a market of its own, so that marks and positions of
/// other runs and other bots are never touched.
struct Set {
    version: u64,
    market: StarlistingId,
    /// Only in a book of its own. A snapshot is of the whole book as it is: taken for a time of long ago it would show other
    /// strategies as they are today, in the middle of their own curves.
    takes_snapshots: bool,
}

impl Set {
    /// The first version that the book does not have yet, and the first market from there on that nobody trades.
    async fn free(store: &dyn Store) -> Result<Self, Failure> {
        let mut versions = Vec::new();
        let mut markets = Vec::new();
        let mut after = None;
        loop {
            let page =
                store.strategies(StrategyQuery { after, limit: PAGE_ROWS_MAX, ..StrategyQuery::default() }).await?;
            for record in page.items {
                let key = record.strategy.key;
                if [BREAKOUT, MEAN_REVERSION, TREND].iter().any(|style| style.name == key.name.as_str()) {
                    versions.push(key.version.to_string());
                }
                markets.push(key.starlisting_id.get());
            }
            after = page.next;
            if after.is_none() {
                break;
            }
        }
        let mut version = 1_u64;
        while versions.contains(&format!("v{version}")) {
            version += 1;
        }
        let mut market = i64::try_from(version).unwrap_or(i64::MAX);
        while markets.contains(&market) {
            market += 1;
        }
        let takes_snapshots = markets.is_empty() && store.book().await?.snapshots == 0;
        Ok(Self { version, market: StarlistingId::new(market)?, takes_snapshots })
    }

    fn bots(&self) -> Result<Vec<Bot>, Failure> {
        let bot = |style: Style, strategy: Box<dyn Strategy>| -> Result<Bot, Failure> {
            let key = StrategyKey {
                name: StrategyName::new(style.name)?,
                version: Version::new(format!("v{}", self.version))?,
                starlisting_id: self.market,
            };
            Ok(Bot::new(style, key, strategy)?)
        };
        Ok(vec![
            bot(BREAKOUT, Box::new(Breakout::new()))?,
            bot(MEAN_REVERSION, Box::new(MeanReversion::new()))?,
            bot(TREND, Box::new(Trend::new()))?,
        ])
    }

    /// Keys sort in the order of the commands, so that they are cheap to index.
    fn key(&self, candle: usize, what: &str) -> Result<RequestKey, Failure> {
        Ok(RequestKey::new(format!("demo/v{}/{candle:07}/{what}", self.version))?)
    }
}

/// Lets the bots see every candle; the number of commands that it took.
async fn trade(
    store: &Arc<dyn Store>,
    set: &Set,
    data: &Data,
    bots: &mut [Bot],
    candles: &[Candle],
    progress: &ProgressBar,
) -> Result<u64, Failure> {
    let Some((first, last)) = candles.first().zip(candles.last()) else { return Ok(0) };
    let registered = register(store, set, data, bots, first.opens_at).await?;
    let mut flight = Flight::new(Arc::clone(store));
    for (place, candle) in candles.iter().enumerate() {
        let at = UnixMillis::new(candle.closes_at())?;
        for bot in &mut *bots {
            for (step, action) in bot.on_candle(candle)?.into_iter().enumerate() {
                let key = set.key(place, &format!("{}/{step}", bot.name()))?;
                flight.send(Command::new(at, action), key).await?;
            }
        }
        let is_snapshot_due = set.takes_snapshots && is_last_of_its_hour(candle, candles.get(place + 1));
        if (place + 1).is_multiple_of(MARK_EVERY) || is_snapshot_due {
            let mut marks: Vec<Action> = bots.iter().filter_map(|bot| bot.mark(candle)).collect();
            if is_snapshot_due {
                marks.push(Action::from(TakeSnapshot {}));
            }
            if !marks.is_empty() {
                flight.send(Command::of(at, marks), set.key(place, "marks")?).await?;
            }
        }
        if (place + 1).is_multiple_of(MARK_MARKET_EVERY) || candle == last {
            let mark = MarkMarket { starlisting_id: set.market, price: candle.close };
            flight.send(Command::new(at, mark), set.key(place, "market")?).await?;
        }
        if place.is_multiple_of(PROGRESS_EVERY) {
            progress.set_position(place as u64);
        }
    }
    flight.land().await?;
    Ok(flight.answered + registered)
}

/// Whether the market is in another hour afterwards, or over.
fn is_last_of_its_hour(candle: &Candle, next: Option<&Candle>) -> bool {
    let hour = |candle: &Candle| candle.opens_at.get().div_euclid(SNAPSHOT_EVERY_MILLIS);
    next.is_none_or(|next| hour(next) != hour(candle))
}

/// Works out the metrics as of the last candle; the number of commands that it took.
async fn refresh_metrics(store: &Arc<dyn Store>, set: &Set, candles: &[Candle]) -> Result<u64, Failure> {
    let Some(last) = candles.last() else { return Ok(0) };
    let at = UnixMillis::new(last.closes_at())?;
    let mut commands = 0;
    loop {
        let key = set.key(candles.len(), &format!("metrics/{commands}"))?;
        let refreshed = match store.refresh_some_metrics(Caller::keyed(at, key.clone()), RefreshMetrics {}).await {
            Ok(refreshed) => refreshed,
            Err(CallError::Refused(refused)) => return Err(Failure::DemoRefused { key: key.to_string(), refused }),
            Err(CallError::Store(error)) => return Err(error.into()),
        };
        commands += 1;
        if refreshed.left_from.is_none() {
            return Ok(commands);
        }
    }
}

/// Registers all strategies in one command. It has no key, so that its answer tells whether they are new.
async fn register(
    store: &Arc<dyn Store>,
    set: &Set,
    data: &Data,
    bots: &[Bot],
    at: UnixMillis,
) -> Result<u64, Failure> {
    let mut actions: Vec<Action> = bots.iter().map(Bot::register).collect::<Result<_, _>>()?;
    let source = match data {
        Data::File(file) => serde_json::json!({ "version": format!("v{}", set.version), "candles": file }),
        Data::Synthetic { seed } => serde_json::json!({ "version": format!("v{}", set.version), "seed": seed }),
    };
    actions.push(Action::from(LogEvent {
        event_type: "demo_started".parse()?,
        event_data: Some(EventData::from_value(&source)?),
        severity: Severity::Info,
        strategy: None,
    }));
    if set.takes_snapshots {
        // What they begin with is where their curves begin.
        actions.push(Action::from(TakeSnapshot {}));
    }
    let outcome = store.submit(Command::of(at, actions), DEFAULT_TIMEOUT).await?.into_result()?;
    for (done, bot) in outcome.results.iter().zip(bots) {
        if let Done::RegisterStrategy(registered) = done
            && !registered.created
        {
            return Err(Failure::DemoRaced(bot.key.to_string()));
        }
    }
    Ok(1)
}

/// A progress bar on a terminal; elsewhere one that draws nothing.
fn progress(args: &DemoArgs, candles: usize) -> ProgressBar {
    let target = if args.quiet || !io::stderr().is_terminal() {
        ProgressDrawTarget::hidden()
    } else {
        ProgressDrawTarget::stderr()
    };
    let bar = ProgressBar::with_draw_target(Some(candles as u64), target);
    bar.set_style(
        ProgressStyle::with_template("{msg} {wide_bar} {pos}/{len} candles")
            .unwrap_or_else(|_| ProgressStyle::default_bar()),
    );
    bar.set_message("paper-trading");
    bar
}
