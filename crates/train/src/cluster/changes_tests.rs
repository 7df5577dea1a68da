use super::*;
use crate::testing::mirror_entry;
use proptest::prelude::*;
use shirokuro_engine::{ENTRIES, PATTERNS};

/// Changes some entries and their mirror images.
fn change(weights: &Weights, key: u64) {
    for n in 0..500 {
        let random = mix(key * 1000 + n);
        let (entry, weight) = (random as usize % ENTRIES, (random >> 40) as u16);
        for entry in [entry, mirror_entry(entry)] {
            weights.entries()[entry].store(weight, Relaxed);
        }
    }
}

fn equal(left: &Weights, right: &Weights) -> bool {
    left.entries().iter().zip(right.entries()).all(|(left, right)| left.load(Relaxed) == right.load(Relaxed))
}

#[test]
fn a_copy_that_applies_all_changes_equals_the_weights_and_so_does_one_that_starts_late() {
    let trained = Weights::neutral().unwrap();
    let [mut driver, mut node, mut late] = [(); 3].map(|()| TrackedWeights::neutral(&PATTERNS).unwrap());
    for key in 1..4 {
        change(&trained, key);
        let changes = driver.follow(&trained);
        assert_eq!((changes.before, changes.after), (node.fingerprint(), driver.fingerprint()));
        node.apply(&changes.bytes).unwrap();
        assert!(equal(node.weights(), &trained));
        assert_eq!(node.fingerprint(), driver.fingerprint());
    }
    late.apply(&WeightChanges::whole(driver.weights()).bytes).unwrap();
    assert!(equal(late.weights(), &trained));
    assert_eq!(late.fingerprint(), driver.fingerprint());
    let none = driver.follow(&trained);
    assert_eq!((none.before, none.bytes.len() < 50), (none.after, true));
}

#[test]
fn changes_that_do_not_fit_are_refused_and_change_nothing() {
    let trained = Weights::neutral().unwrap();
    let [mut driver, mut node] = [(); 2].map(|()| TrackedWeights::neutral(&PATTERNS).unwrap());
    change(&trained, 1);
    let first = driver.follow(&trained).bytes;
    change(&trained, 2);
    let second = driver.follow(&trained).bytes;
    let refused = |node: &mut TrackedWeights, bytes: &[u8]| node.apply(bytes).unwrap_err().0;
    assert_eq!(refused(&mut node, &second), "they start from other weights");
    assert_eq!(refused(&mut node, &first[..HEAD - 1]), "too short");
    assert_eq!(refused(&mut node, &first[..first.len() - 1]), "damaged");
    let mut other = first.clone();
    other[8] ^= 1;
    assert_eq!(refused(&mut node, &other), "they lead to other weights than they declare");
    let mut many = first.clone();
    many[16..20].fill(0xff);
    assert_eq!(refused(&mut node, &many), "damaged");
    assert!(equal(node.weights(), &Weights::neutral().unwrap()));
    node.apply(&first).unwrap();
    assert_eq!(refused(&mut node, &first), "they start from other weights");
    node.apply(&second).unwrap();
    assert!(equal(node.weights(), &trained));
}

proptest! {
    #[test]
    fn numbers_and_differences_read_back(number in 0..1u32 << 28, difference: u16) {
        let mut bytes = Vec::new();
        put(&mut bytes, number);
        put(&mut bytes, fold(difference).into());
        let mut rest = &bytes[..];
        prop_assert_eq!(take(&mut rest), Some(number));
        prop_assert_eq!(take(&mut rest).map(|folded| unfold(folded as u16)), Some(difference));
        prop_assert!(rest.is_empty());
    }
}
