//! No reading without a trace: of a random mix of requests, each answer with data has exactly one trace before it, each refusal of somebody who is
//! known one, and those of strangers none, however many they are.

use std::collections::HashMap;

use chrono::{DateTime, Duration, Utc};
use ens_api::http::ROUTES;
use ens_api::http::gate::{Access, Actor, Role};
use ens_domain::access::{AccessMode, Profession, Professional};
use ens_domain::rpps::Rpps;
use ens_tests::times;
use futures::future::join_all;
use serde_json::json;
use uuid::Uuid;

use super::api::{Answer, Api, Person};
use super::medical_record::deposited;

/// Who asks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
enum Who {
    Holder,
    /// Of nobody: nobody was ever declared.
    Representative,
    Doctor(u8),
    Nurse,
    BreaksGlass,
}

/// How it is asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum How {
    Get,
    Head,
    Range(&'static str),
    Unless,
}

/// What a range was answered in this minute, and after how many changes of directory and documents.
type Ranges = HashMap<(Who, String, i64), (u32, String)>;

/// Professionals who deposit, are let in and blocked; number 4 is the nurse.
const NUMBERS: [u8; 4] = [1, 2, 3, 4];

/// The holder comes twice as often as the others.
const READERS: [Who; 8] =
    [Who::Holder, Who::Holder, Who::Representative, Who::Doctor(1), Who::Doctor(2), Who::Doctor(3), Who::Nurse, Who::BreaksGlass];

/// What a path asks for: a list, or a document, whatever is asked of it.
fn subject_of(path: &str) -> String {
    path.split('?').next().unwrap_or_default().trim_end_matches("/content").to_owned()
}

/// A random mix: what was done so far, and what is expected of the next answer.
struct Mix {
    api: Api,
    person: Person,
    dice: u64,
    documents: Vec<String>,
    /// Professionals of whom the directory ever said something.
    known: Vec<u8>,
    /// How often the directory or a document was changed.
    changes: u32,
    ranges: Ranges,
    /// When a refusal was last traced, by who asked for what.
    refusals: HashMap<(Who, String), DateTime<Utc>>,
    /// The entity tag of each content, by its path.
    tags: HashMap<String, String>,
    position: u64,
    /// Traces so far.
    traces: usize,
}

/// What one request added to the log.
#[derive(Debug, PartialEq, Eq)]
struct Added {
    made: usize,
    refused: usize,
    other: usize,
    last: u64,
}

#[tokio::test]
async fn no_answer_with_data_leaves_without_its_one_trace() {
    let mut mix = Mix::begin().await;
    let (mut answered, mut refused) = (0, 0);
    for _ in 0..times(500, 10_000) {
        if mix.roll(5) == 0 {
            mix.change().await;
        } else {
            let status = mix.read().await;
            answered += usize::from(status < 400);
            refused += usize::from(status == 403);
        }
    }
    assert!(answered > 80 && refused > 80, "{answered} answered, {refused} refused");
    mix.holder_sees_every_trace().await;
}

impl Mix {
    async fn begin() -> Self {
        let api = Api::start().await;
        let person = api.opened(1).await;
        let mut mix = Self {
            person,
            dice: 0x9E37_79B9_7F4A_7C15,
            documents: Vec::new(),
            known: Vec::new(),
            changes: 0,
            ranges: Ranges::new(),
            refusals: HashMap::new(),
            tags: HashMap::new(),
            position: api.events().await,
            traces: 0,
            api,
        };
        for number in NUMBERS {
            let by = mix.actor(Who::Doctor(number));
            let id = deposited(&mix.api, &mix.person, &by).await;
            mix.documents.push(id);
        }
        mix.position = mix.api.events().await;
        mix
    }

    fn roll(&mut self, sides: usize) -> usize {
        self.dice ^= self.dice << 13;
        self.dice ^= self.dice >> 7;
        self.dice ^= self.dice << 17;
        usize::try_from(self.dice % sides as u64).expect("small")
    }

    fn actor(&self, who: Who) -> Actor {
        let professional = |number: u8, profession, mode| {
            let rpps = Rpps::from_first10(&format!("81{number:08}")).expect("a number");
            Actor::Professional(Professional { rpps, profession, structure: None, mode })
        };
        match who {
            Who::Holder => self.person.holder(),
            Who::Representative => Actor::Representative { spaces: vec![self.person.space] },
            Who::Doctor(number) => professional(number, Profession::Doctor, AccessMode::Ordinary),
            Who::Nurse => professional(4, Profession::Nurse, AccessMode::Ordinary),
            Who::BreaksGlass => professional(9, Profession::Doctor, AccessMode::BreakGlass),
        }
    }

    fn has_a_tie(&self, who: Who) -> bool {
        match who {
            Who::Holder => true,
            Who::Representative => false,
            Who::Doctor(number) => self.known.contains(&number),
            Who::Nurse => self.known.contains(&4),
            Who::BreaksGlass => self.known.contains(&9),
        }
    }

    /// The holder changes who may read what, or time passes.
    async fn change(&mut self) {
        let (number, place) = (NUMBERS[self.roll(NUMBERS.len())], self.roll(self.documents.len()));
        let rpps = Rpps::from_first10(&format!("81{number:08}")).expect("a number").to_string();
        let (one, act) = (json!({ "rpps": rpps }), format!("/documents/{}/acts", self.documents[place]));
        let choice = if place == 0 { "refused" } else { "permitted" };
        let (method, path, body) = match self.roll(11) {
            0..4 => ("POST", "/authorisations".to_owned(), one),
            4 => ("POST", "/blocked-professionals".to_owned(), one),
            5 | 6 => ("DELETE", format!("/blocked-professionals/{rpps}"), json!({})),
            7 => ("POST", act, json!({ "act": "hide" })),
            8 => ("POST", act, json!({ "act": "show" })),
            9 => ("PUT", "/emergency-choices".to_owned(), json!({ "access": "break_glass", "choice": choice })),
            _ => return self.api.later(Duration::seconds(25)),
        };
        let answer = self.api.by(&self.person.holder(), method, &self.person.path(&path)).anyhow().json(&body).send().await;
        assert!(answer.status < 300 || answer.problem() == "professional-blocked", "{path}: {}", answer.text);
        let names_somebody = path == "/authorisations" || path == "/blocked-professionals";
        if answer.status < 300 && names_somebody {
            self.known.push(number);
        }
        self.changes += 1;
        let added = self.added().await;
        assert_eq!((added.made, added.refused), (0, 0), "{path}");
    }

    /// Somebody reads something, in some way.
    async fn read(&mut self) -> u16 {
        let who = READERS[self.roll(READERS.len())];
        let place = self.roll(self.documents.len());
        let document = self.documents[place].clone();
        let absent = Uuid::now_v7().to_string();
        let paths = [
            "/documents".to_owned(),
            "/documents?limit=1&title=compte".to_owned(),
            format!("/documents/{document}"),
            format!("/documents/{document}/content"),
            format!("/documents/{document}/content"),
            format!("/documents/{document}/content?version=1"),
            format!("/documents/{document}/content?version=9"),
            format!("/documents/{absent}"),
            format!("/documents/{absent}/content"),
            "/accesses?section=medical_record".to_owned(),
            "/measures".to_owned(),
        ];
        let path = paths[self.roll(paths.len())].clone();
        let how = [How::Get, How::Get, How::Head, How::Range("bytes=0-5"), How::Range("bytes=900-"), How::Unless][self.roll(6)];
        let how = if path.ends_with("/content") || matches!(how, How::Get | How::Head) { how } else { How::Get };
        let purpose = ["care", "prevention", "personal_use", "insurance"][self.roll(4)];
        let purpose = if self.roll(3) == 0 {
            purpose
        } else if matches!(who, Who::Holder | Who::Representative) {
            "personal_use"
        } else {
            "care"
        };
        let answer = self.ask(who, &path, how, purpose).await;
        self.check(who, &path, how, &answer).await;
        answer.status
    }

    async fn ask(&self, who: Who, path: &str, how: How, purpose: &str) -> Answer {
        let method = if how == How::Head { "HEAD" } else { "GET" };
        let ask =
            self.api.by(&self.actor(who), method, &self.person.path(path)).header("ens-purpose", purpose).header("ens-reason", "danger");
        match how {
            How::Get | How::Head => ask.send().await,
            How::Range(range) => ask.header("range", range).send().await,
            How::Unless => ask.header("if-none-match", self.tags.get(path).map_or("\"x\"", String::as_str)).send().await,
        }
    }

    /// What the log got is what the answer says.
    async fn check(&mut self, who: Who, path: &str, how: How, answer: &Answer) {
        let added = self.added().await;
        let told = format!("{who:?} {how:?} {path}: {} {}, {added:?}", answer.status, answer.text);
        assert_eq!(added.other, 0, "{told}");
        self.traces += added.made + added.refused;
        if answer.status == 200 && how == How::Get && path.ends_with("/content") {
            self.tags
                .insert(path.trim_start_matches("/documents/").trim_end_matches("/content").to_owned(), answer.header("etag").to_owned());
        }
        let (made, refused) = self.expected(who, answer, path);
        let minute = self.api.now().timestamp().div_euclid(60);
        let outcome = answer.body["reason"].as_str().unwrap_or("made").to_owned();
        let before = match how {
            How::Range(_) => self.ranges.insert((who, path.to_owned(), minute), (self.changes, outcome.clone())),
            How::Get | How::Head | How::Unless => None,
        };
        // The same refusal within a minute is one as well: whoever asks again is refused under the trace that is there.
        let (asked, now) = ((who, subject_of(path)), self.api.now());
        let again = refused > 0 && self.refusals.get(&asked).is_some_and(|at| now - *at < Duration::minutes(1));
        if added.refused > 0 {
            self.refusals.insert(asked, now);
        }
        match before.filter(|(_, before)| *before == outcome) {
            None if again => assert!(added.made == 0 && added.refused <= 1, "{told}"),
            None => assert_eq!((added.made, added.refused), (made, refused), "{told}"),
            // The ranges of one document by one reader in a minute are one, for as long as nothing changed.
            Some((changes, _)) if changes == self.changes => assert_eq!((added.made, added.refused), (0, 0), "{told}"),
            Some(_) => assert!(added.made <= made && added.refused <= refused, "{told}"),
        }
        if let Some((_, position)) = answer.header("ens-position").split_once(':') {
            assert_eq!(position.parse::<u64>().expect("a number"), added.last, "{told}");
        }
    }

    /// How many traces this answer must have left: made and refused.
    fn expected(&self, who: Who, answer: &Answer, path: &str) -> (usize, usize) {
        match answer.status {
            200 | 206 | 304 | 416 => (1, 0),
            // The document was read, and has no such version.
            404 if path.contains("version=9") => (1, 0),
            404 => (0, 0),
            403 => (0, usize::from(self.has_a_tie(who) && !self.is_about_nothing(path))),
            other => panic!("{path}: {other} {}", answer.text),
        }
    }

    fn is_about_nothing(&self, path: &str) -> bool {
        path.starts_with("/documents/") && !self.documents.iter().any(|document| path.contains(document.as_str()))
    }

    /// What was added to the log since it was last looked at.
    async fn added(&mut self) -> Added {
        let store = &self.api.app.store;
        let events = store.log().feed(store.partition_of(self.person.space), self.position, 1_000).await.expect("events");
        let count = |name: &str| events.iter().filter(|event| event.event_type == name).count();
        let (made, refused) = (count("AccessMade"), count("AccessRefused"));
        self.position = events.last().map_or(self.position, |last| last.position);
        Added { made, refused, other: events.len() - made - refused, last: self.position }
    }

    async fn holder_sees_every_trace(&mut self) {
        let mut path = self.person.path("/accesses?limit=1000");
        let (mut seen, mut pages) = (0, 0);
        loop {
            let page = self.api.by(&self.person.holder(), "GET", &path).send().await;
            assert_eq!(page.status, 200, "{}", page.text);
            seen += page.body["accesses"].as_array().expect("accesses").len();
            pages += 1;
            let Some(next) = page.header("link").strip_prefix('<').and_then(|link| link.split_once('>')) else { break };
            path = next.0.to_owned();
        }
        // The first page is in itself; those that follow go back from where it ended.
        assert_eq!(seen, self.traces + 1, "{pages} pages");
    }
}

#[tokio::test]
async fn a_flood_of_refused_requests_of_strangers_adds_nothing_to_the_log() {
    let api = Api::start().await;
    let person = api.opened(1).await;
    let professional = |mode, profession| {
        let rpps = Rpps::from_first10("8100000008").expect("a number");
        Actor::Professional(Professional { rpps, profession, structure: None, mode })
    };
    let id = deposited(&api, &person, &super::api::professional()).await;
    let strangers = [
        professional(AccessMode::Ordinary, Profession::Doctor),
        professional(AccessMode::DispatchCentre, Profession::Nurse),
        Actor::Representative { spaces: vec![person.space] },
    ];
    let reads = |route: &&ens_api::http::gate::Route| {
        let roles = if let Access::Roles(roles) = route.access { roles } else { &[] };
        route.path.starts_with("/v1/spaces/{space}") && roles.contains(&Role::Professional)
    };
    let paths: Vec<(&str, String)> =
        ROUTES.iter().filter(reads).map(|route| (route.method, route.path.replace("{space}", &person.space.to_string()))).collect();
    assert!(paths.len() > 5, "{paths:?}");
    let counted = refused_consultations(&api).await;
    let (before, mut sent) = (api.events().await, 0);
    for round in 0..times(6, 200) {
        let document = if round % 2 == 0 { id.clone() } else { Uuid::now_v7().to_string() };
        let path_of = |path: &str| path.replace("{document}", &document);
        let all = paths.iter().flat_map(|(method, path)| strangers.iter().map(move |stranger| (method, path, stranger)));
        let asked = all.map(|(method, path, stranger)| {
            let ask = api.by(stranger, method, &path_of(path)).anyhow().header("ens-purpose", "insurance");
            ask.json(&json!({ "act": "hide" })).send()
        });
        for answer in join_all(asked).await {
            assert!((400..500).contains(&answer.status), "{} {}", answer.status, answer.text);
            sent += 1;
        }
    }
    assert_eq!(api.events().await, before, "{sent} requests");
    assert!(refused_consultations(&api).await >= counted + sent / 3, "they are counted");
}

/// How many consultations this program refused.
async fn refused_consultations(api: &Api) -> usize {
    let metrics = api.ask("GET", "/metrics").send().await.text;
    let line = metrics.lines().find_map(|line| line.strip_prefix("ens_consultations_total{outcome=\"refused\"} "));
    line.map_or(0, |count| count.parse().expect("a count"))
}
