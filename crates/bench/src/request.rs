//! A request of the load, ready to be sent: a question to a path, or a form that deposits a document there.

use std::sync::Arc;

use uuid::Uuid;

use crate::cli::LoadArgs;

/// What stands between the parts of a form.
const BOUNDARY: &str = "between-the-parts-of-a-deposit";

/// The form of a deposit; clones share its bytes.
#[derive(Clone)]
pub(crate) struct Form(Arc<[u8]>);

impl Form {
    /// With a document of so many bytes, a PDF as far as anybody looks into it: noise, which does not compress.
    pub(crate) fn with_document_of(size: usize) -> Self {
        let document = r#"{"title":"Compte rendu de consultation","type":"11488-4"}"#;
        let mut form = format!(
            "--{BOUNDARY}\r\ncontent-disposition: form-data; name=\"document\"\r\ncontent-type: application/json\r\n\r\n{document}\r\n\
             --{BOUNDARY}\r\ncontent-disposition: form-data; name=\"content\"; filename=\"a.pdf\"\r\ncontent-type: application/pdf\r\n\r\n"
        )
        .into_bytes();
        form.extend(document_of(size));
        form.extend(format!("\r\n--{BOUNDARY}--\r\n").into_bytes());
        Self(form.into())
    }
}

/// A document of so many bytes.
pub(crate) fn document_of(size: usize) -> Vec<u8> {
    let mut bytes = b"%PDF-1.7\n".to_vec();
    while bytes.len() < size {
        bytes.extend(Uuid::new_v4().as_bytes());
    }
    bytes.truncate(size);
    bytes
}

/// A request to one path.
pub(crate) struct Request {
    head: String,
    form: Option<Form>,
}

impl Request {
    /// The deposit of a document where there is a form, else a question.
    pub(crate) fn to(args: &LoadArgs, path: &str, form: Option<&Form>) -> Self {
        let authorization = if args.token.is_empty() { String::new() } else { format!("authorization: Bearer {}\r\n", args.token) };
        let shared = format!("host: {}\r\n{authorization}", args.server);
        let head = match form {
            None => format!("GET {path} HTTP/1.1\r\n{shared}\r\n"),
            Some(Form(bytes)) => {
                let (kind, length) = (format!("multipart/form-data; boundary={BOUNDARY}"), bytes.len());
                format!("POST {path} HTTP/1.1\r\n{shared}content-type: {kind}\r\ncontent-length: {length}\r\n")
            }
        };
        Self { head, form: form.cloned() }
    }

    /// The head; of a deposit with a key of its own, as a client brings one.
    pub(crate) fn head(&self) -> Vec<u8> {
        match self.form {
            None => self.head.clone(),
            Some(_) => format!("{}idempotency-key: {}\r\n\r\n", self.head, Uuid::now_v7()),
        }
        .into_bytes()
    }

    /// The body, if any.
    pub(crate) fn body(&self) -> &[u8] {
        match &self.form {
            None => &[],
            Some(Form(bytes)) => bytes,
        }
    }

    /// The status of an answer that is as it should be.
    pub(crate) const fn expects(&self) -> &'static str {
        match self.form {
            None => "200",
            Some(_) => "201",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn args() -> LoadArgs {
        let (server, token) = ("127.0.0.1:1".to_owned(), "t".to_owned());
        LoadArgs { server, paths: "paths".into(), token, connections: 1, deposit: None, rate: None }
    }

    #[test]
    fn a_question_has_no_body_and_a_deposit_says_how_long_its_own_is() {
        let question = Request::to(&args(), "/x", None);
        assert!(
            question.head().starts_with(b"GET /x HTTP/1.1\r\n") && question.head().ends_with(b"\r\n\r\n") && question.body().is_empty()
        );
        let deposit = Request::to(&args(), "/x", Some(&Form::with_document_of(1_000)));
        let head = String::from_utf8(deposit.head()).unwrap();
        assert!(head.contains(&format!("content-length: {}\r\n", deposit.body().len())) && head.ends_with("\r\n\r\n"), "{head}");
        assert_ne!(deposit.head(), deposit.head());
    }

    #[test]
    fn a_document_has_the_size_asked_for() {
        let document = document_of(1_001);
        assert!(document.len() == 1_001 && document.starts_with(b"%PDF-"));
    }
}
