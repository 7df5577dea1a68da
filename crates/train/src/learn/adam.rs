//! Adam (Kingma & Ba, "Adam: A Method for Stochastic Optimization", ICLR 2015, algorithm 1), applied lazily as in
//! torch's `SparseAdam`: an entry that no position of the generation visits keeps its moments and its weight.
//!
//! It uses only additions, multiplications, one division and one square root, in a fixed order and each rounded as IEEE
//! 754 requires. The results are therefore identical on every machine.

/// The decay rate of the first moment, β1.
pub const BETA1: f64 = 0.9;
/// The decay rate of the second moment, β2.
pub const BETA2: f64 = 0.999;
/// The usual ε, in discs: it only keeps the divisor away from zero.
pub const EPSILON: f32 = 1e-8;

/// An entry's moving averages of the gradient (discs) and of its square: `[m, v]`.
pub type Moments = [f32; 2];

/// Checks that both are finite and that the average of squares is not negative.
pub(crate) fn are_sound([m, v]: Moments) -> bool {
    m.is_finite() && v.is_finite() && v >= 0.0
}

/// β1^t and β2^t for the bias correction, where t is the number of generations learned.
///
/// They are updated by repeated multiplication, because `powf` differs between mathematics libraries.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Powers {
    /// β1^t.
    pub beta1: f64,
    /// β2^t.
    pub beta2: f64,
}

impl Powers {
    /// t = 0, before anything is learned.
    pub const START: Self = Self { beta1: 1.0, beta2: 1.0 };

    /// Returns the powers after one more generation.
    pub fn next(self) -> Self {
        Self { beta1: self.beta1 * BETA1, beta2: self.beta2 * BETA2 }
    }
}

/// The part of a generation's update that is the same for all entries.
#[derive(Clone, Copy, Debug)]
pub(crate) struct AdamStep {
    /// rate / (1 − β1^t).
    scale: f32,
    /// 1 / (1 − β2^t).
    correction: f32,
    epsilon: f32,
}

impl AdamStep {
    /// Creates the update at these powers (t ≥ 1) with this rate and ε, in discs.
    pub fn new(rate: f32, epsilon: f32, powers: Powers) -> Self {
        let scale = (f64::from(rate) / (1.0 - powers.beta1)) as f32;
        Self { scale, correction: (1.0 / (1.0 - powers.beta2)) as f32, epsilon }
    }

    /// Updates the moments with the gradient (the mean error, in discs) and returns the step of the weight, in discs.
    #[inline]
    pub fn apply(self, moments: &mut Moments, gradient: f32) -> f32 {
        const B1: f32 = BETA1 as f32;
        const B2: f32 = BETA2 as f32;
        const ONE_MINUS_B1: f32 = (1.0 - BETA1) as f32;
        const ONE_MINUS_B2: f32 = (1.0 - BETA2) as f32;
        let [m, v] = *moments;
        let m = B1 * m + ONE_MINUS_B1 * gradient;
        let v = B2 * v + ONE_MINUS_B2 * (gradient * gradient);
        *moments = [m, v];
        self.scale * m / ((v * self.correction).sqrt() + self.epsilon)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn the_first_step_has_the_length_of_the_rate() {
        let step = AdamStep::new(0.1, EPSILON, Powers::START.next());
        for gradient in [-20.0f32, -0.01, 0.5, 64.0] {
            let moved = step.apply(&mut [0.0, 0.0], gradient);
            assert!((moved - 0.1 * gradient.signum()).abs() < 1e-5, "{gradient}: {moved}");
        }
    }

    #[test]
    fn a_gradient_of_zero_does_not_move_an_entry_without_history() {
        let mut moments = [0.0, 0.0];
        assert_eq!(AdamStep::new(0.1, EPSILON, Powers::START.next()).apply(&mut moments, 0.0), 0.0);
        assert_eq!(moments, [0.0, 0.0]);
    }

    proptest! {
        /// The textbook's formulas in f64, with powf.
        #[test]
        fn many_steps_follow_the_textbook(
            gradients in prop::collection::vec(-64.0f32..64.0, 1..200), rate in 0.01f32..1.0,
            epsilon in prop::sample::select(vec![EPSILON, 0.5, 4.0]),
        ) {
            let mut moments = [0.0, 0.0];
            let mut powers = Powers::START;
            let (mut m, mut v) = (0.0f64, 0.0f64);
            for (t, &gradient) in gradients.iter().enumerate() {
                powers = powers.next();
                let step = AdamStep::new(rate, epsilon, powers).apply(&mut moments, gradient);
                let (g, t) = (f64::from(gradient), (t + 1) as f64);
                m = BETA1 * m + (1.0 - BETA1) * g;
                v = BETA2 * v + (1.0 - BETA2) * g * g;
                let m_hat = m / (1.0 - BETA1.powf(t));
                let v_hat = v / (1.0 - BETA2.powf(t));
                let expected = f64::from(rate) * m_hat / (v_hat.sqrt() + f64::from(epsilon));
                prop_assert!((f64::from(step) - expected).abs() < 1e-3 * f64::from(rate), "{step} for {expected}");
            }
        }
    }
}
