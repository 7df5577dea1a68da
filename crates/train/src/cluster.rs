//! Playing a run's games in other processes, with the same result to the last bit.
//!
//! A node holds a copy of the weights ([`TrackedWeights`]) and plays the games it is asked for ([`GamePlayer`]). The
//! trainer hands out what a generation changed ([`Trainer::share_weights`](crate::Trainer::share_weights)), and takes
//! the games as if it had played them itself ([`Trainer::supply`](crate::Trainer::supply)). How the bytes travel is the
//! caller's concern.

pub(crate) mod batch;
pub(crate) mod changes;
pub(crate) mod player;
pub(crate) mod signature;
pub(crate) mod supply;
