//! The file of the access matrix (*matrice d'habilitation*) that takes the place of the one that the program brings.
//!
//! - a file that is no matrix stops the start and says what to mend
//! - a matrix is not used before the day from which it is in force
//! - one version names one matrix

use std::io;
use std::path::{Path, PathBuf};

use chrono::NaiveDate;
use clap::Args;
use ens_domain::access::{AccessMatrix, MatrixError};

/// What the operator says of access.
#[derive(Debug, Clone, Default, Args)]
#[command(next_help_heading = "Access")]
pub struct AccessSettings {
    /// File of the access matrix (matrice d'habilitation) in JSON, in place of the one that the program brings
    #[arg(
        id = "access_matrix",
        long = "access-matrix",
        env = "ENS_ACCESS_MATRIX",
        global = true,
        value_name = "FILE",
        hide_short_help = true
    )]
    pub matrix: Option<PathBuf>,
}

/// Why a file is not used as the access matrix.
#[derive(Debug, thiserror::Error)]
#[expect(missing_docs, reason = "a variant's message says what its fields are")]
pub enum AccessMatrixError {
    /// The system does not give it.
    #[error("access matrix {}: {source}", file.display())]
    Unreadable { file: PathBuf, source: io::Error },
    /// It holds no matrix.
    #[error("access matrix {}: {source}", file.display())]
    Wrong { file: PathBuf, source: MatrixError },
    /// Its day has not come.
    #[error("access matrix {}: version {version} is in force from {effective_on}: start with it on that day, not before", file.display())]
    NotInForce { file: PathBuf, version: String, effective_on: NaiveDate },
    /// Traces could not tell it from the one that the program brings.
    #[error("access matrix {}: the program brings another matrix of version {version}: give this one a version of its own", file.display())]
    VersionTaken { file: PathBuf, version: String },
}

/// The matrix that decides on this day: the file's, or the one that the program brings.
///
/// # Errors
/// [`AccessMatrixError`] names the file, and says what to mend in it.
pub fn access_matrix(settings: &AccessSettings, today: NaiveDate) -> Result<AccessMatrix, AccessMatrixError> {
    let built_in = AccessMatrix::built_in();
    let Some(file) = settings.matrix.as_deref() else { return Ok(built_in) };
    let matrix = read(file)?;
    let (file, version) = (file.to_owned(), matrix.version().to_owned());
    if matrix.effective_on() > today {
        return Err(AccessMatrixError::NotInForce { file, version, effective_on: matrix.effective_on() });
    }
    if version == built_in.version() && matrix != built_in {
        return Err(AccessMatrixError::VersionTaken { file, version });
    }
    Ok(matrix)
}

fn read(file: &Path) -> Result<AccessMatrix, AccessMatrixError> {
    let text = std::fs::read_to_string(file).map_err(|source| AccessMatrixError::Unreadable { file: file.to_owned(), source })?;
    AccessMatrix::parse(&text).map_err(|source| AccessMatrixError::Wrong { file: file.to_owned(), source })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn matrix(version: &str, effective_on: &str, profession: &str) -> String {
        format!(
            r#"{{"version":"{version}","effective_on":"{effective_on}","source":"invented","rows":[
               {{"profession":"{profession}","types":["11488-4"],"readable":true,"source":"invented"}}]}}"#
        )
    }

    /// What is said of a file with this text on 1 July 2026.
    fn told(text: &str) -> Result<String, String> {
        let file = std::env::temp_dir().join(format!("ens-matrix-{}.json", uuid::Uuid::now_v7()));
        std::fs::write(&file, text).unwrap();
        let settings = AccessSettings { matrix: Some(file.clone()) };
        let read = access_matrix(&settings, "2026-07-01".parse().unwrap());
        std::fs::remove_file(&file).unwrap();
        let without_path = |error: AccessMatrixError| error.to_string().replace(&file.display().to_string(), "FILE");
        read.map(|matrix| matrix.version().to_owned()).map_err(without_path)
    }

    #[test]
    fn a_file_that_is_no_matrix_stops_the_start_and_says_what_to_mend() {
        assert_eq!(told(&matrix("2", "2026-07-01", "40")), Ok("2".to_owned()));
        let wrong = told(&matrix("2", "2026-07-01", "99")).unwrap_err();
        assert_eq!(wrong, "access matrix FILE: row 1: no profession has the code \"99\": use one of TRE_G15, such as 10 for doctors");
        assert!(told("{").unwrap_err().starts_with("access matrix FILE: not an access matrix: EOF"));
        let nowhere = AccessSettings { matrix: Some(PathBuf::from("/nowhere/matrix.json")) };
        let missing = access_matrix(&nowhere, "2026-07-01".parse().unwrap()).unwrap_err().to_string();
        assert!(missing.starts_with("access matrix /nowhere/matrix.json: No such file"), "{missing}");
    }

    #[test]
    fn a_matrix_is_not_used_before_the_day_from_which_it_is_in_force() {
        let early = told(&matrix("2", "2026-07-02", "40")).unwrap_err();
        assert_eq!(early, "access matrix FILE: version 2 is in force from 2026-07-02: start with it on that day, not before");
    }

    #[test]
    fn one_version_names_one_matrix() {
        let built_in = AccessMatrix::built_in();
        let taken = told(&matrix(built_in.version(), "2023-10-30", "40")).unwrap_err();
        assert!(taken.ends_with("give this one a version of its own"), "{taken}");
        assert_eq!(told(&serde_json::to_string(&built_in).unwrap()), Ok(built_in.version().to_owned()));
        let none = access_matrix(&AccessSettings::default(), "2026-07-01".parse().unwrap()).unwrap();
        assert_eq!(none, built_in);
    }
}
