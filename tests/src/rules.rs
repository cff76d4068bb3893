//! Rules about the code: each reads one file and reports lines; its tests check that it holds for every file and finds a bad sample.

use crate::source::{Function, SourceFile};

/// A line, and what is wrong with it.
pub type Complaint = (usize, String);
/// A check that reads one file and reports lines.
pub type Rule = fn(&SourceFile) -> Vec<Complaint>;

/// For each `rule bites on "path" "text";` two tests: the rule holds for every file, and it reports something in this sample.
#[macro_export]
macro_rules! rules {
    ($($name:ident bites on $path:literal $text:expr;)*) => {$(
        mod $name {
            #[test]
            fn holds() {
                let complaints = $crate::rules::complaints(super::$name, &$crate::source::files());
                assert!(complaints.is_empty(), "\n{}\n", complaints.join("\n"));
            }

            #[test]
            fn bites() {
                let sample = $crate::source::SourceFile::sample($path, $text);
                assert!(!$crate::rules::complaints(super::$name, &[sample]).is_empty(), "it lets this pass:\n{}", $text);
            }
        }
    )*};
}

/// Everything that a rule reports about these files, one line each.
pub fn complaints(rule: Rule, files: &[SourceFile]) -> Vec<String> {
    let of = |file: &SourceFile| rule(file).into_iter().map(|(line, said)| format!("{}:{line}: {said}", file.path)).collect::<Vec<_>>();
    files.iter().flat_map(of).collect()
}

/// Checks each line by itself.
pub fn of_lines(file: &SourceFile, check: impl Fn(&str) -> Option<String>) -> Vec<Complaint> {
    file.lines().filter_map(|(number, line)| check(line).map(|complaint| (number, complaint))).collect()
}

/// Reports lines that contain one of these words; `mend` says what to do instead.
pub fn of_words(file: &SourceFile, words: &[&str], mend: &str) -> Vec<Complaint> {
    of_lines(file, |line| words.iter().find(|word| line.contains(**word)).map(|word| format!("{word}: {mend}")))
}

/// Checks each function of a Rust file.
pub fn of_functions(file: &SourceFile, check: impl Fn(&Function) -> Option<String>) -> Vec<Complaint> {
    if !file.is_rust() {
        return Vec::new();
    }
    file.functions().iter().filter_map(|function| check(function).map(|complaint| (function.line, complaint))).collect()
}
