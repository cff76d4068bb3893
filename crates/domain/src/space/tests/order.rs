//! The order of refusals: where several rules say no, which one answers.

use crate::party::Party;
use crate::policy::Policy;
use crate::space::commands::{Activate, GrantAccess, Oppose, RecordLetterDelivered, ReissueCode};
use crate::space::events::CodeEvent;
use crate::space::terms::{Channel, CodePurpose, OppositionChannel, RepresentationKind};
use crate::space::{Parties, Proof, SpaceCommand, SpaceEvent, SpaceRefusal};

use super::grammar::{given, space_after};
use super::persons::{a_wrong_code, at, code_of, day, doctor, message};
use super::requests::{
    activate, declare_representative, destroy, grant, letter_delivered, open_it, oppose_at_desk, oppose_on_web, reissue, reopen,
};
use super::stories::{
    LATER, MEANWHILE, closed, dead_and_closed, destroyed, doomed, ended, issued, notified, notified_by_letter, open, opposed,
};

fn stranger() -> Party {
    Party::Professional { rpps: crate::guarded::Guarded::new(doctor(9)) }
}

/// What has happened, what is asked, which rules say no, and the one that answers.
fn table() -> Vec<(Vec<SpaceEvent>, SpaceCommand, &'static str, SpaceRefusal)> {
    let web = OppositionChannel::Web;
    let by_stranger = Oppose { by: stranger(), ..oppose_at_desk(LATER) };
    let unproved = Oppose { by: Party::Holder, via: web, proof: Proof::IdentityProved, ..oppose_at_desk(LATER) };
    let parent = Oppose { by: Party::Representative, ..oppose_on_web(LATER, 8) };
    let blank =
        GrantAccess { scope: crate::access::Scope::Sections { sections: Default::default() }, ..grant(LATER, 1, Some("2020-01-01")) };
    let hasty = ReissueCode { at: at(MEANWHILE), ..reissue(MEANWHILE, 3) };
    let early = RecordLetterDelivered { message: message(1), ..letter_delivered(MEANWHILE, 1, "2020-01-01") };
    let reissued = || notified().into_iter().chain([issued(2, MEANWHILE, Channel::Email, CodePurpose::Reissue)]).collect();
    let opened_on = day("2026-04-14");
    vec![
        (vec![], by_stranger.clone().into(), "absent, party", SpaceRefusal::NoSuchSpace),
        (destroyed(), by_stranger.into(), "party, life", SpaceRefusal::PartyNotAllowed { expected: Parties::Agent }),
        (open(), unproved.into(), "way, life", SpaceRefusal::CodeNeeded { via: web }),
        (notified(), parent.into(), "representation, proof", SpaceRefusal::NotARepresentative),
        (open(), oppose_on_web(LATER, 1).into(), "proof expired, life", SpaceRefusal::CodeExpired { valid_until: day("2026-04-13") }),
        (destroyed(), activate(LATER, 1).into(), "no proof, life", SpaceRefusal::NoCode),
        (ended(), activate(MEANWHILE, 1).into(), "life", SpaceRefusal::Deceased),
        (open(), oppose_on_web("2026-04-13 12:00", 1).into(), "life", SpaceRefusal::AlreadyOpen { opened_on }),
        (opposed(), activate(MEANWHILE, 1).into(), "life", SpaceRefusal::OppositionStands { since: day("2026-03-20") }),
        (closed(), blank.clone().into(), "life, thing, dates", SpaceRefusal::SpaceClosed { closed_on: day("2026-06-01") }),
        (open(), blank.into(), "thing, dates", SpaceRefusal::EmptyScope),
        (dead_and_closed(), reopen("2040-01-01 00:00").into(), "life, dates", SpaceRefusal::Deceased),
        (doomed(), reopen("2040-01-01 00:00").into(), "request, dates", SpaceRefusal::DestructionPending { destroy_on: day("2026-09-02") }),
        (ended(), declare_representative(LATER, 1, RepresentationKind::Minor).into(), "life, thing", SpaceRefusal::Deceased),
        (opposed(), open_it("2026-03-21 00:00").into(), "life, dates", SpaceRefusal::OppositionStands { since: day("2026-03-20") }),
        (
            notified_by_letter(),
            early.into(),
            "dates",
            SpaceRefusal::ImpossibleDay { day: day("2020-01-01"), earliest: day("2026-03-02"), latest: day("2026-03-20") },
        ),
        (reissued(), hasty.into(), "dates", SpaceRefusal::ReissueTooSoon { from: at(MEANWHILE) + chrono::TimeDelta::seconds(30) }),
        (ended(), destroy(LATER).into(), "life, dates", SpaceRefusal::Deceased),
    ]
}

#[test]
fn where_several_rules_say_no_the_first_of_the_order_answers() {
    for (story, command, rules, refusal) in table() {
        let name = command.name();
        assert_eq!(space_after(story).decide(command, &Policy::default()), Err(refusal), "{name}: {rules}");
    }
}

#[test]
fn who_has_not_proved_who_they_are_learns_nothing_about_the_space() {
    let guess = Activate { code: a_wrong_code(), ..activate(MEANWHILE, 1) };
    let attempt = SpaceEvent::Code(CodeEvent::WrongCodeEntered { at: at(MEANWHILE), left: 4 });
    for story in [notified(), opposed(), ended(), open(), closed(), doomed()] {
        given(story.clone()).when(guess.clone()).then([attempt.clone()]);
        let proof = Proof::Code(a_wrong_code());
        given(story).when(Oppose { proof, ..oppose_on_web(MEANWHILE, 1) }).then([attempt.clone()]);
    }
    assert_ne!(a_wrong_code(), code_of(1));
}
