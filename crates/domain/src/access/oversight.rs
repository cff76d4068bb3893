//! What is read of a space besides what it contains: its life, and who may read it, by those whom the gate never lets in (ADR 36).
//!
//! - those who look after spaces read their life and the operator does not
//! - only an agent and the operator see who may read a space

use super::ground::Ground;
use super::reader::Reader;
use super::refusal::AccessRefusal;

/// What is looked at.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Overseen {
    /// The life of a space: its state and its history.
    Life,
    /// Who may read it: what its directory of authorisations says.
    Directory,
}

/// Whether somebody who looks after spaces may look at this: the ground, or the reason against it.
///
/// # Errors
/// [`AccessRefusal::RoleNeverReads`] for those who look after spaces in another way; [`AccessRefusal::NotForThisRole`] for everybody else,
/// whom the gate answers.
pub const fn oversee(reader: &Reader, overseen: Overseen) -> Result<Ground, AccessRefusal> {
    match (reader, overseen) {
        (Reader::Auditor, Overseen::Life) => Ok(Ground::Audit),
        (Reader::Cnam | Reader::Insurer { .. }, Overseen::Life) => Ok(Ground::SpaceManagement),
        (Reader::Support { .. }, Overseen::Life | Overseen::Directory) => Ok(Ground::AgentForPerson),
        (Reader::Admin, Overseen::Directory) => Ok(Ground::Operation),
        (Reader::Admin, Overseen::Life) | (Reader::Auditor | Reader::Cnam | Reader::Insurer { .. }, Overseen::Directory) => {
            Err(AccessRefusal::RoleNeverReads)
        }
        (
            Reader::Holder | Reader::Representative | Reader::Caregiver { .. } | Reader::Professional(_) | Reader::Service { .. },
            Overseen::Life | Overseen::Directory,
        ) => Err(AccessRefusal::NotForThisRole),
    }
}

#[cfg(test)]
mod tests {
    use crate::organism::{AgentId, InsurerCode};

    use super::*;

    fn support() -> Reader {
        Reader::Support { agent: AgentId::parse("desk-1").unwrap() }
    }

    fn insurer() -> Reader {
        Reader::Insurer { insurer: InsurerCode::parse("CPAM-31").unwrap() }
    }

    #[test]
    fn those_who_look_after_spaces_read_their_life_and_the_operator_does_not() {
        let life = |reader: Reader| oversee(&reader, Overseen::Life);
        assert_eq!(life(Reader::Auditor), Ok(Ground::Audit));
        assert_eq!((life(Reader::Cnam), life(insurer())), (Ok(Ground::SpaceManagement), Ok(Ground::SpaceManagement)));
        assert_eq!(life(support()), Ok(Ground::AgentForPerson));
        assert_eq!(life(Reader::Admin), Err(AccessRefusal::RoleNeverReads));
        assert_eq!(life(Reader::Holder), Err(AccessRefusal::NotForThisRole));
    }

    #[test]
    fn only_an_agent_and_the_operator_see_who_may_read_a_space() {
        let directory = |reader: Reader| oversee(&reader, Overseen::Directory);
        assert_eq!((directory(support()), directory(Reader::Admin)), (Ok(Ground::AgentForPerson), Ok(Ground::Operation)));
        for reader in [Reader::Auditor, Reader::Cnam, insurer()] {
            assert_eq!(directory(reader), Err(AccessRefusal::RoleNeverReads));
        }
        assert_eq!(directory(Reader::Holder), Err(AccessRefusal::NotForThisRole));
    }
}
