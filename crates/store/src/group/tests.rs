//! The scheduler's rules, without any engine or clock.

use std::time::{Duration, Instant};

use nailsage_domain::UnixMillis;

use super::{
    GATHER_MAX, GROUP_BYTES_MAX, GROUP_COMMANDS_MAX, INTERRUPTIONS_MAX, QUEUE_BYTES_MAX, QUEUE_COMMANDS_MAX, Scheduler,
    Settlement,
};
use crate::{
    action::{Action, LogEvent, MarkMarket},
    answer::{Answer, Outcome, Refused},
    command::Command,
    error::StoreError,
    refusal::Refusal,
    submission::Submission,
};

type Receiver = futures_channel::oneshot::Receiver<Result<Answer, StoreError>>;

const SECOND: Duration = Duration::from_secs(1);

fn command(action: Action) -> Submission {
    Submission::new(Command::new(UnixMillis::MIN, action))
}

fn narrow() -> Submission {
    let event_type = "tick".parse().unwrap();
    command(LogEvent { event_type, event_data: None, severity: "INFO".parse().unwrap(), strategy: None }.into())
}

fn wide() -> Submission {
    command(MarkMarket { starlisting_id: "7".parse().unwrap(), price: "1".parse().unwrap() }.into())
}

fn push(scheduler: &mut Scheduler, submission: Submission, now: Instant, timeout: Duration) -> Receiver {
    scheduler.push(submission, now, timeout).unwrap()
}

fn done(count: usize) -> Vec<Result<Answer, StoreError>> {
    (0..count).map(|_| Ok(Answer::Done(Outcome { commit_seq: 1, results: Vec::new() }))).collect()
}

fn answer_of(scheduler: &mut Scheduler, receiver: &mut Receiver) -> Option<Result<Answer, StoreError>> {
    for reply in scheduler.replies() {
        reply.send();
    }
    receiver.try_recv().unwrap()
}

fn held() -> crate::error::Source {
    std::sync::Arc::new(std::io::Error::other("someone else holds the book"))
}

#[test]
fn a_group_takes_what_waits_up_to_its_limit() {
    let (mut scheduler, now) = (Scheduler::new(), Instant::now());
    let _receivers: Vec<_> = (0..GROUP_COMMANDS_MAX + 3).map(|_| push(&mut scheduler, narrow(), now, SECOND)).collect();
    assert_eq!(scheduler.take(now).unwrap().len(), GROUP_COMMANDS_MAX);
    scheduler.begin(now);
    scheduler.settle(done(GROUP_COMMANDS_MAX), Settlement::Committed, now);
    assert_eq!(scheduler.take(now).unwrap().len(), 3);
}

#[test]
fn a_wide_command_forms_a_group_of_its_own() {
    let (mut scheduler, now) = (Scheduler::new(), Instant::now());
    let _receivers = [narrow(), wide(), narrow()].map(|it| push(&mut scheduler, it, now, SECOND));
    for _ in 0..3 {
        assert_eq!(scheduler.take(now).unwrap().len(), 1);
        scheduler.begin(now);
        scheduler.settle(done(1), Settlement::Committed, now);
    }
    assert!(!scheduler.has_work());
}

#[test]
fn a_deadline_before_the_group_began_is_unavailable_and_never_executed() {
    let (mut scheduler, now) = (Scheduler::new(), Instant::now());
    let mut late = push(&mut scheduler, narrow(), now, SECOND);
    let mut early = push(&mut scheduler, narrow(), now, SECOND * 3);
    assert_eq!(scheduler.take(now).unwrap().len(), 2);
    assert_eq!(scheduler.begin(now + SECOND).len(), 1);
    assert!(matches!(answer_of(&mut scheduler, &mut late), Some(Err(StoreError::Unavailable { .. }))));
    scheduler.settle(done(1), Settlement::Committed, now);
    assert!(matches!(answer_of(&mut scheduler, &mut early), Some(Ok(Answer::Done(_)))));
}

#[test]
fn a_deadline_after_the_group_began_is_unknown() {
    let (mut scheduler, now) = (Scheduler::new(), Instant::now());
    let mut receiver = push(&mut scheduler, narrow(), now, SECOND);
    scheduler.take(now).unwrap();
    scheduler.begin(now);
    assert_eq!(scheduler.next_deadline(), Some(now + SECOND));
    scheduler.expire(now + SECOND);
    assert!(matches!(answer_of(&mut scheduler, &mut receiver), Some(Err(StoreError::Unknown { .. }))));
    scheduler.settle(done(1), Settlement::Committed, now);
    assert!(scheduler.replies().is_empty(), "one answer only");
}

#[test]
fn a_group_put_back_keeps_its_place_until_its_deadline() {
    let (mut scheduler, now) = (Scheduler::new(), Instant::now());
    let mut receiver = push(&mut scheduler, narrow(), now, SECOND);
    scheduler.take(now).unwrap();
    scheduler.put_back(held());
    let _later = push(&mut scheduler, wide(), now, SECOND * 9);
    assert_eq!(scheduler.take(now).unwrap().len(), 1);
    scheduler.put_back(held());
    scheduler.expire(now + SECOND);
    assert!(matches!(answer_of(&mut scheduler, &mut receiver), Some(Err(StoreError::Unavailable { .. }))));
}

#[test]
fn a_group_that_was_not_committed_is_replayed_one_by_one_in_order() {
    let (mut scheduler, now) = (Scheduler::new(), Instant::now());
    let mut receivers = [narrow(), narrow()].map(|it| push(&mut scheduler, it, now, SECOND));
    let first = scheduler.take(now).unwrap();
    scheduler.begin(now);
    scheduler.settle(done(2), Settlement::NotCommitted(StoreError::corrupt("a test")), now);
    let _later = push(&mut scheduler, narrow(), now, SECOND);

    let again = scheduler.take(now).unwrap();
    assert!(again.len() == 1 && std::sync::Arc::ptr_eq(&again[0], &first[0]));
    // Someone else holds the book for a moment: the replay keeps its place all the same.
    scheduler.put_back(held());
    let again = scheduler.take(now).unwrap();
    assert!(again.len() == 1 && std::sync::Arc::ptr_eq(&again[0], &first[0]));
    scheduler.begin(now);
    scheduler.settle(done(1), Settlement::NotCommitted(StoreError::corrupt("a test")), now);
    assert!(matches!(answer_of(&mut scheduler, &mut receivers[0]), Some(Err(StoreError::Corrupt { .. }))));

    let again = scheduler.take(now).unwrap();
    assert!(again.len() == 1 && std::sync::Arc::ptr_eq(&again[0], &first[1]));
    scheduler.begin(now);
    scheduler.settle(done(1), Settlement::Committed, now);
    assert!(matches!(answer_of(&mut scheduler, &mut receivers[1]), Some(Ok(_))));
}

#[test]
fn a_group_whose_commit_was_lost_is_unknown_to_all_and_never_replayed() {
    let (mut scheduler, now) = (Scheduler::new(), Instant::now());
    let mut receivers = [narrow(), narrow()].map(|it| push(&mut scheduler, it, now, SECOND));
    scheduler.take(now).unwrap();
    scheduler.begin(now);
    let refused = Refused { refusal: Refusal::EmptyCommand, action_index: None };
    let answers = vec![done(1).remove(0), Ok(Answer::Refused(refused))];
    let source = std::sync::Arc::new(std::io::Error::other("fsync"));
    scheduler.settle(answers, Settlement::Unknown(source), now);
    for receiver in &mut receivers {
        assert!(matches!(answer_of(&mut scheduler, receiver), Some(Err(StoreError::Unknown { .. }))));
    }
    assert!(!scheduler.has_work());
}

#[test]
fn commands_that_were_not_decided_in_time_wait_in_their_old_place() {
    let (mut scheduler, now) = (Scheduler::new(), Instant::now());
    let _receivers = [narrow(), narrow(), narrow()].map(|it| push(&mut scheduler, it, now, SECOND));
    let all = scheduler.take(now).unwrap();
    scheduler.begin(now);
    let _later = push(&mut scheduler, narrow(), now, SECOND);
    scheduler.settle(done(1), Settlement::Committed, now);
    let rest = scheduler.take(now).unwrap();
    assert_eq!(rest.len(), 3);
    assert!(std::sync::Arc::ptr_eq(&rest[0], &all[1]));
}

#[test]
fn a_closed_store_takes_nothing_new() {
    let (mut scheduler, now) = (Scheduler::new(), Instant::now());
    let _receiver = push(&mut scheduler, narrow(), now, SECOND);
    scheduler.close();
    assert!(matches!(scheduler.push(narrow(), now, SECOND), Err(StoreError::Unavailable { .. })));
    assert!(scheduler.has_work(), "what was handed over is still carried out");
}

#[test]
fn a_group_waits_for_the_callers_who_were_just_answered_and_for_nobody_else() {
    let (mut scheduler, now) = (Scheduler::new(), Instant::now());
    let _alone = push(&mut scheduler, narrow(), now, SECOND);
    assert!(!scheduler.is_gathering(now), "nobody was answered before the first group");
    let _neighbour = push(&mut scheduler, narrow(), now, SECOND);
    scheduler.take(now).unwrap();
    scheduler.begin(now);
    let _waiting = push(&mut scheduler, narrow(), now, SECOND);
    let ended_at = now + Duration::from_micros(800);
    scheduler.settle(done(2), Settlement::Committed, ended_at);

    assert!(scheduler.is_gathering(ended_at), "two callers may come back to the one who waits");
    assert!(!scheduler.is_gathering(ended_at + Duration::from_micros(400)), "for half of the group's time");
    let _back = [narrow(), narrow()].map(|it| push(&mut scheduler, it, ended_at, SECOND));
    assert!(!scheduler.is_gathering(ended_at), "everyone is back");
    scheduler.take(ended_at).unwrap();
    scheduler.begin(ended_at);
    scheduler.settle(done(3), Settlement::Committed, ended_at + SECOND);
    assert!(!scheduler.is_gathering(ended_at + SECOND), "nobody waits, so there is nobody to wait with");
}

#[test]
fn gathering_is_short_however_slow_the_commit_was_and_only_follows_success() {
    let (mut scheduler, now) = (Scheduler::new(), Instant::now());
    for settlement in [Settlement::Committed, Settlement::Unknown(std::sync::Arc::new(std::io::Error::other("fsync")))]
    {
        let _two = [narrow(), narrow()].map(|it| push(&mut scheduler, it, now, SECOND * 99));
        scheduler.take(now).unwrap();
        scheduler.begin(now);
        let _waiting = push(&mut scheduler, narrow(), now, SECOND * 99);
        let is_success = matches!(settlement, Settlement::Committed);
        scheduler.settle(done(2), settlement, now + SECOND * 20);
        assert_eq!(scheduler.is_gathering(now + SECOND * 20), is_success);
        assert!(!scheduler.is_gathering(now + SECOND * 20 + GATHER_MAX));
        scheduler.take(now).unwrap();
        scheduler.begin(now);
        scheduler.settle(done(1), Settlement::Committed, now);
    }
}

#[test]
fn a_group_that_could_not_begin_is_tried_one_by_one() {
    let (mut scheduler, now) = (Scheduler::new(), Instant::now());
    let mut receivers = [narrow(), narrow()].map(|it| push(&mut scheduler, it, now, SECOND));
    scheduler.take(now).unwrap();
    scheduler.abandon(StoreError::corrupt("a row of one of them"));
    assert_eq!(scheduler.take(now).unwrap().len(), 1);
    scheduler.abandon(StoreError::corrupt("a row of one of them"));
    assert!(matches!(answer_of(&mut scheduler, &mut receivers[0]), Some(Err(StoreError::Corrupt { .. }))));
    assert_eq!(scheduler.take(now).unwrap().len(), 1);
    scheduler.begin(now);
    scheduler.settle(done(1), Settlement::Committed, now);
    assert!(matches!(answer_of(&mut scheduler, &mut receivers[1]), Some(Ok(_))), "the neighbour is served");
}

fn large(bytes: usize) -> Submission {
    let event_type = "large".parse().unwrap();
    let data = nailsage_domain::EventData::from_text(&format!("\"{}\"", "x".repeat(60_000))).unwrap();
    let event = LogEvent { event_type, event_data: Some(data), severity: "INFO".parse().unwrap(), strategy: None };
    let actions = vec![event.into(); bytes / 60_000];
    Submission::new(Command::of(UnixMillis::MIN, actions))
}

#[test]
fn a_full_queue_is_unavailable_at_once_and_room_is_made_by_taking() {
    let (mut scheduler, now) = (Scheduler::new(), Instant::now());
    let _receivers: Vec<_> = (0..QUEUE_COMMANDS_MAX).map(|_| push(&mut scheduler, narrow(), now, SECOND)).collect();
    assert!(matches!(scheduler.push(narrow(), now, SECOND), Err(StoreError::Unavailable { .. })));
    scheduler.take(now).unwrap();
    let _taken = push(&mut scheduler, narrow(), now, SECOND);
}

#[test]
fn the_queue_and_a_group_are_bounded_in_bytes() {
    let (mut scheduler, now) = (Scheduler::new(), Instant::now());
    let half = || large(QUEUE_BYTES_MAX / 2);
    let _receivers = [half(), large(GROUP_BYTES_MAX / 2)].map(|it| push(&mut scheduler, it, now, SECOND));
    assert!(matches!(scheduler.push(half(), now, SECOND), Err(StoreError::Unavailable { .. })));
    assert_eq!(scheduler.take(now).unwrap().len(), 1, "a command beyond the group's limit is a group of its own");
    scheduler.put_back(held());
    assert!(scheduler.push(half(), now, SECOND).is_err(), "what is put back still counts");
    scheduler.expire(now + SECOND);
    let _taken = push(&mut scheduler, half(), now, SECOND);
}

#[test]
fn an_interrupted_group_is_tried_again_as_a_whole_and_in_its_order() {
    let (mut scheduler, now) = (Scheduler::new(), Instant::now());
    let mut receivers: Vec<_> = (0..3).map(|_| push(&mut scheduler, narrow(), now, SECOND)).collect();
    let taken = scheduler.take(now).unwrap();
    scheduler.begin(now);
    // Meanwhile somebody else hands over a command: it comes after them.
    let _later = push(&mut scheduler, narrow(), now, SECOND);
    scheduler.settle(done(3), Settlement::Interrupted(StoreError::unavailable("a deadlock")), now);
    assert!(receivers.iter_mut().all(|it| answer_of(&mut scheduler, it).is_none()), "nobody is answered");
    let again = scheduler.take(now).unwrap();
    assert_eq!(again.len(), 4);
    assert!(taken.iter().zip(&again).all(|(first, second)| std::sync::Arc::ptr_eq(first, second)));
    scheduler.begin(now);
    scheduler.settle(done(4), Settlement::Committed, now);
    assert!(receivers.iter_mut().all(|it| matches!(answer_of(&mut scheduler, it), Some(Ok(Answer::Done(_))))));
}

#[test]
fn a_group_that_is_interrupted_too_often_in_a_row_is_tried_one_by_one() {
    let (mut scheduler, now) = (Scheduler::new(), Instant::now());
    let interrupted = || Settlement::Interrupted(StoreError::unavailable("a deadlock"));
    let mut receivers: Vec<_> = (0..2).map(|_| push(&mut scheduler, narrow(), now, SECOND)).collect();
    for _ in 0..=INTERRUPTIONS_MAX {
        assert_eq!(scheduler.take(now).unwrap().len(), 2, "the whole group");
        scheduler.begin(now);
        scheduler.settle(done(2), interrupted(), now);
    }
    // From here on each is alone, and has as many attempts of its own before it is told.
    for _ in 0..=INTERRUPTIONS_MAX {
        assert_eq!(scheduler.take(now).unwrap().len(), 1);
        scheduler.begin(now);
        scheduler.settle(done(1), interrupted(), now);
    }
    assert!(matches!(answer_of(&mut scheduler, &mut receivers[0]), Some(Err(StoreError::Unavailable { .. }))));
    assert!(answer_of(&mut scheduler, &mut receivers[1]).is_none(), "its neighbour goes on");
    assert_eq!(scheduler.take(now).unwrap().len(), 1);
    scheduler.begin(now);
    scheduler.settle(done(1), Settlement::Committed, now);
    assert!(matches!(answer_of(&mut scheduler, &mut receivers[1]), Some(Ok(Answer::Done(_)))));
}

#[test]
fn whoever_waited_in_vain_is_told_what_held_the_group_up() {
    let (mut scheduler, now) = (Scheduler::new(), Instant::now());
    let mut waiting = push(&mut scheduler, narrow(), now, SECOND);
    scheduler.take(now).unwrap();
    scheduler.put_back(held());
    scheduler.expire(now + SECOND);
    let Some(Err(StoreError::Unavailable { source: Some(cause), .. })) = answer_of(&mut scheduler, &mut waiting) else {
        panic!("it was not told")
    };
    assert_eq!(cause.to_string(), "someone else holds the book");
    // Once a group has begun, that is over.
    let _next = push(&mut scheduler, narrow(), now, SECOND);
    scheduler.take(now).unwrap();
    scheduler.begin(now);
    scheduler.settle(done(1), Settlement::Committed, now);
    let mut late = push(&mut scheduler, narrow(), now, SECOND);
    scheduler.expire(now + SECOND);
    assert!(matches!(answer_of(&mut scheduler, &mut late), Some(Err(StoreError::Unavailable { source: None, .. }))));
}

#[test]
fn an_engine_is_told_until_when_anybody_waits_for_the_group() {
    let (mut scheduler, now) = (Scheduler::new(), Instant::now());
    let _receivers = [2, 3, 1].map(|seconds| push(&mut scheduler, narrow(), now, SECOND * seconds));
    assert_eq!(scheduler.last_deadline(), None);
    scheduler.take(now).unwrap();
    assert_eq!(scheduler.last_deadline(), Some(now + SECOND * 3));
}

#[test]
fn a_group_that_somebody_holds_up_while_it_writes_waits_until_its_deadlines() {
    let (mut scheduler, now) = (Scheduler::new(), Instant::now());
    let mut receiver = push(&mut scheduler, narrow(), now, SECOND);
    for _ in 0..3 * INTERRUPTIONS_MAX {
        assert_eq!(scheduler.take(now).unwrap().len(), 1);
        scheduler.begin(now);
        scheduler.settle(done(1), Settlement::Held(held()), now);
        assert!(answer_of(&mut scheduler, &mut receiver).is_none());
    }
    scheduler.expire(now + SECOND);
    let Some(Err(StoreError::Unavailable { source: Some(cause), .. })) = answer_of(&mut scheduler, &mut receiver)
    else {
        panic!("it was not told")
    };
    assert_eq!(cause.to_string(), "someone else holds the book");
}
