//! The HTTP client of the tests, with the TLS provider that the program has too.

/// A client. Not `reqwest::Client::new()`, which panics in a process that has not chosen a TLS provider.
pub fn http_client() -> reqwest::Client {
    // Fails where the process has chosen one already, which is the same.
    drop(rustls::crypto::ring::default_provider().install_default());
    reqwest::Client::new()
}
