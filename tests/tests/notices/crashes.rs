//! Workers that die after sending and before recording it: the next worker sends the same message again and records it once.

use std::sync::Arc;

use chrono::Duration;
use ens_domain::space::terms::Stage;
use ens_notices::{
    CarrierError, DirectoryCarrier, HandedOver, MailTransport, OutgoingLetter, OutgoingMail, PostalCarrier, SendOutcome, SmtpTransport,
};
use ens_tests::Engine;
use tokio::sync::Notify;

use super::after_the_fact::{break_glass, inform, mailboxes, opened};
use super::email::{through, with_server};
use super::letters::{folder_carrier, letters_dropped};
use super::test_service::{Always, TestService, by_email, by_post, code_in};

/// Sends, and never returns.
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

/// Hands over, and never returns.
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
        let (service, server, _) = with_server(engine).await;
        let space = service.person(by_email("camille@exemple.invalid")).await;
        service.issue().await;
        let sent = Arc::new(Notify::new());
        let inner = SmtpTransport::new(&service.app.settings.mail).expect("a transport");
        let dying = service.dispatcher(DiesAfterSending { inner, sent: Arc::clone(&sent) }, folder_carrier(&service));
        let worker = tokio::spawn(async move { dying.run_once().await });
        sent.notified().await;
        worker.abort();
        assert!(worker.await.expect_err("it was killed").is_cancelled());
        assert_eq!((service.stage(space).await, service.outbox().await), (Stage::Created, (1, 0)));

        let next = through(&service);
        assert_eq!(service.dispatch(&next).await.claimed, 0, "the dead worker's lease still runs");
        service.later(Duration::minutes(16));
        assert_eq!(service.dispatch(&next).await.accepted, 1);
        let [first, second] = server.taken().try_into().ok().expect("two sendings of one message");
        assert_eq!(first.header("Message-ID"), second.header("Message-ID"));
        assert_eq!(code_in(&first.text()), code_in(&second.text()));
        assert_eq!(service.story(space).await, ["SpaceCreated", "CodeIssued", "NotifiedByEmail"], "{engine:?}");
    }
}

#[tokio::test]
async fn a_worker_killed_after_telling_of_a_reading_is_replaced_by_one_that_tells_the_same() {
    let (service, server, _) = with_server(Engine::SqliteFile).await;
    let (mailboxes, space) = (mailboxes(&service), opened(&service, by_email("camille@exemple.invalid")).await);
    break_glass(&service, space, 3).await;
    assert_eq!(inform(&service, &mailboxes).await.settled, 1);
    let sent = Arc::new(Notify::new());
    let inner = SmtpTransport::new(&service.app.settings.mail).expect("a transport");
    let dying = service.dispatcher(DiesAfterSending { inner, sent: Arc::clone(&sent) }, folder_carrier(&service));
    let worker = tokio::spawn(async move { dying.run_once().await });
    sent.notified().await;
    worker.abort();
    assert!(worker.await.expect_err("it was killed").is_cancelled());
    service.later(Duration::minutes(16));
    assert_eq!(inform(&service, &mailboxes).await.settled, 0, "it was ordered once");
    assert_eq!(service.dispatch(&through(&service)).await.accepted, 1);
    let [first, second] = server.taken().try_into().ok().expect("two sendings of one message");
    assert_eq!((first.header("Message-ID"), first.text()), (second.header("Message-ID"), second.text()));
    assert_eq!(service.outbox().await, (0, 0));
}

#[tokio::test]
async fn a_worker_killed_after_handing_letters_over_makes_no_second_letter() {
    let service = TestService::fresh(Engine::SqliteFile).await;
    let space = service.person(by_post()).await;
    service.issue().await;
    let handed = Arc::new(Notify::new());
    let carrier = DiesAfterHandingOver { inner: folder_carrier(&service), handed: Arc::clone(&handed) };
    let dying = service.dispatcher(Always(SendOutcome::Accepted), carrier);
    let worker = tokio::spawn(async move { dying.run_once().await });
    handed.notified().await;
    worker.abort();
    assert!(worker.await.expect_err("it was killed").is_cancelled());

    service.later(Duration::minutes(16));
    let next = service.dispatcher(Always(SendOutcome::Accepted), folder_carrier(&service));
    assert_eq!(service.dispatch(&next).await.letters, 1);
    assert_eq!(letters_dropped(&service), [service.last_message(space).await.to_string()]);
    assert_eq!(service.outbox().await, (0, 1));
}

#[tokio::test]
async fn two_dispatchers_at_once_send_every_message_once() {
    let (service, server, one) = with_server(Engine::Postgres).await;
    for number in 0..40 {
        service.person(by_email(&format!("personne-{number}@exemple.invalid"))).await;
    }
    assert_eq!(service.issue().await, 40);
    let other = through(&service);
    let (first, second) = tokio::join!(service.dispatch(&one), service.dispatch(&other));
    assert_eq!((first.accepted + second.accepted, server.taken().len(), service.outbox().await), (40, 40, (0, 0)));
}
