//! Who acts on a space: the parties of section 1 of the rules, as events name them.

use serde::{Deserialize, Serialize};

use crate::guarded::Guarded;
use crate::organism::{AgentId, InsurerCode};
use crate::personal::PersonalData;
use crate::rpps::Rpps;

/// Who treats a person says something of the person.
impl PersonalData for Rpps {
    const KIND: &'static str = "rpps";
}

/// Who did what an event says.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "role", rename_all = "snake_case")]
pub enum Party {
    /// The person whose space it is.
    Holder,
    /// Who acts for a minor or a protected adult.
    Representative,
    /// The national insurer.
    Cnam,
    /// The person's own insurer, holder of the declared addresses.
    Insurer {
        /// Which fund.
        insurer: InsurerCode,
    },
    /// An agent of the phone line or of a desk, for a caller or visitor.
    Support {
        /// Which agent.
        agent: AgentId,
    },
    /// A health professional.
    Professional {
        /// Which one; it says who treats the person.
        rpps: Guarded<Rpps>,
    },
    /// The clock: what falls due by itself.
    Clock,
}
