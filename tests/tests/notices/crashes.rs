//! Workers that die between sending and noting: whoever comes next sends the same message again, and notes it once.

use std::sync::Arc;

use chrono::Duration;
use ens_api::notify::{
    CarrierError, DirectoryCarrier, HandedOver, MailTransport, OutgoingLetter, OutgoingMail, PostalCarrier, SendOutcome, SmtpTransport,
};
use ens_domain::space::terms::Stage;
use ens_tests::Engine;
use tokio::sync::Notify;

use super::letters::{folder_carrier, letters_dropped};
use super::mails::{through, with_server};
use super::world::{Always, World, by_email, by_post, code_in};

/// Sends, and never comes back to say so.
struct DiesAfterSending {
    inner: SmtpTransport,
    sent: Arc<Notify>,
}

#[async_trait::async_trait]
impl MailTransport for DiesAfterSending {
    async fn send(&self, mail: &OutgoingMail) -> SendOutcome {
        assert_eq!(self.inner.send(mail).await, SendOutcome::Accepted);
        self.sent.notify_one();
        std::future::pending().await
    }
}

/// Hands over, and never comes back to say so.
struct DiesAfterHandingOver {
    inner: DirectoryCarrier,
    handed: Arc<Notify>,
}

#[async_trait::async_trait]
impl PostalCarrier for DiesAfterHandingOver {
    async fn hand_over(&self, letters: &[OutgoingLetter]) -> Result<HandedOver, CarrierError> {
        assert_eq!(self.inner.hand_over(letters).await?.taken, letters.len() as u64);
        self.handed.notify_one();
        std::future::pending().await
    }
}

#[tokio::test]
async fn a_worker_killed_between_sending_and_noting_is_replaced_by_one_that_sends_the_same() {
    for engine in [Engine::SqliteFile, Engine::Postgres] {
        let (world, server, _) = with_server(engine).await;
        let space = world.person(by_email("camille@exemple.invalid")).await;
        world.issue().await;
        let sent = Arc::new(Notify::new());
        let inner = SmtpTransport::new(&world.app.settings.mail).expect("a transport");
        let dying = world.dispatcher(DiesAfterSending { inner, sent: Arc::clone(&sent) }, folder_carrier(&world));
        let worker = tokio::spawn(async move { dying.run_once().await });
        sent.notified().await;
        worker.abort();
        assert!(worker.await.expect_err("it was killed").is_cancelled());
        assert_eq!((world.stage(space).await, world.outbox().await), (Stage::Created, (1, 0)));

        let next = through(&world);
        assert_eq!(world.dispatch(&next).await.claimed, 0, "the dead worker's lease still runs");
        world.later(Duration::minutes(16));
        assert_eq!(world.dispatch(&next).await.accepted, 1);
        let [first, second] = server.taken().try_into().ok().expect("two sendings of one message");
        assert_eq!(first.header("Message-ID"), second.header("Message-ID"));
        assert_eq!(code_in(&first.text()), code_in(&second.text()));
        assert_eq!(world.story(space).await, ["SpaceCreated", "CodeIssued", "NotifiedByEmail"], "{engine:?}");
    }
}

#[tokio::test]
async fn a_worker_killed_after_handing_letters_over_makes_no_second_letter() {
    let world = World::fresh(Engine::SqliteFile).await;
    let space = world.person(by_post()).await;
    world.issue().await;
    let handed = Arc::new(Notify::new());
    let carrier = DiesAfterHandingOver { inner: folder_carrier(&world), handed: Arc::clone(&handed) };
    let dying = world.dispatcher(Always(SendOutcome::Accepted), carrier);
    let worker = tokio::spawn(async move { dying.run_once().await });
    handed.notified().await;
    worker.abort();
    assert!(worker.await.expect_err("it was killed").is_cancelled());

    world.later(Duration::minutes(16));
    let next = world.dispatcher(Always(SendOutcome::Accepted), folder_carrier(&world));
    assert_eq!(world.dispatch(&next).await.letters, 1);
    assert_eq!(letters_dropped(&world), [world.last_message(space).await.to_string()]);
    assert_eq!(world.outbox().await, (0, 1));
}

#[tokio::test]
async fn two_dispatchers_at_once_send_every_message_once() {
    let (world, server, one) = with_server(Engine::Postgres).await;
    for number in 0..40 {
        world.person(by_email(&format!("personne-{number}@exemple.invalid"))).await;
    }
    assert_eq!(world.issue().await, 40);
    let other = through(&world);
    let (first, second) = tokio::join!(world.dispatch(&one), world.dispatch(&other));
    assert_eq!((first.accepted + second.accepted, server.taken().len(), world.outbox().await), (40, 40, (0, 0)));
}
