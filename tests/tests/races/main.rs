//! Races between processes on one store: the order in the log decides, and every answer agrees with it.

mod openings;
mod readings;
mod replayed;
mod session;
