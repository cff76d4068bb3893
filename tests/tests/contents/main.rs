//! The sweep of contents as the service does it: by what the log says, once a day, beside deposits, and after a kill.

mod command;
mod daily;
mod killed;
mod lagging;
mod shared;
mod world;
