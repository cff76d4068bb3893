//! The one table of statuses: every kind of problem with its stable name, status, title and remedy, and every success.

use axum::http::StatusCode;

/// How a request that was granted ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Success {
    /// Read, or done.
    Done,
    /// Something came to be.
    Created,
    /// Taken in hand; the outcome is not told here.
    Accepted,
    /// What the client already holds is still so.
    Unchanged,
}

impl Success {
    /// The status of this ending.
    pub const fn status(self) -> StatusCode {
        match self {
            Self::Done => StatusCode::OK,
            Self::Created => StatusCode::CREATED,
            Self::Accepted => StatusCode::ACCEPTED,
            Self::Unchanged => StatusCode::NOT_MODIFIED,
        }
    }
}

macro_rules! kinds {
    ($($(#[$doc:meta])* $kind:ident = $slug:literal, $status:ident, $title:literal, $remedy:literal;)*) => {
        /// What kind of thing went wrong. A client matches on its type, which never changes.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
        pub enum Kind {
            $($(#[$doc])* #[doc = concat!("`", $slug, "`: ", $title, ".")] $kind,)*
        }

        impl Kind {
            /// Every kind there is.
            pub const ALL: &'static [Self] = &[$(Self::$kind),*];

            /// The last part of the type, stable for ever.
            pub const fn slug(self) -> &'static str {
                match self { $(Self::$kind => $slug),* }
            }

            /// The HTTP status.
            pub const fn status(self) -> StatusCode {
                match self { $(Self::$kind => StatusCode::$status),* }
            }

            /// The kind in words.
            pub const fn title(self) -> &'static str {
                match self { $(Self::$kind => $title),* }
            }

            /// What the client should do.
            pub const fn remedy(self) -> &'static str {
                match self { $(Self::$kind => $remedy),* }
            }
        }
    };
}

kinds! {
    // The request itself.
    Malformed = "malformed-request", BAD_REQUEST, "the request cannot be read", "mend the syntax that the detail names";
    InvalidFields = "invalid-fields", UNPROCESSABLE_ENTITY, "fields have to be mended", "mend each field of `errors` and send again";
    BodyTooLarge = "body-too-large", PAYLOAD_TOO_LARGE, "the body is too large", "send less at once, or use the import";
    UnsupportedMediaType = "unsupported-media-type", UNSUPPORTED_MEDIA_TYPE, "this media type is not read here",
        "send the content type that /openapi.json names for this route";
    MethodNotAllowed = "method-not-allowed", METHOD_NOT_ALLOWED, "this method is not known here", "use one of `Allow`";
    // Who asks.
    Unauthenticated = "unauthenticated", UNAUTHORIZED, "no valid token", "send `Authorization: Bearer` with a valid, unexpired token of the configured issuer";
    Forbidden = "forbidden", FORBIDDEN, "this role may not", "ask somebody with one of the roles that the route names";
    NotFound = "not-found", NOT_FOUND, "nothing here that you may reach", "check the address; a space is found by POST /v1/spaces/search";
    CodeNotAccepted = "code-not-accepted", FORBIDDEN, "these traits and this code cannot be accepted together",
        "check both; after several attempts ask for a new code by POST /v1/codes, or call the support line";
    // When.
    PreconditionRequired = "precondition-required", PRECONDITION_REQUIRED, "this needs If-Match",
        "read the space, and send its ETag as If-Match";
    StaleVersion = "stale-version", PRECONDITION_FAILED, "the space has changed since", "read the space again, decide again, send its new ETag";
    KeyReused = "idempotency-key-reused", UNPROCESSABLE_ENTITY, "this Idempotency-Key was used for another request",
        "use a new key for a new request, and the same only to repeat the same one";
    TooManyRequests = "too-many-requests", TOO_MANY_REQUESTS, "too many requests from this address", "wait for `Retry-After` seconds";
    ReadModelBehind = "read-model-behind", SERVICE_UNAVAILABLE, "the answer does not reflect that position yet",
        "try again after `Retry-After` seconds, or allow a longer wait by `Prefer: wait`";
    // What the rules of a space refuse, in the order of `SpaceRefusal`.
    PartyNotAllowed = "party-not-allowed", FORBIDDEN, "somebody else must ask for this", "have it asked for by the party that `detail` names";
    NotARepresentative = "not-a-representative", FORBIDDEN, "no representation stands for this person", "have the representation declared first";
    CodeNeeded = "code-needed", UNPROCESSABLE_ENTITY, "the code is the proof here", "send the code that the person reads out";
    IdentityNeeded = "identity-needed", UNPROCESSABLE_ENTITY, "the identity must be proved here", "prove the identity, and send no code";
    NoCode = "no-code", CONFLICT, "no code is in force", "have a new code issued";
    CodeUsed = "code-used", CONFLICT, "the code was used already", "have a new code issued";
    CodeLocked = "code-locked", CONFLICT, "too many wrong codes", "have a new code issued";
    CodeExpired = "code-expired", CONFLICT, "the code's days are over", "have a new code issued";
    WrongCode = "wrong-code", FORBIDDEN, "that is not the code", "read the code again; `left` more attempts lock it";
    Deceased = "deceased", CONFLICT, "the person has died", "nothing more can be asked of this space";
    SpaceDestroyed = "space-destroyed", CONFLICT, "the content was destroyed", "ask for a new, empty space";
    SpaceClosed = "space-closed", CONFLICT, "the space is closed", "reopen it first, if the person wishes so";
    SpaceSuspended = "space-suspended", CONFLICT, "the space is suspended", "oppose the closing, or wait until CNAM lifts it";
    AlreadyOpen = "already-open", CONFLICT, "the space is open already", "ask for it to be closed instead";
    NotOpen = "not-open", CONFLICT, "the space is not open yet", "wait until it is opened, or sign up with the code";
    AlreadyActive = "already-active", CONFLICT, "the holder has signed up already", "use the space; no code is needed any more";
    OppositionStands = "opposition-stands", CONFLICT, "an opposition stands", "withdraw the opposition first, if the person wishes so";
    NotOpposed = "not-opposed", CONFLICT, "no opposition stands", "read the space again";
    OpeningBlocked = "opening-blocked", CONFLICT, "the opening is blocked", "mend what `reason` names first";
    Unreachable = "unreachable", CONFLICT, "the person cannot be told", "declare contacts that work";
    NotNotified = "not-notified", CONFLICT, "the person has not been told yet", "wait until the notice has left";
    WindowRunning = "window-running", CONFLICT, "the window still runs", "wait until `last_day` is over";
    NoticeUnderWay = "notice-under-way", CONFLICT, "a notice is on its way, with its code", "wait for the message";
    NoNoticeOwed = "no-notice-owed", CONFLICT, "no notice is owed", "read the space again";
    NoContact = "no-contact", CONFLICT, "no working contact is known", "declare a contact that works";
    ReissueTooSoon = "reissue-too-soon", TOO_MANY_REQUESTS, "a code was issued a moment ago", "wait for `Retry-After`";
    WrongChannel = "wrong-channel", CONFLICT, "the message did not go this way", "name the channel that `channel` says";
    LetterNotPosted = "letter-not-posted", CONFLICT, "the letter has not been posted yet", "report the posting first";
    ImpossibleDay = "impossible-day", UNPROCESSABLE_ENTITY, "that day cannot be true", "name a day from `earliest` to `latest`";
    NotAMinor = "not-a-minor", CONFLICT, "the holder is not a minor", "declare a protected adult's representative, if that is meant";
    NotYetOfAge = "not-yet-of-age", CONFLICT, "the holder is not of age yet", "wait until `on`";
    NoSuchRepresentation = "no-such-representation", NOT_FOUND, "no such representation", "read the space again";
    NoSuchGrant = "no-such-grant", NOT_FOUND, "no such authorisation", "read the authorisations again";
    GrantIdTaken = "grant-id-taken", CONFLICT, "this id names another authorisation", "send the request again";
    EmptyScope = "empty-scope", UNPROCESSABLE_ENTITY, "an authorisation opens something", "name at least one section, or all";
    GrantAlreadyOver = "grant-already-over", UNPROCESSABLE_ENTITY, "the authorisation would be over already", "name a day to come";
    GrantStillRuns = "grant-still-runs", CONFLICT, "the authorisation still runs", "revoke it, or wait for its end";
    ProfessionalIsBlocked = "professional-blocked", CONFLICT, "the professional is blocked", "unblock the professional first";
    NotSuspended = "not-suspended", CONFLICT, "the space is not suspended", "read the space again";
    ClosingWindowRunning = "closing-window-running", CONFLICT, "the closing may still be opposed", "wait until `last_day` is over";
    NotClosed = "not-closed", CONFLICT, "the space is not closed", "close it first";
    DestructionPending = "destruction-pending", CONFLICT, "its destruction is pending", "cancel the destruction first";
    ArchiveOver = "archive-over", CONFLICT, "the archive's years are over", "nothing brings it back; ask for a new space once it is destroyed";
    DestructionNotDue = "destruction-not-due", CONFLICT, "nothing is due for destruction yet", "wait until `due_on`";
    NotDestroyed = "not-destroyed", CONFLICT, "the space is not destroyed", "reopen it instead";
    InsTaken = "ins-taken", CONFLICT, "another space bears this INS", "have the national identity service settle whose it is";
    NotABounce = "not-a-bounce", UNPROCESSABLE_ENTITY, "not a delivery status notification of ours", "send the report as it came (message/rfc822, RFC 3464)";
    // Us.
    TookTooLong = "took-too-long", SERVICE_UNAVAILABLE, "this took too long", "try again with the same Idempotency-Key";
    Overloaded = "overloaded", SERVICE_UNAVAILABLE, "more commands wait already than this process takes",
        "try again after `Retry-After` seconds with the same Idempotency-Key; nothing was begun";
    Unavailable = "unavailable", SERVICE_UNAVAILABLE, "the store does not answer", "try again with the same Idempotency-Key";
    Internal = "internal", INTERNAL_SERVER_ERROR, "something of ours went wrong", "report `instance` to the operator";
}

impl Kind {
    /// The stable type.
    pub fn uri(self) -> String {
        format!("urn:ens:problem:{}", self.slug())
    }

    /// When to try again where nothing more precise is known, in seconds.
    pub(super) fn retry_after(self) -> Option<u64> {
        (self.status() == StatusCode::SERVICE_UNAVAILABLE).then_some(1)
    }

    /// Whether the client was told to wait, and nothing of ours went wrong.
    pub(crate) const fn asks_for_patience(self) -> bool {
        matches!(self, Self::ReadModelBehind | Self::Overloaded)
    }

    /// The kind that stands for a bare status, such as the framework's own refusals; `None` for a success.
    pub(super) fn of_status(status: StatusCode) -> Option<Self> {
        match status {
            StatusCode::NOT_FOUND => Some(Self::NotFound),
            StatusCode::METHOD_NOT_ALLOWED => Some(Self::MethodNotAllowed),
            StatusCode::PAYLOAD_TOO_LARGE => Some(Self::BodyTooLarge),
            StatusCode::UNSUPPORTED_MEDIA_TYPE => Some(Self::UnsupportedMediaType),
            StatusCode::UNPROCESSABLE_ENTITY => Some(Self::InvalidFields),
            TOO_SLOW => Some(Self::TookTooLong),
            status if status.is_client_error() => Some(Self::Malformed),
            status if status.is_server_error() => Some(Self::Internal),
            _ => None,
        }
    }
}

/// What a request that is given up answers, before it becomes a problem.
pub const TOO_SLOW: StatusCode = StatusCode::GATEWAY_TIMEOUT;
