//! Read models of the life of a space.

pub mod campaign_progress;
pub mod deadlines;
pub mod grants;
pub mod history;
pub mod notices_due;
pub mod openings_due;
pub mod space_status;
pub mod space_summary;
