//! A body of a message: a template with what it says, and what all of them say.

/// Declares the type of a body, whose fields are what its template names.
macro_rules! body {
    ($(#[$doc:meta])* $name:ident, $path:literal, { $($field:ident: $kind:ty),* $(,)? }) => {
        $(#[$doc])*
        #[derive(::askama::Template)]
        #[template(path = $path, escape = "none")]
        pub(super) struct $name<'a> {
            $(pub(super) $field: $kind,)*
            pub(super) site: &'a str,
            pub(super) hours: &'a str,
            pub(super) words: &'a $crate::wording::words::Words,
        }
    };
}
pub(super) use body;
