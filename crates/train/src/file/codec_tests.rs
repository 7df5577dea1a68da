use super::*;
use proptest::prelude::*;
use shirokuro_engine::parse_transcript;

fn fields(generation: u64) -> Fields {
    Fields { seed: 7, generation_games: 10, generation, games: 0, powers: Powers::START.next() }
}

/// The shortest game, with everything a ply may say.
fn record(index: u64) -> GameRecord {
    let moves = parse_transcript("e6f4e3f6g5d6e7f5c5").unwrap();
    let plies = moves.into_iter().enumerate().map(|(ply, square)| {
        let searched = Searched { score: ply as i32 * 1000 - 4000, exact: ply % 2 == 0, greedy: ply % 3 != 0 };
        Ply { square, searched: (ply >= 2).then_some(searched) }
    });
    GameRecord::new(index, plies.collect()).unwrap()
}

#[test]
fn fields_read_back() {
    let Fields { seed, generation_games, generation, games, powers } = fields(3);
    let bytes = encode_fields(seed, generation_games, generation, games, powers);
    assert_eq!(decode_fields(&bytes).unwrap(), fields(3));
    assert!(decode_fields(&bytes[1..]).is_err());
    for power in [f64::NAN, -0.5, 1.5] {
        let powers = Powers { beta2: power, ..powers };
        assert!(decode_fields(&encode_fields(seed, generation_games, generation, games, powers)).is_err(), "{power}");
    }
}

#[test]
fn records_read_back() {
    let records = [record(30), GameRecord::failed(33), record(39)];
    let bytes: Vec<u8> = records.iter().flat_map(encode_record).collect();
    assert_eq!(decode_records(&bytes, 30..40).unwrap(), records);
}

#[test]
fn records_that_make_no_sense_are_refused() {
    let refused = |bytes: &[u8]| decode_records(bytes, 30..40).unwrap_err().to_string();
    let bytes = encode_record(&record(30));
    assert!(refused(&bytes[..bytes.len() - 1]).contains("shorter than its games"));
    assert!(refused(&encode_record(&record(29))).contains("game 29 is not in order or not of this generation"));
    assert!(refused(&encode_record(&record(40))).contains("game 40"));
    assert!(refused(&[bytes.clone(), bytes.clone()].concat()).contains("game 30 is not in order"));
    let changed = |at: usize, value: u8| {
        let mut bytes = bytes.clone();
        bytes[at] = value;
        bytes
    };
    assert!(refused(&changed(9, 64)).contains("invalid records: ply"), "a square that is none");
    assert!(refused(&changed(9, 0)).contains("game 30: ply 0: illegal move a1"));
    assert!(refused(&changed(10, 8)).contains("ply"), "an unknown flag");
    assert!(refused(&changed(11, 1)).contains("ply"), "a score without a search");
    assert!(refused(&changed(9 + 6 * 8 + 5, 0x7f)).contains("ply"), "a score beyond 64 discs");
}

#[test]
fn undo_entries_that_are_none_are_refused() {
    let undo = UndoEntry { entry: 0, weight: 1, moments: [0.0, 0.0] };
    assert!(decode_undo(&encode_undo(&undo), None).is_ok());
    assert!(decode_undo(&encode_undo(&UndoEntry { entry: ENTRIES as u32, ..undo }), None).is_err());
    let upper = (0..ENTRIES).find(|&entry| mirror_entry(entry) < entry).unwrap() as u32;
    assert!(decode_undo(&encode_undo(&UndoEntry { entry: upper, ..undo }), None).is_err());
}

proptest! {
    #[test]
    fn undo_entries_read_back(entry in 0..ENTRIES, weight: u16, m in -64.0f32..64.0, v in 0.0f32..4096.0) {
        let entry = entry.min(mirror_entry(entry)) as u32;
        let undo = UndoEntry { entry, weight, moments: [m, v] };
        prop_assert_eq!(decode_undo(&encode_undo(&undo), None).unwrap(), undo);
    }

    #[test]
    fn moments_read_back_from_any_piece(
        values in prop::collection::vec((-64.0f32..64.0, 0.0f32..4096.0), 1..2000), first in 0usize..100,
    ) {
        let moments: Vec<Moments> = values.into_iter().map(|(m, v)| [m, v]).collect();
        let bytes: Vec<u8> = moments.iter().flatten().flat_map(|value| value.to_le_bytes()).collect();
        let mut read = vec![[0.0, 0.0]; first + moments.len()];
        decode_moments(&bytes, &mut read, first);
        prop_assert_eq!(&read[first..], &moments[..]);
    }
}
