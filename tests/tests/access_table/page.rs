//! The page `docs/access.md`, made from what the gate decides, so that somebody who reads no code can check it.

use ens_domain::access::{AccessMatrix, AccessRefusal, Action, Availability, DocumentClass, DocumentType, Ground, Profession, Purpose};
use ens_domain::space::terms::Section;
use ens_tests::source;

use crate::columns::{ACTION, COLUMNS, Case, DOCUMENT, DOCUMENTS, PURPOSE, SECTION, SPACE, code, vocabulary};
use crate::world::World;

const PAGE: &str = "docs/access.md";

/// Who is shown, and the words that make them.
const ACTORS: [(&str, &str); 26] = [
    ("Holder", "role=holder purpose=personal_use"),
    ("Minor, as holder", "role=holder stands=no purpose=personal_use"),
    ("Representative whose representation stands", "role=representative"),
    ("Representative whose representation is over", "role=representative stands=no"),
    ("Caregiver whose delegation stands", "role=caregiver"),
    ("Caregiver whose delegation is over", "role=caregiver stands=no"),
    ("Attending doctor", "role=professional tie=attending"),
    ("Doctor with a grant for everything, for care", "role=professional tie=named"),
    ("Doctor with such a grant, as administrator", "role=professional tie=named admin=yes"),
    ("Doctor with such a grant, blocked", "role=professional tie=named block=blocked"),
    ("Doctor with such a grant, blocked and unblocked since", "role=professional tie=named block=unblocked"),
    ("Doctor whose grant is over", "role=professional tie=named_over"),
    ("Doctor with a grant for the agenda only", "role=professional tie=named_for_agenda"),
    ("Doctor in a structure that has a grant", "role=professional tie=structure"),
    ("Doctor of the care team, with the person's consent", "role=professional tie=team_consent"),
    ("Doctor of the care team, without that consent", "role=professional tie=team_without_consent"),
    ("Doctor without any authorisation", "role=professional"),
    ("Doctor without any authorisation, break-glass", "role=professional mode=break_glass purpose=emergency"),
    ("Blocked doctor, break-glass", "role=professional mode=break_glass purpose=emergency block=blocked"),
    ("Doctor, break-glass, after the holder refused it", "role=professional mode=break_glass purpose=emergency refused=break_glass"),
    ("Doctor of the dispatch centre", "role=professional mode=dispatch_centre purpose=emergency"),
    ("Service, with consent to the medical record and the measures", "role=service tie=named purpose=prevention"),
    ("Service, without consent", "role=service purpose=prevention"),
    ("CNAM, where an older medical record joined the space", "role=cnam"),
    ("CNAM, where none did", "role=cnam stands=no"),
    ("Insurer, support, auditor, admin", "role=insurer"),
];

#[test]
fn the_page_of_access_is_what_the_gate_decides() {
    let path = source::root().join(PAGE);
    let page = page(&World::new());
    if std::env::var("ENS_BLESS").is_ok_and(|value| value == "1") {
        std::fs::write(&path, &page).expect("the page can be written");
    }
    let stands = std::fs::read_to_string(&path).unwrap_or_default();
    assert!(
        stands == page,
        "{PAGE} is not what the gate decides; write it anew with: ENS_BLESS=1 cargo test -p ens-tests --test access_table"
    );
}

fn page(world: &World) -> String {
    let parts = [
        "# Access\n\nWho may do what with a health space. This page is made by asking the gate (`crates/domain/src/access`) every question that \
         it shows; a test keeps it so. Where nothing is said otherwise, the space is open, the purpose is care (for the holder: personal use), \
         and a doctor asks. A word such as `own_space` is a ground or a refusal; the sentences that citizens read for it stand below.\n"
            .to_owned(),
        grounds(),
        refusals(),
        sections(world),
        documents(world),
        states(world),
        purposes(world),
        matrix(),
    ];
    parts.join("\n")
}

fn grounds() -> String {
    let lines = Ground::ALL.iter().map(|ground| format!("| `{}` | {} |\n", code(ground), ground.sentence()));
    format!(
        "## Grounds\n\nAccess is permitted on one of these grounds.\n\n| Ground | What the holder reads |\n|---|---|\n{}",
        lines.collect::<String>()
    )
}

fn refusals() -> String {
    let lines = (1..).zip(&AccessRefusal::ALL).map(|(number, one)| format!("| {number} | `{}` | {} |\n", code(one), one.sentence()));
    format!(
        "## Refusals\n\nDeny is the default. Of several reasons to refuse, the first of this list is given.\n\n| | Refusal | What a citizen reads \
         |\n|---|---|---|\n{}",
        lines.collect::<String>()
    )
}

fn sections(world: &World) -> String {
    let mut text =
        "## Sections\n\nWhat each may do with a section as a whole, or with something in it that is not a document.\n".to_owned();
    let columns: Vec<String> = Section::ALL.iter().map(code).collect();
    for (title, words) in ACTORS {
        let outcome = |action: usize, section: usize| world.decided(&with(words, &[(ACTION, action), (SECTION, section)]));
        text.push_str(&table(title, &columns, outcome));
    }
    text
}

fn documents(world: &World) -> String {
    let mut text = "## Documents\n\nWhat each may do with a document of the medical record (a report of consultation): `plain` is another \
                    professional's, `own` their own, `of_holder` the holder's, `hidden` hidden from professionals, `kept` hidden from \
                    representatives, `awaiting` awaits an announcement, `announced_by_date` did so for a month.\n"
        .to_owned();
    let record = Section::ALL.iter().position(|section| *section == Section::MedicalRecord).expect("the medical record");
    let columns: Vec<String> = DOCUMENTS.iter().skip(1).map(|kind| (*kind).to_owned()).collect();
    for (title, words) in ACTORS {
        let outcome =
            |action: usize, kind: usize| world.decided(&with(words, &[(ACTION, action), (SECTION, record), (DOCUMENT, kind + 1)]));
        text.push_str(&table(title, &columns, outcome));
    }
    text
}

/// The actions in rows; those that are decided alike share a row.
fn table<'a>(title: &str, columns: &[String], outcome: impl Fn(usize, usize) -> &'a str) -> String {
    let mut rows: Vec<(Vec<&str>, Vec<String>)> = Vec::new();
    for (number, action) in Action::ALL.iter().enumerate() {
        let outcomes: Vec<&str> = (0..columns.len()).map(|column| outcome(number, column)).collect();
        match rows.iter_mut().find(|(known, _)| *known == outcomes) {
            Some((_, actions)) => actions.push(code(action)),
            None => rows.push((outcomes, vec![code(action)])),
        }
    }
    let lines = rows.iter().map(|(outcomes, actions)| format!("| {} | {} |\n", of(actions, Action::ALL.len()), grouped(outcomes, columns)));
    format!("\n### {title}\n\n| Action | Decision |\n|---|---|\n{}", lines.collect::<String>())
}

/// The outcomes, each with its columns.
fn grouped(outcomes: &[&str], columns: &[String]) -> String {
    let mut groups: Vec<(&str, Vec<String>)> = Vec::new();
    for (outcome, column) in outcomes.iter().zip(columns) {
        match groups.iter_mut().find(|(known, _)| known == outcome) {
            Some((_, columns)) => columns.push(column.clone()),
            None => groups.push((outcome, vec![column.clone()])),
        }
    }
    let said = groups.iter().map(|(outcome, found)| format!("{}: {}", marked(outcome), of(found, columns.len())));
    said.collect::<Vec<_>>().join("; ")
}

/// A ground stands out.
fn marked(outcome: &str) -> String {
    let permitted = Ground::ALL.iter().any(|ground| code(ground) == outcome);
    if permitted { format!("**`{outcome}`**") } else { format!("`{outcome}`") }
}

fn of(words: &[String], all: usize) -> String {
    if words.len() == all { "all".to_owned() } else { words.join(", ").replace('_', " ") }
}

/// What each may still do in a space that is not open: actions by outcome, over every section.
fn states(world: &World) -> String {
    let mut text =
        "## States of a space\n\nWhat each may do with any section, by the state of the space. Where actions or sections are decided \
                    differently, the ones that are permitted are named.\n\n| Who |"
            .to_owned();
    text.extend(Availability::ALL.iter().map(|state| format!(" {} |", code(state).replace('_', " "))));
    text.push_str("\n|---|---|---|---|---|---|---|---|\n");
    for (title, words) in ACTORS {
        text.push_str(&format!("| {title} |"));
        text.extend((0..Availability::ALL.len()).map(|state| format!(" {} |", state_cell(world, words, state))));
        text.push('\n');
    }
    text
}

fn state_cell(world: &World, words: &str, state: usize) -> String {
    if Availability::ALL[state] == Availability::InService {
        return "as above".to_owned();
    }
    let mut outcomes: Vec<(&str, Vec<String>)> = Vec::new();
    for (number, action) in Action::ALL.iter().enumerate() {
        for section in 0..Section::ALL.len() {
            let outcome = world.decided(&with(words, &[(ACTION, number), (SECTION, section), (SPACE, state)]));
            match outcomes.iter_mut().find(|(known, _)| *known == outcome) {
                Some((_, actions)) if actions.last() == Some(&code(action)) => {}
                Some((_, actions)) => actions.push(code(action)),
                None => outcomes.push((outcome, vec![code(action)])),
            }
        }
    }
    match outcomes.as_slice() {
        [(only, _)] => marked(only),
        several => {
            several.iter().map(|(outcome, actions)| format!("{}: {}", marked(outcome), shortened(actions))).collect::<Vec<_>>().join("; ")
        }
    }
}

fn shortened(actions: &[String]) -> String {
    if actions.len() > 4 { "else".to_owned() } else { of(actions, usize::MAX) }
}

fn purposes(world: &World) -> String {
    let mut text = "## Purposes\n\nReading the medical record, by purpose.\n\n| Who |".to_owned();
    text.extend(Purpose::ALL.iter().map(|purpose| format!(" {} |", code(purpose).replace('_', " "))));
    text.push_str("\n|---|---|---|---|---|---|---|---|---|---|---|\n");
    let record = Section::ALL.iter().position(|section| *section == Section::MedicalRecord).expect("the medical record");
    for (title, words) in ACTORS {
        text.push_str(&format!("| {title} |"));
        text.extend((0..Purpose::ALL.len()).map(|purpose| {
            let outcome = world.decided(&with(words, &[(SECTION, record), (PURPOSE, purpose)]));
            format!(" {} |", marked(outcome))
        }));
        text.push('\n');
    }
    text
}

fn matrix() -> String {
    let matrix = AccessMatrix::built_in();
    let mut text = format!(
        "## Access matrix\n\nVersion `{}`, in force from {}. {}.\n\nWhat no row opens stays closed.\n\n| Profession | Types | Readable | \
         Source |\n|---|---|---|---|\n",
        matrix.version(),
        matrix.effective_on(),
        matrix.source()
    );
    for row in matrix.rows() {
        let profession = Profession::parse(&row.profession).map_or("?", Profession::label);
        let readable = if row.readable { "yes" } else { "no" };
        text.push_str(&format!("| {profession} ({}) | {} | {readable} | {} |\n", row.profession, row.types.join(", "), row.source));
    }
    text.push_str("\n| Class | Type | Label | Who reads it |\n|---|---|---|---|\n");
    for class in DocumentClass::ALL {
        for one in DocumentType::all().filter(|one| one.class() == class) {
            let readers = Profession::ALL.into_iter().filter(|profession| matrix.opens(*profession, one)).map(Profession::label);
            let readers = readers.collect::<Vec<_>>().join(", ");
            text.push_str(&format!("| {} ({}) | {one} | {} | {readers} |\n", class.label(), class.code(), one.label()));
        }
    }
    text
}

/// A case of these words, with some of its places changed.
fn with(words: &str, changes: &[(usize, usize)]) -> Case {
    let vocabulary = vocabulary();
    let in_service = Availability::ALL.iter().position(|one| *one == Availability::InService).expect("in service");
    let care = Purpose::ALL.iter().position(|one| *one == Purpose::Care).expect("care");
    let mut case: Case = [0; 14];
    (case[SPACE], case[PURPOSE]) = (in_service, care);
    for word in words.split_whitespace() {
        let (column, word) = word.split_once('=').expect("a column and its word");
        let column = COLUMNS.iter().position(|known| *known == column).expect("a column");
        case[column] = vocabulary[column].iter().position(|known| known == word).unwrap_or_else(|| panic!("no word {word}"));
    }
    changes.iter().for_each(|(column, word)| case[*column] = *word);
    case
}
