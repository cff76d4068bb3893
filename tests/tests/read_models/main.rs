//! The read models on every engine: their answers, their followers, their rebuilds.

mod answers;
mod extremes;
mod following;
mod kinds;
mod lives;
mod rebuilding;
mod swapping;
