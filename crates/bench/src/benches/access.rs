//! The decision of the gate in memory: readers of every kind ask for documents and sections, some for purposes that nobody may have.

use std::sync::Arc;

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use ens_domain::access::{
    AccessMatrix, AccessMode, AccessRefusal, AccessRequest, Action, Announcement, DocumentAuthor, DocumentFacts, DocumentState,
    DocumentType, Ground, Profession, Professional, Purpose, Reader, Target, Visibility, decide,
};
use ens_domain::organism::{AgentId, InsurerCode};
use ens_domain::space::terms::Section;

use crate::bench::Bench;
use crate::contest::{Contender, Contest};
use crate::directory::{ADMINISTRATOR, ATTENDING, BLOCKED, GRANTS, OF_THE_TEAM, SharedLife, Sharing, UNBLOCKED, professional, structure};
use crate::failure::Failure;
use crate::gauges::Gauges;
use crate::measure::{Caller, Sample, Time, closed_loop};
use crate::number::as_float;
use crate::report::{Bound, Row};

/// Lives that take turns, so that not all of one is at hand when it is asked.
const LIVES: usize = 64;
/// A decision may take so many microseconds.
const BAR: f64 = 5.0;

/// In memory.
pub(crate) async fn run(bench: &Bench) -> Result<Vec<Row>, Failure> {
    let questions = Questions::made(Utc::now())?;
    let Answers { permitted, refused } = questions.answers();
    let asked = questions.asked.len();
    let what = format!("{asked} questions to {LIVES} lives of {GRANTS} grants: {permitted} permitted, {refused} refused");
    let mut gate = Gate { questions: Arc::new(questions), time: bench.time() };
    let contest = Contest::held("access", bench.how.rounds, &mut [&mut gate]).await?;
    let (half, most) = (contest.ours.p50_us.unwrap_or(f64::MAX), contest.ours.p99_us.unwrap_or(f64::MAX));
    let row = Row::of("access", what, contest)
        .in_batches_of(asked)
        .bar("microseconds a decision, the batch in the middle", half, Bound::AtMost(BAR))
        .bar("microseconds a decision, of a hundred batches the second slowest", most, Bound::AtMost(BAR));
    Ok(vec![row])
}

/// The gate, asked by one caller.
struct Gate {
    questions: Arc<Questions>,
    time: Time,
}

#[async_trait]
impl Contender for Gate {
    fn name(&self) -> String {
        "ens, the decision of the gate".to_owned()
    }

    /// A call is a batch; the percentiles are those of batches, shared out to their decisions.
    async fn run(&mut self, _: u32) -> Result<Sample, Failure> {
        let caller = Asking(Arc::clone(&self.questions));
        let sample = closed_loop(&Gauges::of_this_process(), self.time, vec![caller]).await?;
        let each = |batch: Option<f64>| batch.map(|micros| micros / as_float(self.questions.count()));
        Ok(Sample { p50_us: each(sample.p50_us), p99_us: each(sample.p99_us), ..sample })
    }
}

/// Somebody who asks all questions, one after the other.
struct Asking(Arc<Questions>);

impl Caller for Asking {
    async fn call(&mut self) -> Result<u64, Failure> {
        // The timer of the bench may have to run on this thread.
        tokio::task::yield_now().await;
        std::hint::black_box(self.0.answers());
        Ok(self.0.count())
    }
}

/// How often the gate said yes, and no.
struct Answers {
    permitted: u64,
    refused: u64,
}

/// One question, to the life of this number.
struct Asked {
    life: usize,
    reader: Reader,
    action: Action,
    subject: Subject,
    purpose: Purpose,
}

/// What is asked for.
#[derive(Clone)]
enum Subject {
    Section(Section),
    Document(DocumentFacts),
}

/// The questions, and all that they are answered from.
struct Questions {
    at: DateTime<Utc>,
    matrix: Arc<AccessMatrix>,
    lives: Vec<SharedLife>,
    asked: Vec<Asked>,
}

impl Questions {
    /// Every reader asks to read and to list every subject, for what they usually do and for prevention; and once for an insurance.
    fn made(at: DateTime<Utc>) -> Result<Self, Failure> {
        let sharing = Sharing::at(at)?;
        let lives = (0..LIVES).map(|_| sharing.life()).collect::<Result<Vec<_>, _>>()?;
        let (subjects, mut asked) = (subjects(at)?, Vec::new());
        for which in 0..readers_of(&lives, 0)?.len() {
            for subject in &subjects {
                for (action, purpose) in [(Action::Read, None), (Action::List, None), (Action::Read, Some(Purpose::Prevention))] {
                    asked.push(ask(&lives, (asked.len(), which), subject.clone(), (action, purpose))?);
                }
            }
            let insurance = (Action::Read, Some(Purpose::Insurance));
            asked.push(ask(&lives, (asked.len(), which), Subject::Section(Section::MedicalRecord), insurance)?);
        }
        Ok(Self { at, matrix: Arc::clone(&sharing.policy().matrix), lives, asked })
    }

    fn count(&self) -> u64 {
        u64::try_from(self.asked.len()).unwrap_or(u64::MAX)
    }

    /// What the gate says to each; where there is no such life, nothing.
    fn decisions(&self) -> impl Iterator<Item = Result<Ground, AccessRefusal>> {
        self.asked.iter().filter_map(|asked| {
            let target = match &asked.subject {
                Subject::Section(section) => Target::Section(*section),
                Subject::Document(facts) => Target::Document(facts),
            };
            let request = AccessRequest { reader: &asked.reader, action: asked.action, target, purpose: asked.purpose, at: self.at };
            self.lives.get(asked.life).map(|life| decide(&request, &life.space, &self.matrix))
        })
    }

    fn answers(&self) -> Answers {
        self.decisions().fold(Answers { permitted: 0, refused: 0 }, |Answers { permitted, refused }, decided| match decided {
            Ok(_) => Answers { permitted: permitted + 1, refused },
            Err(_) => Answers { permitted, refused: refused + 1 }, // Counted, as a gate in front of a service would.
        })
    }
}

/// The question of this number, by the reader of this number.
fn ask(
    lives: &[SharedLife],
    (number, which): (usize, usize),
    subject: Subject,
    (action, purpose): (Action, Option<Purpose>),
) -> Result<Asked, Failure> {
    let life = number % LIVES;
    let reader = readers_of(lives, life)?.into_iter().nth(which).ok_or_else(|| Failure::because("nobody to ask the gate"))?;
    Ok(Asked { life, action, subject, purpose: purpose.unwrap_or(reader.usual_purpose()), reader })
}

/// Everybody who asks for something in one life: known to it and not, let in and kept out.
fn readers_of(lives: &[SharedLife], life: usize) -> Result<Vec<Reader>, Failure> {
    let SharedLife { caregiver, service, .. } = lives.get(life).ok_or_else(|| Failure::because("no such life"))?;
    let of_structure = |number, finess| Ok::<_, Failure>(Professional { structure: Some(structure(finess)?), ..professional(number)? });
    let mut professionals = Vec::new();
    for number in [1, 2, 3, 8, 19, ATTENDING, OF_THE_TEAM, ADMINISTRATOR, BLOCKED, UNBLOCKED, 999] {
        professionals.push(professional(number)?);
    }
    professionals.extend([of_structure(998, 5)?, of_structure(998, 99)?]);
    for profession in [Profession::Nurse, Profession::Dentist, Profession::Pharmacist] {
        professionals.push(Professional { profession, ..professional(4)? });
    }
    for mode in [AccessMode::BreakGlass, AccessMode::DispatchCentre] {
        professionals.push(Professional { mode, ..professional(997)? });
    }
    let mut readers = vec![Reader::Holder, Reader::Representative, Reader::Caregiver { caregiver: *caregiver }];
    readers.extend(professionals.into_iter().map(Reader::Professional));
    readers.extend([Reader::Service { service: *service }, Reader::Cnam, Reader::Auditor, Reader::Admin]);
    readers.push(Reader::Insurer { insurer: InsurerCode::parse("CPAM-31").map_err(Failure::because)? });
    readers.push(Reader::Support { agent: AgentId::parse("A-1").map_err(Failure::because)? });
    Ok(readers)
}

/// Sections, and documents of several types, authors and states.
fn subjects(at: DateTime<Utc>) -> Result<Vec<Subject>, Failure> {
    let mut subjects: Vec<Subject> =
        [Section::MedicalRecord, Section::Measures, Section::Agenda, Section::Authorisations].map(Subject::Section).into();
    let author = DocumentAuthor::Professional { rpps: professional(2)?.rpps, structure: None };
    for code in ["11488-4", "11502-2", "PRESC-BIO", "IMG-KOS", "68599-0", "ATTEST-RESID"] {
        let plain = DocumentFacts {
            document_type: DocumentType::parse(code).map_err(Failure::because)?,
            author: author.clone(),
            visibility: Visibility::Shown,
            to_representatives: Visibility::Shown,
            deposited_at: at,
            announcement: Announcement::NotAsked,
            state: DocumentState::Current,
        };
        let hidden = DocumentFacts { visibility: Visibility::Hidden, author: DocumentAuthor::Holder, ..plain.clone() };
        let awaited = DocumentFacts { announcement: Announcement::Awaited, ..plain.clone() };
        subjects.extend([plain, hidden, awaited].map(Subject::Document));
    }
    Ok(subjects)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn the_questions_are_answered_on_many_grounds_and_refused_for_many_reasons() {
        let questions = Questions::made(Utc::now()).unwrap();
        let (grounds, refusals): (BTreeSet<_>, BTreeSet<_>) = questions.decisions().map(|decided| (decided.ok(), decided.err())).unzip();
        assert!(grounds.len() > 9 && refusals.len() > 13, "{grounds:?} {refusals:?}");
        let Answers { permitted, refused } = questions.answers();
        assert!(permitted + refused == questions.count() && permitted * 4 > refused && refused * 4 > permitted, "{permitted} {refused}");
    }
}
