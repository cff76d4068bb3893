//! Where an INS comes from: the authority that gave the number, as its OID says, and how far it is proved.

use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::error::InsError;

/// Who gave the number, as its OID says. Serialises as the OID.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum InsAuthority {
    /// A NIR, `1.2.250.1.213.1.4.8`.
    Nir,
    /// A NIA (*numéro d'identification d'attente*), `1.2.250.1.213.1.4.9`.
    Nia,
    /// A NIR for tests, `1.2.250.1.213.1.4.10`.
    TestNir,
    /// A NIR for demonstrations, `1.2.250.1.213.1.4.11`.
    DemoNir,
}

impl InsAuthority {
    /// The authority behind an OID.
    ///
    /// # Errors
    /// [`InsError::Authority`] for any other OID.
    pub fn from_oid(oid: &str) -> Result<Self, InsError> {
        [Self::Nir, Self::Nia, Self::TestNir, Self::DemoNir].into_iter().find(|known| known.oid() == oid).ok_or(InsError::Authority)
    }

    /// Its OID.
    pub const fn oid(self) -> &'static str {
        match self {
            Self::Nir => "1.2.250.1.213.1.4.8",
            Self::Nia => "1.2.250.1.213.1.4.9",
            Self::TestNir => "1.2.250.1.213.1.4.10",
            Self::DemoNir => "1.2.250.1.213.1.4.11",
        }
    }

    /// Whether nobody real can bear it: production refuses these, demonstrations and tests use nothing else.
    pub const fn is_fictitious(self) -> bool {
        match self {
            Self::TestNir | Self::DemoNir => true,
            Self::Nir | Self::Nia => false,
        }
    }
}

impl Serialize for InsAuthority {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.oid())
    }
}

impl<'de> Deserialize<'de> for InsAuthority {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let oid = String::deserialize(deserializer)?;
        Self::from_oid(&oid).map_err(serde::de::Error::custom)
    }
}

/// How far the identity is proved (*référentiel national d'identitovigilance*): only a qualified one may carry health data.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum InsStatus {
    /// Neither asked of the national service nor seen on a document (*provisoire*).
    Provisional,
    /// Given by the national service (*récupérée*).
    Retrieved,
    /// Seen on a trusted document (*validée*).
    Validated,
    /// Both (*qualifiée*).
    Qualified,
}
