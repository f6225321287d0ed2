//! Commands whose actions build on each other, which actions picked one by one would seldom do.

use nailsage_domain::{Cost, RequestKey, StarlistingId, Usdt};
use nailsage_store::{Action, ClosePosition, MarkMarket, OpenPosition, PositionRef, RecordSignal, SetStops, Size};
use proptest::{collection::vec, prelude::*};

use super::{actions, values};

/// The actions of a keyed command.
pub(super) fn story() -> BoxedStrategy<(RequestKey, Vec<Action>)> {
    values::key()
        .prop_flat_map(|key| {
            let actions = prop_oneof![
                4 => own_key(&key),
                2 => turn_on_turn(&key),
                1 => half_a_millionth(&key),
            ];
            (Just(key), actions)
        })
        .boxed()
}

/// Opens one position, seldom two, and names it by the command's own key. Sometimes the fees of its trades are each
/// within the range, and together beyond it.
fn own_key(key: &RequestKey) -> BoxedStrategy<Vec<Action>> {
    let position = PositionRef::OpenedBy(key.clone());
    let opens = prop_oneof![4 => vec(actions::open(), 1), 1 => vec(actions::open(), 2)];
    let stops = prop::option::of(values::stops(2));
    let close = prop::option::of(actions::close());
    let fees = prop::option::weighted(0.05, Just(Cost::new(Usdt::MAX).expect("not below 0")));
    (opens, stops, close, fees)
        .prop_map(move |(opens, stops, close, fees)| {
            let position = position.clone();
            let with_fees = |open: OpenPosition| OpenPosition { fees: fees.unwrap_or(open.fees), ..open }.into();
            let mut actions: Vec<Action> = opens.into_iter().map(with_fees).collect();
            actions.extend(stops.map(|(stop_loss_price, take_profit_price)| {
                SetStops { position: position.clone(), stop_loss_price, take_profit_price }.into()
            }));
            let with_fees = |close: ClosePosition| ClosePosition { fees: fees.unwrap_or(close.fees), ..close };
            actions.extend(close.map(|close| ClosePosition { position, ..with_fees(close) }.into()));
            actions
        })
        .boxed()
}

/// On a market that nothing else trades: opens a position, and a signal in the same command closes it, opens the next
/// one and goes on with what is open then.
fn turn_on_turn(key: &RequestKey) -> BoxedStrategy<Vec<Action>> {
    let quiet = StarlistingId::new(9).expect("above 0");
    let opened_here = PositionRef::OpenedBy(key.clone());
    let fills = (vec(actions::open(), 2), vec(actions::close(), 2));
    let closed = (values::strategy_ref(), any::<bool>());
    (closed, fills, actions::traded(Just(Vec::new())), values::price(), 0..3)
        .prop_map(move |((strategy, by_key), (opens, closes), signal, price, ending)| {
            let only_open = PositionRef::OnlyOpen { strategy: strategy.clone(), starlisting_id: Some(quiet) };
            let name = |by_key| if by_key { opened_here.clone() } else { only_open.clone() };
            let [first, second] = [0, 1].map(|index| -> Action {
                let open: &OpenPosition = &opens[index];
                let strategy = strategy.clone();
                OpenPosition { strategy, starlisting_id: Some(quiet), ..open.clone() }.into()
            });
            let [turn, end] = [(by_key, &closes[0]), (ending == 2, &closes[1])]
                .map(|(by_key, close)| ClosePosition { position: name(by_key), ..close.clone() });
            let ending = match ending {
                0 => MarkMarket { starlisting_id: quiet, price }.into(),
                _ => Action::from(ClosePosition { price, ..end }),
            };
            let then = vec![turn.into(), second, ending];
            vec![first, RecordSignal { strategy: strategy.clone(), then, ..signal }.into()]
        })
        .boxed()
}

/// A position that earns or loses a whole number of millionths and a half.
fn half_a_millionth(key: &RequestKey) -> BoxedStrategy<Vec<Action>> {
    let position = PositionRef::OpenedBy(key.clone());
    let price = |text: &str| text.parse().expect("a price");
    (actions::open(), actions::close(), 0_i64..1_000_000, any::<bool>())
        .prop_map(move |(open, close, half, rises)| {
            let size =
                Usdt::from_micros(2 * half + 1).and_then(TryInto::try_into).expect("above 0 and within the range");
            let open = OpenPosition { size: Some(Size::Usdt(size)), price: price("2"), ..open };
            let exit = price(if rises { "3" } else { "1" });
            vec![open.into(), ClosePosition { position: position.clone(), price: exit, ..close }.into()]
        })
        .boxed()
}
