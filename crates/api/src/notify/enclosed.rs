//! What a message in the outbox carries besides its id: the code, sealed, and what only the moment of its order knew.

use chrono::NaiveDate;
use ens_domain::code::ProvisionalCode;
use ens_domain::personal::Personal;
use ens_domain::space::terms::SuspensionGround;
use serde::{Deserialize, Serialize};

/// The content of an outbox row. Names and addresses are not in it: they are read from the space when the message leaves.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(tag = "enclosed", rename_all = "snake_case")]
pub(super) enum Enclosed {
    /// With the prior notice, or with a new code that was asked for.
    Code { code: Personal<ProvisionalCode> },
    /// With the news of a technical block.
    Nothing {},
    /// With the news of a suspension.
    Suspension { ground: SuspensionGround, last_day: NaiveDate },
}
