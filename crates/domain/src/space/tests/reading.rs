//! What every reader asks of a refusal: words that say what the caller needs.

use crate::space::terms::Stage;
use crate::space::{SpaceEvent, SpaceRefusal};

use super::persons::{at, day};
use super::stories::{LAST_DAY, LATER, closed};

#[test]
fn every_refusal_says_what_the_caller_needs_in_lower_case() {
    let refusals = [
        SpaceRefusal::NoSuchSpace,
        SpaceRefusal::PartyNotAllowed { expected: crate::space::Parties::Registrar },
        SpaceRefusal::WindowRunning { last_day: day(LAST_DAY) },
        SpaceRefusal::ReissueTooSoon { from: at(LATER) },
        SpaceRefusal::NotClosed { stage: Stage::Open },
    ];
    let said: Vec<String> = refusals.iter().map(ToString::to_string).collect();
    assert!(said[1].contains("CNAM or the insurer") && said[2].contains(LAST_DAY) && said[4].contains("Open"));
    assert!(said.iter().all(|text| text.starts_with(char::is_lowercase) && !text.ends_with('.')), "{said:?}");
    assert_eq!(closed().last().and_then(SpaceEvent::stage), Some(Stage::Closed));
}
