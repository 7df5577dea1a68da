use super::*;
use crate::testing::mirror_entry;
use proptest::prelude::*;
use shirokuro_engine::{ENTRIES, PATTERNS};

fn fields(generation: u64) -> Fields {
    Fields { seed: 7, generation_games: 10, generation, games: 0, powers: Powers::START.next() }
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
fn invalid_undo_entries_are_refused() {
    let undo = UndoEntry { entry: 0, weight: 1, moments: [0.0, 0.0] };
    assert!(decode_undo(&encode_undo(&undo), Section::Undo, None, &PATTERNS).is_ok());
    assert!(
        decode_undo(&encode_undo(&UndoEntry { entry: ENTRIES as u32, ..undo }), Section::Undo, None, &PATTERNS)
            .is_err()
    );
    let upper = (0..ENTRIES).find(|&entry| mirror_entry(entry) < entry).unwrap() as u32;
    assert!(decode_undo(&encode_undo(&UndoEntry { entry: upper, ..undo }), Section::Undo, None, &PATTERNS).is_err());
}

proptest! {
    #[test]
    fn undo_entries_read_back(entry in 0..ENTRIES, weight: u16, m in -64.0f32..64.0, v in 0.0f32..4096.0) {
        let entry = entry.min(mirror_entry(entry)) as u32;
        let undo = UndoEntry { entry, weight, moments: [m, v] };
        prop_assert_eq!(decode_undo(&encode_undo(&undo), Section::Undo, None, &PATTERNS).unwrap(), undo);
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
