//! The service for one test, without HTTP: a fresh store, a simulated clock, invented persons, and one step of each background task.

use ens_domain::space::CodeEvent;
use std::sync::Arc;

use chrono::{DateTime, Duration, NaiveDate, NaiveDateTime, Utc};
use ens_api::app::App;
use ens_api::config::Settings;
use ens_domain::address::PostalAddress;
use ens_domain::calendar::paris;
use ens_domain::email::EmailAddress;
use ens_domain::identity::{Identity, IdentityFields, InseeCode, Sex};
use ens_domain::ids::{MessageId, SpaceId};
use ens_domain::ins::{Ins, InsAuthority, InsStatus};
use ens_domain::organism::{Department, InsurerCode};
use ens_domain::party::Party;
use ens_domain::personal::Personal;
use ens_domain::policy::Policy;
use ens_domain::space::commands::{CreateSpace, SpaceCommand};
use ens_domain::space::terms::Stage;
use ens_domain::space::{Admission, Contacts, HealthSpace, SpaceEvent};
use ens_notices::prior_notices::issue_due;
use ens_notices::{Dispatched, Dispatcher, MailTransport, MessageRef, OutgoingMail, PostalCarrier, SendOutcome};
use ens_projections::Followers;
use ens_store::{Clock, CommandEnvelope, Outcome, Rejection};
use ens_tests::cohort::open_store;
use ens_tests::{Engine, TestStorage};

/// Monday of a winter week.
pub(crate) const MONDAY: &str = "2026-03-02 10:00";

/// One service.
pub(crate) struct TestService {
    pub(crate) app: App,
    pub(crate) storage: TestStorage,
    followers: Followers,
}

impl TestService {
    /// A fresh one, on Monday.
    pub(crate) async fn fresh(engine: Engine) -> Self {
        let storage = TestStorage::fresh(engine).await;
        let settings = Settings::in_folder(storage.folder());
        Self::with_settings(storage, settings).await
    }

    /// A fresh one with other settings.
    pub(crate) async fn with_settings(storage: TestStorage, settings: Settings) -> Self {
        let store = open_store(storage.url()).await;
        let followers = Followers::new(store.clone());
        let app = App::new(store, Clock::simulated(at(MONDAY)), settings);
        Self { app, storage, followers }
    }

    /// Moves the clock to an instant on a Paris clock.
    pub(crate) fn now_is(&self, text: &str) {
        self.app.clock.jump_to(at(text));
    }

    /// Lets time pass.
    pub(crate) fn later(&self, by: Duration) {
        self.app.clock.jump_to(self.app.now() + by);
    }

    /// A space for somebody who can be reached so.
    pub(crate) async fn person(&self, contacts: Contacts) -> SpaceId {
        self.admit(admission("Camille", "1979-03-14", contacts)).await
    }

    /// A space for somebody with these contacts, whose notice was issued and dispatched once.
    pub(crate) async fn with_dispatched_notice(&self, contacts: Contacts, dispatcher: &Dispatcher) -> SpaceId {
        let space = self.person(contacts).await;
        self.issue().await;
        self.dispatch(dispatcher).await;
        space
    }

    /// A space for this admission.
    pub(crate) async fn admit(&self, admission: Admission) -> SpaceId {
        let space = SpaceId::at(self.app.now(), self.app.store.entropy().bytes().expect("randomness"));
        self.say(space, CreateSpace { at: self.app.now(), space, by: Party::Cnam, admission, representatives: Vec::new() })
            .await
            .expect("a space");
        space
    }

    /// Executes a command.
    pub(crate) async fn say(&self, space: SpaceId, command: impl Into<SpaceCommand>) -> Result<Outcome, Rejection> {
        self.app.store.commands().execute(CommandEnvelope::new(space, command), &self.app.policy).await
    }

    /// Brings the read models up to date.
    pub(crate) async fn catch_up(&self) {
        self.followers.catch_up().await.expect("read models");
    }

    /// Issues the notices that are due, and returns how many.
    pub(crate) async fn issue(&self) -> u64 {
        self.catch_up().await;
        issue_due(&self.app, 100).await.expect("notices").issued
    }

    /// A dispatcher through these.
    pub(crate) fn dispatcher(&self, mail: impl MailTransport + 'static, post: impl PostalCarrier + 'static) -> Dispatcher {
        Dispatcher::new(self.app.context.clone(), &self.app.settings.site.url, Arc::new(mail), Arc::new(post))
    }

    /// One round through these.
    pub(crate) async fn dispatch(&self, dispatcher: &Dispatcher) -> Dispatched {
        dispatcher.run_once().await.expect("a round")
    }

    /// The current state of the space.
    pub(crate) async fn space(&self, space: SpaceId) -> HealthSpace {
        self.app.store.log().state(space).await.expect("a state").expect("a space").space
    }

    /// The stage of the space.
    pub(crate) async fn stage(&self, space: SpaceId) -> Stage {
        self.space(space).await.stage().expect("a stage")
    }

    /// The last day of its window.
    pub(crate) async fn last_day(&self, space: SpaceId) -> NaiveDate {
        self.space(space).await.window_last_day().expect("a window")
    }

    /// Every event of the space, by name.
    pub(crate) async fn events(&self, space: SpaceId) -> Vec<SpaceEvent> {
        let partition = self.app.store.partition_of(space);
        let feed = self.app.store.log().feed(partition, 0, 10_000).await.expect("the feed");
        let own = feed.into_iter().filter(|event| event.aggregate_id == space.to_string());
        own.map(|event| event.decode().expect("an event of ours").event).collect()
    }

    /// The names of its events.
    pub(crate) async fn story(&self, space: SpaceId) -> Vec<&'static str> {
        self.events(space).await.iter().map(SpaceEvent::name).collect()
    }

    /// The message that carried the last code.
    pub(crate) async fn last_message(&self, space: SpaceId) -> MessageRef {
        let issued = |event| if let SpaceEvent::Code(CodeEvent::CodeIssued { message, .. }) = event { Some(message) } else { None };
        let mut codes = self.events(space).await.into_iter().filter_map(issued);
        MessageRef { space, message: codes.next_back().expect("a code was issued") }
    }

    /// Messages left in the outbox: waiting, and with the carrier.
    pub(crate) async fn outbox(&self) -> (u64, u64) {
        let depths = self.app.store.outbox().depth().await.expect("the outbox");
        (depths.iter().map(|depth| depth.waiting).sum(), depths.iter().map(|depth| depth.handed_over).sum())
    }
}

/// An instant on a Paris clock, such as `2026-03-02 10:00`.
pub(crate) fn at(text: &str) -> DateTime<Utc> {
    paris::instant_of(NaiveDateTime::parse_from_str(text, "%Y-%m-%d %H:%M").expect("a time"))
}

/// A day, such as `2026-03-02`.
pub(crate) fn day(text: &str) -> NaiveDate {
    text.parse().expect("a day")
}

/// Reached by e-mail only.
pub(crate) fn by_email(address: &str) -> Contacts {
    Contacts { email: Some(Personal::new(EmailAddress::parse(address).expect("an e-mail address"))), ..Contacts::default() }
}

/// Reached by post only.
pub(crate) fn by_post() -> Contacts {
    let address = PostalAddress::parse(&["12 RUE DES LILAS", "31000 TOULOUSE"]).expect("an address");
    Contacts { address: Some(Personal::new(address)), ..Contacts::default() }
}

/// Reached by e-mail, else by post.
pub(crate) fn by_both(address: &str) -> Contacts {
    Contacts { address: by_post().address, ..by_email(address) }
}

/// What CNAM says of an invented person.
pub(crate) fn admission(first_name: &str, born_on: &str, contacts: Contacts) -> Admission {
    Admission {
        ins: Personal::new(Ins::parse("279035121518989", InsAuthority::TestNir, InsStatus::Qualified).expect("a test INS")),
        identity: identity(first_name, born_on),
        contacts,
        insurer: InsurerCode::parse("CPAM-31").expect("an insurer"),
        department: Department::parse("31").expect("a department"),
        comes_of_age_on: ens_domain::space::comes_of_age_on(day(born_on), day("2026-03-02"), &Policy::default()),
        medical_record_since: None,
    }
}

/// An invented person.
pub(crate) fn identity(first_name: &str, born_on: &str) -> Personal<Identity> {
    let fields = IdentityFields {
        birth_name: "MARTINEAU".to_owned(),
        used_name: None,
        first_names: vec![first_name.to_owned()],
        sex: Sex::Female,
        born_on: day(born_on),
        birthplace: InseeCode::parse("31555").expect("a commune"),
    };
    Personal::new(Identity::parse(fields).expect("an identity"))
}

/// The code that a message shows.
pub(crate) fn code_in(text: &str) -> Option<String> {
    let words = text.split(|letter: char| !letter.is_ascii_alphanumeric() && letter != '-');
    let shaped = |word: &&str| word.len() == 14 && word.match_indices('-').map(|(at, _)| at).eq([4, 9]);
    words.filter(shaped).map(str::to_owned).next()
}

/// A mail transport that always gives the same answer.
pub(crate) struct Always(pub(crate) SendOutcome);

#[async_trait::async_trait]
impl MailTransport for Always {
    async fn send(&self, _: &OutgoingMail) -> SendOutcome {
        self.0.clone()
    }
}

/// A fresh id for a message that nobody knows.
pub(crate) fn stranger(space: SpaceId) -> MessageRef {
    MessageRef { space, message: MessageId::at(at(MONDAY), [3; 10]) }
}
