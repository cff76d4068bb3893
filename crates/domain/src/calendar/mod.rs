//! The calendar that people in France live by: Paris days, whole-day periods, public holidays, the phone line's hours, and how far from
//! today a day may lie that somebody names.
//!
//! Nothing here knows what time it is: every function is given an instant or a day.

pub mod holidays;
mod horizon;
pub mod paris;
mod periods;
pub mod support_line;

pub use holidays::{Holiday, Region, is_holiday};
pub use horizon::{Horizon, OutsideHorizon};
pub use periods::{last_day, months_after, years_after};
pub use support_line::SupportLine;
