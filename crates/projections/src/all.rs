//! The list of all read models: a new one is one line here.

use std::marker::PhantomData;

use crate::life::campaign_progress::CampaignProgress;
use crate::life::deadlines::Deadlines;
use crate::life::grants::Grants;
use crate::life::history::History;
use crate::life::notices_due::NoticesDue;
use crate::life::openings_due::OpeningsDue;
use crate::life::space_status::SpaceStatus;
use crate::read_model::{Of, ReadModel};
use crate::sections::measures::Measures;

/// Every read model, in the order in which a report shows them.
const ALL: &[&dyn ReadModel] = &[
    &Of::<SpaceStatus>(PhantomData),
    &Of::<OpeningsDue>(PhantomData),
    &Of::<NoticesDue>(PhantomData),
    &Of::<CampaignProgress>(PhantomData),
    &Of::<History>(PhantomData),
    &Of::<Grants>(PhantomData),
    &Of::<Deadlines>(PhantomData),
    &Of::<Measures>(PhantomData),
];

/// Every read model, in the order in which a report shows them.
pub fn read_models() -> impl ExactSizeIterator<Item = &'static dyn ReadModel> + Clone {
    ALL.iter().copied()
}

/// The read model of that name.
pub fn read_model(name: &str) -> Option<&'static dyn ReadModel> {
    read_models().find(|read_model| read_model.name() == name)
}
