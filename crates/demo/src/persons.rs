//! The file of invented persons, as the insurers would give it to the import.

use std::path::Path;

use crate::error::DemoError;
use crate::plan::Plan;
use crate::population::Population;
use crate::random::SeededRandom;

/// Writes the persons of a plan to a file, one JSON object a line; `on_line` is called after each.
///
/// # Errors
/// [`DemoError::File`].
pub fn write_persons(plan: Plan, path: &Path, on_line: impl FnMut()) -> Result<(), DemoError> {
    let population = Population::new(SeededRandom::new(plan.seed), plan.persons, plan.from);
    population.write(path, on_line).map_err(|source| DemoError::File { path: path.to_owned(), source })
}
