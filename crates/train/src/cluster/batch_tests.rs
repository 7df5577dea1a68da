use super::*;
use crate::record::{GameRecord, Ply, SearchTotals};
use crate::settings::PlaySettings;
use shirokuro_engine::parse_transcript;

fn game(index: u64) -> PlayedGame {
    let moves = parse_transcript("e6f4e3f6g5d6e7f5c5").unwrap();
    let plies = moves.into_iter().map(|square| Ply { square, searched: None }).collect();
    PlayedGame {
        record: GameRecord::new(index, plies).unwrap(),
        totals: SearchTotals { nodes: 7, ..Default::default() },
    }
}

fn batch() -> Batch {
    let moves = parse_transcript("f5d6").unwrap();
    let failure =
        |index, kind| GameFailure { index, kind, message: "why: λ".to_owned(), seed: 3, moves: moves.clone() };
    Batch {
        seed: 3,
        fingerprint: 99,
        conditions: PlayConditions::new(&PlaySettings::default(), 1234),
        games: vec![game(10), game(12)],
        failures: vec![failure(11, FailureKind::Hang), failure(13, FailureKind::SearchError)],
    }
}

#[test]
fn games_and_failures_read_back() {
    let batch = batch();
    assert_eq!(Batch::decode(&batch.encode(), &(10..14)).unwrap(), batch);
    let none = Batch { games: Vec::new(), failures: Vec::new(), ..batch };
    assert_eq!(Batch::decode(&none.encode(), &(10..14)).unwrap(), none);
}

#[test]
fn invalid_bytes_are_refused() {
    let refused =
        |batch: &Batch, allowed: Range<u64>| Batch::decode(&batch.encode(), &allowed).unwrap_err().to_string();
    let sound = batch();
    assert!(refused(&sound, 11..14).contains("game 10 is not in order or not of this generation"));
    assert!(refused(&Batch { games: Vec::new(), ..batch() }, 10..13).contains("failed game 13 is not in order"));
    let mut swapped = batch();
    swapped.games.swap(0, 1);
    assert!(refused(&swapped, 10..14).contains("game 10 is not in order"));
    let mut illegal = batch();
    illegal.failures[0].moves = parse_transcript("f5").unwrap().repeat(2);
    assert!(refused(&illegal, 10..14).contains("failed game 11 is not part of a game"));
    let bytes = sound.encode();
    for length in [0, HEAD - 1, HEAD, bytes.len() - 1] {
        assert!(Batch::decode(&bytes[..length], &(10..14)).is_err(), "{length}");
    }
    let mut long = bytes;
    long[HEAD - 4..HEAD].fill(0xff);
    assert!(Batch::decode(&long, &(10..14)).unwrap_err().to_string().contains("too long"));
}
