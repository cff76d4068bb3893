//! The workspace read as data: its files, their items and their words.
