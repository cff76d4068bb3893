//! The rules of a space's life, one test a rule.
