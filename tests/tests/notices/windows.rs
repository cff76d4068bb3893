//! The table of opposition windows, run through the whole service: domain, read models and messages agree on every last day.

use std::sync::{Arc, Mutex};

use chrono::{DateTime, Utc};
use ens_api::background::SweepCounts;
use ens_api::background::openings::open_due;
use ens_domain::calendar::{last_day, paris};
use ens_domain::code::ProvisionalCode;
use ens_domain::ids::SpaceId;
use ens_domain::organism::{AgentId, InsurerCode};
use ens_domain::party::Party;
use ens_domain::space::commands::{
    Activate, DeclareContacts, MendTechnicalBlock, Oppose, RecordEmailSent, ReportTechnicalBlock, WithdrawOpposition,
};
use ens_domain::space::terms::{Channel, OppositionChannel, Stage};
use ens_domain::space::{Contacts, Proof};
use ens_notices::letters::import_statuses;
use ens_notices::{CarrierError, HandedOver, MailTransport, MessageRef, OutgoingLetter, OutgoingMail, PostalCarrier, SendOutcome};
use ens_notices::{bounce, envelopes, french};
use ens_projections::openings_due::openings_due;
use ens_projections::space_status::space_status;
use ens_tests::Engine;
use serde_json::Value;

use super::bounces::{POSTFIX, about};
use super::test_service::{TestService, by_both, by_email, by_post, code_in, day};

/// A mail transport and a carrier that keep what they are given.
#[derive(Clone)]
struct Boxes {
    outcome: SendOutcome,
    kept: Arc<Mutex<Vec<String>>>,
}

#[async_trait::async_trait]
impl MailTransport for Boxes {
    async fn send(&self, mail: &OutgoingMail) -> SendOutcome {
        self.kept.lock().expect("kept").push(mail.text.replace('\u{a0}', " "));
        self.outcome.clone()
    }
}

#[async_trait::async_trait]
impl PostalCarrier for Boxes {
    async fn hand_over(&self, letters: &[OutgoingLetter]) -> Result<HandedOver, CarrierError> {
        self.kept.lock().expect("kept").extend(letters.iter().map(|letter| letter.page.replace('\u{a0}', " ")));
        Ok(HandedOver { taken: letters.len() as u64, repeated: 0 })
    }
}

/// One row of the table while it runs.
struct Case<'a> {
    name: &'a str,
    service: TestService,
    space: SpaceId,
    notices: Vec<MessageRef>,
    told: String,
}

impl Case<'_> {
    fn now(&self) -> DateTime<Utc> {
        self.service.app.now()
    }

    /// Sends what is in the outbox and keeps the texts. Returns how many were sent.
    async fn send(&mut self, outcome: SendOutcome) -> u64 {
        let boxes = Boxes { outcome, kept: Arc::default() };
        let done = self.service.dispatch(&self.service.dispatcher(boxes.clone(), boxes.clone())).await;
        if let Some(words) = boxes.kept.lock().expect("kept").pop() {
            self.told = words;
        }
        done.accepted + done.letters + done.refused
    }

    async fn live(&mut self, step: &Value) {
        self.service.app.clock.jump_to(instant(&step["at"]));
        let accepted = SendOutcome::Accepted;
        match step["step"].as_str().expect("a step") {
            "notice_issued" => self.issue().await,
            "email_sent" => self.accept().await,
            "email_refused" => assert_eq!(self.send(SendOutcome::Refused { code: "5.1.1".to_owned() }).await, 1),
            "email_bounced" => {
                let which = step["notice"].as_u64().map_or(self.notices.len(), |number| number as usize);
                self.bounce(self.notices[which - 1]).await;
            }
            "letter_posted" => self.report("posted", &step["day"]).await,
            "letter_delivered" => self.report("delivered", &step["day"]).await,
            "letter_returned" => self.report("returned", &Value::String(paris::day_of(self.now()).to_string())).await,
            "code_reissued" => {
                let envelope =
                    envelopes::reissue(&self.service.app, &self.service.space(self.space).await, Party::Holder).expect("an envelope");
                self.service.app.store.commands().execute(envelope, &self.service.app.policy).await.expect("a new code");
            }
            "reissue_sent" => assert_eq!(self.send(accepted).await, 1),
            "reissue_bounced" => self.bounce(self.service.last_message(self.space).await).await,
            other => self.decide(other, step).await,
        }
    }

    async fn issue(&mut self) {
        assert_eq!(self.service.issue().await, 1, "{}", self.name);
        self.notices.push(self.service.last_message(self.space).await);
        let (channel, _) = self.service.space(self.space).await.expects(self.notices[self.notices.len() - 1].message).expect("a notice");
        if channel == Channel::Email {
            return;
        }
        assert_eq!(self.send(SendOutcome::Accepted).await, 1, "{}", self.name);
        let likely = last_day(paris::day_of(self.now()), 7);
        let said = format!("si vous la recevez le {}, jusqu’au {} inclus", french::date(likely), french::date(last_day(likely, 42)));
        assert!(self.told.contains(&said), "{}: {said}: {}", self.name, self.told);
    }

    async fn accept(&mut self) {
        if self.send(SendOutcome::Accepted).await == 0 {
            // So near to midnight the dispatcher waits for the new day, so this message is recorded directly.
            let sent = RecordEmailSent { at: self.now(), message: self.notices[self.notices.len() - 1].message };
            self.service.say(self.space, sent).await.expect("a sending");
            return;
        }
        let last_day = self.service.last_day(self.space).await;
        let said = format!("Vous avez jusqu’au {} inclus.", french::date(last_day));
        assert!(self.told.contains(&said), "{}: {said}: {}", self.name, self.told);
    }

    async fn bounce(&self, reference: MessageRef) {
        bounce::record(&self.service.app, &self.service.app.settings.mail, &about(POSTFIX, reference)).await.expect("a bounce");
    }

    async fn report(&self, status: &str, on: &Value) {
        let line = format!("{},{status},{}", self.notices[self.notices.len() - 1], on.as_str().expect("a day"));
        let report = import_statuses(&self.service.app, line.as_bytes(), |bad| panic!("{}: {bad:?}", self.name)).await.expect("an import");
        assert_eq!(report.lines, 1);
    }

    async fn decide(&mut self, step: &str, given: &Value) {
        let (at, service) = (self.now(), &self.service);
        let by = Party::Support { agent: AgentId::parse("guichet-12").expect("an agent") };
        let (via, proof) = (OppositionChannel::Desk, Proof::IdentityProved);
        let said = match step {
            "contacts_declared" => {
                let by = Party::Insurer { insurer: InsurerCode::parse("CPAM-31").expect("an insurer") };
                service.say(self.space, DeclareContacts { at, by, contacts: contacts(&given["contacts"]) }).await
            }
            "blocked" => service.say(self.space, ReportTechnicalBlock { at }).await,
            "mended" => service.say(self.space, MendTechnicalBlock { at }).await,
            "opposed" => service.say(self.space, Oppose { at, by, via, proof }).await,
            "withdrawn" => service.say(self.space, WithdrawOpposition { at, by, via, proof }).await,
            "activated" => {
                let code = ProvisionalCode::parse(&code_in(&self.told).expect("a code")).expect("a code");
                let code = code.digest(service.app.store.code_key(), self.space);
                service.say(self.space, Activate { at, by: Party::Holder, code }).await
            }
            unknown => panic!("{}: a step of the table that this test does not know: {unknown}", self.name),
        };
        assert!(said.expect("a decision").refusal().is_none(), "{}", self.name);
    }

    /// Domain and read models after the last step.
    async fn holds(&self, then: &Value) {
        self.service.catch_up().await;
        let last_day = then["last_day"].as_str().map(day);
        let space = self.service.space(self.space).await;
        let row = space_status(&self.service.app.store, self.space).await.expect("a status").expect("a status");
        assert_eq!((space.window_last_day(), row.last_day), (last_day, last_day), "{}", self.name);
        let stage: Stage = serde_json::from_value(then["stage"].clone()).expect("a stage");
        assert_eq!((space.stage(), row.stage), (Some(stage), stage), "{}", self.name);
    }

    /// The list of the day, and the opening itself.
    async fn opens(&self, then: &Value) {
        let app = &self.service.app;
        let opening = async |at: DateTime<Utc>| {
            app.clock.jump_to(at);
            open_due(app, paris::day_of(at)).await.expect("a round")
        };
        let Value::String(_) = then["opens_at"] else {
            let far = app.now() + chrono::Duration::days(3_650);
            assert_eq!(opening(far).await, SweepCounts::default(), "{}: never opens by itself", self.name);
            return;
        };
        assert_eq!(opening(instant(&then["refused_at"])).await, SweepCounts::default(), "{}", self.name);
        let opens_on = paris::day_of(instant(&then["opens_at"]));
        let due = openings_due(&app.store, app.store.partition_of(self.space), opens_on, None, 10).await.expect("the list of the day");
        assert_eq!(due.iter().map(|row| row.last_day).collect::<Vec<_>>(), [then["last_day"].as_str().map(day)], "{}", self.name);
        assert_eq!(opening(instant(&then["opens_at"])).await.done, 1, "{}", self.name);
    }
}

fn instant(value: &Value) -> DateTime<Utc> {
    value.as_str().and_then(|text| text.parse().ok()).expect("an instant")
}

fn contacts(value: &Value) -> Contacts {
    match value.as_str().expect("contacts") {
        "none" => Contacts::default(),
        "email" => by_email("camille@exemple.invalid"),
        "post" => by_post(),
        _ => by_both("camille@exemple.invalid"),
    }
}

#[tokio::test]
async fn domain_read_models_and_notices_agree_on_every_window_of_the_table() {
    let table: Value = serde_json::from_str(include_str!("../../data/window_cases.json")).expect("a table");
    let rows = table.as_array().expect("rows");
    assert!(rows.len() >= 30, "{} rows", rows.len());
    for row in rows {
        let service = TestService::fresh(Engine::SqliteMemory).await;
        if let Some(first) = row["steps"].get(0) {
            service.app.clock.jump_to(instant(&first["at"]));
        }
        let space = service.person(contacts(&row["contacts"])).await;
        let name = row["name"].as_str().expect("a name");
        let mut case = Case { name, service, space, notices: Vec::new(), told: String::new() };
        for step in row["steps"].as_array().expect("steps") {
            case.live(step).await;
        }
        case.holds(&row["then"]).await;
        case.opens(&row["then"]).await;
    }
}
