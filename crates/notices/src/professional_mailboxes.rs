//! The secure mailboxes of professionals (MSSanté), by RPPS number, from the public extraction of the national directory (Annuaire Santé).
//!
//! file: a header, then a line a mailbox, columns apart by `|` --personal mailboxes of RPPS numbers--> one address a professional
//! - columns are found by their name and others are passed over
//! - a line that names no mailbox of a professional is passed over
//! - the first mailbox of a professional is theirs

use std::collections::HashMap;
use std::fs::File;
use std::io::{self, BufRead, BufReader};
use std::path::{Path, PathBuf};

use ens_domain::email::EmailAddress;
use ens_domain::rpps::Rpps;

/// The mailboxes that are known. They are read when the service starts.
#[derive(Default)]
pub struct ProfessionalMailboxes(HashMap<Rpps, EmailAddress>);

impl std::fmt::Debug for ProfessionalMailboxes {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(formatter, "ProfessionalMailboxes({})", self.0.len())
    }
}

/// A file of mailboxes that cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum MailboxesError {
    /// It cannot be read.
    #[error("the professional mailboxes in {file} cannot be read: {source}")]
    Unreadable {
        /// Which file.
        file: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// It is another file.
    #[error("the professional mailboxes in {file} have no column \u{ab}{column}\u{bb}: expected the extraction of MSSanté addresses")]
    NoColumn {
        /// Which file.
        file: PathBuf,
        /// The column that is missing.
        column: &'static str,
    },
}

/// The columns that are read.
const KIND: &str = "Type de BAL";
const ADDRESS: &str = "Adresse BAL";
const NUMBER_KIND: &str = "Type d'identifiant PP";
const NUMBER: &str = "Identifiant PP";

/// A mailbox of one person; others belong to organisations and applications.
const PERSONAL: &str = "PER";
/// The kind of number that is an RPPS number.
const RPPS: &str = "8";

/// Where the columns stand.
struct Columns {
    kind: usize,
    address: usize,
    number_kind: usize,
    number: usize,
}

impl ProfessionalMailboxes {
    /// Reads the file.
    ///
    /// # Errors
    /// It cannot be read, or lacks a column.
    pub fn read(file: &Path) -> Result<Self, MailboxesError> {
        let input = File::open(file).map_err(|source| MailboxesError::Unreadable { file: file.to_owned(), source })?;
        Self::read_from(BufReader::new(input), file)
    }

    /// Reads what this file holds.
    fn read_from(input: impl BufRead, file: &Path) -> Result<Self, MailboxesError> {
        let unreadable = |source| MailboxesError::Unreadable { file: file.to_owned(), source };
        let lines = input.split(b'\n');
        // Names may be in another encoding; what is read of a line is ASCII.
        let mut lines = lines.map(|line| line.map(|bytes| String::from_utf8_lossy(&bytes).into_owned()));
        let header = lines.next().transpose().map_err(unreadable)?.unwrap_or_default();
        let columns = Columns::of(&header).map_err(|column| MailboxesError::NoColumn { file: file.to_owned(), column })?;
        let mut mailboxes = HashMap::new();
        for line in lines {
            if let Some((rpps, address)) = columns.mailbox(&line.map_err(unreadable)?) {
                mailboxes.entry(rpps).or_insert(address);
            }
        }
        Ok(Self(mailboxes))
    }

    /// The mailbox of a professional, where one is known.
    pub fn of(&self, professional: &Rpps) -> Option<&EmailAddress> {
        self.0.get(professional)
    }

    /// How many professionals have one.
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether none is known.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl Columns {
    /// Finds the columns in a header, or answers the one that is missing.
    fn of(header: &str) -> Result<Self, &'static str> {
        let header = header.trim_start_matches('\u{feff}').replace('\u{2019}', "'");
        let place = |name: &'static str| header.split('|').position(|column| field(column) == name).ok_or(name);
        Ok(Self { kind: place(KIND)?, address: place(ADDRESS)?, number_kind: place(NUMBER_KIND)?, number: place(NUMBER)? })
    }

    fn mailbox(&self, line: &str) -> Option<(Rpps, EmailAddress)> {
        let fields: Vec<&str> = line.split('|').map(field).collect();
        let is = |place: usize, value: &str| fields.get(place).is_some_and(|field| *field == value);
        if !is(self.kind, PERSONAL) || !is(self.number_kind, RPPS) {
            return None;
        }
        // A line with a number or an address that is wrong names no mailbox: such lines are part of the public file.
        Some((Rpps::parse(fields.get(self.number)?).ok()?, EmailAddress::parse(fields.get(self.address)?).ok()?))
    }
}

/// A field without the quotation marks and spaces around it.
fn field(text: &str) -> &str {
    text.trim().trim_matches('"')
}

#[cfg(test)]
mod tests {
    use super::*;

    const HEADER: &str =
        "\u{feff}Type de BAL|Adresse BAL|Type d'identifiant PP|Identifiant PP|Identification nationale PP|Nom d'exercice\r\n";

    fn read(text: &[u8]) -> Result<ProfessionalMailboxes, MailboxesError> {
        ProfessionalMailboxes::read_from(text, Path::new("mailboxes.txt"))
    }

    fn found(lines: &str) -> Vec<(String, String)> {
        let mailboxes = read(format!("{HEADER}{lines}").as_bytes()).unwrap();
        let mut all: Vec<(String, String)> =
            mailboxes.0.iter().map(|(rpps, address)| (rpps.to_string(), address.as_str().to_owned())).collect();
        all.sort();
        all
    }

    fn one(rpps: &str, address: &str) -> (String, String) {
        (rpps.to_owned(), address.to_owned())
    }

    #[test]
    fn columns_are_found_by_their_name_and_others_are_passed_over() {
        let text =
            "Identifiant PP|Autre|Adresse BAL|Type d\u{2019}identifiant PP|\"Type de BAL\"\n10100000008|x|a@mssante.invalid|8|\"PER\"\n";
        let mailboxes = read(text.as_bytes()).unwrap();
        assert_eq!(mailboxes.of(&Rpps::parse("10100000008").unwrap()).unwrap().as_str(), "a@mssante.invalid");
        assert_eq!((mailboxes.len(), mailboxes.is_empty()), (1, false));
        let missing = read(b"Type de BAL|Adresse BAL|Identifiant PP\n").unwrap_err();
        assert!(missing.to_string().contains("Type d'identifiant PP"), "{missing}");
    }

    #[test]
    fn a_line_that_names_no_mailbox_of_a_professional_is_passed_over() {
        let lines = "PER|dr.bel@mssante.invalid|8|10100000008|810100000008|BEL\r\n\
             ORG|accueil@mssante.invalid|||| \n\
             PER|ancien@mssante.invalid|0|319901234|0319901234|ROC\n\
             PER|faux@mssante.invalid|8|10100000004|8|X\n\
             PER|pas une adresse|8|10003456783|8|Y\n\
             PER\n\n";
        assert_eq!(found(lines), [one("10100000008", "dr.bel@mssante.invalid")]);
        let latin = [HEADER.as_bytes(), b"PER|a@mssante.invalid|8|10100000008|8|B\xe9l\n"].concat();
        assert_eq!(read(&latin).unwrap().len(), 1);
    }

    #[test]
    fn the_first_mailbox_of_a_professional_is_theirs() {
        let lines = "PER|un@mssante.invalid|8|10100000008||\nPER|deux@mssante.invalid|8|10100000008||\n";
        assert_eq!(found(lines), [one("10100000008", "un@mssante.invalid")]);
    }

    #[test]
    fn a_file_that_is_not_there_is_named() {
        let missing = ProfessionalMailboxes::read(Path::new("nowhere/mailboxes.txt")).unwrap_err();
        assert!(missing.to_string().contains("nowhere/mailboxes.txt"), "{missing}");
    }
}
