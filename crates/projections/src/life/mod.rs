//! Read models of the life of a space, and the list of them: a new one is listed here.

pub mod campaign_progress;
pub mod deadlines;
pub mod grants;
pub mod history;
pub mod notices_due;
pub mod openings_due;
pub mod space_status;
pub mod space_summary;

use std::marker::PhantomData;

use crate::read_model::{Of, ReadModel};

pub(crate) const READ_MODELS: &[&dyn ReadModel] = &[
    &Of::<space_status::SpaceStatus>(PhantomData),
    &Of::<openings_due::OpeningsDue>(PhantomData),
    &Of::<notices_due::NoticesDue>(PhantomData),
    &Of::<campaign_progress::CampaignProgress>(PhantomData),
    &Of::<history::History>(PhantomData),
    &Of::<grants::Grants>(PhantomData),
    &Of::<deadlines::Deadlines>(PhantomData),
];
