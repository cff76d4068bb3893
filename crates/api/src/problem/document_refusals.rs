//! What each refusal of a document is for a client, in the order of `DocumentRefusal`.

use ens_domain::sections::medical_record::DocumentRefusal;

use super::refusals::refusals;

refusals! {
    /// The types of problem that the rules of the medical record answer.
    DOCUMENT_REFUSALS of DocumentRefusal [Access] {}
    // The fields that become members of the problem, then type, status, title and remedy.
    NoSuchDocument {} = "no-such-document", NOT_FOUND, "no such document", "read the documents again";
    DocumentIdTaken {} = "document-id-taken", CONFLICT, "this id names another document", "deposit it under a new id, or replace the document that is there";
    DocumentWithdrawn {} = "document-withdrawn", CONFLICT, "its author took the document back", "read the documents again";
    DocumentDeleted {} = "document-deleted", CONFLICT, "the document was deleted", "read the documents again";
    DocumentMovedOut {} = "document-moved-out", CONFLICT, "the document was another person's", "read the documents again";
    PatientTypeNeeded {} = "patient-type-needed", UNPROCESSABLE_ENTITY, "a holder deposits the types of the patient only", "name a type DOCPAT or EXPPAT";
    PatientTypeReserved {} = "patient-type-reserved", UNPROCESSABLE_ENTITY, "this type is for what the holder deposits", "name the type that the document has for a professional";
    ActDaysImpossible { earliest, latest } = "act-days-impossible", UNPROCESSABLE_ENTITY, "the act cannot have taken place then", "name days from `earliest` to `latest`";
    ActWhileOpposed { since, until } = "act-while-opposed", CONFLICT, "the person opposed at that time", "keep the document out of the record; the holder alone may deposit it";
    LegacyReserved {} = "legacy-reserved", UNPROCESSABLE_ENTITY, "only CNAM brings documents of an older record", "deposit it without `legacy`";
    FirstDepositImpossible { earliest, latest } = "first-deposit-impossible", UNPROCESSABLE_ENTITY, "the document cannot have been deposited in the older record then", "name an instant from `earliest` to `latest`, and not in the future";
    AnnouncementReserved {} = "announcement-reserved", UNPROCESSABLE_ENTITY, "only a professional's document awaits an announcement", "deposit it without one";
    NothingToAnnounce {} = "nothing-to-announce", CONFLICT, "the document awaits no announcement", "read the document again";
    DocumentSealed {} = "document-sealed", CONFLICT, "the document is sealed", "nothing can be asked of it; the content of the space was destroyed";
}
