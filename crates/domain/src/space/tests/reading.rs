//! What every reader asks of a refusal: words that say what the caller needs.

use crate::space::SpaceEvent;
use crate::space::terms::Stage;

use super::stories::closed;

#[test]
fn an_event_names_the_stage_that_it_leads_to() {
    assert_eq!(closed().last().and_then(SpaceEvent::stage), Some(Stage::Closed));
}
