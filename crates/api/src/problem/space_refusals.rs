//! What each refusal of a space's rules is for a client, in the order of `SpaceRefusal`.

use ens_domain::space::SpaceRefusal;

use super::refusals::refusals;

refusals! {
    /// The types of problem that a space's rules answer.
    SPACE_REFUSALS of SpaceRefusal { NoSuchSpace is NOT_FOUND; NoSuchInvitation is NOT_FOUND; }
    // The fields that become members of the problem, then type, status, title and remedy.
    PartyNotAllowed {} = "party-not-allowed", FORBIDDEN, "somebody else must ask for this", "have it asked for by the party that `detail` names";
    NotARepresentative {} = "not-a-representative", FORBIDDEN, "no representation stands for this person", "have the representation declared first";
    CodeNeeded {} = "code-needed", UNPROCESSABLE_ENTITY, "the code is the proof here", "send the code that the person reads out";
    IdentityNeeded {} = "identity-needed", UNPROCESSABLE_ENTITY, "the identity must be proved here", "prove the identity, and send no code";
    NoCode {} = "no-code", CONFLICT, "no code is in force", "have a new code issued";
    CodeUsed {} = "code-used", CONFLICT, "the code was used already", "have a new code issued";
    CodeLocked {} = "code-locked", CONFLICT, "too many wrong codes", "have a new code issued";
    CodeExpired { valid_until } = "code-expired", CONFLICT, "the code's days are over", "have a new code issued";
    WrongCode { left } = "wrong-code", FORBIDDEN, "that is not the code", "read the code again; `left` more attempts lock it";
    Deceased {} = "deceased", CONFLICT, "the person has died", "nothing more can be asked of this space";
    SpaceDestroyed {} = "space-destroyed", CONFLICT, "the content was destroyed", "ask for a new, empty space";
    SpaceClosed { closed_on } = "space-closed", CONFLICT, "the space is closed", "reopen it first, if the person wishes so";
    SpaceSuspended { last_day } = "space-suspended", CONFLICT, "the space is suspended", "oppose the closing, or wait until CNAM lifts it";
    AlreadyOpen { opened_on } = "already-open", CONFLICT, "the space is open already", "ask for it to be closed instead";
    NotOpen { stage } = "not-open", CONFLICT, "the space is not open yet", "wait until it is opened, or sign up with the code";
    AlreadyActive {} = "already-active", CONFLICT, "the holder has signed up already", "use the space; no code is needed any more";
    OppositionStands { since } = "opposition-stands", CONFLICT, "an opposition stands", "withdraw the opposition first, if the person wishes so";
    NotOpposed {} = "not-opposed", CONFLICT, "no opposition stands", "read the space again";
    OpeningBlocked { reason } = "opening-blocked", CONFLICT, "the opening is blocked", "mend what `reason` names first";
    Unreachable { reason } = "unreachable", CONFLICT, "the person cannot be told", "declare contacts that work";
    NotNotified {} = "not-notified", CONFLICT, "the person has not been told yet", "wait until the notice has left";
    WindowRunning { last_day } = "window-running", CONFLICT, "the window still runs", "wait until `last_day` is over";
    NoticeUnderWay {} = "notice-under-way", CONFLICT, "a notice is on its way, with its code", "wait for the message";
    NoNoticeOwed { stage } = "no-notice-owed", CONFLICT, "no notice is owed", "read the space again";
    NoContact {} = "no-contact", CONFLICT, "no working contact is known", "declare a contact that works";
    ReissueTooSoon {} = "reissue-too-soon", TOO_MANY_REQUESTS, "a code was issued a moment ago", "wait for `Retry-After`", retry from;
    WrongChannel { channel } = "wrong-channel", CONFLICT, "the message did not go this way", "name the channel that `channel` says";
    LetterNotPosted {} = "letter-not-posted", CONFLICT, "the letter has not been posted yet", "report the posting first";
    ImpossibleDay { earliest, latest } = "impossible-day", UNPROCESSABLE_ENTITY, "that day cannot be true", "name a day from `earliest` to `latest`";
    NotAMinor {} = "not-a-minor", CONFLICT, "the holder is not a minor", "declare a protected adult's representative, if that is meant";
    NotYetOfAge { on } = "not-yet-of-age", CONFLICT, "the holder is not of age yet", "wait until `on`";
    NoSuchRepresentation {} = "no-such-representation", NOT_FOUND, "no such representation", "read the space again";
    NoSuchGrant {} = "no-such-grant", NOT_FOUND, "no such authorisation", "read the authorisations again";
    GrantIdTaken {} = "grant-id-taken", CONFLICT, "this id names another authorisation", "send the request again";
    EmptyScope {} = "empty-scope", UNPROCESSABLE_ENTITY, "an authorisation opens something", "name at least one section, or all";
    GrantAlreadyOver { until } = "grant-already-over", UNPROCESSABLE_ENTITY, "the authorisation would be over already", "name a day to come";
    GrantStillRuns { until } = "grant-still-runs", CONFLICT, "the authorisation still runs", "revoke it, or wait for its end";
    ProfessionalIsBlocked {} = "professional-blocked", CONFLICT, "the professional is blocked", "unblock the professional first";
    AccessRefused { because } = "authorisation-refused", FORBIDDEN, "the professional may not do this with the authorisations", "ask the holder for an authorisation first; `because` says which rule refuses it";
    TooManyCaregivers { at_most } = "too-many-caregivers", CONFLICT, "the person has as many caregivers as they may", "end a delegation first";
    SamePerson {} = "same-person", UNPROCESSABLE_ENTITY, "this names the person themselves", "name somebody else, by the id of their own space";
    InvitationStands { until } = "invitation-stands", CONFLICT, "an invitation stands already", "withdraw it first, or wait until it lapses";
    InvitationOver {} = "invitation-over", CONFLICT, "the invitation was used or taken back", "have another one sent";
    InvitationLapsed { until } = "invitation-lapsed", CONFLICT, "the days of the invitation are over", "have another one sent";
    TwoParentsKnown {} = "two-parents-known", CONFLICT, "two parents represent this minor already", "have a representation ended first, by the insurer";
    ForbiddenPurpose {} = "forbidden-purpose", UNPROCESSABLE_ENTITY, "the law forbids this purpose, even with consent", "name care, prevention or another purpose that is permitted";
    NotSuspended { stage } = "not-suspended", CONFLICT, "the space is not suspended", "read the space again";
    ClosingWindowRunning { last_day } = "closing-window-running", CONFLICT, "the closing may still be opposed", "wait until `last_day` is over";
    NotClosed { stage } = "not-closed", CONFLICT, "the space is not closed", "close it first";
    DestructionPending { destroy_on } = "destruction-pending", CONFLICT, "its destruction is pending", "cancel the destruction first";
    ArchiveOver { archived_until } = "archive-over", CONFLICT, "the archive's years are over", "nothing brings it back; ask for a new space once it is destroyed";
    DestructionNotDue { due_on } = "destruction-not-due", CONFLICT, "nothing is due for destruction yet", "wait until `due_on`";
    NotDestroyed { stage } = "not-destroyed", CONFLICT, "the space is not destroyed", "reopen it instead";
    LegacyRecordKnown { created_on } = "legacy-record-known", CONFLICT, "another older record has joined the space", "check the day; the record that joined was created on `created_on`";
    BeganEmpty {} = "began-empty", CONFLICT, "the space began anew after a destruction", "leave the older record out: what was destroyed does not come back";
}

#[cfg(test)]
mod tests {
    use crate::problem::details::Problem;

    use super::*;

    fn members(refusal: SpaceRefusal) -> String {
        serde_json::to_string(&Problem::from(refusal).body(None).members).unwrap()
    }

    #[test]
    fn a_refusal_gives_the_facts_that_mend_it_in_the_words_of_the_api() {
        use ens_domain::space::terms::{BlockReason, Stage};
        let day = |text: &str| text.parse().unwrap();
        assert_eq!(members(SpaceRefusal::WrongCode { left: 2 }), r#"{"left":2}"#);
        assert_eq!(members(SpaceRefusal::NotOpen { stage: Stage::Notified }), r#"{"stage":"notified"}"#);
        assert_eq!(
            members(SpaceRefusal::OpeningBlocked { reason: BlockReason::NotTheRepresentative }),
            r#"{"reason":"not_the_representative"}"#
        );
        assert_eq!(members(SpaceRefusal::WindowRunning { last_day: day("2026-04-13") }), r#"{"last_day":"2026-04-13"}"#);
    }

    #[test]
    fn a_day_that_is_not_known_is_no_member() {
        assert_eq!(members(SpaceRefusal::DestructionNotDue { due_on: None }), "{}");
        assert_eq!(members(SpaceRefusal::GrantStillRuns { until: None }), "{}");
    }

    #[test]
    fn an_instant_to_try_again_is_a_member_and_a_header() {
        let problem = Problem::from(SpaceRefusal::ReissueTooSoon { from: "2026-03-02T09:00:00.200Z".parse().unwrap() });
        assert_eq!(problem.respond(None).headers()["retry-after"], "Mon, 02 Mar 2026 09:00:01 GMT");
        assert_eq!(problem.body(None).members["from"], "2026-03-02T09:00:00.200+00:00");
    }
}
