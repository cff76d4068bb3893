//! A command that waits in the queue, with whom to answer.

use ens_domain::event::{StreamKey, StreamKind};
use ens_domain::ids::SpaceId;
use ens_domain::policy::Policy;
use ens_domain::stream::StreamId;
use tokio::sync::{OwnedSemaphorePermit, oneshot};

use crate::ground::{CommandEnvelope, Entropy, Outcome, Rejection, Request, StoreError};

/// Rounds without any progress after which a command stops trusting what is cached.
const TRUSTING_ROUNDS: u32 = 2;

/// Where an answer will come.
pub(super) type Answered = oneshot::Receiver<Result<Outcome, Rejection>>;

/// The commands of a batch, each gone once it is answered.
pub(super) type Commands = Vec<Option<QueuedCommand>>;

/// What the commands of a batch are answered if it is written; one without an answer is decided again.
pub(super) type Answers = Vec<(QueuedCommand, Option<Result<Outcome, Rejection>>)>;

/// A command that waits.
pub(super) struct QueuedCommand {
    pub(super) envelope: CommandEnvelope,
    pub(super) policy: Policy,
    pub(super) request: Option<Request>,
    /// Where its seals are drawn from: the same bytes, however commands are spread over partitions.
    pub(super) entropy: Entropy,
    /// How many rounds it was in.
    pub(super) rounds: u32,
    /// How many of them answered no command at all.
    pub(super) fruitless: u32,
    answer: oneshot::Sender<Result<Outcome, Rejection>>,
    /// Its place in the bounded queue, given back with the answer.
    _room: OwnedSemaphorePermit,
}

/// What a command brings into the queue besides its envelope.
pub(super) struct Admitted {
    pub(super) policy: Policy,
    pub(super) request: Option<Request>,
    pub(super) entropy: Entropy,
    pub(super) room: OwnedSemaphorePermit,
}

impl QueuedCommand {
    /// A command, and where its answer will come.
    pub(super) fn new(envelope: CommandEnvelope, admitted: Admitted) -> (Self, Answered) {
        let (answer, answered) = oneshot::channel();
        let Admitted { policy, request, entropy, room } = admitted;
        (Self { envelope, policy, request, entropy, rounds: 0, fruitless: 0, answer, _room: room }, answered)
    }

    /// The stream that it is a command to.
    pub(super) const fn key(&self) -> StreamKey {
        self.envelope.key()
    }

    /// The space of that stream.
    pub(super) const fn space(&self) -> SpaceId {
        self.envelope.space()
    }

    /// The space that the decision looks at, where the command is to an item in it.
    pub(super) fn space_beside(&self) -> Option<StreamKey> {
        (self.key().kind != StreamKind::Space).then(|| StreamKey::of_space(self.space()))
    }

    /// The document that the decision looks at, where it is about one.
    pub(super) fn document_beside(&self) -> Option<StreamKey> {
        let document = self.envelope.command.document()?;
        Some(StreamKey { kind: StreamKind::Document, id: StreamId::of_item(self.space(), document) })
    }

    /// Whether what is cached failed it so often that it is to be decided on what is read from the log, and written under the lock.
    pub(super) const fn is_doubtful(&self) -> bool {
        self.fruitless >= TRUSTING_ROUNDS
    }

    /// Answers whoever still waits.
    pub(super) fn answer(self, answer: Result<Outcome, Rejection>) {
        // An error here means that the caller is gone.
        drop(self.answer.send(answer));
    }

    /// Answers with the store's trouble.
    pub(super) fn fail(self, error: &StoreError) {
        self.answer(Err(Rejection::Store(error.clone())));
    }
}
