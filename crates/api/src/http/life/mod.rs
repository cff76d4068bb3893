//! Routes on the life of a space: one file a subject, with its declarations, its bodies and its handlers.

use crate::http::gate::Declaration;

mod campaign;
mod caregivers;
mod closing;
mod codes;
mod creation;
mod destruction;
mod directory;
mod grants;
mod import;
mod ins_lookup;
mod invitations;
mod legacy_record;
mod named_person;
mod opposition;
mod oversight;
mod person;
mod professional_acts;
mod public_code_routes;
mod public_reissue;
mod reading;
mod representation;
mod search;
mod service_consents;
mod suspension;

/// Every route of this folder.
pub(super) fn routes() -> Vec<Declaration> {
    let subjects = [
        public_code_routes::routes(),
        creation::routes(),
        import::routes(),
        search::routes(),
        reading::routes(),
        codes::routes(),
        opposition::routes(),
        person::routes(),
        representation::routes(),
        invitations::routes(),
        grants::routes(),
        directory::routes(),
        professional_acts::routes(),
        caregivers::routes(),
        service_consents::routes(),
        legacy_record::routes(),
        suspension::routes(),
        closing::routes(),
        destruction::routes(),
        campaign::routes(),
    ];
    subjects.into_iter().flatten().collect()
}
