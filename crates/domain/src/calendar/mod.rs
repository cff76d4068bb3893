//! The calendar that people in France live by: Paris days, whole-day periods, public holidays, the phone line's hours.
//!
//! Nothing here knows what time it is: every function is given an instant or a day.

pub mod holidays;
pub mod paris;
mod periods;
pub mod support_line;

pub use holidays::{Holiday, Region, is_holiday};
pub use periods::{last_day, months_after, years_after};
pub use support_line::SupportLine;
