//! The training targets of a game's positions: λ-returns of the search values, or those of the caller.

use crate::record::{Searched, steps};
use shirokuro_engine::{Position, Side};

/// What the searched positions of some games are taught.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Targets<'a> {
    /// λ-returns with this λ.
    LambdaReturns(f32),
    /// One target for each searched position of the games, in discs for its side to move, in the order of the games and
    /// their moves. A position whose target is NaN is not learned.
    Own(&'a [f32]),
}

impl Targets<'_> {
    /// Returns the targets of `count` positions from number `first` on.
    pub fn part(self, first: usize, count: usize) -> Self {
        match self {
            Self::LambdaReturns(_) => self,
            Self::Own(targets) => Self::Own(&targets[first..first + count]),
        }
    }

    /// Checks whether the position with this number is learned.
    pub fn teaches(self, number: usize) -> bool {
        match self {
            Self::LambdaReturns(_) => true,
            Self::Own(targets) => !targets[number].is_nan(),
        }
    }

    /// Returns the targets of a game's searched positions, in discs for the side to move; `outcome` is in Black's view.
    /// An injected fault makes the value of the position with index `bad` NaN, or its own target infinite.
    pub fn of_game(self, searched: &[(Position, Searched)], outcome: i32, bad: Option<usize>) -> Vec<f32> {
        match self {
            Self::LambdaReturns(lambda) => {
                let mut steps = steps(searched);
                if let Some(bad) = bad {
                    steps[bad].value = f32::NAN;
                }
                let returns = lambda_returns(&steps, outcome as f32, lambda);
                searched.iter().zip(returns).map(|((position, _), target)| mover_view(position.side, target)).collect()
            }
            Self::Own(targets) => {
                let mut targets = targets.to_vec();
                if let Some(bad) = bad {
                    targets[bad] = f32::INFINITY;
                }
                targets
            }
        }
    }
}

/// A searched position of a game, as the λ-return needs it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Step {
    /// The search value in discs, in Black's view.
    pub value: f32,
    /// Later events carry no information about this value, because the move played was random or the value is exact.
    pub cut: bool,
}

/// Returns the λ-return of every step (Sutton & Barto, *Reinforcement Learning*, 2nd ed., §12.1), computed backward.
/// The only reward is the outcome, at the end.
///
/// `target[t] = (1 − λ)·value[t] + λ·target[t + 1]`, where the outcome stands for the target after the last step. The
/// target of a cut step is its own value. `value[t]` is the value backed up by the search, which already looks ahead
/// from t: it plays the role of the bootstrap value in the book's n-step returns.
///
/// A NaN or infinite value is the target of its own step only: the targets of earlier steps ignore it.
///
/// All values are in discs, in Black's view. The result has the length and order of `steps`.
///
/// ```
/// use shirokuro_train::{Step, lambda_returns};
///
/// let steps = [4.0, -2.0, 6.0].map(|value| Step { value, cut: false });
/// assert_eq!(lambda_returns(&steps, 10.0, 0.0), [4.0, -2.0, 6.0]); // the search values
/// assert_eq!(lambda_returns(&steps, 10.0, 0.5), [3.5, 3.0, 8.0]);
/// assert_eq!(lambda_returns(&steps, 10.0, 1.0), [10.0, 10.0, 10.0]); // the outcome
/// ```
pub fn lambda_returns(steps: &[Step], outcome: f32, lambda: f32) -> Vec<f32> {
    let mut targets = vec![0.0; steps.len()];
    let mut next = outcome;
    for (target, step) in targets.iter_mut().zip(steps).rev() {
        *target = if step.cut { step.value } else { (1.0 - lambda) * step.value + lambda * next };
        if step.value.is_finite() {
            next = *target;
        }
    }
    targets
}

/// Converts a target in discs from Black's view to that of `side`. Only the sign changes, so nothing is rounded.
pub(crate) fn mover_view(side: Side, target: f32) -> f32 {
    match side {
        Side::Black => target,
        Side::White => -target,
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;
    use proptest::prelude::*;

    pub fn any_steps(cuts: f64) -> impl Strategy<Value = Vec<Step>> {
        let value = (-64i32 * 256..=64 * 256).prop_map(|score| score as f32 / 256.0);
        let step = (value, prop::bool::weighted(cuts)).prop_map(|(value, cut)| Step { value, cut });
        prop::collection::vec(step, 0..61)
    }

    proptest! {
        #[test]
        fn at_lambda_one_every_target_is_the_outcome(steps in any_steps(0.0), outcome in -64i8..=64) {
            let outcome = f32::from(outcome);
            prop_assert!(lambda_returns(&steps, outcome, 1.0).iter().all(|&target| target == outcome));
        }

        #[test]
        fn at_lambda_zero_every_target_is_the_search_value(steps in any_steps(0.2), outcome in -64i8..=64) {
            let targets = lambda_returns(&steps, f32::from(outcome), 0.0);
            prop_assert!(targets.iter().zip(&steps).all(|(&target, step)| target == step.value));
        }

        #[test]
        fn steps_after_a_cut_do_not_affect_those_before_it(
            before in any_steps(0.2), cut in -64.0f32..64.0, after in any_steps(0.2), outcome in -64i8..=64, lambda in 0.0f32..=1.0,
        ) {
            let cut = Step { value: cut, cut: true };
            let whole: Vec<Step> = before.iter().copied().chain([cut]).chain(after).collect();
            let targets = lambda_returns(&whole, f32::from(outcome), lambda);
            prop_assert_eq!(&targets[..before.len()], &lambda_returns(&before, cut.value, lambda)[..]);
            prop_assert_eq!(targets[before.len()], cut.value);
        }

        #[test]
        fn a_nan_or_infinite_value_affects_its_own_step_only(
            before in any_steps(0.2), bad in prop::sample::select(vec![f32::NAN, f32::INFINITY, f32::NEG_INFINITY]),
            cut: bool, after in any_steps(0.2), outcome in -64i8..=64, lambda in 0.0f32..=1.0,
        ) {
            let whole: Vec<Step> = before.iter().copied().chain([Step { value: bad, cut }]).chain(after.iter().copied()).collect();
            let mut targets = lambda_returns(&whole, f32::from(outcome), lambda);
            prop_assert!(!targets.remove(before.len()).is_finite());
            let without: Vec<Step> = before.into_iter().chain(after).collect();
            prop_assert!(targets == lambda_returns(&without, f32::from(outcome), lambda));
        }

        #[test]
        fn swapping_the_colours_negates_the_targets(steps in any_steps(0.2), outcome in -64i8..=64, lambda in 0.0f32..=1.0) {
            let swapped: Vec<Step> = steps.iter().map(|step| Step { value: -step.value, ..*step }).collect();
            let targets = lambda_returns(&steps, f32::from(outcome), lambda);
            let negated: Vec<f32> = lambda_returns(&swapped, -f32::from(outcome), lambda).iter().map(|t| -t).collect();
            prop_assert_eq!(targets, negated);
        }
    }

    #[test]
    fn three_steps_by_hand() {
        let steps = [4.0, -2.0, 6.0].map(|value| Step { value, cut: false });
        // 6·½ + 10·½ = 8; −2·½ + 8·½ = 3; 4·½ + 3·½ = 3.5
        assert_eq!(lambda_returns(&steps, 10.0, 0.5), [3.5, 3.0, 8.0]);
    }
}
