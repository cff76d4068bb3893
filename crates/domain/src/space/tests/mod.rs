//! The rules of a space's life, one test a rule and named by it: for every command allowed, refused and quiet.

mod access;
mod admission;
mod closing;
mod codes;
mod destruction;
mod grammar;
mod machine;
mod notice;
mod opening;
mod opposition;
mod order;
mod persons;
mod reading;
mod representation;
mod requests;
mod stories;
mod suspension;
mod window_table;
