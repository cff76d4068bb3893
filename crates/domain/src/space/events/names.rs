//! What every group of events answers alike: the names of its events, and when each happened.

/// Lists the variants of a group of events, once: their stored names, and their instants. A variant that is missing does not compile.
macro_rules! event_names {
    ($group:ident { $($name:ident),+ $(,)? }) => {
        impl crate::stream::NamedEvent for $group {
            const NAMES: &'static [&'static str] = &[$(stringify!($name)),+];

            fn name(&self) -> &'static str {
                match self {
                    $(Self::$name { .. } => stringify!($name)),+
                }
            }

            fn at(&self) -> chrono::DateTime<chrono::Utc> {
                match self {
                    $(Self::$name { at, .. })|+ => *at,
                }
            }
        }
    };
}

pub(crate) use event_names;
