//! `Thumbprint` is the SHA-256 of a client certificate, by which a token is bound to it (RFC 8705).
//!
//! - a certificate is read as RFC 9440 and as URL-encoded PEM write it

use base64::Engine;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use ring::digest::{SHA256, digest};

/// The longest header value that is read as a certificate.
const LONGEST: usize = 16_384;
const BEGIN: &str = "-----BEGIN CERTIFICATE-----";
const END: &str = "-----END CERTIFICATE-----";

/// The SHA-256 of a certificate in DER.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Thumbprint([u8; 32]);

impl Thumbprint {
    /// The digest that a token carries (`x5t#S256`); `None` where it is not one.
    pub(super) fn of_claim(text: &str) -> Option<Self> {
        // What is not base64url is no digest.
        let bytes = URL_SAFE_NO_PAD.decode(text).ok()?;
        // Nor is one of another length.
        <[u8; 32]>::try_from(bytes).ok().map(Self)
    }

    /// The digest of the certificate that a proxy passes in a header: `:base64:` (RFC 9440), or one certificate in URL-encoded PEM.
    pub(super) fn of_header(value: &str) -> Option<Self> {
        let value = value.trim();
        if value.len() > LONGEST {
            return None;
        }
        match value.strip_prefix(':') {
            Some(rest) => Self::of_base64(rest.strip_suffix(':')?),
            None => {
                let pem = url_decoded(value)?;
                let body = pem.trim().strip_prefix(BEGIN)?.strip_suffix(END)?;
                Self::of_base64(&body.split_ascii_whitespace().collect::<String>())
            }
        }
    }

    fn of_base64(text: &str) -> Option<Self> {
        // What is not base64 is no certificate.
        let der = STANDARD.decode(text).ok().filter(|der| !der.is_empty())?;
        let mut bytes = [0; 32];
        bytes.copy_from_slice(digest(&SHA256, &der).as_ref());
        Some(Self(bytes))
    }
}

/// Text in which `%41` stands for `A`; a plus stands for itself, as base64 needs it.
fn url_decoded(text: &str) -> Option<String> {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.bytes();
    while let Some(byte) = rest.next() {
        if byte == b'%' {
            let digits = [rest.next()?, rest.next()?].map(|digit| char::from(digit).to_digit(16));
            let [Some(high), Some(low)] = digits else { return None };
            // Two hexadecimal digits are a byte.
            bytes.push(u8::try_from(high * 16 + low).ok()?);
        } else {
            bytes.push(byte);
        }
    }
    // A certificate in PEM is ASCII.
    String::from_utf8(bytes).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    const DER: &[u8] = b"as good as a certificate: +/?> and more than one line of base64 when it is written";

    fn expected() -> Thumbprint {
        let sha256 = digest(&SHA256, DER);
        Thumbprint::of_claim(&URL_SAFE_NO_PAD.encode(sha256.as_ref())).unwrap()
    }

    fn pem() -> String {
        let text = STANDARD.encode(DER);
        let (first, second) = text.split_at(64);
        format!("{BEGIN}\n{first}\n{second}\n{END}\n")
    }

    fn url_encoded(text: &str) -> String {
        text.bytes().map(|byte| if byte.is_ascii_alphanumeric() { char::from(byte).to_string() } else { format!("%{byte:02X}") }).collect()
    }

    #[test]
    fn a_certificate_is_read_as_rfc_9440_and_as_url_encoded_pem_write_it() {
        assert_eq!(Thumbprint::of_header(&format!(":{}:", STANDARD.encode(DER))), Some(expected()));
        assert_eq!(Thumbprint::of_header(&url_encoded(&pem())), Some(expected()));
        assert_eq!(Thumbprint::of_header(&pem().replace('\n', "%0A")), Some(expected()), "as nginx writes it");
    }

    #[test]
    fn anything_else_than_one_certificate_is_none() {
        let whole = format!(":{}:", STANDARD.encode(DER));
        let two = url_encoded(&format!("{}{}", pem(), pem()));
        for odd in ["", ":", "::", ":x:", "%", "%4", "%GG", &whole[1..], &whole[..whole.len() - 1], &two, &url_encoded(&pem()[5..])] {
            assert_eq!(Thumbprint::of_header(odd), None, "{odd}");
        }
        assert_eq!(Thumbprint::of_header(&format!(":{}:", "A".repeat(LONGEST))), None);
        for odd in ["", "x", &URL_SAFE_NO_PAD.encode([7; 31]), &URL_SAFE_NO_PAD.encode([7; 33])] {
            assert_eq!(Thumbprint::of_claim(odd), None, "{odd}");
        }
    }
}
