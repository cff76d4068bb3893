//! A session of the race in one space: in each round something is taken away while the doctor reads in four ways, and then is given back.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::{SystemTime, UNIX_EPOCH};

use ens_domain::ids::SpaceId;
use futures::future::{BoxFuture, join_all};
use futures::{FutureExt, TryFutureExt};
use reqwest::{Client, Method, RequestBuilder, Response};
use serde_json::{Value, json};

const BOUNDARY: &str = "between-the-parts";

/// What every session needs.
#[derive(Clone)]
pub(crate) struct Site(Arc<Shared>);

struct Shared {
    client: Client,
    urls: Vec<String>,
    tokens: Tokens,
}

/// The tokens of those who act in every space.
pub(crate) struct Tokens {
    /// Of the doctor who reads, one for each round.
    pub(crate) doctors: Vec<String>,
    pub(crate) author: String,
}

impl Site {
    pub(crate) fn new(client: Client, urls: Vec<String>, tokens: Tokens) -> Self {
        Self(Arc::new(Shared { client, urls, tokens }))
    }
}

/// What is taken away in a round.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Taken {
    Grant,
    Everything,
    Document,
}

impl Taken {
    pub(crate) const ALL: [Self; 3] = [Self::Grant, Self::Everything, Self::Document];
}

/// One of the four readings of a round, told apart in the log by what is asked and what for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Asked {
    List,
    ListForPrevention,
    Show,
    ContentForPrevention,
}

impl Asked {
    pub(crate) const ALL: [Self; 4] = [Self::List, Self::ListForPrevention, Self::Show, Self::ContentForPrevention];

    const fn purpose(self) -> &'static str {
        match self {
            Self::List | Self::Show => "care",
            Self::ListForPrevention | Self::ContentForPrevention => "prevention",
        }
    }
}

/// What the doctor was told.
#[derive(Debug)]
pub(crate) struct Told {
    pub(crate) taken: Taken,
    pub(crate) asked: Asked,
    /// The reason of a refusal.
    pub(crate) refused: Option<String>,
    /// The position that the answer reflects, where it says one.
    pub(crate) position: Option<u64>,
    /// The documents of a list.
    pub(crate) listed: BTreeSet<String>,
}

/// One space with its two documents, of which the first is hidden and shown.
pub(crate) struct Session {
    site: Site,
    space: SpaceId,
    holder: String,
    dice: u64,
    document: String,
    grant: String,
    round: usize,
}

/// What came of one of the requests of a round.
enum Came {
    Away,
    Told(Told),
}

impl Session {
    pub(crate) fn new(site: Site, space: SpaceId, holder: String, number: usize) -> Self {
        let started = SystemTime::now().duration_since(UNIX_EPOCH).expect("a clock").subsec_nanos();
        let dice = (number as u64 + 1).wrapping_mul(0x9E37_79B9_7F4A_7C15) ^ u64::from(started);
        Self { site, space, holder, dice, document: String::new(), grant: String::new(), round: 0 }
    }

    pub(crate) async fn run(mut self, rounds: usize) -> Vec<Told> {
        self.document = self.deposit("Premier").await;
        self.deposit("Second").await;
        self.let_in().await;
        let mut told = Vec::new();
        for _ in 0..rounds {
            let taken = Taken::ALL[self.roll(Taken::ALL.len())];
            told.extend(self.round(taken).await);
            self.round += 1;
            self.give_back(taken).await;
        }
        told
    }

    /// Takes it away and reads at the same moment, each request to any process, in any order.
    async fn round(&mut self, taken: Taken) -> Vec<Told> {
        let away = self.take(taken);
        let mut all: Vec<BoxFuture<'static, Came>> =
            Asked::ALL.into_iter().map(|asked| tell(self.read(asked), taken, asked).map(Came::Told).boxed()).collect();
        let place = self.roll(all.len() + 1);
        all.insert(place, done(away).map(|_| Came::Away).boxed());
        join_all(all).await.into_iter().filter_map(|came| if let Came::Told(told) = came { Some(told) } else { None }).collect()
    }

    fn take(&mut self, taken: Taken) -> RequestBuilder {
        match taken {
            Taken::Grant => {
                let path = format!("/authorisations/{}", self.grant);
                self.as_holder(Method::DELETE, &path)
            }
            Taken::Everything => self.as_holder(Method::POST, "/blocked-professionals").json(&json!({ "rpps": rpps() })),
            Taken::Document => self.act("hide"),
        }
    }

    async fn give_back(&mut self, taken: Taken) {
        match taken {
            Taken::Grant => self.let_in().await,
            Taken::Everything => {
                done(self.as_holder(Method::DELETE, &format!("/blocked-professionals/{}", rpps()))).await;
                self.let_in().await;
            }
            Taken::Document => drop(done(self.act("show")).await),
        }
    }

    async fn let_in(&mut self) {
        let answer = done(self.as_holder(Method::POST, "/authorisations").json(&json!({ "rpps": rpps() }))).await;
        self.grant = answer["grant"].as_str().expect("a grant").to_owned();
    }

    fn act(&mut self, act: &str) -> RequestBuilder {
        let path = format!("/documents/{}/acts", self.document);
        self.as_holder(Method::POST, &path).json(&json!({ "act": act }))
    }

    fn read(&mut self, asked: Asked) -> RequestBuilder {
        let path = match asked {
            Asked::List | Asked::ListForPrevention => "/documents".to_owned(),
            Asked::Show => format!("/documents/{}", self.document),
            Asked::ContentForPrevention => format!("/documents/{}/content", self.document),
        };
        let doctor = self.site.0.tokens.doctors[self.round].clone();
        self.ask(Method::GET, &path).bearer_auth(doctor).header("ens-purpose", asked.purpose())
    }

    async fn deposit(&mut self, title: &str) -> String {
        let document = json!({ "title": title, "type": "11488-4" });
        let form = format!(
            "--{BOUNDARY}\r\ncontent-disposition: form-data; name=\"document\"\r\n\r\n{document}\r\n\
             --{BOUNDARY}\r\ncontent-disposition: form-data; name=\"content\"; filename=\"a.txt\"\r\n\r\nTout va bien.\n\r\n--{BOUNDARY}--\r\n"
        );
        let author = self.site.0.tokens.author.clone();
        let kind = format!("multipart/form-data; boundary={BOUNDARY}");
        let answer = done(self.ask(Method::POST, "/documents").bearer_auth(author).header("content-type", kind).body(form)).await;
        answer["id"].as_str().expect("an id").to_owned()
    }

    fn as_holder(&mut self, method: Method, path: &str) -> RequestBuilder {
        let holder = self.holder.clone();
        self.ask(method, path).bearer_auth(holder).header("if-match", "*")
    }

    /// A request to any of the processes.
    fn ask(&mut self, method: Method, path: &str) -> RequestBuilder {
        let anywhere = self.roll(self.site.0.urls.len());
        self.site.0.client.request(method, format!("{}/v1/spaces/{}{path}", self.site.0.urls[anywhere], self.space))
    }

    fn roll(&mut self, sides: usize) -> usize {
        self.dice ^= self.dice << 13;
        self.dice ^= self.dice >> 7;
        self.dice ^= self.dice << 17;
        usize::try_from(self.dice % sides as u64).expect("small")
    }
}

fn rpps() -> String {
    let ens_api::http::gate::Actor::Professional(professional) = super::readings::doctor(1) else { panic!("a professional") };
    professional.rpps.to_string()
}

/// Sends what must succeed.
async fn done(request: RequestBuilder) -> Value {
    let answer = request.send().await.expect("an answer");
    let status = answer.status();
    let text = answer.text().await.expect("a body");
    assert!(status.is_success(), "{status} {text}");
    serde_json::from_str(&text).expect("JSON")
}

async fn tell(request: RequestBuilder, taken: Taken, asked: Asked) -> Told {
    let answer = request.send().await.expect("an answer");
    let (status, position) = (answer.status().as_u16(), position(&answer));
    let text = answer.bytes().map_ok(|bytes| String::from_utf8_lossy(&bytes).into_owned()).await.expect("a body");
    let body: Value = serde_json::from_str(&text).unwrap_or_default();
    let refused = match status {
        200 => None,
        403 => Some(body["reason"].as_str().expect("a reason").to_owned()),
        other => panic!("{asked:?}: {other} {text}"),
    };
    let listed = body["documents"].as_array().into_iter().flatten().map(|one| one["id"].as_str().expect("an id").to_owned());
    Told { taken, asked, refused, position, listed: listed.collect() }
}

fn position(answer: &Response) -> Option<u64> {
    let text = answer.headers().get("ens-position")?.to_str().expect("text");
    text.split_once(':').map(|(_, position)| position.parse().expect("a number"))
}
