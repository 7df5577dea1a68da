use super::*;
use shirokuro_engine::{Board, DiscCount, Evaluate};

fn play_overseen(
    searcher: &mut Searcher,
    settings: &PlaySettings,
    index: u64,
    stop: &AtomicBool,
) -> Result<PlayedGame, Unfinished> {
    let context = GameContext { stop, progress: &Progress::new(), faults: None };
    play_game(searcher, &DiscCount, settings, 1, index, &context)
}

fn play(settings: &PlaySettings, index: u64) -> PlayedGame {
    let mut searcher = Searcher::new(1 << 16).unwrap();
    play_overseen(&mut searcher, settings, index, &AtomicBool::new(false)).unwrap()
}

#[test]
fn a_game_is_finished_and_every_ply_after_the_opening_is_searched() {
    let settings = PlaySettings { random_plies: 10, epsilon: 0.2, exact_empties: 4, ..PlaySettings::default() };
    for index in 0..20 {
        let PlayedGame { record, totals } = play(&settings, index);
        assert_eq!(GameRecord::new(index, record.plies.clone()).unwrap(), record);
        let opening = record.random_plies();
        assert!(opening <= 10);
        assert!(record.plies[opening..].iter().all(|ply| ply.searched.is_some()));
        // A solved position's principal variation is played without another search.
        let played_on = record.plies.windows(2).filter(|pair| {
            let [before, after] = [0, 1].map(|n| pair[n].searched.is_some_and(|searched| searched.exact));
            before && after && pair[0].searched.is_some_and(|searched| searched.greedy)
        });
        let searches = record.plies.len() - opening - played_on.count();
        assert!(totals.searches as usize <= searches);
        // A random move may be the best one as well.
        assert!(totals.searches as usize + 4 >= searches);
    }
}

#[test]
fn the_last_positions_are_exact_and_agree_with_the_outcome_when_nothing_is_random() {
    let settings = PlaySettings { exact_empties: 6, ..PlaySettings::default() };
    let record = play(&settings, 0).record;
    for (position, searched) in record.searched() {
        assert!(searched.exact || position.board.empties() > 6);
        if position.board.empties() <= 6 {
            assert_eq!(position.side.black_view(searched.score), record.stone_difference * 256);
        }
    }
}

#[test]
fn opening_lengths_are_spread_over_their_range() {
    let settings = PlaySettings { random_plies: 4, ..PlaySettings::default() };
    let mut counts = [0; 5];
    for index in 0..200 {
        counts[play(&settings, index).record.random_plies()] += 1;
    }
    // 40 expected each, standard deviation 5.7.
    assert!(counts.iter().all(|count| (15..=65).contains(count)), "{counts:?}");
}

#[test]
fn epsilon_1_always_plays_at_random_and_epsilon_0_never() {
    let greedy = |epsilon| {
        let record = play(&PlaySettings { epsilon, ..PlaySettings::default() }, 0).record;
        record.searched().filter(|(_, searched)| searched.greedy).count()
    };
    assert_eq!(greedy(1.0), 0);
    assert!(greedy(0.0) > 50);
}

#[test]
fn a_shallow_move_is_the_best_one_ply_ahead_and_cuts_the_trace_if_the_search_prefers_another() {
    let settings = PlaySettings { depth: Some(3), shallow: 1.0, ..PlaySettings::default() };
    let record = play(&settings, 0).record;
    let one_ply = play(&PlaySettings::default(), 0).record;
    let squares = |record: &GameRecord| record.plies.iter().map(|ply| ply.square).collect::<Vec<_>>();
    assert_eq!(squares(&record), squares(&one_ply), "the game is that of a search of one ply");
    let greedy = record.searched().filter(|(_, searched)| searched.greedy).count();
    assert!((1..record.plies.len()).contains(&greedy), "{greedy}");
}

#[test]
fn what_a_searcher_did_before_changes_nothing() {
    let settings = PlaySettings {
        depth: Some(3),
        epsilon: 0.1,
        shallow: 0.2,
        random_plies: 8,
        exact_empties: 6,
        ..PlaySettings::default()
    };
    let mut used = Searcher::new(1 << 16).unwrap();
    for index in 0..5 {
        let game = play_overseen(&mut used, &settings, index, &AtomicBool::new(false)).unwrap();
        assert_eq!(game, play(&settings, index));
    }
}

/// Evaluates every position as worse than the worst.
struct Hopeless;

impl Evaluate for Hopeless {
    type Accumulator = ();

    fn version(&self) -> u64 {
        0
    }

    fn accumulator(&self, _: &Board) {}

    fn accumulator_after(&self, (): &(), _: Square, _: u64) {}

    fn accumulator_after_pass(&self, (): &()) {}

    fn leaf(&self, _: &Board, (): &(), _: Square, _: u64) -> Score {
        -(1 << 20)
    }

    fn evaluate(&self, _: &Board) -> Score {
        -(1 << 20)
    }
}

#[test]
fn a_search_that_finds_no_move_fails_the_game() {
    let (stop, progress) = (AtomicBool::new(false), Progress::new());
    let context = GameContext { stop: &stop, progress: &progress, faults: None };
    let settings = PlaySettings { random_plies: 10, ..PlaySettings::default() };
    let game = play_game(&mut Searcher::new(1 << 16).unwrap(), &Hopeless, &settings, 1, 0, &context);
    assert_eq!(game, Err(Unfinished::SearchError("the search found no move".to_owned())));
    assert_eq!(progress.moves().len(), play(&settings, 0).record.random_plies());
}

#[test]
fn a_stop_flag_that_is_set_drops_the_game() {
    let mut searcher = Searcher::new(1 << 16).unwrap();
    let stop = AtomicBool::new(true);
    assert_eq!(play_overseen(&mut searcher, &PlaySettings::default(), 0, &stop), Err(Unfinished::Stopped));
}
