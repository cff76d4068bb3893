//! The rules of access, written down a second time as data, agree with the gate on more than a million cases.

mod cases;
mod columns;
mod page;
mod rules;
mod world;

use ens_tests::source;

use cases::each_case;
use columns::{Case, told};
use rules::rules;
use world::World;

const RULES: &str = "tests/data/access_rules.txt";
const CASES: usize = 1_000_000;
/// How many disagreements are told.
const TOLD: usize = 20;

#[test]
fn a_second_writing_of_the_rules_agrees_on_more_than_a_million_cases() {
    let rules = rules(&source::file(RULES).text);
    let world = World::new();
    let mut deciding = vec![0_usize; rules.len()];
    let mut compared = 0;
    let mut differ = Vec::new();
    each_case(|case| {
        compared += 1;
        let first = rules.iter().position(|rule| rule.fits(case)).unwrap_or_else(|| panic!("no rule decides {}", told(case)));
        deciding[first] += 1;
        let decided = world.decided(case);
        if decided != rules[first].outcome && differ.len() < TOLD {
            differ.push(format!("{}\n    the gate: {decided}; the rule: {}", told(case), rules[first].line));
        }
    });
    assert!(differ.is_empty(), "they differ:\n{}", differ.join("\n"));
    let idle: Vec<&str> = rules.iter().zip(&deciding).filter(|(_, cases)| **cases == 0).map(|(rule, _)| rule.line.as_str()).collect();
    assert!(idle.is_empty(), "rules that decide no case:\n{}", idle.join("\n"));
    println!("{compared} cases, {} rules", rules.len());
    assert!(compared >= CASES, "{compared} cases");
}

#[test]
fn a_rule_that_is_wrong_is_seen() {
    let wrong = rules("role=holder stands=no -> own_space\n");
    let case: Case = [0, 1, 0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 1, 2];
    assert!(wrong[0].fits(&case));
    assert_eq!((World::new().decided(&case), wrong[0].outcome.as_str()), ("minor_does_not_act", "own_space"));
    assert!(!rules("role=!holder|cnam -> x\n")[0].fits(&case));
}
