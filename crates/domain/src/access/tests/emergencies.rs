//! The rules of emergencies: break-glass and the dispatch centre.

use crate::access::{
    AccessMode, AccessRefusal, Action, Choice, DocumentFacts, EmergencyAccess, Ground, Profession, Professional, Purpose, Reader,
};
use crate::space::terms::Section;

use super::scene::{Scene, a_document, a_grant, by_the_doctor, doctor, document_type, hidden, id, in_mode, rpps};

const MODES: [(AccessMode, Ground); 2] =
    [(AccessMode::BreakGlass, Ground::BreakGlass), (AccessMode::DispatchCentre, Ground::DispatchCentre)];

fn in_emergency(mode: AccessMode) -> Scene {
    Scene { purpose: Purpose::Emergency, ..Scene::of(in_mode(mode)) }
}

fn refusing(scene: Scene, access: EmergencyAccess) -> Scene {
    scene.with(|directory| directory.choose_for_emergency(access, Choice::Refused))
}

#[test]
fn in_an_emergency_no_authorisation_is_needed_and_a_block_is_not_looked_at() {
    for (mode, ground) in MODES {
        assert_eq!(in_emergency(mode).decided(), Ok(ground));
        let blocked = in_emergency(mode).with(|directory| directory.block(&rpps(1)));
        assert_eq!(blocked.decided(), Ok(ground));
        assert_eq!(blocked.clone().asking(a_document()).decided(), Ok(ground));
        for action in Action::ALL.into_iter().filter(|action| !action.is_reading()) {
            let decided = blocked.clone().asking(by_the_doctor()).to(action).decided();
            assert_eq!(decided, Err(AccessRefusal::ProfessionalBlocked), "an emergency is for reading: {action:?}");
        }
    }
}

#[test]
fn the_holder_refuses_break_glass_and_the_dispatch_centre_beforehand() {
    let decided = |mode, access| refusing(in_emergency(mode), access).decided();
    assert_eq!(decided(AccessMode::BreakGlass, EmergencyAccess::BreakGlass), Err(AccessRefusal::BreakGlassRefused));
    assert_eq!(decided(AccessMode::DispatchCentre, EmergencyAccess::DispatchCentre), Err(AccessRefusal::DispatchCentreRefused));
    assert_eq!(decided(AccessMode::BreakGlass, EmergencyAccess::DispatchCentre), Ok(Ground::BreakGlass));
    assert_eq!(decided(AccessMode::DispatchCentre, EmergencyAccess::BreakGlass), Ok(Ground::DispatchCentre));
    let permitted = refusing(in_emergency(AccessMode::BreakGlass), EmergencyAccess::BreakGlass)
        .with(|directory| directory.choose_for_emergency(EmergencyAccess::BreakGlass, Choice::Permitted));
    assert_eq!(permitted.decided(), Ok(Ground::BreakGlass), "a refusal is taken back");
    let refused =
        refusing(in_emergency(AccessMode::BreakGlass), EmergencyAccess::BreakGlass).with(|directory| directory.grant(id(1), a_grant()));
    assert_eq!(refused.decided(), Err(AccessRefusal::BreakGlassRefused), "an authorisation is for ordinary care");
}

#[test]
fn hidden_documents_are_read_in_an_emergency_unless_the_holder_refused_that() {
    for (mode, ground) in MODES {
        let secret = in_emergency(mode).asking(hidden(a_document()));
        assert_eq!(secret.decided(), Ok(ground));
        let refused = refusing(secret, EmergencyAccess::HiddenDocuments);
        assert_eq!(refused.decided(), Err(AccessRefusal::HiddenInEmergency));
        assert_eq!(refused.clone().asking(a_document()).decided(), Ok(ground));
        assert_eq!(refused.clone().asking(hidden(by_the_doctor())).decided(), Ok(ground), "their own");
        let attending = refused.clone().with(|directory| directory.declare_attending_doctor(rpps(1)));
        assert_eq!(attending.decided(), Ok(ground));
        let blocked = attending.asking(hidden(by_the_doctor())).with(|directory| directory.block(&rpps(1)));
        assert_eq!(blocked.decided(), Err(AccessRefusal::HiddenInEmergency), "a block ends what is theirs");
    }
}

#[test]
fn only_a_doctor_acts_for_the_dispatch_centre() {
    for profession in Profession::ALL {
        let reader = Reader::Professional(Professional { profession, mode: AccessMode::DispatchCentre, ..doctor(1) });
        let expected = if profession == Profession::Doctor { Ok(Ground::DispatchCentre) } else { Err(AccessRefusal::NotADispatchDoctor) };
        assert_eq!(Scene::of(reader).decided(), expected, "{profession:?}");
    }
}

#[test]
fn an_emergency_opens_the_sections_of_care_only() {
    for (mode, ground) in MODES {
        for section in Section::ALL {
            let of_care =
                matches!(section, Section::AdministrativeData | Section::MedicalRecord | Section::Measures | Section::MedicalProfile);
            let expected = if of_care { Ok(ground) } else { Err(AccessRefusal::OutsideEmergency) };
            assert_eq!(in_emergency(mode).within(section).decided(), expected, "{section:?}");
        }
    }
}

#[test]
fn the_matrix_bounds_emergencies_too() {
    let residence = DocumentFacts { document_type: document_type("ATTEST-RESID"), ..a_document() };
    for (mode, _) in MODES {
        assert_eq!(in_emergency(mode).asking(residence.clone()).decided(), Err(AccessRefusal::NotInMatrix));
    }
}
