//! Measures of the spaces in these tests: the second kind of stream that writers mix with the lives of spaces.

use ens_domain::event::{Command, State};
use ens_domain::ids::{ItemId, SpaceId};
use ens_domain::sections::measures::{Measure, MeasureCommand};
use ens_domain::stream::StreamId;
use ens_store::{CommandEnvelope, Store};
use ens_tests::cohort;

use crate::persons::{monday, space};

/// The `number`th measure of this space, the same in every store.
pub(crate) fn measure(of: SpaceId, number: u16) -> StreamId {
    StreamId::of_item(of, ItemId::from(space(number).uuid()))
}

pub(crate) fn record(measure: StreamId) -> CommandEnvelope {
    cohort::record(measure, monday())
}

pub(crate) fn remove(measure: StreamId) -> CommandEnvelope {
    cohort::remove(measure, monday())
}

/// The command in an envelope to a measure, for the stock writer.
pub(crate) fn measure_command(envelope: CommandEnvelope) -> MeasureCommand {
    match envelope.command {
        Command::Measure(command) => command,
        Command::Space(_) | Command::Document(_) | Command::Consultation(_) => panic!("a command to something else"),
    }
}

/// The measure and its version, as the log has it now; nothing where it has no event.
pub(crate) async fn now(store: &Store, measure: StreamId) -> Option<(Measure, u64)> {
    let loaded = store.log().stream(measure).await.expect("a readable stream")?;
    match loaded.state {
        State::Measure(measure) => Some((measure, loaded.version)),
        State::Space(_) | State::Document(_) | State::Consultation(_) => panic!("a measure that is something else"),
    }
}
