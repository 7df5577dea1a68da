use super::*;
use shirokuro_engine::parse_transcript;

/// Returns the shortest game, with every variant of a ply.
fn record(index: u64) -> GameRecord {
    let moves = parse_transcript("e6f4e3f6g5d6e7f5c5").unwrap();
    let plies = moves.into_iter().enumerate().map(|(ply, square)| {
        let searched = Searched { score: ply as i32 * 1000 - 4000, exact: ply % 2 == 0, greedy: ply % 3 != 0 };
        Ply { square, searched: (ply >= 2).then_some(searched) }
    });
    GameRecord::new(index, plies.collect()).unwrap()
}

#[test]
fn records_read_back() {
    let records = [record(30), GameRecord::failed(33), record(39)];
    let bytes: Vec<u8> = records.iter().flat_map(encode).collect();
    assert_eq!(decode_all(&bytes, 30..40).unwrap(), records);
}

#[test]
fn invalid_records_are_refused() {
    let refused = |bytes: &[u8]| decode_all(bytes, 30..40).unwrap_err().to_string();
    let bytes = encode(&record(30));
    assert!(refused(&bytes[..bytes.len() - 1]).contains("ends within a game"));
    assert!(refused(&encode(&record(29))).contains("game 29 is not in order or not of this generation"));
    assert!(refused(&encode(&record(40))).contains("game 40"));
    assert!(refused(&[bytes.clone(), bytes.clone()].concat()).contains("game 30 is not in order"));
    let changed = |at: usize, value: u8| {
        let mut bytes = bytes.clone();
        bytes[at] = value;
        bytes
    };
    assert!(refused(&changed(9, 64)).contains("invalid records: ply"), "a square that does not exist");
    assert!(refused(&changed(9, 0)).contains("game 30: ply 0: illegal move a1"));
    assert!(refused(&changed(10, 8)).contains("ply"), "an unknown flag");
    assert!(refused(&changed(11, 1)).contains("ply"), "a score without a search");
    assert!(refused(&changed(9 + 6 * 8 + 5, 0x7f)).contains("ply"), "a score beyond 64 discs");
    let mut bytes = bytes.clone();
    bytes[9 + 6 * 8 + 2..][..4].copy_from_slice(&i32::MIN.to_le_bytes());
    assert!(refused(&bytes).contains("ply"), "the lowest number, which has no absolute value");
}
